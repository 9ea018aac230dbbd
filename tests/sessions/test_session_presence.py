"""What a session says of who is there."""

from __future__ import annotations

import pytest

from fer_core.affect.indicators import Reason
from fer_core.affect.signals import Presence
from tests.sessions.playing import CALM, NOBODY, OF_KNOWN, OFF, TWO, new_session, show
from tests.synthetic.signals import (
    START,
)


class TestPresence:
    def test_one_missed_frame_is_no_absence(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 5)
        session.observe(NOBODY, START + end + 0.2)
        assert session.snapshot(START + end + 0.2).presence is Presence.FACE

    def test_a_missing_face_is_bridged_for_three_seconds(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        end = show(session, NOBODY, end, 2.8)
        assert session.snapshot(START + end).stress.estimate.value is not None
        end = show(session, NOBODY, end, 0.4)
        assert session.snapshot(START + end).stress.estimate.reason is Reason.NO_FACE

    def test_after_five_seconds_without_a_face_the_learner_is_away(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 20)
        end = show(session, NOBODY, end, 4.8)
        assert session.snapshot(START + end).presence is Presence.NO_FACE
        end = show(session, NOBODY, end, 0.4)
        snapshot = session.snapshot(START + end)
        assert snapshot.presence is Presence.AWAY
        assert snapshot.expression.reason is Reason.AWAY

    def test_time_away_is_not_studied(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 20)
        end = show(session, NOBODY, end, 65)
        show(session, CALM, end, 15)
        totals = session.totals(START + 100)
        assert totals.away_s == pytest.approx(60, abs=0.5)
        assert totals.studied_s == pytest.approx(40, abs=0.5)

    def test_a_camera_that_is_off_is_paused_and_not_away(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 20)
        end = show(session, OFF, end, 60)
        snapshot = session.snapshot(START + end)
        assert snapshot.notice is Reason.CAMERA_OFF
        assert session.totals(START + end).away_s == 0

    def test_a_second_face_pauses_the_indicators_and_says_so(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        end = show(session, TWO, end, 2)
        snapshot = session.snapshot(START + end)
        assert snapshot.notice is Reason.SEVERAL_FACES
        for indicator in (snapshot.comprehension, snapshot.stress, snapshot.attention):
            assert indicator.estimate.reason is Reason.SEVERAL_FACES

    def test_a_second_face_leaves_no_trace_in_the_expression(self) -> None:
        alone, joined = new_session(), new_session()
        for session in (alone, joined):
            show(session, CALM, 0, 10)
        show(joined, TWO, 10, 2)
        for session in (alone, joined):
            show(session, CALM, 12, 5)
        assert alone.totals(START + 17).shares == pytest.approx(
            joined.totals(START + 17).shares, abs=1e-6
        )

    def test_a_second_box_in_a_single_frame_is_a_slip(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 5)
        session.observe(TWO, START + end + 0.2)
        assert session.snapshot(START + end + 0.2).notice is None

    def test_a_camera_that_falls_silent_is_said_to(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        assert session.snapshot(START + 12).notice is None
        assert session.snapshot(START + 14).notice is Reason.NO_PICTURES

    def test_nobody_is_away_while_no_pictures_come(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        session.observe(NOBODY, START + 100)
        assert session.snapshot(START + 100).presence is Presence.NO_FACE
