"""Answers move the weights as a penalised logistic fit says, and no further."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from fer_core.affect.indicators import ComprehensionFeatures, StressFeatures
from fer_core.affect.weights import comprehension_prior, probability, stress_prior
from fer_core.arrays import FloatArray
from fer_core.learner.personalise import Example, learn, personalise
from tests.synthetic.reading import draw_reader


def examples(seed: int, count: int) -> list[Example]:
    rng = np.random.default_rng(seed)
    reader = draw_reader(rng)
    return [reader.example(rng)[0] for _ in range(count)]


def test_no_answers_leave_the_prior() -> None:
    assert personalise(comprehension_prior().full, []) is not None
    assert personalise(comprehension_prior().full, []).answers == 0


@pytest.mark.parametrize("count", [1, 10, 60])
def test_the_weights_are_those_a_general_optimiser_finds(count: int) -> None:
    prior = comprehension_prior().full
    learnt = examples(3, count)
    precision = np.linalg.inv(prior.covariance)

    def objective(b: FloatArray) -> float:
        total = 0.5 * (b - prior.mean) @ precision @ (b - prior.mean)
        for one in learnt:
            logit = b @ one.features.vector()
            total += one.weight * (np.logaddexp(0, logit) - one.target * logit)
        return float(total)

    expected = minimize(objective, prior.mean, method="BFGS", options={"gtol": 1e-8}).x
    fitted = personalise(prior, learnt)
    assert fitted.mean == pytest.approx(expected, abs=1e-4)
    assert fitted.answers == count


@given(
    st.lists(
        st.tuples(st.floats(-3, 3), st.floats(0, 3), st.floats(0, 1), st.sampled_from([0.5, 1.0])),
        max_size=80,
    )
)
def test_whatever_the_answers_the_belief_stays_finite_and_never_gets_wider(
    rows: list[tuple[float, float, float, float]],
) -> None:
    prior = comprehension_prior().full
    learnt = [
        Example(ComprehensionFeatures(difficulty=hard, skimming=fast), target, weight)
        for hard, fast, target, weight in rows
    ]
    fitted = personalise(prior, learnt)
    assert np.isfinite(fitted.mean).all()
    variances = np.linalg.eigvalsh(fitted.covariance)
    assert variances.min() > 0
    assert np.linalg.eigvalsh(prior.covariance - fitted.covariance).min() > -1e-9


def test_twenty_low_answers_pull_the_estimate_down() -> None:
    features = ComprehensionFeatures(difficulty=0.0)
    fitted = learn(comprehension_prior(), [Example(features, 0.0, 0.5)] * 20)
    assert probability(features, comprehension_prior()) == pytest.approx(0.67, abs=0.02)
    assert probability(features, fitted) < 0.3


def test_stress_learns_from_its_own_ratings_in_the_same_way() -> None:
    tense, calm = StressFeatures(negative=2.0), StressFeatures(negative=-2.0)
    learnt = [Example(tense, 0.9, 0.5), Example(calm, 0.1, 0.5)] * 15
    fitted = learn(stress_prior(), learnt)
    assert probability(tense, fitted) > probability(tense, stress_prior())
    assert probability(calm, fitted) < probability(tense, fitted)


def test_few_answers_leave_the_probability_nearer_to_one_half_than_its_best_guess() -> None:
    features = ComprehensionFeatures(difficulty=3.0, skimming=3.0)
    prior = comprehension_prior()
    best_guess = 1 / (1 + np.exp(-float(prior.full.mean @ features.vector())))
    assert best_guess < probability(features, prior) < 0.5
