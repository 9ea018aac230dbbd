"""How good predictions of answers were: ranking, squared error, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fer_core.arrays import FloatArray

CALIBRATION_BINS = 5
#: Fewer answers than this say nothing about calibration: a perfect forecaster shows an error of .14
#: on 8 answers and .065 on 40.
CALIBRATION_ANSWERS = 40


@dataclass(frozen=True, slots=True)
class Score:
    """How good one way of predicting was.

    Attributes:
        auc: Probability that of two passages answered differently the better understood one was
            ranked higher, 0..1; .5 is chance; None where all answers are the same.
        brier: Mean squared error, 0 (best) to 1.
        ece: Expected calibration error over five bins of equal size, 0 (best) to 1; None below 40
            answers.
    """

    auc: float | None
    brier: float
    ece: float | None


def score(targets: FloatArray, predictions: FloatArray) -> Score:
    """Judge predictions, both of shape (n,) and 0..1."""
    enough = len(targets) >= CALIBRATION_ANSWERS
    return Score(
        auc=auc(targets, predictions),
        brier=float(np.mean((targets - predictions) ** 2)),
        ece=calibration_error(targets, predictions) if enough else None,
    )


def calibration_error(targets: FloatArray, predictions: FloatArray) -> float:
    """Return the mean distance of what was predicted from what came, over five equal bins."""
    order = np.argsort(predictions, kind="stable")
    bins = [part for part in np.array_split(order, CALIBRATION_BINS) if len(part)]
    gaps = [len(part) * abs(targets[part].mean() - predictions[part].mean()) for part in bins]
    return float(sum(gaps) / max(1, len(targets)))


def auc(targets: FloatArray, predictions: FloatArray) -> float | None:
    """Return the share of differently answered pairs that are ranked rightly; ties count half.

    For answers of two values this is the area under the ROC curve; for ratings of several, its
    generalisation (Harrell's C, 1982).
    """
    pairs = targets[:, None] > targets[None, :]
    if not pairs.any():
        return None
    gap = predictions[:, None] - predictions[None, :]
    # Equal up to rounding is a tie: otherwise noise of 1e-17 decides.
    wins = np.where(np.abs(gap) < 1e-9, 0.5, (gap > 0).astype(np.float64))
    return float(wins[pairs].mean())
