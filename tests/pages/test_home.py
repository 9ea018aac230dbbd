"""Home, welcome and about."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.config import PROJECT_ROOT
from fer_core.photos.exports import encode_jpeg
from tests.pages.running import run_page

CONFUSION = [[10, 1, 2, 3, 4, 5]] * 5


def said_by(page: AppTest) -> str:
    groups = (page.markdown, page.caption, page.info, page.subheader, page.title)
    return "\n".join(str(element.value) for group in groups for element in group)


def test_the_app_opens_with_what_it_is_that_it_stays_here_and_where_to_begin() -> None:
    home = AppTest.from_file(PROJECT_ROOT / "Home.py", default_timeout=60).run()
    assert not home.exception
    said = said_by(home)
    assert "expressions of faces" in said
    assert "stays on this machine" in said
    assert "Begin with" in said


def test_every_page_that_home_lists_exists() -> None:
    listed = re.findall(r'^    \("(\w+)",', (PROJECT_ROOT / "Home.py").read_text(), re.MULTILINE)
    assert {"welcome", "photos", "about"} <= set(listed)
    for name in listed:
        assert (PROJECT_ROOT / "app" / "pages" / f"{name}.py").is_file()


def test_photos_are_forgotten_when_their_page_is_left(astronaut: np.ndarray) -> None:
    app = AppTest.from_file(PROJECT_ROOT / "Home.py", default_timeout=60).run()
    app.switch_page("pages/photos.py").run()
    app.file_uploader[0].set_value(("a.jpg", encode_jpeg(astronaut), "image/jpeg")).run()
    assert len(app.session_state["photo_shelf"]) == 1
    app.switch_page("pages/about.py").run()
    assert not app.exception
    assert "photo_shelf" not in app.session_state
    assert "snapshots" not in app.session_state


def test_about_tells_privacy_acceptable_use_and_licences() -> None:
    page = run_page("about")
    assert not page.exception
    said = said_by(page)
    assert "never written to disk" in said.replace("\n", " ")
    assert "article 5(1)(f)" in said
    assert "Never for watching others" in said
    assert "AGPL-3.0" in said


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
    metrics = {"sources": {"photo": {"portraits": portraits}}}
    page = about_with(weights, monkeypatch, metrics=metrics)
    row = page.dataframe[0].value.iloc[0]
    assert (row["Figure"], row["Value"], row["95 % interval"]) == (
        "Accuracy",
        0.85,
        "0.800 to 0.900",
    )
    assert "What it takes for what" in said_by(page)
    assert "calibration error" in page.info[0].value


def test_about_says_why_figures_are_missing(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = about_with(weights, monkeypatch, metrics={})
    assert not page.dataframe
    assert "has not been evaluated" in page.info[0].value


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
