"""The study timer: rounds, breaks, skips, additions and pauses, as planned and after a restart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.sessions.events import EventKind
from fer_core.sessions.report import make_report
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.sessions.timer import ROUNDS, Phase, TimerView
from tests.sessions.playing import NOBODY, new_session, show
from tests.synthetic.signals import START

SHORT = BreakPlan(5, 1)


def study(session: StudySession, until: float, since: float = 0) -> TimerView:
    """Let the learner be there, each second, and look at the timer as the page does."""
    for second in range(int(since) + 1, int(until) + 1):
        session.sign(START + second)
        session.snapshot(START + second)
    return timer(session, until)


def timer(session: StudySession, at: float) -> TimerView:
    return session.snapshot(START + at).timer


def again(session: StudySession) -> StudySession:
    """Bring a session back from what is stored of it."""
    return StudySession.restore(session.info, session.rows(), session.events())


def test_a_plan_means_what_was_typed() -> None:
    session = new_session(plan=SHORT)
    assert study(session, 299).left_s == pytest.approx(1)
    due = study(session, 301, 299)
    assert (due.phase, due.left_s) == (Phase.DUE, 0)
    assert due.over_s == pytest.approx(1)
    suggestion = session.snapshot(START + 301).suggestion
    assert suggestion is not None
    assert suggestion.advice == "Time for a 1-minute break."
    assert suggestion.evidence == "You have studied for 5 minutes, as you planned."


def test_the_next_round_is_as_long_as_the_first() -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    session.resume(START + 361)
    assert timer(session, 361).left_s == pytest.approx(300)
    assert study(session, 661, 361).phase is Phase.DUE


def test_a_break_counts_down_and_waits_for_the_learner() -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    assert session.state is State.PAUSED
    view = timer(session, 321)
    assert (view.phase, view.length_s) == (Phase.BREAK, 60)
    assert view.left_s == pytest.approx(40)
    view = timer(session, 371)
    assert view.phase is Phase.BREAK_OVER
    assert view.over_s == pytest.approx(10)


@pytest.mark.parametrize(("pressed_at", "ends_at"), [(321, 421), (371, 431)])
def test_one_more_minute_is_added_to_what_is_left_or_from_now(
    pressed_at: float, ends_at: float
) -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    session.extend_break(START + pressed_at)
    view = timer(session, pressed_at)
    assert view.left_s == pytest.approx(ends_at - pressed_at)
    assert view.phase is Phase.BREAK


def test_a_break_taken_as_planned_is_a_rest_however_short_it_is() -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    session.resume(START + 361)
    assert session.totals(START + 362).breaks == 1
    (record,) = make_report(session, START + 362).suggestions
    assert record.outcome == "taken"


def test_who_finishes_in_a_break_has_taken_it() -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    session.finish(START + 330)
    assert session.totals(START + 330).breaks == 1


def test_a_long_break_counts_once() -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    session.resume(START + 901)
    assert session.totals(START + 901).breaks == 1
    assert timer(session, 901).round == 2


def test_a_break_may_be_taken_before_it_is_due() -> None:
    session = new_session(plan=SHORT)
    study(session, 120)
    session.take_break(START + 120)
    assert timer(session, 130).phase is Phase.BREAK
    session.resume(START + 180)
    view = timer(session, 180)
    assert view.left_s == pytest.approx(300)
    assert view.round == 2


def test_a_break_that_is_skipped_begins_the_next_round() -> None:
    session = new_session(plan=SHORT)
    study(session, 320)
    session.dismiss_break(START + 320)
    view = timer(session, 320)
    assert (view.phase, view.round) == (Phase.FOCUS, 2)
    assert view.left_s == pytest.approx(300)
    assert session.snapshot(START + 321).suggestion is None
    assert session.totals(START + 321).breaks == 0


def test_five_minutes_more_are_added_to_the_round() -> None:
    session = new_session(plan=SHORT)
    study(session, 100)
    session.extend_round(START + 100)
    view = timer(session, 100)
    assert view.left_s == pytest.approx(500)
    assert view.length_s == 600
    due = study(session, 601, 100)
    assert due.phase is Phase.DUE
    suggestion = session.snapshot(START + 601).suggestion
    assert suggestion is not None
    assert "for 10 minutes" in suggestion.evidence


@pytest.mark.parametrize("press", ["snooze_break", "extend_round"])
def test_five_minutes_more_when_the_break_is_due_bring_the_same_one_back(press: str) -> None:
    session = new_session(plan=SHORT)
    study(session, 310)
    first = session.snapshot(START + 310).suggestion
    getattr(session, press)(START + 310)
    assert timer(session, 310).left_s == pytest.approx(300)
    assert session.snapshot(START + 311).suggestion is None
    study(session, 611, 310)
    assert session.snapshot(START + 611).suggestion == first
    assert timer(session, 611).round == 1


def test_the_timer_stands_still_in_a_pause() -> None:
    session = new_session(plan=SHORT)
    study(session, 100)
    session.pause(START + 100)
    assert timer(session, 130).left_s == pytest.approx(200)
    session.resume(START + 140)
    assert timer(session, 140).left_s == pytest.approx(200)
    assert timer(session, 140).round == 1


@pytest.mark.parametrize(("plan", "rest_s"), [(SHORT, 60), (BreakPlan(25, 5), 120)])
def test_a_pause_as_long_as_the_planned_break_or_two_minutes_is_a_rest(
    plan: BreakPlan, rest_s: float
) -> None:
    for seconds, rests in ((rest_s - 1, 0), (rest_s, 1)):
        session = new_session(plan=plan)
        study(session, 100)
        session.pause(START + 100)
        session.resume(START + 100 + seconds)
        assert session.totals(START + 100 + seconds).breaks == rests
        assert timer(session, 100 + seconds).round == 1 + rests


def test_an_absence_shorter_than_the_planned_break_only_stops_the_clock() -> None:
    session = new_session(plan=SHORT)
    show(session, NOBODY, 0, 10, fps=2)
    study(session, 150)
    # It was no rest, and no study either, from the fifth second on.
    assert timer(session, 150).left_s == pytest.approx(155.5)


def test_after_four_rounds_the_count_begins_anew() -> None:
    session, at, seen = new_session(plan=BreakPlan(1, 1)), 0, []
    for _ in range(ROUNDS + 1):
        seen.append(study(session, at + 60, at).round)
        at += 60
        session.take_break(START + at)
        at += 60
        session.resume(START + at)
    assert seen == [1, 2, 3, 4, 1]


def test_a_break_that_nobody_answers_is_over_and_the_timer_keeps_its_time() -> None:
    session = new_session(plan=BreakPlan(25, 5))
    assert study(session, 2099).phase is Phase.DUE
    view = study(session, 2101, 2099)
    assert (view.phase, view.round) == (Phase.FOCUS, 2)
    assert view.left_s == pytest.approx(3000 - 2101)
    assert session.snapshot(START + 2101).suggestion is None


def test_short_plans_are_never_held_up() -> None:
    session = new_session(plan=SHORT)
    study(session, 1205)
    at = [
        event.at - START
        for event in session.events()
        if event.kind is EventKind.BREAK_SUGGESTED and event.data["rule"] == BreakRule.TIMER
    ]
    assert at == [300, 600, 900, 1200]


def test_a_press_that_has_no_meaning_now_changes_nothing() -> None:
    session = new_session(plan=SHORT)
    study(session, 100)
    before = timer(session, 100)
    session.extend_break(START + 100)
    session.dismiss_break(START + 100)
    session.snooze_break(START + 100)
    assert timer(session, 100) == before
    session.pause(START + 100)
    session.extend_round(START + 101)
    session.take_break(START + 101)
    assert timer(session, 101) == before
    assert session.totals(START + 101).breaks == 0


def test_a_restart_in_a_break_finds_the_break() -> None:
    session = new_session(plan=SHORT)
    study(session, 301)
    session.take_break(START + 301)
    session.extend_break(START + 310)
    back = again(session)
    assert timer(back, 331) == timer(session, 331)
    back.resume(START + 400)
    assert timer(back, 400).round == 2


PRESSES = st.sampled_from(
    ("pause", "resume", "take_break", "extend_break", "extend_round", "snooze", "dismiss", "wait")
)


@given(st.lists(st.tuples(PRESSES, st.integers(1, 170)), max_size=25))
@example([("wait", 70), ("pause", 170), ("resume", 60), ("pause", 1)])  # a break nobody answered
def test_whatever_is_pressed_the_timer_is_the_same_after_a_restart(
    steps: list[tuple[str, int]],
) -> None:
    session, at = new_session(plan=BreakPlan(2, 1)), 0
    for press, seconds in steps:
        at = at + seconds
        session.sign(START + at)
        session.snapshot(START + at)
        name = f"{press}_break" if press in ("snooze", "dismiss") else press
        if press != "wait":
            getattr(session, name)(START + at)
        view = timer(session, at)
        assert 0 <= view.left_s <= view.length_s
        assert 1 <= view.round <= ROUNDS
        assert view.left_s == 0 or view.over_s == 0
    back = again(session)
    assert back.totals(START + at).breaks == session.totals(START + at).breaks
    if session.state is State.PAUSED:
        assert timer(back, at) == timer(session, at)
