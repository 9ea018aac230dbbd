"""What a session comes to: two sentences that say no more than it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fer_core.affect.breaks import BreakPlan
from fer_core.learner.probes import Answer, Probe, ProbeKind
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.outcome import (
    TextRead,
    Usual,
    away_in_words,
    in_minutes,
    numbered,
    second_looks,
    tell_outcome,
)
from fer_core.sessions.report import Report, Stretch
from fer_core.sessions.session_info import SessionInfo, Totals

INFO = SessionInfo("s1", 0.0, "Chapter 3", "Solve five exercises", BreakPlan(25, 5))


def report(studied_s: float = 1500.0, breaks: int = 1) -> Report:
    totals = Totals(studied_s, studied_s, studied_s, 0.0, 0.0, 0.0, None, breaks, 0)
    return Report(totals, None, None, "Too short.", (), 0, 0, None, None, "")


def test_it_says_how_long_and_how_that_compares() -> None:
    usual = Usual(5, 1140.0, 0.0, 1.0)
    told = tell_outcome(INFO, report(), usual, GoalOutcome.REACHED)
    assert told.happened == (
        "You studied for 25 minutes and took 1 break, 6 minutes longer than you usually do."
    )
    assert told.next_step.startswith("Tomorrow, say from memory")


@pytest.mark.parametrize(
    ("studied_s", "said"),
    [
        (1500.0, "about as long as you usually do"),
        (1380.1, "about as long as you usually do"),
        (1380.0, "2 minutes shorter than you usually do"),
        (5100.0, "1 hour longer than you usually do"),
    ],
)
def test_a_difference_that_is_none_is_called_none(studied_s: float, said: str) -> None:
    assert said in tell_outcome(INFO, report(studied_s), Usual(3, 1500.0, 0, 0)).happened


@pytest.mark.parametrize(
    ("observed_s", "away_s", "said"),
    [(0.0, 0.0, ""), (60.0, 0.0, "0 minutes"), (60.0, 9.0, "less than a minute")],
)
def test_an_absence_that_nobody_could_see_is_no_figure(
    observed_s: float, away_s: float, said: str
) -> None:
    totals = replace(report().totals, observed_s=observed_s, away_s=away_s)
    assert away_in_words(totals) == said


def test_without_a_habit_nothing_is_compared() -> None:
    assert "usually" not in tell_outcome(INFO, report()).happened


def test_the_usual_is_a_median_of_three_at_least() -> None:
    assert Usual.of([(60, 0, 0), (120, 0, 1)]) is None
    usual = Usual.of([(60, 0, 0), (120, 6, 1), (9999, 60, 2)])
    assert usual == Usual(3, 120.0, 6.0, 1.0)
    many = Usual.of([(60.0, 0.0, 0)] * 20 + [(9999.0, 0.0, 9)] * 100)
    assert many == Usual(20, 60.0, 0.0, 0.0)


def test_a_text_is_told_by_its_passages() -> None:
    text = TextRead(read=9, passages=12, hard=(3, 7), again=(3, 7, 5))
    told = tell_outcome(INFO, report(360.0, 0), text=text)
    assert told.happened == (
        "You read 9 of 12 passages in 6 minutes; passages 3 and 7 were hard for you."
    )
    assert told.next_step == (
        "Next, read passages 3, 7 and 5 again and say in your own words what they mean."
    )


def test_a_text_half_read_is_read_on() -> None:
    assert "from passage 5" in tell_outcome(INFO, report(), text=TextRead(4, 12)).next_step


@pytest.mark.parametrize("outcome", [GoalOutcome.NOT_YET, GoalOutcome.PARTLY])
def test_a_goal_that_is_open_comes_back(outcome: GoalOutcome) -> None:
    told = tell_outcome(INFO, report(), goal=outcome)
    assert told.next_step == "Next, plan another 25 minutes for your goal: Solve five exercises."
    assert "goal" not in tell_outcome(replace(INFO, goal=""), report(), goal=outcome).next_step


def test_long_study_without_a_break_gets_a_word_about_breaks() -> None:
    assert "rest after 25 minutes" in tell_outcome(INFO, report(3000.0, 0)).next_step
    assert "rest after" not in tell_outcome(INFO, report(3000.0, 1)).next_step


def test_of_a_minute_nothing_is_made() -> None:
    told = tell_outcome(INFO, report(20.0, 0))
    assert told.happened == "You studied for less than a minute."
    assert "one whole round of 25 minutes" in told.next_step


def asked(kind: ProbeKind, value: int | None, at: float, passage: str | None = None) -> Answer:
    return Answer(Probe(f"q{at}", kind, at, "How?", passage), value, at)


def test_a_second_look_is_what_was_said_or_stood_out() -> None:
    answers = [
        asked(ProbeKind.STRESS, 7, 600.0),
        asked(ProbeKind.STRESS, 6, 700.0),
        asked(ProbeKind.CLARITY, 2, 100.0),
        asked(ProbeKind.CLARITY, 1, 150.0, "p3"),
        asked(ProbeKind.CLARITY, None, 200.0),
    ]
    shown = replace(report(), hardest=Stretch(300.0, 600.0, 31.4))
    looks = second_looks(shown, answers)
    assert [(look.start, look.end) for look in looks] == [(100, 100), (300, 600), (600, 600)]
    assert "2 of 5" in looks[0].why
    assert "31 of 100" in looks[1].why
    assert "7 of 10" in looks[2].why
    assert second_looks(report(), []) == ()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (31, "1 minute"),
        (1500, "25 minutes"),
        (3600, "1 hour"),
        (3660, "1 hour 1 minute"),
        (7500, "2 hours 5 minutes"),
    ],
)
def test_lengths_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert in_minutes(seconds) == words


def test_numbers_are_listed_up_to_five() -> None:
    assert numbered([3]) == "passage 3"
    assert numbered([1, 2, 3, 4, 5]) == "passages 1, 2, 3, 4 and 5"
    assert numbered([1, 2, 3, 4, 5, 6, 7]) == "passages 1, 2, 3, 4, 5 and 2 more"
