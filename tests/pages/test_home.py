"""The entry and the frame around the pages, without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

import Home
from app.parts.navigation import PAGES
from app.photos.memory import PhotosMemory
from fer_core.config import PROJECT_ROOT
from fer_core.photos.exports import encode_jpeg
from tests.pages.running import page_path, run_app, said_by


@pytest.mark.parametrize("script", ["Home.py", "app/main.py"])
def test_the_app_opens_with_what_it_is_that_it_stays_here_and_where_to_begin(script: str) -> None:
    home = AppTest.from_file(PROJECT_ROOT / script, default_timeout=60).run()
    assert not home.exception
    said = said_by(home)
    assert "expressions of faces" in said
    assert "stays on this machine" in said
    assert "Begin with" in said


def test_streamlit_finds_the_app_in_its_entry() -> None:
    found = discover_asgi_app(PROJECT_ROOT / "Home.py")
    assert (found.is_asgi_app, found.import_string) == (True, "Home:app")


def test_no_folder_of_pages_stands_beside_the_script_that_is_run() -> None:
    # Streamlit would run the first request of a process by its older rules, without the frame.
    script = Path(Home.app.script_path)
    assert script.is_file()
    assert not (script.parent / "pages").exists()


def test_every_page_of_the_menu_has_its_file_and_every_file_its_place_in_the_menu() -> None:
    files = {file.stem for file in (PROJECT_ROOT / "pages").glob("*.py")}
    assert files == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    app = run_app()
    app.switch_page(page_path(name)).run()
    assert not app.exception
    assert app.title


def test_photos_are_forgotten_when_their_page_is_left(astronaut: np.ndarray) -> None:
    app = run_app()
    app.switch_page(page_path("photos")).run()
    app.file_uploader[0].set_value(("a.jpg", encode_jpeg(astronaut), "image/jpeg")).run()
    assert len(app.session_state[PhotosMemory.key()].cache) == 1
    app.switch_page(page_path("about")).run()
    assert not app.exception
    assert PhotosMemory.key() not in app.session_state
