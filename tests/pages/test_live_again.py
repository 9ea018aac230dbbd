"""The live page opened again: a session left open, gone, or moved to another tab."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app.live import running, timer_panel
from app.parts.sessions import camera_of, session_registry
from fer_core.config import PROJECT_ROOT
from fer_core.sessions.session_info import SessionInfo, new_session_id
from tests.pages.live_page import agree, started, words
from tests.pages.running import button_keys, page_path, run_app, run_page
from tests.storage.sessions import TEXT

pytestmark = pytest.mark.usefixtures("apart")


def test_a_session_left_open_is_offered_again() -> None:
    _, study = started("Left open")
    page = run_page("live")
    assert "**Left open** is not finished" in words(page)
    page.button(key=f"go-on-{study.session_id}").click().run()
    assert page.title[0].value == "Left open"


def test_a_session_begun_under_an_older_agreement_asks_before_the_camera_comes_on() -> None:
    registry = session_registry()
    old = SessionInfo(new_session_id(), registry.clock(), "Begun before", consent_version="2020-01")
    study = registry.start(old)
    page = AppTest.from_file(PROJECT_ROOT / "pages" / "live.py", default_timeout=60)
    page.query_params["session"] = study.session_id
    page.run()
    assert "timer_pause" in button_keys(page)
    page.button(key="camera_on").click().run()
    assert "Before the camera is used" in words(page)
    page.button(key="consent_agree").click().run()
    assert "consent_agree" not in button_keys(page)
    assert "camera_off" in button_keys(page)


def test_a_reading_left_open_is_gone_on_with_on_its_own_page() -> None:
    registry = session_registry()
    study = registry.start(SessionInfo(new_session_id(), registry.clock()), TEXT)
    app = run_app()
    agree()
    app.switch_page(page_path("live")).run()
    app.button(key=f"go-on-{study.session_id}").click().run()
    assert not app.exception
    assert app.query_params["reading"] == study.session_id
    assert "finish_reading" in button_keys(app)


def test_a_session_that_is_not_kept_is_forgotten_with_the_next() -> None:
    agree()
    page = run_page("live")
    page.toggle(key="setup_keep").set_value(False)
    page.text_input(key="setup_title").set_value("Bees")
    page.button(key="start_session").click().run()
    page.button(key="finish").click().run()
    assert "Download it now" in words(page)
    (kept,) = session_registry().running()
    page.button(key="another").click().run()
    assert page.text_input(key="setup_title").value == "Bees"
    assert kept.erased
    assert session_registry().running() == []


def test_the_address_of_a_session_that_is_gone_leads_to_a_new_one() -> None:
    page = run_page("live")
    page.query_params["session"] = "nothing"
    page.run()
    assert not page.exception
    assert "no longer here" in words(page)


def test_the_tab_that_lost_its_session_says_so_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = started()
    told = iter([True, False])  # another tab takes over between the page and its next second
    for part in (running, timer_panel):
        monkeypatch.setattr(part, "is_here", lambda _: next(told, False))
    page.run()
    assert not page.exception
    assert "moved to another tab" in words(page)


def test_a_session_opened_in_another_tab_moves_there() -> None:
    page, study = started()
    camera_of(study).take_over("another tab")
    page.run()
    assert "moved to another tab" in words(page)
