"""From what was measured to an estimate, or to the reason why there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.indicators import (
    Basis,
    ComprehensionFeatures,
    Reason,
    StressFeatures,
    comprehension_features,
)
from fer_core.affect.weights import Weights, comprehension_prior, stress_prior
from fer_core.sessions.coverage import Covered
from fer_core.sessions.estimates import (
    EstimatorState,
    Measured,
    estimate_attention,
    estimate_comprehension,
    estimate_stress,
    live_features,
    stress_features,
)

STATE = EstimatorState()
WELL = Measured(None, Covered(60.0, 55.0, 60.0), 60.0, face_seen=True, negative_z=0.0, motion_z=0.0)


def answered_thrice(prior: Weights) -> Weights:
    given = replace(prior.full, answers=3)
    return Weights(given, given)


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        (replace(WELL, reason=Reason.AWAY), Reason.AWAY),
        (replace(WELL, face_seen=False, negative_z=None), Reason.WAITING),
        (replace(WELL, negative_z=None), Reason.BASELINE),
        (replace(WELL, covered=Covered(60.0, 29.0, 60.0)), Reason.COVERAGE),
    ],
)
def test_what_is_missing_is_said(measured: Measured, reason: Reason) -> None:
    assert estimate_comprehension(STATE, measured).reason is reason
    assert estimate_stress(STATE, measured).reason is reason


def test_a_furrowed_moving_face_with_a_fast_heart_is_more_stressed() -> None:
    calm = estimate_stress(STATE, WELL).value
    tense = replace(WELL, negative_z=2.0, motion_z=1.0, pulse=1.0)
    assert calm is not None
    assert stress_features(tense) == StressFeatures(2.0, 1.0, 1.0)
    assert (estimate_stress(STATE, tense).value or 0.0) > calm + 10


def test_the_text_enters_and_the_camera_adds_to_it() -> None:
    state = replace(STATE, reading=comprehension_features(difficulty=2.0, wpm=200, own_wpm=238))
    measured = replace(WELL, covered=Covered(60.0, 55.0, 30.0), negative_z=1.0)
    made = live_features(state, measured)
    assert state.reading is not None
    assert made.difficulty == state.reading.difficulty != 0
    assert made.away != 0
    assert made.negative != 0
    assert estimate_comprehension(state, measured).basis is Basis.TEXT
    assert estimate_comprehension(STATE, measured).basis is Basis.ATTENTION


def test_without_the_camera_answers_or_a_text_are_needed() -> None:
    state = replace(STATE, use_camera=False, use_camera_for_stress=False)
    assert estimate_comprehension(state, WELL).reason is Reason.NO_ANSWERS
    assert estimate_stress(state, WELL).reason is Reason.NO_ANSWERS
    answered = replace(
        state,
        comprehension=answered_thrice(comprehension_prior()),
        stress=answered_thrice(stress_prior()),
    )
    assert estimate_comprehension(answered, WELL).basis is Basis.ANSWERS
    assert estimate_stress(answered, WELL).basis is Basis.ANSWERS
    reading = replace(state, reading=ComprehensionFeatures())
    assert estimate_comprehension(reading, WELL).basis is Basis.TEXT
    furrowed = replace(WELL, negative_z=3.0)
    usual, now = (estimate_comprehension(reading, one) for one in (WELL, furrowed))
    assert now == usual
    assert live_features(reading, furrowed).has_camera  # kept with an answer all the same


@given(st.floats(30, 60), st.floats(0, 1))
def test_attention_is_bounded_by_the_seconds_in_which_the_camera_told_nothing(
    observed: float, share: float
) -> None:
    made = estimate_attention(replace(WELL, covered=Covered(observed, 0.0, share * observed)))
    assert made.value == pytest.approx(100 * share)
    assert made.low == pytest.approx(100 * share * observed / 60)
    assert made.high == pytest.approx(100 * (share * observed + 60 - observed) / 60)


def test_a_minute_that_was_wholly_seen_leaves_nothing_to_doubt() -> None:
    made = estimate_attention(replace(WELL, covered=Covered(60.0, 60.0, 60.0)))
    assert (made.low, made.value, made.high) == (100, 100, 100)


def test_attention_stays_while_nobody_is_there_and_ends_with_the_camera() -> None:
    nobody = Covered(60.0, 0.0, 0.0)
    assert estimate_attention(replace(WELL, reason=Reason.AWAY, covered=nobody)).value == 0
    assert estimate_attention(replace(WELL, reason=Reason.CAMERA_OFF)).reason is Reason.CAMERA_OFF
    half = replace(WELL, covered=Covered(29.0, 0.0, 0.0))
    assert estimate_attention(half).reason is Reason.COVERAGE
