"""The history page: what it shows, and what its buttons do, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.history import one_session
from app.history.memory import HistoryMemory
from app.history.own_data import ERASE_WORD
from app.parts.sessions import session_registry
from fer_core.charts.passages import pace_map
from fer_core.config import PROJECT_ROOT
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.live.registry import new_session_id
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from tests.storage.sessions import START, TEXT, count_rows, full_session, new_session

PAGE = PROJECT_ROOT / "pages" / "history.py"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for the history, and no store left over from another test."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def url(data_dir: Path) -> str:
    return f"sqlite:///{data_dir / 'history.sqlite'}"


def fill(url: str) -> None:
    with SessionStore(url) as store:
        for number in range(5):
            session = full_session(f"s{number}", START + 90_000 * number)
            store.follow(session, text=TextLabel(TEXT.text_id, TEXT.title, TEXT.words))
            store.save_now()
            result = ReadingTracker(TEXT, session).result()
            store.save_reading(f"s{number}", result.reading, result.estimates, result.highlights)


def open_page(session_id: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    if session_id:
        page.query_params["session"] = session_id
    return page.run()


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.success, *page.title, *page.subheader]
    return "\n".join(str(element.value) for element in shown)


def test_an_empty_history_says_what_to_do(data_dir: Path) -> None:
    page = open_page()
    assert not page.exception
    assert "Finish one on the Live or the Reading page" in words(page)


def test_sessions_are_listed_with_their_figures(url: str) -> None:
    fill(url)
    page = open_page()
    assert not page.exception
    assert len(page.dataframe[0].value) == 5
    assert page.metric[0].value == "5"
    assert "sessions" in words(page)
    assert "How bees find home" in set(page.dataframe[0].value["Text"])


def test_search_narrows_the_list(url: str) -> None:
    fill(url)
    page = open_page()
    page.text_input(key="history_search").set_value("nothing like it").run()
    assert "No session here" in words(page)


def test_a_session_shows_its_timeline_passages_and_answers(url: str) -> None:
    fill(url)
    page = open_page("s2")
    assert not page.exception
    assert page.title[0].value == "Biology"
    assert {"Timeline", "Passages", "Your answers"} <= {one.value for one in page.subheader}
    answers = next(one.value for one in page.dataframe if "Your answer" in one.value)
    assert list(answers["Your answer"]) == ["ants (not right)", "7 of 10", "2 of 5"]
    assert list(answers["About"]) == ["passage 2", "the moment", "passage 3"]


def test_the_usual_pace_is_the_one_that_was_shown_after_reading(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(table: pd.DataFrame, own_wpm: float) -> alt.LayerChart:
        drawn.append(own_wpm)
        return pace_map(table, own_wpm)

    monkeypatch.setattr(one_session, "pace_map", draw)
    with SessionStore(url) as store:
        shown = {}
        for number, count in enumerate((1, 8, 8)):
            started = START + 90_000 * number
            session = new_session(f"s{number}", started, profile=store.profile())
            for place, passage in enumerate(TEXT.passages[:count]):
                at = started + 20 * place
                session.mark_passage(passage.passage_id, 1.0, at, at + 10 * (1 + number % 2))
            session.finish(started + 300)
            store.follow(session, text=TextLabel(TEXT.text_id, TEXT.title, TEXT.words))
            result = ReadingTracker(TEXT, session).result()
            store.save_reading(f"s{number}", result.reading, {}, ())
            shown[f"s{number}"] = result.reading.own_wpm
    for session_id, own_wpm in shown.items():
        assert not open_page(session_id).exception
        assert drawn.pop() == pytest.approx(own_wpm)
    assert len({round(own_wpm) for own_wpm in shown.values()}) == 3


def test_a_session_is_renamed_and_gets_a_note(url: str) -> None:
    fill(url)
    page = open_page("s2")
    page.text_input[0].set_value("Bees again")
    page.text_area[0].set_value("Went well")
    next(button for button in page.button if button.label == "Save").click().run()
    with SessionStore(url) as store:
        summary = store.load("s2").summary
    assert (summary.info.title, summary.note) == ("Bees again", "Went well")


def test_a_deleted_session_can_be_brought_back(url: str) -> None:
    fill(url)
    page = open_page("s2")
    page.button(key="delete_session").click().run()
    assert len(page.dataframe[0].value) == 4
    page.button(key="undo_delete").click().run()
    assert len(page.dataframe[0].value) == 5


def test_undoing_too_late_says_so_once(url: str) -> None:
    fill(url)
    page = open_page("s2")
    page.button(key="delete_session").click().run()
    with SessionStore(url) as store:
        store.erase("s2")
    page.button(key="undo_delete").click().run()
    assert "15 minutes are over" in words(page)
    assert len(page.dataframe[0].value) == 4
    page.run()
    assert "15 minutes are over" not in words(page)


def test_what_is_known_can_be_reset(url: str) -> None:
    fill(url)
    page = open_page()
    assert "from 10 answers" in words(page)
    page.button(key="reset_answers").click().run()
    assert "from 0 answers" in words(page)
    page.button(key="reset_baseline").click().run()
    assert "Not known yet" in words(page)


def test_everything_is_erased_after_the_word_is_typed(url: str) -> None:
    fill(url)
    page = open_page()
    assert page.button(key="erase_all").disabled
    page.text_input(key="erase_word").set_value(ERASE_WORD).run()
    page.button(key="erase_all").click().run()
    assert "no row is left" in words(page)
    assert "No session here" in words(page)  # in the list, which stands above
    assert not [one for one in page.dataframe if "Title" in one.value]
    assert page.button(key="erase_all").disabled
    with SessionStore(url) as store:
        assert count_rows(store) == 0


def test_erasing_everything_ends_what_runs_in_memory_too(url: str) -> None:
    registry = session_registry()
    study = registry.start(SessionInfo(new_session_id(), registry.clock()), TEXT)
    page = open_page()
    page.text_input(key="erase_word").set_value(ERASE_WORD).run()
    page.button(key="erase_all").click().run()
    assert not page.exception
    assert study.erased
    assert registry.running() == []
    store = registry.history.store
    assert store is not None
    assert store.save_now()
    assert count_rows(store) == 0


def test_a_zip_is_made_and_offered(url: str) -> None:
    fill(url)
    page = open_page()
    page.button(key="make_export").click().run()
    assert not page.exception
    assert page.session_state[HistoryMemory.key()].export[:2] == b"PK"


def test_what_is_brought_in_stands_in_the_list_at_once(url: str, tmp_path: Path) -> None:
    fill(url)
    with SessionStore(url) as store:
        exported = store.export()
        store.erase_all()
    page = open_page()
    assert "No session here" in words(page)
    page.file_uploader(key="import_file").set_value(("h.zip", exported, "application/zip")).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert "5 sessions came in, 0 were here already." in words(page)
    assert len(page.dataframe[0].value) == 5


def test_a_session_that_is_not_there_is_said_to_be_missing(data_dir: Path) -> None:
    page = open_page("gone")
    assert not page.exception
    assert "not in the history" in words(page)


def test_a_history_that_cannot_be_read_says_why(data_dir: Path) -> None:
    (data_dir / "history.sqlite").write_bytes(b"no database at all " * 200)
    page = open_page()
    assert not page.exception
    assert any("damaged" in one.value for one in [*page.warning, *page.error])
