"""Pausing, breaks and reading: what a session makes of commands."""

from __future__ import annotations

import math

import pytest

from fer_core.affect.breaks import BreakRule
from fer_core.affect.indicators import Reason
from fer_core.errors import SessionFinished
from fer_core.sessions.events import EventKind
from fer_core.sessions.snapshot import State
from tests.sessions.playing import CALM, NOBODY, OF_KNOWN, OFF, SMILE, be_there, new_session, show
from tests.synthetic.signals import (
    START,
)


class TestClock:
    def test_a_pause_stops_the_clock_and_the_signals(self) -> None:
        session = new_session()
        show(session, CALM, 0, 60)
        session.pause(START + 60)
        assert not session.observe(SMILE, START + 70)
        snapshot = session.snapshot(START + 100)
        assert snapshot.state is State.PAUSED
        assert snapshot.notice is Reason.PAUSED
        assert snapshot.studied_s == pytest.approx(60)
        session.resume(START + 100)
        assert session.snapshot(START + 130).studied_s == pytest.approx(90)

    def test_pausing_twice_is_pausing_once(self) -> None:
        session = new_session()
        session.pause(START + 10)
        session.pause(START + 20)
        session.resume(START + 30)
        assert session.totals(START + 40).active_s == pytest.approx(20)

    def test_a_pause_in_mid_second_leaves_one_row_for_that_second(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10.4)
        session.pause(START + 10.4)
        session.resume(START + 10.5)
        show(session, CALM, 10.5, 5)
        starts = [row.at for row in session.rows()]
        assert len(starts) == len(set(starts))

    def test_a_frame_captured_in_a_pause_is_left_out_after_it(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        session.pause(START + 10)
        session.resume(START + 100)
        assert not session.observe(SMILE, START + 50)

    def test_a_finished_session_takes_nothing_more(self) -> None:
        session = new_session()
        session.finish(START + 10)
        session.finish(START + 20)
        with pytest.raises(SessionFinished):
            session.observe(CALM, START + 11)
        with pytest.raises(SessionFinished):
            session.resume(START + 11)
        assert session.totals(START + 500).elapsed_s == 10

    def test_the_timer_runs_without_a_camera(self) -> None:
        session = new_session()
        for second in range(1, 1502):
            session.sign(START + second)
            snapshot = session.snapshot(START + second)
        assert snapshot.suggestion is not None
        assert snapshot.suggestion.rule is BreakRule.TIMER

    def test_the_time_to_the_next_break_counts_down(self) -> None:
        session = new_session()
        assert session.snapshot(START + 60).next_break_s == pytest.approx(24 * 60)

    def test_two_minutes_of_pause_are_a_rest(self) -> None:
        session = new_session()
        session.pause(START + 100)
        session.resume(START + 230)
        assert session.snapshot(START + 230).next_break_s == pytest.approx(1500)
        assert session.totals(START + 230).breaks == 1

    def test_taking_a_break_pauses(self) -> None:
        session = new_session()
        be_there(session, 1501)
        session.snapshot(START + 1501)
        session.take_break(START + 1505)
        assert session.state is State.PAUSED
        assert EventKind.BREAK_TAKEN in [event.kind for event in session.events()]


class TestReading:
    def test_signals_tell_who_was_there(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 30)
        end = show(session, OFF, end, 10)
        show(session, NOBODY, end, 20)
        signals = session.signals()
        present = dict(zip(signals.start - START, signals.present, strict=True))
        assert present[10.0] == 1
        assert math.isnan(present[35.0])
        assert present[55.0] == 0

    def test_what_is_visible_in_a_pause_is_not_read(self) -> None:
        session = new_session()
        session.mark_passage("p1", 1.0, START, START + 10)
        session.pause(START + 10)
        session.mark_passage("p2", 1.0, START + 10, START + 20)
        session.resume(START + 20)
        session.mark_passage("p3", 1.0, START + 15, START + 25)
        assert [(v.passage_id, v.start - START) for v in session.views] == [("p1", 0), ("p3", 20)]
