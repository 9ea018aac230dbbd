"""The entry and the frame around the pages, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
import streamlit_webrtc.component
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

import Home
from app.parts.navigation import PAGES
from app.parts.sessions import session_registry
from app.photos.memory import PhotosMemory
from app.welcome.demo_session import DemoMemory
from app.welcome.home import minutes
from fer_core.affect.breaks import BreakPlan
from fer_core.config import PROJECT_ROOT
from fer_core.photos.exports import encode_jpeg
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.days import DayTotal
from tests.pages.running import button_keys, page_path, run_app, said_by


@pytest.mark.parametrize("script", ["Home.py", "app/main.py"])
def test_the_app_opens_with_what_it_is_that_it_stays_here_and_where_to_begin(script: str) -> None:
    home = AppTest.from_file(PROJECT_ROOT / script, default_timeout=60).run()
    assert not home.exception
    said = said_by(home)
    assert "study timer with real breaks" in said
    assert "stays on this computer" in said
    assert "start_session" in button_keys(home)


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


def test_photos_stay_when_their_page_is_left(astronaut: np.ndarray) -> None:
    app = run_app()
    app.switch_page(page_path("photos")).run()
    app.file_uploader[0].set_value(("a.jpg", encode_jpeg(astronaut), "image/jpeg")).run()
    assert len(app.session_state[PhotosMemory.key()].cache) == 1
    app.switch_page(page_path("about")).run()
    assert not app.exception
    assert len(app.session_state[PhotosMemory.key()].cache) == 1


@pytest.fixture
def empty_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: None)
    yield
    st.cache_resource.clear()


@pytest.mark.usefixtures("empty_history")
def test_studying_starts_in_place_with_one_press() -> None:
    home = run_app()
    home.text_input(key="setup_title").input("Chapter 3")
    home.toggle(key="setup_camera").set_value(False)
    home.button(key="start_session").click().run()
    assert not home.exception
    (study,) = session_registry().running()
    assert (study.session.info.title, study.session.info.plan) == ("Chapter 3", BreakPlan(25, 5))
    assert home.query_params["session"] == study.session_id
    assert home.title[0].value == "Chapter 3"


@pytest.mark.usefixtures("empty_history")
def test_home_remembers_the_week_the_last_session_and_what_was_left_open() -> None:
    registry = session_registry()
    study = registry.start(SessionInfo("done", registry.clock() - 900, "Bees"))
    for second in range(60, 900, 60):
        study.session.sign(registry.clock() - 900 + second)
    registry.finish(study)
    registry.start(SessionInfo("open", registry.clock(), "Left open"))
    home = run_app()
    assert not home.exception
    assert {metric.label: metric.value for metric in home.metric}["This week"] == "15 min"
    said = said_by(home)
    assert "Last session, today" in said
    assert "**Left open** is not finished" in said
    home.button(key="go-on-open").click().run()
    assert home.title[0].value == "Left open"


@pytest.mark.usefixtures("empty_history")
def test_a_session_counts_from_its_first_second() -> None:
    registry = session_registry()
    none = {metric.label: metric.value for metric in run_app().metric}
    assert none == {"This week": "0 min", "Today": "0 min"}
    registry.start(SessionInfo("begun", registry.clock(), "Bees"))
    home = run_app()
    begun = {metric.label: metric.value for metric in home.metric}
    assert begun == {"This week": "< 1 min", "Today": "< 1 min"}
    home.switch_page(page_path("history")).run()
    assert "**Today:** less than a minute." in said_by(home)


def test_a_day_with_a_goal_says_how_much_of_it_is_done() -> None:
    today = date(2026, 11, 28)
    assert minutes([], 50) == "0 of 50 min"
    assert minutes([DayTotal(today, 1, 0.0)], 50) == "< 1 of 50 min"
    assert minutes([DayTotal(today, 2, 3900.0)], 50) == "65 of 50 min"


@pytest.mark.usefixtures("empty_history")
def test_other_pages_say_that_a_session_runs_and_lead_back_to_it() -> None:
    registry = session_registry()
    running = registry.start(SessionInfo("open", registry.clock(), "Bees", plan=BreakPlan(5, 1)))
    app = run_app()
    app.switch_page(page_path("settings")).run()
    assert "**Bees** · 5 minutes left in round 1 of 4" in said_by(app)
    links = {link.proto.label: link.proto for link in app.get("page_link")}
    back = links["Back to the session"]
    assert (back.page, back.query_string) == ("live", "session=open")
    registry.finish(running)
    app.switch_page(page_path("settings")).run()
    assert "Back to the session" not in {link.proto.label for link in app.get("page_link")}


@pytest.mark.usefixtures("empty_history")
def test_a_photo_and_a_session_can_be_tried_at_once_and_say_that_they_are_demos() -> None:
    home = run_app(120)
    assert "The model says: **😊 Happy" in said_by(home)
    home.button(key="play_demo").click().run()
    assert not home.exception
    memory = home.session_state[DemoMemory.key()]
    memory.playing_since -= 60
    home.run()
    said = said_by(home)
    assert "Demo: made-up numbers" in said
    assert "1 break taken" in said
    assert session_registry().running() == []
