"""When a break is suggested, on what evidence, and how seldom."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.affect.baseline import CHANNELS, Baseline, Usual
from fer_core.affect.breaks import MIN_GAP_S, BreakAdvisor, BreakPlan, BreakRule, Suggestion
from tests.synthetic.signals import Learner, suggestions

CALM = Baseline({channel: Usual(0.0, 0.1) for channel in CHANNELS})
#: Long enough to stay out of the way of the other rules.
FAR = BreakPlan(180, 5)


def run(
    advisor: BreakAdvisor,
    seconds: int,
    valence: float = 0.0,
    coverage: float = 0.84,
    start: int = 0,
) -> list[Suggestion]:
    made = []
    for second in range(start + 1, start + seconds + 1):
        advisor.negative.push(second, valence, coverage, CALM)
        suggestion = advisor.advise(float(second), float(second), timer_left_s=math.inf)
        if suggestion is not None:
            made.append(suggestion)
    return made


def test_eyes_are_remembered_after_20_minutes() -> None:
    first = run(BreakAdvisor(FAR), 1300)[0]
    assert (first.rule, first.at) == (BreakRule.EYES, 1200)


def test_eyes_give_way_to_a_timer_that_is_due_soon() -> None:
    advisor = BreakAdvisor(BreakPlan(30, 5))
    assert advisor.advise(1300.0, 1300.0, timer_left_s=500.0) is None
    assert advisor.advise(1301.0, 1301.0, timer_left_s=MIN_GAP_S) is not None


def test_four_negative_minutes_bring_a_break_with_their_evidence() -> None:
    suggestion = run(BreakAdvisor(FAR), 300, valence=-0.3)[0]
    assert suggestion.rule is BreakRule.NEGATIVE
    assert suggestion.at == pytest.approx(241, abs=1)
    assert suggestion.evidence == "Expression leaned negative for 4 minutes, coverage 84 %."


def test_two_negative_minutes_bring_none() -> None:
    advisor = BreakAdvisor(FAR)
    assert run(advisor, 120, valence=-0.3) == []
    assert run(advisor, 240, valence=0.0, start=240) == []


def test_a_negative_stretch_that_was_not_seen_does_not_count() -> None:
    assert run(BreakAdvisor(FAR), 600, valence=-0.3, coverage=0.4) == []


def test_a_stress_of_seven_brings_a_break() -> None:
    advisor = BreakAdvisor(FAR)
    advisor.answered_stress(10.0, 6)
    assert advisor.advise(11.0, 11.0, math.inf) is None
    advisor.answered_stress(20.0, 7)
    suggestion = advisor.advise(21.0, 21.0, math.inf)
    assert suggestion is not None
    assert suggestion.evidence == "You rated your stress 7 out of 10."


def test_two_unclear_ratings_running_bring_a_break() -> None:
    advisor = BreakAdvisor(FAR)
    for at, value in ((10.0, 2), (20.0, 4), (30.0, 1)):
        advisor.answered_clarity(at, value)
        assert advisor.advise(at + 1, at + 1, math.inf) is None
    advisor.answered_clarity(40.0, 2)
    suggestion = advisor.advise(41.0, 41.0, math.inf)
    assert suggestion is not None
    assert suggestion.rule is BreakRule.ANSWERS


def suggested() -> tuple[BreakAdvisor, Suggestion]:
    """An answer of much stress brings a suggestion after 10 seconds."""
    advisor = BreakAdvisor(FAR)
    advisor.answered_stress(9.0, 8)
    (suggestion,) = run(advisor, 10)
    return advisor, suggestion


def test_a_snoozed_suggestion_comes_back_after_five_minutes() -> None:
    advisor, suggestion = suggested()
    advisor.snooze(20.0)
    assert advisor.standing(310.0) is None
    assert advisor.standing(321.0) == suggestion


def test_a_dismissed_suggestion_stays_away() -> None:
    advisor, _ = suggested()
    advisor.dismiss()
    assert advisor.standing(11.0) is None
    assert advisor.standing(400.0) is None


def test_a_suggestion_that_nobody_answers_goes_away() -> None:
    advisor, _ = suggested()
    assert advisor.standing(600.0) is not None
    assert advisor.standing(611.0) is None


def test_the_timer_is_not_held_up_by_another_suggestion_and_holds_others_up() -> None:
    advisor, _ = suggested()
    timer = advisor.timer_is_due(20.0, 20.0, studied_s=300.0)
    assert advisor.standing(20.0) == timer
    advisor.answered_stress(30.0, 9)
    assert advisor.advise(31.0, 31.0, math.inf) is None


@settings(max_examples=25)
@given(
    valences=st.lists(st.floats(-1, 1), min_size=20, max_size=20),
    ratings=st.lists(st.integers(0, 10), min_size=20, max_size=20),
)
def test_besides_the_timer_there_is_never_more_than_one_in_15_minutes(
    valences: list[float], ratings: list[int]
) -> None:
    advisor, made = BreakAdvisor(FAR), []
    for block, (valence, rating) in enumerate(zip(valences, ratings, strict=True)):
        made += run(advisor, 300, valence=valence, start=300 * block)
        advisor.answered_stress(300.0 * (block + 1), rating)
    times = [suggestion.at for suggestion in made]
    assert all(later - earlier >= MIN_GAP_S for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize(("focus", "rest"), [(0.5, 5), (181, 5), (25, 0.5), (25, 61)])
def test_a_plan_that_no_one_could_follow_is_refused(focus: float, rest: float) -> None:
    with pytest.raises(ValueError, match="minutes"):
        BreakPlan(focus, rest)


def test_ordinary_wandering_brings_at_most_half_a_false_alarm_an_hour() -> None:
    hours = 6
    alarms = sum(
        rule is BreakRule.NEGATIVE
        for seed in range(hours)
        for _, rule in suggestions(Learner(), seed, plan=FAR)
    )
    assert alarms <= 0.5 * hours


def test_a_true_drop_of_a_third_is_found_within_seven_minutes() -> None:
    for seed in range(10):
        learner = Learner(drop_at_s=600.0)
        found = [
            at
            for at, rule in suggestions(learner, seed, hours=0.3, plan=FAR)
            if rule is BreakRule.NEGATIVE
        ]
        assert len(found) == 1
        assert 600 < found[0] <= 600 + 7 * 60
