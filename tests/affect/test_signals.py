"""Smoothing at any frame rate, the own baseline, and what a frame counts for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.signals import (
    LABEL_HALF_LIFE_S,
    ProbabilityMedian,
    Smoother,
    arousal_of,
    frame_weight,
    negative_of,
    sample_of,
    valence_of,
)
from fer_core.emotions import EMOTIONS, Emotion
from tests.synthetic.signals import face, label_figures, one_hot, picture, rate_error

vectors = st.lists(st.floats(0.001, 1), min_size=5, max_size=5).map(
    lambda raw: np.array(raw) / sum(raw)
)
gaps = st.lists(st.floats(0.001, 400), min_size=1, max_size=60)


class TestFrame:
    def test_a_large_face_counts_by_its_confidence(self) -> None:
        assert frame_weight(face(one_hot(Emotion.SAD), confidence=0.7, height=80)) == 0.7

    def test_a_face_of_40_pixels_counts_half(self) -> None:
        assert frame_weight(face(one_hot(Emotion.SAD), confidence=0.8, height=40)) == 0.4

    def test_a_second_face_leaves_no_sample(self) -> None:
        both = picture(face(one_hot(Emotion.HAPPY)), face(one_hot(Emotion.SAD), x=20))
        assert sample_of(both, 1.0) is None

    def test_a_black_picture_leaves_no_sample(self) -> None:
        assert sample_of(picture(face(one_hot(Emotion.HAPPY)), blank=True), 1.0) is None

    def test_probabilities_that_are_no_numbers_leave_no_sample(self) -> None:
        assert sample_of(picture(face(np.full(5, math.nan))), 1.0) is None

    @pytest.mark.parametrize("emotion", EMOTIONS)
    def test_a_pure_expression_has_russells_coordinates(self, emotion: Emotion) -> None:
        p = one_hot(emotion)
        assert valence_of(p) == pytest.approx(emotion.valence)
        assert arousal_of(p) == pytest.approx(emotion.arousal)

    @given(vectors)
    def test_valence_and_arousal_stay_within_one(self, p: np.ndarray) -> None:
        assert -1 <= valence_of(p) <= 1
        assert -1 <= arousal_of(p) <= 1
        assert 0 <= negative_of(p) <= 1


class TestMedian:
    @given(st.lists(vectors, min_size=1, max_size=12))
    def test_it_stays_a_distribution(self, frames: list[np.ndarray]) -> None:
        median = ProbabilityMedian()
        for i, p in enumerate(frames):
            out = median.push(p, i / 10)
            assert out.sum() == pytest.approx(1)
            assert (out >= 0).all()

    def test_two_wrong_frames_of_five_do_not_show(self) -> None:
        median = ProbabilityMedian()
        seen = [Emotion.HAPPY, Emotion.HAPPY, Emotion.SAD, Emotion.SAD, Emotion.HAPPY]
        for i, emotion in enumerate(seen):
            out = median.push(one_hot(emotion, 0.9), i / 10)
        assert out.argmax() == Emotion.HAPPY.index

    def test_at_two_frames_a_second_it_looks_at_three(self) -> None:
        median = ProbabilityMedian()
        seen = [Emotion.HAPPY, Emotion.HAPPY, Emotion.HAPPY, Emotion.SAD, Emotion.SAD]
        for i, emotion in enumerate(seen):
            out = median.push(one_hot(emotion, 0.9), i / 2)
        assert out.argmax() == Emotion.SAD.index


class TestSmoother:
    @given(gaps, st.lists(vectors, min_size=60, max_size=60), st.floats(0.01, 1))
    def test_whatever_the_gaps_it_stays_within_what_was_seen(
        self, steps: list[float], frames: list[np.ndarray], weight: float
    ) -> None:
        smoother, at = Smoother((2, 10, 60), 5), 0.0
        for step, p in zip(steps, frames, strict=False):
            at += step
            smoother.push(p, at, weight)
        seen = np.array(frames[: len(steps)])
        assert np.isfinite(smoother.mean).all()
        assert np.isfinite(smoother.band).all()
        assert (smoother.mean >= seen.min(axis=0) - 1e-9).all()
        assert (smoother.mean <= seen.max(axis=0) + 1e-9).all()
        np.testing.assert_allclose(smoother.mean.sum(axis=1), 1)

    @given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
    def test_a_frame_that_comes_late_changes_nothing(self, times: list[float]) -> None:
        in_order, as_came = Smoother((10,), 1), Smoother((10,), 1)
        newest = -math.inf
        for at in times:
            value = np.array([math.sin(at)])
            as_came.push(value, at)
            if at > newest:
                in_order.push(value, at)
                newest = at
        np.testing.assert_array_equal(in_order.mean, as_came.mean)

    def test_after_one_half_life_a_step_is_half_way(self) -> None:
        smoother = Smoother((10,), 1)
        times = np.arange(0.1, 200, 0.1)
        for at in times:
            smoother.push(np.zeros(1), at)
        for at in np.arange(0.1, 10.05, 0.1):
            smoother.push(np.ones(1), times[-1] + at)
        assert smoother.mean[0, 0] == pytest.approx(0.5, abs=0.01)

    def test_the_first_frame_is_no_head_start(self) -> None:
        smoother = Smoother((60,), 1)
        smoother.push(np.array([1.0]), 0.1)
        for i in range(9):
            smoother.push(np.array([0.0]), 0.2 + i / 10)
        assert smoother.mean[0, 0] == pytest.approx(0.1, abs=0.01)

    def test_one_frame_after_a_long_gap_cannot_pull_a_slow_value_over(self) -> None:
        smoother = Smoother((60,), 1)
        for i in range(600):
            smoother.push(np.zeros(1), i / 10)
        smoother.push(np.ones(1), 260.0)
        assert smoother.mean[0, 0] < 0.1

    def test_the_band_of_a_noisy_signal_is_wider(self) -> None:
        rng = np.random.default_rng(0)
        calm, noisy = Smoother((10,), 1), Smoother((10,), 1)
        for i in range(600):
            calm.push(np.array([0.01 * rng.normal()]), i / 10)
            noisy.push(np.array([0.2 * rng.normal()]), i / 10)
        assert noisy.band[0, 0] > 5 * calm.band[0, 0]

    @pytest.mark.parametrize("half_life_s", [10.0, 60.0])
    @pytest.mark.parametrize("fps", [2.0, 5.0, 15.0])
    def test_jitter_and_lost_frames_differ_from_30_fps_by_less_than_two_hundredths(
        self, fps: float, half_life_s: float
    ) -> None:
        assert max(rate_error(fps, half_life_s, seed) for seed in range(3)) <= 0.02


@pytest.mark.parametrize("weight", [1.0, 0.8])
def test_at_20_percent_wrong_frames_the_label_is_steady_quick_and_right(weight: float) -> None:
    runs = [label_figures(LABEL_HALF_LIFE_S, seed, weight=weight) for seed in range(4)]
    assert np.mean([run.raw_flips_per_min for run in runs]) > 80
    assert np.mean([run.flips_per_min for run in runs]) <= 1.5
    assert np.mean([run.lag_s for run in runs]) <= 2.5
    assert np.mean([run.accuracy for run in runs]) >= 0.95


def test_an_observation_without_weight_changes_nothing() -> None:
    """A frame on the very start of a second weighs nothing: 0 / 0 would stay in the mean."""
    smoother = Smoother((10.0,), 1)
    smoother.push(np.array([5.0]), 1.0, 0.0)
    assert smoother.empty
    smoother.push(np.array([2.0]), 2.0)
    smoother.push(np.array([9.0]), 3.0, 0.0)
    assert smoother.mean[0, 0] == 2.0
