"""Settings: each choice holds at once and for the next program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from app.parts.preferences import choose, preferences
from app.parts.sessions import session_registry
from fer_core.learner.preferences import PreferenceFile
from fer_core.storage.store import SessionStore
from tests.pages.running import button_keys, run_page, said_by
from tests.storage.sessions import full_session

DAY_S = 86_400.0


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    yield tmp_path
    st.cache_resource.clear()


def keep_session(data_dir: Path, name: str, days_ago: float) -> None:
    with SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store:
        store.follow(full_session(name, session_registry().clock() - DAY_S * days_ago))
        assert store.save_now()


@pytest.mark.parametrize("name", ["sound", "notifications", "camera", "keep", "show_figures"])
def test_a_switch_is_saved_as_soon_as_it_is_pressed(name: str, data_dir: Path) -> None:
    page = run_page("settings")
    before = page.toggle(key=f"settings_{name}").value
    page.toggle(key=f"settings_{name}").set_value(not before).run()
    assert not page.exception
    assert getattr(PreferenceFile(data_dir).read(), name) is not before


def test_what_makes_a_noise_is_off_at_first() -> None:
    page = run_page("settings")
    assert not page.toggle(key="settings_sound").value
    assert not page.toggle(key="settings_notifications").value


def test_the_daily_goal_is_kept() -> None:
    run_page("settings").number_input(key="settings_goal").set_value(45).run()
    assert preferences().daily_goal_min == 45


def test_it_says_where_and_what_is_kept(data_dir: Path) -> None:
    said = said_by(run_page("settings"))
    assert str(data_dir) in said
    assert "never a picture" in said


def test_a_shorter_time_asks_before_it_deletes_and_then_does(data_dir: Path) -> None:
    keep_session(data_dir, "old", days_ago=100)
    keep_session(data_dir, "new", days_ago=2)
    page = run_page("settings")
    page.selectbox(key="settings_keep_days").set_value(90).run()
    assert "1 session older than 90 days" in said_by(page)
    assert preferences().keep_days is None
    page.button(key="settings_delete_old").click().run()
    assert preferences().keep_days == 90
    store = session_registry().history.store_to_read()
    assert store is not None
    assert [summary.session_id for summary in store.sessions()] == ["new"]


def test_a_longer_time_is_taken_at_once() -> None:
    page = run_page("settings")
    page.selectbox(key="settings_keep_days").set_value(365).run()
    assert preferences().keep_days == 365
    assert "settings_delete_old" not in button_keys(page)


def test_the_next_start_deletes_what_has_grown_too_old(data_dir: Path) -> None:
    keep_session(data_dir, "old", days_ago=40)
    choose(keep_days=30)
    st.cache_resource.clear()
    store = session_registry().history.store_to_read()
    assert store is not None
    assert store.sessions() == []


def test_the_agreement_stands_there_with_its_day_and_can_be_taken_back() -> None:
    choose(consent_version="2026-11d", consent_at=1_795_700_000.0)
    page = run_page("settings")
    assert "You agreed to the use of the camera on 26 November 2026." in said_by(page)
    page.button(key="settings_withdraw").click().run()
    assert preferences().consent_version == ""
    assert "not agreed" in said_by(page)


def test_the_defaults_come_back_and_the_agreement_stays() -> None:
    choose(sound=True, daily_goal_min=30, consent_version="2026-11d", consent_at=1.0)
    page = run_page("settings")
    page.button(key="settings_reset").click().run()
    assert not page.exception
    chosen = preferences()
    assert (chosen.sound, chosen.daily_goal_min) == (False, 0)
    assert chosen.consent_version == "2026-11d"
    assert not page.toggle(key="settings_sound").value
