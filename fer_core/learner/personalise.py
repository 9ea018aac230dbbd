"""Learning from the learner's own answers: a ridge-penalised logistic fit, and nothing else.

The prior of method B and C is pulled towards what the learner said. Few answers move
it little; the covariance says how much is still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fer_core.affect.indicators import Features
from fer_core.affect.weights import Coefficients, Weights
from fer_core.arrays import FloatArray, expit

#: Newton steps; the objective is convex and smooth, and 10 reach machine precision from any prior.
IRLS_STEPS = 10
#: Largest change of the objective that counts as arrived.
TOLERANCE = 1e-10


class Example(NamedTuple):
    """One answer as a training example.

    Attributes:
        features: All that was known about the passage or the moment, the camera's part included.
        target: The answer on 0..1: 1 understood, or stressed.
        weight: 1 for a question, .5 for a rating.
        session_id: In which session; answers of one session are not independent.
        at_random: Asked by chance: only such answers may judge the estimates.
    """

    features: Features
    target: float
    weight: float
    session_id: str = ""
    at_random: bool = True


def learn(prior: Weights, examples: Sequence[Example]) -> Weights:
    """Return the belief about the weights after these answers, with the camera and without it."""
    bare = [one._replace(features=one.features.without_camera()) for one in examples]
    return Weights(
        full=personalise(prior.full, examples),
        without_camera=personalise(prior.without_camera, bare),
    )


def personalise(prior: Coefficients, examples: Sequence[Example]) -> Coefficients:
    """Return the belief about the weights after these answers.

    Minimises sum w logloss + (1/2)(b - b0)' L (b - b0), with L the inverse of the prior's
    covariance, by iteratively reweighted least squares. The covariance returned is the inverse
    Hessian there (Laplace's approximation; MacKay 1992), from which the interval of an estimate
    follows.

    Args:
        prior: The belief before; its own answers are kept in the count.
        examples: The answers, in any order. Targets between 0 and 1 are allowed.
    """
    if not examples:
        return prior
    x = np.array([example.features.vector() for example in examples])
    y = np.array([example.target for example in examples])
    w = np.array([example.weight for example in examples])
    precision = np.linalg.inv(prior.covariance)

    def objective(b: FloatArray) -> float:
        logits = x @ b
        loss = w @ (np.logaddexp(0.0, logits) - y * logits)
        distance = b - prior.mean
        return float(loss + 0.5 * distance @ precision @ distance)

    b = prior.mean.copy()
    value = objective(b)
    for _ in range(IRLS_STEPS):
        p = expit(x @ b)
        gradient = x.T @ (w * (p - y)) + precision @ (b - prior.mean)
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while (after := objective(b - scale * step)) > value + TOLERANCE and scale > 1e-3:
            scale /= 2
        b = b - scale * step
        if value - after < TOLERANCE:
            break
        value = after
    p = expit(x @ b)
    hessian = (x * (w * p * (1 - p))[:, None]).T @ x + precision
    covariance = np.linalg.inv(hessian)
    return Coefficients(
        names=prior.names,
        mean=b,
        covariance=(covariance + covariance.T) / 2,
        answers=prior.answers + len(examples),
    )
