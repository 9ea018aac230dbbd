"""Weights: what each feature counts, before the learner's first answer and after it.

An estimate is 100 E[sigma(b . x)]: x are the features, b the weights, of which only a Gaussian
belief is held. Method B and C.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer_core.affect.indicators import Basis, Estimate, Features
from fer_core.affect.priors import COMPREHENSION_PRIORS, STRESS_PRIORS, Prior
from fer_core.arrays import FloatArray, expit

#: Half-width of the interval shown, in standard deviations: 80 %. A learner takes "between 45
#: and 75" for "probably", and a 95 % interval from a handful of answers covers nearly the whole
#: scale. The page names the level.
INTERVAL_SDS = 1.2816
INTERVAL_PERCENT = 80
#: What that interval is, for a learner: it is of the weights, and holds no error of measuring.
INTERVAL_MEANS = f"how unsure it is what each sign means for you ({INTERVAL_PERCENT} %)"


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """A Gaussian belief about the weights of a logistic estimate.

    Attributes:
        names: Of the n weights, intercept first.
        mean: Shape (n,), in logits per unit of the feature.
        covariance: Shape (n, n).
        answers: How many of the learner's own answers are in it; 0 for the prior.
    """

    names: tuple[str, ...]
    mean: FloatArray
    covariance: FloatArray
    answers: int = 0

    def __post_init__(self) -> None:
        n = len(self.names)
        if self.mean.shape != (n,) or self.covariance.shape != (n, n):
            raise ValueError("mean and covariance must match the names")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ValueError("coefficients must be finite")

    @classmethod
    def prior(cls, priors: Sequence[Prior]) -> Coefficients:
        """Return independent weights with these means and standard deviations."""
        return cls(
            names=tuple(prior.name for prior in priors),
            mean=np.array([prior.mean for prior in priors]),
            covariance=np.diag([prior.sd**2 for prior in priors]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "names": list(self.names),
            "mean": self.mean.tolist(),
            "covariance": self.covariance.tolist(),
            "answers": self.answers,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Coefficients:
        """Read what `to_dict` wrote.

        Raises:
            KeyError, ValueError: The values are not such a belief.
        """
        return cls(
            names=tuple(data["names"]),
            mean=np.asarray(data["mean"], dtype=np.float64),
            covariance=np.asarray(data["covariance"], dtype=np.float64),
            answers=int(data["answers"]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What is believed of the weights, twice.

    Weights that were fitted beside what the camera saw are wrong without it: whoever is away for a
    tenth of the time, as everybody is, would seem to understand more with the camera off.

    Attributes:
        full: Fitted to all that was known.
        without_camera: Fitted to the same answers as if there had been no camera.
    """

    full: Coefficients
    without_camera: Coefficients

    @classmethod
    def prior(cls, priors: Sequence[Prior]) -> Weights:
        """Return what is believed before the first answer."""
        made = Coefficients.prior(priors)
        return cls(made, made)

    @property
    def answers(self) -> int:
        """How many of the learner's own answers are in it."""
        return self.full.answers

    def for_features(self, features: Features) -> Coefficients:
        """Return the weights that fit these features."""
        return self.full if features.has_camera else self.without_camera


def comprehension_prior() -> Weights:
    """Return what is believed before the learner's first answer (method B)."""
    return Weights.prior(COMPREHENSION_PRIORS)


def stress_prior() -> Weights:
    """Return what is believed before the learner's first answer (method C)."""
    return Weights.prior(STRESS_PRIORS)


def probability(features: Features, weights: Weights) -> float:
    """Return the expected probability, 0..1, with the doubt about the weights taken in.

    E[sigma(b . x)] for Gaussian b by the probit approximation (MacKay 1992): the logit's mean is
    shrunk by 1 / sqrt(1 + pi v / 8), v its variance.
    """
    coefficients, x = weights.for_features(features), features.vector()
    return _expected(float(coefficients.mean @ x), _variance(coefficients, x))


def estimate(features: Features, weights: Weights, basis: Basis | None = None) -> Estimate:
    """Return 100 times `probability`, with the interval that the doubt about the weights gives.

    With b Gaussian the logit b . x is Gaussian with variance x' S x; the interval is its central
    80 %, mapped through the logistic, which is monotone. What was measured wrongly is not in it.

    Args:
        features: The inputs, with as many values as there are weights.
        weights: The belief about the weights.
        basis: What the value rests on, to be carried along.
    """
    coefficients, x = weights.for_features(features), features.vector()
    logit, variance = float(coefficients.mean @ x), _variance(coefficients, x)
    spread = INTERVAL_SDS * math.sqrt(variance)
    return Estimate(
        value=100.0 * _expected(logit, variance),
        low=100.0 * float(expit(logit - spread)),
        high=100.0 * float(expit(logit + spread)),
        basis=basis,
        answers=coefficients.answers,
    )


def _expected(logit: float, variance: float) -> float:
    """Return the expected probability, 0..1, of a Gaussian logit; see `probability`."""
    return float(expit(logit / math.sqrt(1.0 + math.pi * variance / 8)))


def _variance(coefficients: Coefficients, x: FloatArray) -> float:
    return max(0.0, float(x @ coefficients.covariance @ x))
