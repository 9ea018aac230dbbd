"""Groups of people by what was estimated of them, and a model's figures for each group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.training import metrics
from fer_core.training.everyday import HARSH
from fer_core.vision.model_metrics import TOO_WIDE

Mask = npt.NDArray[np.bool_]

#: Of groups.csv: a picture, whom it shows, and what was estimated; empty: could not be.
COLUMNS = (
    *("source", "name", "person", "age_1", "age_2", "male_1", "male_2"),
    *("ita_forehead", "ita_cheeks", "glasses"),
)
#: Upper ends of the age bands, in years, and of the bands of the individual typology angle, in
#: degrees (Chardon et al. 1991, the outer two pairs joined).
AGES = ((18.0, "under 18"), (40.0, "18 to 39"), (math.inf, "40 and over"))
TONES = ((10.0, "brown or dark"), (28.0, "tan"), (41.0, "intermediate"), (math.inf, "light"))
#: From here each network says "man": the second one's authors take .6.
MAN_FROM = (0.5, 0.6)
#: Forehead and cheeks farther apart than this are not lit alike, or covered.
MOST_APART = 20.0
#: No skin that was measured lies outside: there the picture is too dark or too bright to tell.
LIT = (-60.0, 75.0)
#: Glasses are seen from the second, none up to the first: between them lay 2 % of the pictures that
#: taught it, kept out one sixth at a time; all 962 others were right.
GLASSES_BETWEEN = (0.35, 0.6)
#: Fewer pictures, or people at a webcam, make no figure.
FEWEST_PICTURES, FEWEST_PEOPLE = 20, 3
REPEATS = 2000
#: The kinds of groups and their groups, in the order of the tables.
KINDS: dict[str, tuple[str, ...]] = {
    "age": tuple(name for _, name in AGES),
    "gender": ("women", "men"),
    "skin tone": tuple(name for _, name in reversed(TONES)),
    "glasses": ("glasses", "no glasses"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture and what the model said of it.

    Attributes:
        unit: What the bootstrap draws: the picture, or the person of whom there are many.
        label: 0..4; None where nobody labelled it.
        answer: 0..4, or `metrics.NO_ANSWER`.
        calm: Whether the person is known to be calm.
        groups: Kind of group to group, of the kinds that are known.
        is_doubted: Whether another model sees something else than the label.
    """

    unit: str
    label: int | None
    answer: int
    calm: bool
    groups: Mapping[str, str]
    is_doubted: bool = False


def groups_of(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the groups of one person by the estimates from their pictures.

    Args:
        rows: Of groups.csv.
    """
    found = {}
    ages = [_middle(rows, column) for column in ("age_1", "age_2")]
    bands = {None if age is None else _band(age, AGES) for age in ages}
    if len(bands) == 1 and (band := bands.pop()) is not None:
        found["age"] = band
    men = [_middle(rows, column) for column in ("male_1", "male_2")]
    said = {None if man is None else man >= limit for man, limit in zip(men, MAN_FROM, strict=True)}
    if len(said) == 1 and (is_man := said.pop()) is not None:
        found["gender"] = "men" if is_man else "women"
    forehead, cheeks = (_middle(rows, column) for column in ("ita_forehead", "ita_cheeks"))
    if forehead is not None and cheeks is not None and abs(forehead - cheeks) <= MOST_APART:
        angle = (forehead + cheeks) / 2
        if LIT[0] <= angle <= LIT[1]:
            found["skin tone"] = _band(angle, TONES)
    worn = _middle(rows, "glasses")
    low, high = GLASSES_BETWEEN
    if worn is not None and not low < worn < high:
        found["glasses"] = "glasses" if worn >= high else "no glasses"
    return found


def _middle(rows: Sequence[Mapping[str, str]], column: str) -> float | None:
    values = [float(row[column]) for row in rows if row.get(column)]
    return median(values) if values else None


def _band(value: float, bands: Sequence[tuple[float, str]]) -> str:
    return next(name for end, name in bands if value < end)


def figures_by_group(seen: Sequence[Seen]) -> list[dict[str, Any]]:
    """Return the figures of each group that is large enough, and the size of those that are not."""
    units = {unit: number for number, unit in enumerate(sorted({each.unit for each in seen}))}
    of_unit = np.array([units[each.unit] for each in seen], np.int64)
    rng = np.random.default_rng(0)
    # How often each picture is drawn, a row for each draw; the first row is the data as they are.
    draws = rng.multinomial(len(units), np.full(len(units), 1 / max(1, len(units))), REPEATS)
    weights = np.vstack([np.ones(len(seen)), draws[:, of_unit]])
    rows = []
    for kind, names in KINDS.items():
        known = np.array([kind in each.groups for each in seen], bool)
        for name in names:
            inside = np.array([each.groups.get(kind) == name for each in seen], bool)
            if inside.any():
                row = {"by": kind, "group": name}
                rows.append(row | _figures(seen, inside, known & ~inside, weights))
    return rows


def _figures(
    seen: Sequence[Seen], inside: Mask, outside: Mask, weights: FloatArray
) -> dict[str, Any]:
    """Return one group's figures beside the rest's."""
    people = len({each.unit for each, is_in in zip(seen, inside, strict=True) if is_in})
    row: dict[str, Any] = {"pictures": int(inside.sum()), "people": people}
    has_labels = all(each.label is not None for each in seen)
    if not _is_enough(seen, inside):
        return row
    if has_labels:
        ours = _tables(seen, inside, weights)
        row |= _with_interval("accuracy", _share_right(ours))
        row |= _with_interval("macro_f1", _macro_f1(ours))
        undoubted = np.array([not each.is_doubted for each in seen], bool)
        for figure, kept in (("gap", undoubted | True), ("gap_undoubted", undoubted)):
            if _is_enough(seen, inside & kept) and _is_enough(seen, outside & kept):
                row |= _with_interval(figure, _gap(seen, inside & kept, outside & kept, weights))
    calm = np.array([each.calm for each in seen], bool)
    row["calm"] = int((calm & inside).sum())
    ours_called, theirs_called = (
        _called(seen, calm & chosen, weights) for chosen in (inside, outside)
    )
    if ours_called is not None:
        row |= _rounded("called", *ours_called)
        if theirs_called is not None:
            row |= _rounded("called_gap", *_difference(ours_called, theirs_called))
    return row


def _is_enough(seen: Sequence[Seen], chosen: Mask) -> bool:
    people = len({each.unit for each, is_in in zip(seen, chosen, strict=True) if is_in})
    return int(chosen.sum()) >= FEWEST_PICTURES and people >= FEWEST_PEOPLE


def _called(
    seen: Sequence[Seen], calm: Mask, weights: FloatArray
) -> tuple[float, float, float] | None:
    """Return the share of calm people called Sad or Angry and its interval; None: too few people.

    Where it happened to none, drawing again shows none; then the upper end is that of Clopper and
    Pearson (1934) for so many people.
    """
    if not _is_enough(seen, calm):
        return None
    harsh = np.array([each.answer in HARSH for each in seen], bool) & calm
    people = len({each.unit for each, is_in in zip(seen, calm, strict=True) if is_in})
    if not harsh.any():
        return 0.0, 0.0, 1 - 0.025 ** (1 / people)
    shares = _ratio(weights @ harsh, weights @ calm)
    return float(shares[0]), *metrics.percentile_interval(shares[1:])


def _difference(
    ours: tuple[float, float, float], theirs: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Return the difference of two shares of other people and its interval from theirs.

    Source: Zou and Donner (2008), doi:10.1002/sim.3095.
    """
    (a, a_low, a_high), (b, b_low, b_high) = ours, theirs
    return (
        a - b,
        a - b - math.hypot(a - a_low, b_high - b),
        a - b + math.hypot(a_high - a, b - b_low),
    )


def _gap(seen: Sequence[Seen], inside: Mask, outside: Mask, weights: FloatArray) -> FloatArray:
    ours, theirs = (_tables(seen, chosen, weights) for chosen in (inside, outside))
    return np.asarray(_share_right(ours) - _expected(ours, theirs))


def _tables(seen: Sequence[Seen], chosen: Mask, weights: FloatArray) -> FloatArray:
    """Return each draw's counts of answers by label, shape (draws, 5, 6)."""
    cells = np.array([6 * (each.label or 0) + each.answer for each in seen])
    one_hot = np.eye(5 * 6)[cells] * chosen[:, None]
    return np.asarray(weights @ one_hot, np.float64).reshape(-1, 5, 6)


def _share_right(tables: FloatArray) -> FloatArray:
    right = np.trace(tables[:, :, :5], axis1=1, axis2=2)
    return _ratio(right, tables.sum(axis=(1, 2)))


def _macro_f1(tables: FloatArray) -> FloatArray:
    """Return each draw's mean F1 of the labels that occur (`metrics.macro_f1`)."""
    right = np.diagonal(tables[:, :, :5], axis1=1, axis2=2)
    labelled = tables.sum(axis=2)
    total = labelled + tables[:, :, :5].sum(axis=1)
    f1 = 2 * right / np.maximum(total, 1)
    present = labelled > 0
    return _ratio((f1 * present).sum(axis=1), present.sum(axis=1))


def _expected(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    """Return the accuracy that the rest would have with the group's mix of labels."""
    labelled = ours.sum(axis=2)
    recall = _ratio(np.diagonal(theirs[:, :, :5], axis1=1, axis2=2), theirs.sum(axis=2))
    share = labelled / np.maximum(labelled.sum(axis=1, keepdims=True), 1)
    return np.asarray((np.where(share > 0, recall, 0.0) * share).sum(axis=1))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return the quotient, not a number where there is nothing to divide by."""
    result = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=result, where=np.asarray(whole) > 0)
    return result


def _with_interval(name: str, values: FloatArray) -> dict[str, Any]:
    """Return a figure and its interval: the first value is of the data, the others of draws."""
    if not np.isfinite(values[0]):
        return {}
    return _rounded(name, float(values[0]), *metrics.percentile_interval(values[1:]))


def _rounded(name: str, value: float, low: float, high: float) -> dict[str, Any]:
    return {name: round(value, 4), f"{name}_interval": [round(low, 4), round(high, 4)]}


def worse(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups that are served worse by more than five points, and whether it is sure."""
    found = []
    for row in rows:
        for figure, sign in (("gap", -1), ("called_gap", 1)):
            value = row.get(figure)
            if value is None or sign * value <= TOO_WIDE:
                continue
            low, high = row[f"{figure}_interval"]
            is_sure = (low > 0) if sign > 0 else (high < 0)
            one = {"by": row["by"], "group": row["group"], figure: value, "sure": bool(is_sure)}
            if figure == "gap" and "gap_undoubted" in row:
                one["gap_undoubted"] = row["gap_undoubted"]
            found.append(one)
    return found


def reliability(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return how far the estimates agree with themselves.

    For people of whom there are several pictures, `ita_within` is the standard deviation of the
    typology angle between pictures of one person, `ita_between` that between people's means.
    """
    both = [row for row in rows if row["age_1"] and row["age_2"]]
    toned = [row for row in rows if row["ita_forehead"] and row["ita_cheeks"]]
    if not both or not toned:
        return {}
    ages = np.array([(float(row["age_1"]), float(row["age_2"])) for row in both]).reshape(-1, 2)
    men = np.array([(float(row["male_1"]), float(row["male_2"])) for row in both]).reshape(-1, 2)
    angles = np.array([(float(r["ita_forehead"]), float(r["ita_cheeks"])) for r in toned])
    angles = angles.reshape(-1, 2)
    figures = {
        "faces": len(rows),
        "age_correlation": (
            float(np.corrcoef(ages.T)[0, 1]) if ages.std(axis=0).all() else math.nan
        ),
        "age_apart_median": float(np.median(np.abs(ages[:, 0] - ages[:, 1]))),
        "gender_agrees": float(np.mean((men[:, 0] >= MAN_FROM[0]) == (men[:, 1] >= MAN_FROM[1]))),
        "ita_apart_median": float(np.median(np.abs(angles[:, 0] - angles[:, 1]))),
    }
    by_person: dict[str, list[float]] = {}
    for row, pair in zip(toned, angles, strict=True):
        if row["person"].startswith("person/"):
            by_person.setdefault(row["person"], []).append(float(pair.mean()))
    several = [values for values in by_person.values() if len(values) > 1]
    if len(several) > 1:
        variances = [np.var(values, ddof=1) for values in several]
        figures["ita_within"] = float(np.sqrt(np.mean(variances)))
        figures["ita_between"] = float(np.std([np.mean(values) for values in several], ddof=1))
    return {name: round(value, 3) for name, value in figures.items() if math.isfinite(value)}
