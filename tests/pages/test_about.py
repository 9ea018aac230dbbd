"""The about page: the model with its figures and its card, privacy, acceptable use, licences."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.config import PROJECT_ROOT
from tests.pages.running import run_page, said_by

CONFUSION = [[10, 1, 2, 3, 4, 5]] * 5


def test_about_tells_privacy_acceptable_use_and_licences() -> None:
    page = run_page("about")
    assert not page.exception
    said = said_by(page)
    assert "never written to disk" in said.replace("\n", " ")
    assert "article 5(1)(f)" in said
    assert "Never for watching others" in said
    assert "AGPL-3.0" in said
    assert "Macro-F1" in said
    assert "it is no share" in said


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT_ROOT / "weights", tmp_path / "weights")
    return tmp_path / "weights"


def about_with(weights: Path, monkeypatch: pytest.MonkeyPatch, **changes: object) -> AppTest:
    description = json.loads((weights / "model.json").read_text())
    (weights / "model.json").write_text(json.dumps({**description, **changes}))
    monkeypatch.setenv("FER_WEIGHTS", str(weights / "model.json"))
    return run_page("about")


def test_about_shows_the_models_figures_with_their_intervals(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portraits = {
        "pictures": 120,
        "accuracy": 0.85,
        "accuracy_interval": [0.8, 0.9],
        "confusion": CONFUSION,
    }
    older = {
        "by": "age",
        "group": "40 and over",
        "pictures": 60,
        "accuracy": 0.7,
        "accuracy_interval": [0.6, 0.8],
        "gap": -0.12,
        "gap_interval": [-0.2, -0.04],
        "gap_undoubted": -0.01,
        "called_gap": 0.07,
        "called_gap_interval": [-0.003, 0.2],
    }
    metrics = {
        "sources": {"photo": {"portraits": portraits}},
        "groups": {"portraits": {"model": "fer-yolov9t 0.9.0", "groups": [older]}},
    }
    page = about_with(weights, monkeypatch, metrics=metrics)
    row = page.dataframe[0].value.iloc[0]
    assert (row["Figure"], row["Value"], row["95 % interval"]) == (
        "Accuracy",
        0.85,
        "0.800 to 0.900",
    )
    group = page.dataframe[1].value.iloc[0]
    assert (group["Group"], group["Accuracy"]) == ("40 and over", "70 (60 to 80)")
    assert group["Beside the rest"] == "-12 (-20 to -4)"
    who = "- age, 40 and over (portraits, 60 pictures): "
    assert f"{who}accuracy -12 points; where another model shares the label, -1" in said_by(page)
    assert f"{who}calm people called Sad or Angry, +7 points, which may be chance" in said_by(page)
    assert group["Calm, beside the rest"] == "+7 (+0 to +20)"
    assert "What it mixes up" in said_by(page)
    assert "**About 2 of 10 faces** in photos" in said_by(page)  # 20 right of 125
    assert "calibration error" in page.info[0].value
    assert "with fer-yolov9t 0.9.0, and not again" in page.info[1].value


def test_about_says_of_its_own_figures_by_group_nothing_more(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = json.loads((weights / "model.json").read_text())
    row = {"by": "age", "group": "under 18", "pictures": 60, "accuracy": 0.7}
    groups = {"portraits": {"model": f"{info['name']} {info['version']}", "groups": [row]}}
    page = about_with(weights, monkeypatch, metrics={"groups": groups})
    assert not any("not again" in info.value for info in page.info)


def test_about_says_why_figures_are_missing(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = about_with(weights, monkeypatch, metrics={})
    assert not page.dataframe
    assert "has not been evaluated" in page.info[0].value
    assert "Not measured for this model" in said_by(page)


def test_about_shows_no_other_models_card(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (weights / "MODEL_CARD.md").unlink()
    said = said_by(about_with(weights, monkeypatch))
    assert "No model card" in said
    assert "Training data" not in said


def test_about_shows_the_model_card_beside_the_model(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (weights / "MODEL_CARD.md").write_text("# The card of this very model")
    assert "The card of this very model" in said_by(about_with(weights, monkeypatch))
