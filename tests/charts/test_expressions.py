"""Charts say what they show without relying on colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fer_core.charts import expressions
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.vision.faces import Box, Face


def face(probabilities: list[float]) -> Face:
    return Face(Box(0, 0, 10, 10), 0.9, np.array(probabilities), unsure_below=0.4)


def data_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    (rows,) = chart["datasets"].values()
    return list(rows)


def test_each_face_has_a_bar_of_five_parts_that_add_up() -> None:
    faces = [face([0.1, 0.6, 0.1, 0.1, 0.1]), face([0.2] * 5)]
    rows = data_of(expressions.probability_bars(faces).to_dict())
    assert len(rows) == 10
    for name in ("Face 1", "Face 2"):
        total = sum(row["probability"] for row in rows if row["face"] == name)
        assert total == pytest.approx(1)


def test_each_part_of_a_bar_carries_its_emoji_where_it_fits() -> None:
    rows = data_of(expressions.probability_bars([face([0.02, 0.9, 0.04, 0.02, 0.02])]).to_dict())
    shown = {row["expression"]: row["emoji"] for row in rows}
    assert shown[expressions.name_of(Emotion.HAPPY)] == Emotion.HAPPY.emoji
    assert shown[expressions.name_of(Emotion.SAD)] == ""


def test_the_summary_writes_each_count_beside_its_bar() -> None:
    counts: dict[Emotion | None, int] = dict.fromkeys(EMOTIONS, 0)
    counts |= {None: 2, Emotion.HAPPY: 7}
    chart = expressions.expression_counts(counts).to_dict()
    assert {row["expression"]: row["faces"] for row in data_of(chart)}["❔ Unsure"] == 2
    assert any(
        layer["encoding"].get("text", {}).get("field") == "faces" for layer in chart["layer"]
    )


def test_the_confusion_matrix_shows_shares_of_each_row() -> None:
    counts = [[8, 0, 0, 0, 0, 2], *([0] * 6 for _ in range(4))]
    rows = data_of(expressions.confusion_matrix(counts).to_dict())
    assert len(rows) == 30
    angry = {row["answer"]: row["share"] for row in rows if "Angry" in row["truth"]}
    assert angry[expressions.name_of(Emotion.ANGRY)] == 0.8
    assert angry["No answer"] == 0.2
    # A class without pictures has shares of 0, not of nothing.
    assert all(row["share"] == 0 for row in rows if "Sad" in row["truth"])
