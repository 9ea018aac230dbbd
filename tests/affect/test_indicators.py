"""What an estimate is made of, and that it never shows what it does not know."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fer_core.affect.indicators import (
    ComprehensionFeatures,
    Estimate,
    Reason,
    StressFeatures,
    comprehension_features,
)
from fer_core.affect.weights import (
    Coefficients,
    Weights,
    comprehension_prior,
    estimate,
    probability,
    stress_prior,
)
from fer_core.arrays import expit

measures = st.none() | st.floats(-1e6, 1e6)


def test_without_any_information_an_estimate_is_what_the_prior_expects() -> None:
    for features, prior in (
        (ComprehensionFeatures(), comprehension_prior()),
        (StressFeatures(), stress_prior()),
    ):
        intercept, spread = prior.full.mean[0], prior.full.covariance[0, 0]
        drawn = expit(np.random.default_rng(0).normal(intercept, np.sqrt(spread), 200_000))
        assert estimate(features, prior).value == pytest.approx(100 * drawn.mean(), abs=0.5)


def test_what_is_shown_is_what_is_judged() -> None:
    features = ComprehensionFeatures(difficulty=1.0, skimming=2.0)
    prior = comprehension_prior()
    assert estimate(features, prior).value == 100 * probability(features, prior)


def test_a_harder_text_lowers_the_estimate() -> None:
    features = comprehension_features(difficulty=1.0)
    assert features.difficulty == pytest.approx(1.0)
    easier, harder = (
        estimate(one, comprehension_prior()).value for one in (ComprehensionFeatures(), features)
    )
    assert easier is not None
    assert harder is not None
    assert harder < easier


def test_reading_slowly_is_no_skimming() -> None:
    assert comprehension_features(wpm=100, own_wpm=238).skimming == 0.0


def test_reading_twice_as_fast_is_skimming() -> None:
    features = comprehension_features(wpm=476, own_wpm=238)
    assert features.skimming == pytest.approx(math.log(2) / 0.30)


def test_a_calm_face_earns_no_bonus() -> None:
    assert comprehension_features(negative_z=-3).negative == 0.0


def test_leaving_the_camera_out_keeps_text_and_pace() -> None:
    features = comprehension_features(
        difficulty=0.5, wpm=400, own_wpm=238, away_share=0.5, negative_z=2
    )
    bare = features.without_camera()
    assert (bare.difficulty, bare.skimming) == (features.difficulty, features.skimming)
    assert (bare.away, bare.negative) == (None, None)


@example(difficulty=None, wpm=5e-324, away=None, z=None, revisits=None)
@given(difficulty=measures, wpm=measures, away=measures, z=measures, revisits=measures)
def test_every_estimate_lies_between_0_and_100_inside_its_interval(
    difficulty: float | None,
    wpm: float | None,
    away: float | None,
    z: float | None,
    revisits: float | None,
) -> None:
    features = comprehension_features(
        difficulty=difficulty,
        wpm=wpm,
        own_wpm=238,
        away_share=away,
        negative_z=z,
        revisits_above_median=revisits,
    )
    made = estimate(features, comprehension_prior())
    assert made.value is not None
    assert made.low is not None
    assert made.high is not None
    assert 0 <= made.low <= made.value <= made.high <= 100


@given(z=st.floats(0, 3), more=st.floats(0.01, 3))
def test_more_negative_expression_never_raises_comprehension(z: float, more: float) -> None:
    prior = comprehension_prior()
    low = estimate(comprehension_features(negative_z=z + more), prior).value
    high = estimate(comprehension_features(negative_z=z), prior).value
    assert low is not None
    assert high is not None
    assert low <= high


def test_less_certain_weights_give_a_wider_interval() -> None:
    prior = comprehension_prior()
    held = prior.full
    sure = Coefficients(held.names, held.mean, held.covariance / 4, answers=20)
    wide = estimate(ComprehensionFeatures(), prior)
    narrow = estimate(ComprehensionFeatures(), Weights(sure, sure))
    assert wide.low is not None
    assert narrow.low is not None
    assert narrow.low > wide.low


def test_an_estimate_counts_as_calibrated_from_8_answers() -> None:
    assert not Estimate(50, 40, 60, answers=7).calibrated
    assert Estimate(50, 40, 60, answers=8).calibrated


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_an_estimate_cannot_be_no_number_without_a_reason(value: float | None) -> None:
    with pytest.raises(ValueError, match="finite"):
        Estimate(value, 0.0, 1.0)


def test_an_estimate_cannot_have_both_value_and_reason() -> None:
    with pytest.raises(ValueError, match="not both"):
        Estimate(50, 40, 60, reason=Reason.AWAY)


def test_every_reason_has_a_sentence() -> None:
    assert all(reason.text.endswith(".") for reason in Reason)


def test_coefficients_survive_json() -> None:
    before = comprehension_prior().full
    after = Coefficients.from_dict(json.loads(json.dumps(before.to_dict())))
    np.testing.assert_allclose(after.mean, before.mean)
    np.testing.assert_allclose(after.covariance, before.covariance)
    assert (after.names, after.answers) == (before.names, before.answers)


def test_coefficients_that_are_no_numbers_are_refused() -> None:
    data = comprehension_prior().full.to_dict()
    data["mean"][0] = math.nan
    with pytest.raises(ValueError, match="finite"):
        Coefficients.from_dict(data)
