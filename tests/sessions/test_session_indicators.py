"""A session's three indicators: when they are silent, and what moves them."""

from __future__ import annotations

import pytest

from fer_core.affect.indicators import Basis, Reason
from fer_core.sessions.events import EventKind
from fer_core.sessions.snapshot import Trend
from tests.sessions.playing import CALM, FURROWED, NO_CAMERA, NOBODY, OF_KNOWN, new_session, show
from tests.synthetic.signals import (
    START,
)


class TestIndicators:
    def test_they_wait_for_the_baseline(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 120, fps=3)
        snapshot = session.snapshot(START + end)
        assert snapshot.comprehension.estimate.reason is Reason.BASELINE
        assert snapshot.stress.estimate.reason is Reason.BASELINE
        assert 0.3 < snapshot.baseline_progress < 0.45

    def test_after_five_minutes_the_baseline_is_ready(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 320, fps=3)
        assert session.baseline is not None
        assert session.snapshot(START + end).comprehension.estimate.value is not None
        assert [e.kind for e in session.events()].count(EventKind.BASELINE_READY) == 1

    def test_a_known_learner_need_not_wait(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 30)
        estimate = session.snapshot(START + end).comprehension.estimate
        assert estimate.value == pytest.approx(67, abs=1)
        assert estimate.basis is Basis.ATTENTION

    def test_with_a_face_in_view_for_less_than_half_nothing_is_shown(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = 0.0
        for _ in range(10):
            end = show(session, CALM, end, 2)
            end = show(session, NOBODY, end, 2.6)
        session.observe(CALM, START + end + 0.2)
        snapshot = session.snapshot(START + end + 0.2)
        assert snapshot.coverage < 0.5
        assert snapshot.stress.estimate.reason is Reason.COVERAGE

    def test_a_furrowed_face_raises_stress_and_lowers_comprehension(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        before = session.snapshot(START + end)
        end = show(session, FURROWED, end, 120)
        after = session.snapshot(START + end)
        assert after.stress.trend is Trend.HIGHER
        assert after.comprehension.trend is Trend.LOWER
        assert before.stress.trend is Trend.SAME

    def test_away_is_no_attention(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        end = show(session, NOBODY, end, 90)
        assert session.snapshot(START + end).attention.estimate.value == 0

    def test_a_camera_that_never_helped_is_left_out(self) -> None:
        session = new_session(profile=NO_CAMERA)
        end = show(session, FURROWED, 0, 60)
        assert session.snapshot(START + end).stress.estimate.reason is Reason.NO_ANSWERS

    def test_a_text_that_is_open_enters_the_live_estimate(self) -> None:
        from fer_core.affect.indicators import comprehension_features

        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        easy = session.snapshot(START + end).comprehension.estimate
        session.set_reading(comprehension_features(difficulty=2.0))
        hard = session.snapshot(START + end).comprehension.estimate
        assert hard.basis is Basis.TEXT
        assert hard.value is not None
        assert easy.value is not None
        assert hard.value < easy.value
