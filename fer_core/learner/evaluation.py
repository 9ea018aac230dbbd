"""How good the estimates have been for one learner, and what the camera added to them.

Prequential evaluation (Dawid 1984): every answer is first predicted from the answers
before it, then learnt from. So the figures are what the learner really got.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from fer_core.affect.indicators import (
    CALIBRATED_ANSWERS,
    Coefficients,
    ComprehensionFeatures,
    comprehension_prior,
)
from fer_core.arrays import FloatArray
from fer_core.learner.personalise import Example, personalise, probability

#: Only so many of the latest answers are judged: older ones say little about today, and the cost
#: stays below a second.
LATEST_ANSWERS = 200
#: Resamples of the answers for the interval of a difference.
RESAMPLES = 1000
#: The interval's level, both sides. A camera that adds nothing is then praised to at most 2.5 % of
#: learners at any one look; the other half of the 5 % allowed is for looking more than once.
INTERVAL = 0.95
CALIBRATION_BINS = 5


class CameraVerdict(StrEnum):
    """What can be said about the camera's worth for one learner."""

    NOT_CALIBRATED = "not_calibrated"
    NO_CAMERA = "no_camera"
    NOT_HELPED = "not_helped"
    HELPED = "helped"


class ComprehensionExample(NamedTuple):
    """A passage's features and the learner's answer about it; see `personalise.Example`."""

    features: ComprehensionFeatures
    target: float
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """How good one way of predicting was.

    Attributes:
        auc: Probability that of two passages answered differently the better understood one was
            ranked higher, 0..1; .5 is chance; None where all answers are the same.
        brier: Mean squared error, 0 (best) to 1.
        ece: Expected calibration error over five bins of equal size, 0 (best) to 1.
    """

    auc: float | None
    brier: float
    ece: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The learner's own figures.

    Attributes:
        answers: How many answers were judged.
        base_rate: Predicting the mean of the answers so far, whatever the passage.
        text_only: Knowing the text's difficulty alone.
        no_camera: Knowing text, pace and revisits.
        full: Knowing what the camera saw as well.
        difference: AUC(full) - AUC(no camera); None where it cannot be had.
        low: Lower end of its 95 % interval.
        high: Upper end.
        verdict: What follows.
    """

    answers: int
    base_rate: Score | None
    text_only: Score | None
    no_camera: Score | None
    full: Score | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: CameraVerdict

    @property
    def uses_camera(self) -> bool:
        """Whether estimates should include what the camera saw.

        Before there are enough answers the prior's small weights stand, under the label "not
        calibrated"; after that the camera has to have earned its place.
        """
        return self.verdict in (CameraVerdict.HELPED, CameraVerdict.NOT_CALIBRATED)

    @property
    def sentence(self) -> str:
        """What the page says about the camera."""
        if self.verdict is CameraVerdict.NOT_CALIBRATED:
            missing = CALIBRATED_ANSWERS - self.answers
            more = f"{missing} more question{'s' if missing != 1 else ''}"
            return (
                "Not calibrated to you yet: whether the camera helps can be told once you have "
                f"answered {more} about passages that you read."
            )
        if self.verdict is CameraVerdict.NO_CAMERA:
            return "The camera was not used, so nothing can be said about what it adds."
        if self.difference is None or self.low is None or self.high is None:
            return (
                "Your camera has not helped so far: your answers are too alike to tell. It is "
                "left out of the estimates."
            )
        span = f"{self.difference:+.2f} ({self.low:+.2f} to {self.high:+.2f})"
        if self.verdict is CameraVerdict.HELPED:
            return (
                f"Your camera has helped so far: over {self.answers} answers it moved the AUC by "
                f"{span}."
            )
        return (
            f"Your camera has not helped so far: over {self.answers} answers it moved the AUC by "
            f"{span}. It is left out of the estimates."
        )


def evaluate(examples: Sequence[ComprehensionExample]) -> Evaluation:
    """Judge the estimates on a learner's answers.

    Args:
        examples: In the order in which the answers came, over all sessions.
    """
    examples = examples[-LATEST_ANSWERS:]
    n = len(examples)
    if n < CALIBRATED_ANSWERS:
        nothing = (None,) * 7
        return Evaluation(n, *nothing, verdict=CameraVerdict.NOT_CALIBRATED)
    targets = np.array([example.target for example in examples])
    full = predict_in_turn(examples, comprehension_prior())
    no_camera = predict_in_turn(
        [example._replace(features=example.features.without_camera()) for example in examples],
        comprehension_prior(),
    )
    text_only = predict_in_turn(
        [
            example._replace(features=ComprehensionFeatures(difficulty=example.features.difficulty))
            for example in examples
        ],
        comprehension_prior(),
    )
    base_rate = _running_mean(targets)
    difference, low, high = auc_difference(targets, full, no_camera)
    if all(example.features == example.features.without_camera() for example in examples):
        verdict = CameraVerdict.NO_CAMERA
    elif low is not None and low > 0:
        verdict = CameraVerdict.HELPED
    else:
        verdict = CameraVerdict.NOT_HELPED
    return Evaluation(
        answers=n,
        base_rate=score(targets, base_rate),
        text_only=score(targets, text_only),
        no_camera=score(targets, no_camera),
        full=score(targets, full),
        difference=difference,
        low=low,
        high=high,
        verdict=verdict,
    )


def predict_in_turn(examples: Sequence[ComprehensionExample], prior: Coefficients) -> FloatArray:
    """Return shape (n,): each answer's predicted probability from the answers before it."""
    learnt = [Example(*example) for example in examples]
    return np.array(
        [
            probability(example.features, personalise(prior, learnt[:position]))
            for position, example in enumerate(examples)
        ]
    )


def score(targets: FloatArray, predictions: FloatArray) -> Score:
    """Judge predictions, both of shape (n,) and 0..1."""
    order = np.argsort(predictions, kind="stable")
    bins = [part for part in np.array_split(order, CALIBRATION_BINS) if len(part)]
    ece = sum(
        len(part) * abs(targets[part].mean() - predictions[part].mean()) for part in bins
    ) / max(1, len(targets))
    return Score(
        auc=auc(targets, predictions),
        brier=float(np.mean((targets - predictions) ** 2)),
        ece=float(ece),
    )


def auc(targets: FloatArray, predictions: FloatArray) -> float | None:
    """Return the share of differently answered pairs that are ranked rightly; ties count half.

    For answers of two values this is the area under the ROC curve; for ratings of several, its
    generalisation (Harrell's C, 1982).
    """
    wins, pairs = _pairwise(targets, predictions)
    total = pairs.sum()
    return float((wins * pairs).sum() / total) if total else None


def auc_difference(
    targets: FloatArray, predictions: FloatArray, reference: FloatArray
) -> tuple[float | None, float | None, float | None]:
    """Return AUC(predictions) - AUC(reference) and its 95 % interval from paired resampling.

    Answers are drawn with replacement (Efron 1979), the same for both. Three Nones where all
    answers are the same.
    """
    wins, pairs = _pairwise(targets, predictions)
    reference_wins, _ = _pairwise(targets, reference)
    if not pairs.any():
        return None, None, None
    gain = (wins - reference_wins) * pairs
    n = len(targets)
    rng = np.random.default_rng(n)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(np.float64)
    weights = np.einsum("ri,ij,rj->r", counts, pairs, counts, optimize=True)
    gains = np.einsum("ri,ij,rj->r", counts, gain, counts, optimize=True)
    drawn = gains[weights > 0] / weights[weights > 0]
    tail = (1 - INTERVAL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(gain.sum() / pairs.sum()), float(low), float(high)


def _pairwise(targets: FloatArray, predictions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (n, n): rightly ranked (1, ties .5), and which pairs (i above j) are asked about."""
    pairs = (targets[:, None] > targets[None, :]).astype(np.float64)
    gap = predictions[:, None] - predictions[None, :]
    # Equal up to rounding is a tie: otherwise noise of 1e-17 decides.
    wins = np.where(np.abs(gap) < 1e-9, 0.5, (gap > 0).astype(np.float64))
    return wins, pairs


def _running_mean(targets: FloatArray) -> FloatArray:
    """Return shape (n,): the mean of the answers before each, shrunk to the prior's 70 %."""
    before = np.concatenate([[0.0], np.cumsum(targets)[:-1]])
    return np.asarray((before + 2 * 0.7) / (np.arange(len(targets)) + 2))
