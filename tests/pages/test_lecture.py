"""A lecture beside the camera, without a browser: chosen, played, lost in, looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
import streamlit_webrtc.component
from streamlit.testing.v1 import AppTest

from app.live import material
from app.parts import player
from app.parts.player import ChosenVideo, read_chosen, take
from app.parts.reports import ReaderAction
from app.parts.sessions import session_registry
from fer_core.config import PROJECT_ROOT
from fer_core.live.running_session import RunningSession
from fer_core.reading.playback import Played
from tests.pages.running import run_page, said_by


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: None)
    monkeypatch.setattr(material, "choose_video", lambda: ChosenVideo("Photosynthesis", 1500.0))
    yield
    st.cache_resource.clear()


def set_up(chapters: str = "0:00 Start\n10:00 Light reactions") -> AppTest:
    page = run_page("live")
    page.toggle(key="setup_camera").set_value(False)
    page.toggle(key="setup_video").set_value(True).run()
    page.text_area(key="setup_chapters").input(chapters).run()
    return page


def watched(monkeypatch: pytest.MonkeyPatch) -> tuple[AppTest, RunningSession]:
    """Start a session, and play from 12:20 to 12:50 of its video, lost at 12:40."""
    page = set_up()
    page.button(key="start_session").click().run()
    registry = session_registry()
    (running,) = registry.running()
    at = running.session.info.started_at
    monkeypatch.setattr(registry, "clock", lambda: at + 31)
    played = [Played(at, at + 10, 740.0, 750.0), Played(at + 10, at + 30, 750.0, 770.0)]
    take(running, [*played, ReaderAction("lost", "p2", at=at + 20)])
    return page, running


def test_a_lecture_is_studied_and_where_one_was_lost_is_told_in_its_own_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, list[dict[str, object]]]] = []
    show = player._component

    def note(*, data: dict[str, object], **rest: Any) -> object:
        moments = data["moments"]
        assert isinstance(moments, list)
        asked.append((str(data["mode"]), moments))
        return show(data=data, **rest)

    monkeypatch.setattr(player, "_component", note)
    page, running = watched(monkeypatch)
    assert running.session.info.title == "Photosynthesis"
    page.run()
    assert asked[-1] == ("watch", [])
    assert not page.exception
    page.button(key="finish").click().run()
    assert not page.exception
    said = said_by(page)
    assert "you were lost at 12:40 of the video" in said.replace("\\", "")
    assert asked[-1] == ("look", [{"at": 760.0, "label": "12:40 · Light reactions"}])
    later = AppTest.from_file(PROJECT_ROOT / "pages" / "history.py", default_timeout=60)
    later.query_params["session"] = running.session_id
    later.run()
    assert not later.exception
    assert "video: Photosynthesis" in said_by(later)
    assert asked[-1] == ("look", [{"at": 760.0, "label": "12:40 · Light reactions"}])


def test_chapters_that_do_not_fit_are_said_and_nothing_starts() -> None:
    page = set_up("0:00 Start\n40:00 End")
    assert "A chapter begins at 40:00, but the video is 25:00 long." in said_by(page).replace(
        "\\", ""
    )
    assert page.button(key="start_session").disabled


def test_without_a_file_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "choose_video", lambda: None)
    assert set_up().button(key="start_session").disabled


IMPOSSIBLE_S: list[object] = [-1, 0, float("inf"), []]


@pytest.mark.parametrize(
    "told",
    [None, 3, {}, {"name": "a"}, {"name": "a.mp4", "duration": "NaN"}]
    + [{"name": "a.mp4", "duration": value} for value in IMPOSSIBLE_S],
)
def test_whatever_a_browser_tells_of_a_file_nothing_fails(told: object) -> None:
    assert read_chosen(told) is None


def test_a_file_is_called_by_its_name_without_ending() -> None:
    assert read_chosen({"name": "week 3.mp4", "duration": 12.5}) == ChosenVideo("week 3", 12.5)
