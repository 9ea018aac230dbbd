"""The figures in model.json's `metrics`, read for people.

`python -m fer_core.training evaluate` writes them. A model from elsewhere may have none or other
ones: whatever is missing or of another form is named as missing, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeGuard

from fer_core.emotions import LABELS


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        name: What was measured.
        data: On which pictures.
        value: 0..1.
        interval: The 95 % interval, or None where none was computed.
    """

    name: str
    data: str
    value: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often pictures with one label got which answer.

    Attributes:
        data: On which pictures.
        counts: A row per label in class order; a column per class, the last for no answer.
    """

    data: str
    counts: tuple[tuple[int, ...], ...]

    @property
    def right(self) -> float:
        """Share of the pictures that got the answer that their label says, 0..1."""
        total = sum(map(sum, self.counts))
        return sum(row[index] for index, row in enumerate(self.counts)) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """How the model does with one group of people, as far as who they are could be estimated.

    Attributes:
        kind: What groups them, such as "age".
        group: Such as "under 18".
        data: On which pictures.
        accuracy: Share of right answers, 0..1; None where nobody labelled the pictures.
        gap: Accuracy less that of the rest with as many of each label, -1..1.
        gap_undoubted: The gap where a second opinion shares the label.
        called: Share of calm people called Sad or Angry, 0..1.
        called_gap: The same less that of the rest, -1..1.
        intervals: The 95 % interval of each figure that is there, by its name here.
    """

    kind: str
    group: str
    data: str
    accuracy: float | None
    gap: float | None
    gap_undoubted: float | None
    called: float | None
    called_gap: float | None
    intervals: Mapping[str, tuple[float, float]]

    def is_less_right(self) -> bool:
        """Tell whether its accuracy is lower than the rest's by too much."""
        return (self.gap or 0.0) < -TOO_WIDE

    def is_called_more(self) -> bool:
        """Tell whether calm people of it are called Sad or Angry more often by too much."""
        return (self.called_gap or 0.0) > TOO_WIDE


#: A gap between a group and the rest that has to be said first.
TOO_WIDE = 0.05

_GROUP_FIGURES = ("accuracy", "gap", "gap_undoubted", "called", "called_gap")

_CALIBRATION = {
    "ece": "Calibration error (ECE), lower is better",
    "ece_cross_fitted": "Calibration error, temperature fitted on the other half",
}


def figures_of(metrics: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Return the figures that stand in `metrics`, of the photo mode."""
    return (*_scene_figures(metrics), *_source_figures(metrics), *_calibration_figures(metrics))


def missing_of(metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """Return in words what `metrics` does not hold."""
    found = {
        "precision of boxes and expressions together (mAP)": any(_scene_figures(metrics)),
        "accuracy picture by picture": any(_source_figures(metrics)),
        "which expressions are taken for which": bool(confusions_of(metrics)),
        "calibration error": any(_calibration_figures(metrics)),
    }
    return tuple(words for words, there in found.items() if not there)


def confusions_of(metrics: Mapping[str, Any]) -> tuple[Confusion, ...]:
    """Return the confusion matrices: all pictures together first, then each source's."""
    found = []
    for source, figures in _photo(metrics, "sources").items():
        counts = _matrix(figures.get("confusion")) if isinstance(figures, Mapping) else None
        if counts is not None:
            found.append(Confusion(str(source), counts))
    if len(found) < 2:
        return tuple(found)
    total = tuple(
        tuple(sum(cells) for cells in zip(*rows, strict=True))
        for rows in zip(*(confusion.counts for confusion in found), strict=True)
    )
    return (Confusion("all pictures", total), *found)


def group_figures_of(metrics: Mapping[str, Any]) -> tuple[GroupFigure, ...]:
    """Return the figures by estimated group, of groups large enough to have some."""
    found: list[GroupFigure] = []
    sets = metrics.get("groups")
    for source, of_set in sets.items() if isinstance(sets, Mapping) else ():
        rows = of_set.get("groups") if isinstance(of_set, Mapping) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping):
                found.extend(_group_figure(str(source), row))
    return tuple(found)


def groups_measured_with(metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the models, name and version, whose figures by estimated group these are."""
    sets = metrics.get("groups")
    found = {
        str(of_set["model"])
        for of_set in (sets.values() if isinstance(sets, Mapping) else ())
        if isinstance(of_set, Mapping) and of_set.get("model")
    }
    return tuple(sorted(found))


def _group_figure(source: str, row: Mapping[str, Any]) -> Iterator[GroupFigure]:
    values = {
        name: float(row[name])
        for name in _GROUP_FIGURES
        if _is_number(row.get(name)) and abs(row[name]) <= 1
    }
    kind, group, count = row.get("by"), row.get("group"), row.get("pictures")
    if not values or not isinstance(kind, str) or not isinstance(group, str):
        return
    data = f"{source}, {count} pictures" if isinstance(count, int) else source
    intervals = {
        name: (float(ends[0]), float(ends[1]))
        for name in values
        if isinstance(ends := row.get(f"{name}_interval"), list | tuple)
        and len(ends) == 2
        and all(map(_is_number, ends))
    }
    yield GroupFigure(
        kind,
        group,
        data,
        accuracy=values.get("accuracy"),
        gap=values.get("gap"),
        gap_undoubted=values.get("gap_undoubted"),
        called=values.get("called"),
        called_gap=values.get("called_gap"),
        intervals=intervals,
    )


def _photo(metrics: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """Return a part's figures in photo mode, empty if they are not there."""
    of_part = metrics.get(part)
    of_mode = of_part.get("photo") if isinstance(of_part, Mapping) else None
    return of_mode if isinstance(of_mode, Mapping) else {}


def _scene_figures(metrics: Mapping[str, Any]) -> Iterator[Figure]:
    scenes = _photo(metrics, "scenes")
    count = scenes.get("scenes")
    data = f"{count} validation scenes" if isinstance(count, int) else "validation scenes"
    for key, name in (("map50", "mAP50"), ("map50_95", "mAP50-95")):
        yield from _figure(name, data, scenes.get(key), scenes.get(f"{key}_interval"))
    per_class, intervals = scenes.get("ap50"), scenes.get("ap50_interval")
    if isinstance(per_class, Mapping):
        for label in LABELS:
            interval = intervals.get(label) if isinstance(intervals, Mapping) else None
            yield from _figure(f"AP50, {label}", data, per_class.get(label), interval)


def _source_figures(metrics: Mapping[str, Any]) -> Iterator[Figure]:
    for source, figures in _photo(metrics, "sources").items():
        if not isinstance(figures, Mapping):
            continue
        count = figures.get("pictures")
        data = f"{source}, {count} pictures" if isinstance(count, int) else str(source)
        for key, name in (("accuracy", "Accuracy"), ("macro_f1", "Macro-F1")):
            yield from _figure(name, data, figures.get(key), figures.get(f"{key}_interval"))
        yield from _figure("Face found", data, figures.get("found"))


def _calibration_figures(metrics: Mapping[str, Any]) -> Iterator[Figure]:
    for key, name in _CALIBRATION.items():
        of_mode = metrics.get(key)
        value = of_mode.get("photo") if isinstance(of_mode, Mapping) else None
        yield from _figure(name, "all pictures", value)


def _figure(name: str, data: str, value: object, interval: object = None) -> Iterator[Figure]:
    if _is_share(value):
        yield Figure(name, data, float(value), _interval(interval))


def _interval(value: object) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_share, value)):
        return float(value[0]), float(value[1])
    return None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_share(value: object) -> TypeGuard[float]:
    return _is_number(value) and 0 <= value <= 1


def _matrix(value: object) -> tuple[tuple[int, ...], ...] | None:
    if not isinstance(value, list) or len(value) != len(LABELS):
        return None
    for row in value:
        if not isinstance(row, list) or len(row) != len(LABELS) + 1:
            return None
        if not all(isinstance(cell, int) and cell >= 0 for cell in row):
            return None
    return tuple(tuple(row) for row in value)
