"""The figures of a report, each from the detector's answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from fer_core.boxes import ious
from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.answers import Answer, DetectorPool, SceneAnswer
from fer_core.training.errors import CheckpointError
from fer_core.training.faces import LabelledPicture
from fer_core.training.picture_changes import CHANGES, apply_change

#: A found box that overlaps every labelled face less than this is a false alarm, or a bystander of
#: a news photo, who carries no label.
FALSE_ALARM_IOU = 0.3


def scene_figures(answers: Sequence[SceneAnswer], threshold: float) -> dict[str, Any]:
    """Return average precision, and accuracy of found faces by faces a side of the grid.

    A class that no scene shows has no average precision, and no part in the means.

    Args:
        answers: Of all scenes.
        threshold: Confidence from which a box is a face.
    """
    results = [answer.result for answer in answers]
    by_grid: dict[int, list[bool]] = {}
    missed = faces = false_alarms = 0
    for answer in answers:
        result, sure = answer.result, answer.confidences >= threshold
        overlap = ious(result.boxes[:, None], result.found[sure])
        faces += len(result.emotions)
        false_alarms += int((overlap.max(axis=0, initial=0) < FALSE_ALARM_IOU).sum())
        for row, emotion in zip(overlap, result.emotions, strict=True):
            if not len(row) or row.max() < 0.5:
                missed += 1
                continue
            right = int(result.scores[sure][row.argmax()].argmax()) == emotion
            by_grid.setdefault(answer.cells, []).append(bool(right))
    shown = np.unique(np.concatenate([result.emotions for result in results]))
    labels = [LABELS[emotion] for emotion in shown]
    table = metrics.average_precisions(results)[shown]
    draws = metrics.drawn_precisions(results)[:, shown]
    return {
        "scenes": len(answers),
        "faces": faces,
        "missed": missed,
        "false_alarms": false_alarms,
        "map50": _rounded(table[:, 0].mean()),
        "map50_interval": _pair(metrics.percentile_interval(draws[..., 0].mean(axis=-1))),
        "map50_95": _rounded(table.mean()),
        "map50_95_interval": _pair(metrics.percentile_interval(draws.mean(axis=(1, 2)))),
        "ap50": {label: _rounded(value) for label, value in zip(labels, table[:, 0], strict=True)},
        "ap50_interval": {
            label: _pair(metrics.percentile_interval(values))
            for label, values in zip(labels, draws[..., 0].T, strict=True)
        },
        "ap50_95": {
            label: _rounded(value) for label, value in zip(labels, table.mean(axis=1), strict=True)
        },
        "ap50_95_interval": {
            label: _pair(metrics.percentile_interval(values))
            for label, values in zip(labels, draws.mean(axis=2).T, strict=True)
        },
        "accuracy_by_grid": {
            str(cells): _rounded(np.mean(by_grid[cells])) for cells in sorted(by_grid)
        },
    }


def source_figures(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return accuracy and macro-F1 with 95 % intervals, face-found rate and confusion matrix."""
    labels, given = _labels(answers), _given(answers)
    return {
        "pictures": len(answers),
        "accuracy": _rounded(metrics.accuracy(labels, given)),
        "accuracy_interval": _pair(metrics.interval(labels, given, metrics.accuracy)),
        "macro_f1": _rounded(metrics.macro_f1(labels, given)),
        "macro_f1_interval": _pair(metrics.interval(labels, given, metrics.macro_f1)),
        "found": _rounded(np.mean([answer.probabilities is not None for answer in answers])),
        "located": _rounded(np.mean([answer.iou >= 0.4 for answer in answers])),
        "unsure": _rounded(
            np.mean(
                [a.answer == metrics.NO_ANSWER and a.probabilities is not None for a in answers]
            )
        ),
        "confusion": metrics.confusion(labels, given).tolist(),
    }


def calibration_figures(answers: Sequence[Answer], temperature: float = 1.0) -> dict[str, Any]:
    """Return the best temperature ratio and the calibration error before and after it.

    For the cross-fitted error each half of the pictures is judged with the temperature of the
    other half. By set, what a perfectly calibrated model would show stands beside it.

    Args:
        answers: Of one mode.
        temperature: That the probabilities have been scaled by, to take it away for the error
            before scaling.

    Raises:
        CheckpointError: No face was found.
    """
    found = [answer for answer in answers if answer.probabilities is not None]
    if not found:
        raise CheckpointError(f"the model finds no face in any of {len(answers)} val pictures")
    probabilities = np.array([answer.probabilities for answer in found])
    labels = _labels(found)
    sources = [answer.picture.source for answer in found]
    sizes = {source: sources.count(source) for source in set(sources)}
    weights = np.array([1 / sizes[source] for source in sources])
    by_source = {source: np.array([each == source for each in sources]) for source in sorted(sizes)}
    after = probabilities.copy()
    half = np.random.default_rng(0).random(len(found)) < 0.5
    for part in (half, ~half) if half.any() and not half.all() else ():
        ratio = metrics.fit_temperature(probabilities[~part], labels[~part], weights[~part])
        after[part] = metrics.tempered(probabilities[part], ratio)
    return {
        "temperature_ratio": _rounded(metrics.fit_temperature(probabilities, labels, weights)),
        "ece_unscaled": _rounded(
            metrics.calibration_error(metrics.tempered(probabilities, 1 / temperature), labels)
        ),
        "ece": _rounded(metrics.calibration_error(probabilities, labels)),
        "ece_cross_fitted": _rounded(metrics.calibration_error(after, labels)),
        "ece_by_source": {
            source: _rounded(metrics.calibration_error(probabilities[rows], labels[rows]))
            for source, rows in by_source.items()
        },
        "ece_by_chance": {
            source: _pair(metrics.calibration_error_by_chance(probabilities[rows]))
            for source, rows in by_source.items()
        },
        "reliability": [
            [_rounded(mean), _rounded(right), count]
            for mean, right, count in metrics.reliability(probabilities, labels)
        ],
    }


def size_figures(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return the accuracy by size of the labelled face in the picture, in pixels."""
    edges = [0, 48, 72, 96, 112, 128, 10_000]
    rows = []
    for low, high in pairwise(edges):
        inside = [answer for answer in answers if low <= answer.face_size < high]
        if inside:
            figure = metrics.accuracy(_labels(inside), _given(inside))
            rows.append(
                {"from": low, "to": high, "pictures": len(inside), "accuracy": _rounded(figure)}
            )
    return rows


def change_figures(
    pool: DetectorPool, pictures: Sequence[LabelledPicture]
) -> dict[str, list[dict[str, Any]]]:
    """Return accuracy and face-found rate of the same pictures under one change at a time."""
    table: dict[str, list[dict[str, Any]]] = {}
    for name, change, levels in CHANGES:
        rows = []
        for level in levels:
            changed = partial(apply_change, change=change, level=level)
            answers = pool.answers(pictures, "photo", changed)
            figure = metrics.accuracy(_labels(answers), _given(answers))
            found = np.mean([answer.probabilities is not None for answer in answers])
            rows.append({"level": level, "accuracy": _rounded(figure), "found": _rounded(found)})
        table[name] = rows
    return table


def _labels(answers: Sequence[Answer]) -> metrics.Integers:
    return np.array([answer.emotion for answer in answers], np.int64)


def _given(answers: Sequence[Answer]) -> metrics.Integers:
    return np.array([answer.answer for answer in answers], np.int64)


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)


def _pair(values: tuple[float, float]) -> list[float]:
    return [_rounded(values[0]), _rounded(values[1])]
