"""Figures of merit as pure functions: average precision, macro-F1 with intervals, calibration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_core.boxes import ious
from fer_core.emotions import LABELS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CLASSES = len(LABELS)
#: Stands for "no face found" or "unsure": wrong, whatever the label.
NO_ANSWER = CLASSES
#: IoU thresholds of mAP50-95 (COCO).
IOU_THRESHOLDS: Floats = np.arange(0.5, 1.0, 0.05)
_RECALLS: Floats = np.linspace(0, 1, 101)
#: Bins of the expected calibration error, of equal width.
CALIBRATION_BINS = 15


@dataclass(frozen=True, slots=True)
class SceneResult:
    """What stands in one scene and what was found there.

    Attributes:
        boxes: Shape (n, 4), corners of the labelled faces.
        emotions: Shape (n,), their classes.
        found: Shape (m, 4), corners of the found faces.
        scores: Shape (m, 5), a score for each class of each found face.
    """

    boxes: Floats
    emotions: Integers
    found: Floats
    scores: Floats


def average_precisions(results: list[SceneResult]) -> Floats:
    """Return the average precision of each class at each IoU threshold, shape (5, 10).

    Every found face counts for every class with that class's score, as in multi-label evaluation;
    precision is interpolated at 101 points of recall (COCO). Each found face, strongest first,
    takes the best free labelled face of the class.
    """
    once = np.ones(len(results), np.int64)
    return np.array([_precision(ranking, once) for ranking in _rankings(results)])


def drawn_precisions(results: list[SceneResult], repeats: int = 500, seed: int = 0) -> Floats:
    """Return the average precisions of bootstrap draws of the scenes, shape (repeats, 5, 10)."""
    rng = np.random.default_rng(seed)
    rankings = _rankings(results)
    draws = rng.multinomial(len(results), np.full(len(results), 1 / len(results)), repeats)
    return np.array([[_precision(ranking, times) for ranking in rankings] for times in draws])


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What was found of one class in all scenes, strongest first.

    Attributes:
        hits: Shape (k, 10), whether it is a labelled face, at each IoU threshold.
        scenes: Shape (k,), where it was found.
        positives: Labelled faces of the class in each scene.
    """

    hits: npt.NDArray[np.bool_]
    scenes: Integers
    positives: Integers


def _rankings(results: list[SceneResult]) -> list[_Ranking]:
    """Return one ranking for each class."""
    overlaps = [ious(result.found[:, None], result.boxes) for result in results]
    rankings = []
    for emotion in range(CLASSES):
        scores: list[float] = []
        hits: list[npt.NDArray[np.bool_]] = []
        scenes: list[int] = []
        positives = np.zeros(len(results), np.int64)
        for number, (result, overlap) in enumerate(zip(results, overlaps, strict=True)):
            wanted = np.flatnonzero(result.emotions == emotion)
            positives[number] = len(wanted)
            order = np.argsort(-result.scores[:, emotion], kind="stable")
            scores.extend(result.scores[order, emotion].tolist())
            hits.extend(_hits(overlap[np.ix_(order, wanted)]))
            scenes.extend([number] * len(order))
        ranked = np.argsort(-np.array(scores), kind="stable")
        table = np.array(hits, bool).reshape(-1, len(IOU_THRESHOLDS))
        rankings.append(_Ranking(table[ranked], np.array(scenes, np.int64)[ranked], positives))
    return rankings


def _hits(overlap: Floats) -> list[npt.NDArray[np.bool_]]:
    """Return for each found face, strongest first, at which thresholds it is a hit."""
    taken = np.zeros((overlap.shape[1], len(IOU_THRESHOLDS)), bool)
    rows = []
    for row in overlap:
        hit = np.zeros(len(IOU_THRESHOLDS), bool)
        for column, threshold in enumerate(IOU_THRESHOLDS):
            free = np.where(taken[:, column], -1.0, row)
            if len(free) and free.max() >= threshold:
                taken[int(free.argmax()), column] = hit[column] = True
        rows.append(hit)
    return rows


def _precision(ranking: _Ranking, times: Integers) -> Floats:
    """Return the average precision at each IoU threshold, each scene counted `times` over."""
    positives = int((ranking.positives * times).sum())
    if not positives or not len(ranking.scenes):
        return np.zeros(len(IOU_THRESHOLDS))
    counted = times[ranking.scenes]
    true = np.cumsum(ranking.hits * counted[:, None], axis=0)
    recall = true / positives
    precision = true / np.maximum(np.cumsum(counted), 1)[:, None]
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    envelope = np.vstack([envelope, np.zeros(len(IOU_THRESHOLDS))])  # of a recall never reached
    return np.array([_at_recalls(*columns) for columns in zip(recall.T, envelope.T, strict=True)])


def _at_recalls(recall: Floats, envelope: Floats) -> float:
    return float(envelope[np.searchsorted(recall, _RECALLS)].mean())


def confusion(labels: Integers, answers: Integers) -> Integers:
    """Return counts, shape (5, 6): a row for each label, a column for each answer, last none."""
    table = np.zeros((CLASSES, CLASSES + 1), np.int64)
    np.add.at(table, (labels, answers), 1)
    return table


def accuracy(labels: Integers, answers: Integers) -> float:
    """Return the share of right answers."""
    return float(np.mean(labels == answers)) if len(labels) else float("nan")


def macro_f1(labels: Integers, answers: Integers) -> float:
    """Return the mean of the F1 of the classes that occur among the labels."""
    return macro_f1_of(confusion(labels, answers))


def macro_f1_of(table: Integers | Floats) -> float:
    """Return macro-F1 of the counts that `confusion` returns, or of such shares of them."""
    right = np.diag(table[:, :CLASSES]).astype(np.float64)
    present = table.sum(axis=1) > 0
    total = table.sum(axis=1) + table[:, :CLASSES].sum(axis=0)
    f1 = 2 * right[present] / np.maximum(total[present], 1)
    return float(f1.mean()) if present.any() else float("nan")


def interval(
    labels: Integers,
    answers: Integers,
    figure: Callable[[Integers, Integers], float],
    repeats: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % interval of a figure: percentile bootstrap over pictures (Efron 1979)."""
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(repeats):
        drawn = rng.integers(0, len(labels), len(labels))
        values.append(figure(labels[drawn], answers[drawn]))
    return percentile_interval(np.array(values))


def percentile_interval(draws: Floats) -> tuple[float, float]:
    """Return the 95 % interval of a figure from its bootstrap draws, leaving out NaN."""
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return float(low), float(high)


def tempered(probabilities: Floats, ratio: float) -> Floats:
    """Return softmax(log(p) / ratio): the probabilities at `ratio` times their temperature."""
    scaled = np.log(np.clip(probabilities, 1e-12, 1)) / ratio
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def calibration_error(probabilities: Floats, labels: Integers) -> float:
    """Return the expected calibration error of the strongest class (Naeini et al. 2015)."""
    strongest = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((strongest * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    error = 0.0
    for number in range(CALIBRATION_BINS):
        inside = bins == number
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - strongest[inside].mean())
    return float(error)


def calibration_error_by_chance(
    probabilities: Floats, draws: int = 200, seed: int = 0
) -> tuple[float, float]:
    """Return what a perfectly calibrated model shows at as many pictures: mean, 97.5 percentile.

    The error takes absolute differences in bins, so it is above 0 by chance alone, the more so the
    fewer pictures there are. Labels are drawn from the probabilities themselves (the consistency
    resampling of Bröcker and Smith 2007).

    Args:
        probabilities: Shape (n, classes).
        draws: Sets of labels.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    reached = probabilities.cumsum(axis=1)
    errors = [
        # Rounding may leave the last sum a little under 1.
        calibration_error(
            probabilities, (reached[:, :-1] < rng.random((len(reached), 1))).sum(axis=1)
        )
        for _ in range(draws)
    ]
    return float(np.mean(errors)), float(np.percentile(errors, 97.5))


def reliability(probabilities: Floats, labels: Integers) -> list[tuple[float, float, int]]:
    """Return (mean probability, share right, count) of each bin that is not empty."""
    strongest = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((strongest * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    rows = []
    for number in range(CALIBRATION_BINS):
        inside = bins == number
        if inside.any():
            row = (float(strongest[inside].mean()), float(right[inside].mean()), int(inside.sum()))
            rows.append(row)
    return rows


def fit_temperature(probabilities: Floats, labels: Integers, weights: Floats) -> float:
    """Return the ratio for `tempered` with the least negative log-likelihood (Guo et al. 2017).

    Args:
        probabilities: Shape (n, 5).
        labels: Shape (n,).
        weights: Shape (n,), such that each source counts alike.
    """
    rows = np.arange(len(labels))

    def loss(log_ratio: float) -> float:
        chosen = tempered(probabilities, float(np.exp(log_ratio)))[rows, labels]
        return float(-np.average(np.log(np.maximum(chosen, 1e-12)), weights=weights))

    low, high = np.log(0.1), np.log(10.0)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(60):  # golden section: the loss has one minimum
        first, second = high - golden * (high - low), low + golden * (high - low)
        if loss(first) < loss(second):
            high = second
        else:
            low = first
    return float(np.exp((low + high) / 2))
