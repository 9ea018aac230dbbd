"""The model's figures are read as far as they go; what is missing is named."""

from __future__ import annotations

from typing import Any

import pytest

from fer_core.vision.model_metrics import (
    confusions_of,
    figures_of,
    group_figures_of,
    missing_of,
)

ROW = [10, 1, 2, 3, 4, 5]
METRICS: dict[str, Any] = {
    "scenes": {
        "photo": {
            "scenes": 400,
            "map50": 0.8,
            "map50_interval": [0.78, 0.82],
            "map50_95": 0.7,
            "ap50": {"Sad": 0.6, "Happy": 0.9},
            "ap50_interval": {"Sad": [0.5, 0.7]},
        }
    },
    "sources": {
        "photo": {
            "portraits": {
                "pictures": 120,
                "accuracy": 0.85,
                "accuracy_interval": [0.8, 0.9],
                "macro_f1": 0.8,
                "found": 1.0,
                "confusion": [ROW] * 5,
            },
            "crops": {"pictures": 20, "accuracy": 0.5, "confusion": [ROW] * 5},
        }
    },
    "ece": {"photo": 0.03, "frame": 0.05},
}


def test_every_figure_says_on_what_it_was_measured() -> None:
    figures = {(figure.name, figure.data): figure for figure in figures_of(METRICS)}
    assert figures["mAP50", "400 validation scenes"].value == 0.8
    assert figures["mAP50", "400 validation scenes"].interval == (0.78, 0.82)
    assert figures["AP50, Sad", "400 validation scenes"].value == 0.6
    assert figures["AP50, Sad", "400 validation scenes"].interval == (0.5, 0.7)
    assert figures["AP50, Happy", "400 validation scenes"].interval is None
    assert figures["Accuracy", "portraits, 120 pictures"].interval == (0.8, 0.9)
    assert figures["Macro-F1", "portraits, 120 pictures"].interval is None
    assert figures["Calibration error (ECE), lower is better", "all pictures"].value == 0.03
    assert missing_of(METRICS) == ()


def test_confusions_are_given_together_first_and_then_by_source() -> None:
    together, *by_source = confusions_of(METRICS)
    assert together.counts[0] == tuple(2 * count for count in ROW)
    assert [confusion.data for confusion in by_source] == ["portraits", "crops"]


def test_a_single_source_is_not_shown_twice() -> None:
    one = {"sources": {"photo": {"portraits": {"confusion": [ROW] * 5}}}}
    assert [confusion.data for confusion in confusions_of(one)] == ["portraits"]


def test_a_model_without_figures_says_what_was_not_measured() -> None:
    assert figures_of({}) == ()
    assert confusions_of({}) == ()
    assert len(missing_of({})) == 4


@pytest.mark.parametrize(
    "metrics",
    [
        {"scenes": None, "sources": [], "ece": "good"},
        {"scenes": {"photo": {"map50": "0.8", "ap50": 3}}},
        {"sources": {"photo": {"a": None, "b": {"accuracy": 7, "confusion": [[1]]}}}},
        {"sources": {"photo": {"a": {"accuracy": True, "accuracy_interval": [0.1]}}}},
        {"sources": {"photo": {"a": {"confusion": [[0.5] * 6] * 5}}}},
    ],
)
def test_figures_of_another_form_are_left_out(metrics: dict[str, Any]) -> None:
    assert figures_of(metrics) == ()
    assert confusions_of(metrics) == ()


def test_figures_of_a_group_come_with_their_intervals() -> None:
    row = {"by": "age", "group": "under 18", "pictures": 30, "gap": -0.06, "gap_interval": [-1, 0]}
    few = {"by": "age", "group": "40 and over", "pictures": 3}
    (one,) = group_figures_of({"groups": {"heads": {"groups": [row, few]}}})
    assert (one.kind, one.group, one.data) == ("age", "under 18", "heads, 30 pictures")
    assert (one.gap, one.accuracy) == (-0.06, None)
    assert one.intervals == {"gap": (-1.0, 0.0)}
    assert one.is_less_right()
    assert not one.is_called_more()


@pytest.mark.parametrize(
    "groups",
    [
        None,
        [],
        {"heads": None},
        {"heads": {"groups": {"age": 1}}},
        {"heads": {"groups": [7, {"by": "age", "group": "old", "gap": "much"}]}},
        {"heads": {"groups": [{"by": None, "group": "old", "gap": 0.1}]}},
        {"heads": {"groups": [{"by": "age", "group": "old", "gap": float("nan")}]}},
    ],
)
def test_groups_of_another_form_are_left_out(groups: Any) -> None:
    assert group_figures_of({"groups": groups}) == ()
