"""What counts as study: only time with signs of the learner, however the clocks jump."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.emotions import Emotion
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.sessions.clock import SILENT_AFTER_S, SessionClock
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))
OFF = picture(blank=True)
NIGHT_S = 9 * 3600.0


def new_session() -> StudySession:
    return StudySession(SessionInfo("s", START), seed=1)


def watch(session: StudySession, since: float, until: float) -> None:
    """Let the camera see the learner once a second."""
    for second in range(int(since), int(until) + 1):
        session.observe(CALM, START + second)


class TestSilence:
    def test_a_night_without_a_sign_is_no_study(self) -> None:
        session = new_session()
        watch(session, 0, 120)
        assert session.totals(START + NIGHT_S).active_s == 120
        assert session.totals(START + NIGHT_S).studied_s == 120

    def test_who_looks_after_a_silence_pauses_as_of_the_last_sign(self) -> None:
        session = new_session()
        watch(session, 0, 120)
        assert not session.pause_if_silent(START + 120 + SILENT_AFTER_S)
        assert session.pause_if_silent(START + NIGHT_S)
        assert session.state is State.PAUSED
        assert session.last_sign == START + 120
        assert [event.at for event in session.events() if event.kind is EventKind.PAUSED] == [
            START + 120
        ]

    def test_whether_somebody_looked_changes_no_number(self) -> None:
        alone, looked_at = new_session(), new_session()
        for session in (alone, looked_at):
            watch(session, 0, 120)
        looked_at.pause_if_silent(START + 4000)
        for session in (alone, looked_at):
            assert not session.observe(CALM, START + 5000)
            session.resume(START + 5010)
            watch(session, 5010, 5100)
            session.finish(START + 5100)
        assert alone.totals(START + 5100) == looked_at.totals(START + 5100)
        assert alone.totals(START + 5100).active_s == 120 + 90
        assert alone.events() == looked_at.events()

    def test_a_short_silence_counts(self) -> None:
        session = new_session()
        watch(session, 0, 60)
        session.observe(CALM, START + 60 + SILENT_AFTER_S)
        assert session.totals(START + 60 + SILENT_AFTER_S).active_s == 60 + SILENT_AFTER_S

    def test_finishing_in_the_morning_counts_no_night(self) -> None:
        session = new_session()
        watch(session, 0, 120)
        session.finish(START + NIGHT_S)
        totals = session.totals(START + NIGHT_S)
        assert (totals.active_s, totals.elapsed_s) == (120, NIGHT_S)

    def test_black_pictures_are_no_sign_of_anybody(self) -> None:
        session = new_session()
        for second in range(0, int(NIGHT_S), 60):
            session.observe(OFF, START + second)
        assert session.totals(START + NIGHT_S).active_s == 0

    def test_reports_answers_and_commands_are_signs(self) -> None:
        session = new_session()
        session.mark_passage("p1", 1.0, START + 98, START + 100)
        session.answer(Probe("x", ProbeKind.CLARITY, START + 200, "?"), 3, START + 250)
        session.dismiss_break(START + 400)
        session.sign(START + 550)
        session.pause(START + 700)
        assert session.totals(START + 9000).active_s == 700

    def test_a_question_that_expires_is_no_sign(self) -> None:
        session = new_session()
        asked = None
        for second in range(0, 400, 2):
            session.observe(CALM, START + second)
            if (asked := session.next_probe(START + second)) is not None:
                break
        assert asked is not None
        last = session.last_sign
        session.next_probe(asked.asked_at + 121)
        assert session.answers[0].skipped
        assert session.last_sign == last


class TestPauseInThePast:
    def test_a_pause_begins_when_it_is_said_to(self) -> None:
        session = new_session()
        session.sign(START + 50)
        session.pause(START + 60)
        assert session.totals(START + 90).active_s == 60

    def test_but_not_before_what_was_counted(self) -> None:
        session = new_session()
        watch(session, 0, 50)
        session.pause(START + 20)
        assert session.totals(START + 90).active_s == 50

    def test_after_a_clock_is_set_back_new_time_counts_and_old_time_not_again(self) -> None:
        session = new_session()
        watch(session, 0, 100)
        session.pause(START + 100)
        session.resume(START - 4000)
        session.sign(START - 3990)
        session.pause(START - 3990)
        totals = session.totals(START - 3900)
        assert (totals.active_s, totals.elapsed_s) == (110, 110)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["frame", "sign", "look", "pause", "resume", "finish"]),
        st.one_of(st.floats(-4000, 4000), st.floats(0, 170), st.floats(0, 5)),
    ),
    max_size=60,
)


def run(session: StudySession, steps: list[tuple[str, float]]) -> tuple[float, float]:
    """Let a clock jump about.

    Returns:
        How much time the signs of the learner leave for study, and where the clock is in the end.
    """
    at = last = START
    possible = 0.0
    for name, step in steps:
        at += step
        if name == "look":
            session.pause_if_silent(at)
            session.snapshot(at)
            continue
        starts_again = name == "resume" and session.state is State.PAUSED
        if not starts_again and at - last <= SILENT_AFTER_S:
            possible += max(0.0, at - last)
        last = at if starts_again else max(last, at)
        try:
            if name == "frame":
                session.observe(CALM, at)
            else:
                getattr(session, name)(at)
        except SessionFinished:
            break
    return possible, at


@given(STEPS)
def test_no_more_is_study_than_there_were_signs_for(steps: list[tuple[str, float]]) -> None:
    session = new_session()
    possible, at = run(session, steps)
    for now in (at, START, START + NIGHT_S):
        totals = session.totals(now)
        tail = min(SILENT_AFTER_S, max(0.0, now - session.last_sign))
        assert 0 <= totals.studied_s <= totals.active_s <= totals.elapsed_s
        assert totals.active_s <= possible + tail + 1e-6


@given(STEPS)
def test_a_session_brought_back_has_the_clock_that_it_had(steps: list[tuple[str, float]]) -> None:
    session = new_session()
    _, at = run(session, steps)
    session.pause_if_silent(session.last_sign + SILENT_AFTER_S + 1)
    again = StudySession.restore(session.info, session.rows(), session.events())
    now = at + NIGHT_S
    assert again.state is session.state
    assert again.last_sign == session.last_sign
    assert again.totals(now).active_s == pytest.approx(session.totals(now).active_s)
    assert again.totals(now).elapsed_s == pytest.approx(session.totals(now).elapsed_s)
    assert again.totals(now).breaks == session.totals(now).breaks


KINDS = st.sampled_from(list(EventKind))


@given(st.lists(st.tuples(KINDS, st.floats(-1e4, 1e4)), max_size=40))
def test_whatever_events_come_time_only_grows(events: list[tuple[EventKind, float]]) -> None:
    clock, reached, at, forward_s = SessionClock(START), 0.0, START, 0.0
    for number, (kind, step) in enumerate(events):
        at += step
        forward_s += max(0.0, step)
        state, since = clock.state, clock.since
        clock.apply(Event(number, at, kind))
        assert reached - 1e-6 <= clock.active_until(clock.since) <= forward_s + 1e-6
        reached = clock.active_until(clock.since)
        if state is State.FINISHED:
            assert (clock.state, clock.since) == (state, since)
