"""Frames in any order and rate: what a session makes of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.affect.indicators import Reason
from fer_core.emotions import LABELS, Emotion
from fer_core.vision.faces import Detections
from tests.sessions.playing import (
    CALM,
    FURROWED,
    NOBODY,
    OF_KNOWN,
    OFF,
    SMILE,
    TWO,
    new_session,
    show,
)
from tests.synthetic.signals import (
    START,
    face,
    one_hot,
    picture,
    with_valence,
)


class TestExpression:
    def test_it_names_what_was_seen_in_the_last_seconds(self) -> None:
        session = new_session()
        show(session, SMILE, 0, 5)
        assert session.snapshot(START + 5).expression.emotion is Emotion.HAPPY

    def test_a_furrowed_brow_is_not_called_angry(self) -> None:
        session = new_session()
        show(session, FURROWED, 0, 5)
        assert session.snapshot(START + 5).expression.label == "Brow lowered"

    def test_an_unclear_face_is_unsure_and_says_so(self) -> None:
        session = new_session()
        show(session, picture(face(np.full(5, 0.2))), 0, 5)
        expression = session.snapshot(START + 5).expression
        assert expression.emotion is None
        assert expression.reason is Reason.UNSURE

    def test_before_the_first_picture_it_waits(self) -> None:
        expression = new_session().snapshot(START).expression
        assert expression.probabilities is None
        assert expression.reason is Reason.WAITING


class TestFrames:
    def test_a_late_frame_is_left_out_and_counted(self) -> None:
        session = new_session()
        assert session.observe(CALM, START + 2)
        assert not session.observe(SMILE, START + 1)
        assert not session.observe(SMILE, START + 2)
        snapshot = session.snapshot(START + 2)
        assert (snapshot.frames, snapshot.late_frames) == (1, 2)

    def test_a_frame_without_a_time_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time"):
            new_session().observe(CALM, math.nan)

    def test_the_order_of_late_frames_does_not_matter(self) -> None:
        """The same newest frames give the same rows, whatever came late between them."""
        rng = np.random.default_rng(0)
        pictures = [(at, with_valence(float(rng.normal(0, 0.3)))) for at in range(1, 200)]
        plain, messy = new_session(), new_session()
        for at, p in pictures:
            plain.observe(picture(face(p)), START + at / 4)
            messy.observe(picture(face(p)), START + at / 4)
            messy.observe(SMILE, START + at / 4 - float(rng.uniform(0, 10)))
        assert plain.rows() == messy.rows()

    @settings(max_examples=30)
    @given(
        st.lists(
            st.tuples(st.floats(0.001, 700), st.sampled_from([CALM, SMILE, NOBODY, OFF, TWO])),
            min_size=1,
            max_size=80,
        )
    )
    def test_whatever_comes_there_is_one_row_a_second_and_never_nan(
        self, steps: list[tuple[float, Detections]]
    ) -> None:
        session, at = new_session(profile=OF_KNOWN), START
        for step, detections in steps:
            at += step
            session.observe(detections, at)
        snapshot = session.snapshot(at)
        session.finish(at)
        starts = [row.at for row in session.rows()]
        assert starts == sorted(set(starts))
        assert all(start == math.floor(start) for start in starts)
        for row in session.rows():
            numbers = [
                row.valence,
                row.valence_band,
                row.arousal,
                row.coverage,
                row.motion,
                *(row.shares or ()),
                *(row.probabilities or ()),
            ]
            assert all(math.isfinite(number) for number in numbers if number is not None)
            assert 0 <= row.coverage <= 1
            assert row.valid_s <= row.observed_s + 1e-9 <= 1 + 2e-9
        for indicator in (snapshot.comprehension, snapshot.stress, snapshot.attention):
            estimate = indicator.estimate
            assert (estimate.value is None) == (estimate.reason is not None)
        totals = session.totals(at)
        assert 0 <= totals.studied_s <= totals.active_s <= totals.elapsed_s + 1e-6

    @pytest.mark.parametrize("fps", [2.0, 5.0, 15.0])
    def test_the_timeline_is_the_same_at_any_frame_rate(self, fps: float) -> None:
        def run(rate: float) -> np.ndarray:
            session = new_session(profile=OF_KNOWN)
            for i in range(1, int(240 * rate)):
                at = i / rate
                happy = 0.5 - 0.5 * math.cos(2 * math.pi * at / 60)
                p = happy * one_hot(Emotion.HAPPY) + (1 - happy) * one_hot(Emotion.NATURAL)
                session.observe(picture(face(p)), START + at)
            frame = session.timeline(since=START + 60)
            return frame[[*LABELS, "valence"]].to_numpy()[:170]

        assert np.abs(run(fps) - run(30.0)).max() <= 0.03
