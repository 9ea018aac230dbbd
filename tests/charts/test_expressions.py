"""Charts say what they show without relying on colour."""

from __future__ import annotations

from typing import Any

from fer_core.charts import expressions
from fer_core.emotions import Emotion


def data_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    (rows,) = chart["datasets"].values()
    return list(rows)


def test_the_confusion_matrix_shows_shares_of_each_row() -> None:
    counts = [[8, 0, 0, 0, 0, 2], *([0] * 6 for _ in range(4))]
    rows = data_of(expressions.confusion_matrix(counts).to_dict())
    assert len(rows) == 30
    angry = {row["answer"]: row["share"] for row in rows if "Angry" in row["truth"]}
    assert angry[expressions.name_of(Emotion.ANGRY)] == 0.8
    assert angry["No answer"] == 0.2
    # A class without pictures has shares of 0, not of nothing.
    assert all(row["share"] == 0 for row in rows if "Sad" in row["truth"])
