"""The history page: what it shows, and what its buttons do, without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.history import days, passages, session_list
from app.history.memory import HistoryMemory
from app.history.own_data import ERASE_WORD
from app.parts.preferences import preference_file
from app.parts.sessions import session_registry
from fer_core.charts.passages import passage_maps
from fer_core.config import PROJECT_ROOT
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.reading.pace import Pace
from fer_core.sessions.session_info import SessionInfo, new_session_id
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


@pytest.fixture(scope="module")
def five_sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history of five sessions in which a text was read: made once, and copied."""
    file = tmp_path_factory.mktemp("five") / "history.sqlite"
    with SessionStore(f"sqlite:///{file}") as store:
        for number in range(5):
            session = full_session(f"s{number}", START + 90_000 * number)
            store.follow(session, text=TextLabel(TEXT.text_id, TEXT.title, TEXT.words))
            store.save_now()
            result = ReadingTracker(TEXT, session).result()
            store.save_reading(f"s{number}", result.reading, result.estimates, result.highlights)
    return file


@pytest.fixture
def filled(five_sessions: Path, data_dir: Path, url: str) -> str:
    """The address of a history that has five sessions."""
    shutil.copy(five_sessions, data_dir)
    return url


def open_page(session_id: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    if session_id:
        page.query_params["session"] = session_id
    return page.run()


def cards(page: AppTest) -> list[str]:
    """Return the sessions in the list, from top to bottom."""
    keys = (button.key or "" for button in page.button)
    return [key.removeprefix("open-") for key in keys if key.startswith("open-")]


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.success, *page.title, *page.header]
    return "\n".join(str(element.value) for element in shown)


def test_an_empty_history_says_what_to_do(data_dir: Path) -> None:
    page = open_page()
    assert not page.exception
    assert "Your history is empty" in words(page)


def test_sessions_are_listed_with_their_figures(filled: str) -> None:
    page = open_page()
    assert not page.exception
    assert cards(page) == ["s4", "s3", "s2", "s1", "s0"]
    assert "5 sessions, 34 minutes studied" in words(page)
    assert words(page).count("7 minutes · :material/menu_book: How bees find home") == 5


def test_a_card_opens_its_session(filled: str) -> None:
    page = open_page()
    page.button(key="open-s3").click().run()
    assert not page.exception
    assert page.query_params["session"] == "s3"
    assert "← All sessions" in [button.label for button in page.button]


def test_tags_and_whether_a_goal_was_reached_stand_on_the_card(filled: str) -> None:
    page = open_page("s2")
    page.multiselect(key="tags").set_value(["exam"]).run()
    page.segmented_control(key="goal-s2").set_value("reached").run()
    assert not page.exception
    page.button(key="back_to_list").click().run()
    assert ":material/flag: chapter 3 ✓ Reached · :gray-badge[exam]" in words(page)
    page.pills(key="history_tags").set_value(["exam"]).run()
    assert cards(page) == ["s2"]


def test_the_result_says_what_happened_and_what_to_try(filled: str) -> None:
    said = words(open_page("s4"))
    assert "You read 8 of 8 passages in 7 minutes, about as long as you usually do" in said
    assert "; passages 2 and 3 were hard for you" in said
    assert "Next, read passages 2 and 3" in said
    assert "You said you were stressed here" in said


def test_of_a_session_without_the_camera_nothing_is_said_that_only_a_camera_knows(
    url: str,
) -> None:
    with SessionStore(url) as store:
        session = new_session()
        store.follow(session)
        session.sign(START + 60)
        session.finish(START + 60)
        assert store.save_now()
    page = open_page("s1")
    assert "This session had no camera" in words(page)
    assert "Away" not in [metric.label for metric in page.metric]


def test_sessions_side_by_side_say_why_something_of_them_is_missing(url: str) -> None:
    with SessionStore(url) as store:
        for number in range(2):
            session = new_session(f"s{number}", START + 1000 * number)
            store.follow(session)
            session.sign(START + 1000 * number + 60)
            session.finish(START + 1000 * number + 60)
        assert store.save_now()
    page = open_page()
    page.session_state["history_tab"] = "Compare"
    page.run()
    assert not page.exception
    said = words(page)
    assert said.count("This session had no camera, so there is no line to draw.") == 2
    assert said.count("Understanding no estimate · Stress no estimate") == 2


def test_today_is_measured_against_the_daily_goal(
    filled: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "now", lambda: START + 360_000 + 3600)
    assert "**Today:** 7 minutes." in words(open_page())
    preference_file().change(daily_goal_min=10)
    page = open_page()
    assert not page.exception
    assert "**Streak:** 5 study days since" in words(page)


def test_two_sessions_stand_side_by_side(filled: str) -> None:
    page = open_page()
    assert not [one for one in page.selectbox if one.label.endswith(" session")]
    page.session_state["history_tab"] = "Compare"  # what is not looked at is not read
    page.run()
    left, right = (
        next(one for one in page.selectbox if one.label == f"{side} session")
        for side in ("Left", "Right")
    )
    assert (left.value, right.value) == ("s3", "s4")  # the last two, as time runs
    left.set_value("s1").run()
    assert not page.exception
    assert words(page).count("You read 8 of 8 passages") == 2


def test_search_and_filters_narrow_the_list(
    filled: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SessionStore(filled) as store:
        store.follow(full_session("without", START + 450_000))
        assert store.save_now()
    monkeypatch.setattr(session_list, "now", lambda: START + 90_000 * 3 + 7 * session_list.DAY_S)
    page = open_page()
    page.segmented_control(key="history_kind").set_value("With a text").run()
    assert len(cards(page)) == 5
    page.segmented_control(key="history_period").set_value("7 days").run()
    assert cards(page) == ["s4", "s3"]
    page.segmented_control(key="history_kind").set_value("Without").run()
    assert cards(page) == ["without"]
    page.segmented_control(key="history_kind").set_value("All")
    page.segmented_control(key="history_period").set_value("All")
    page.text_input(key="history_search").set_value("nothing like it").run()
    assert "No session matches" in words(page)
    assert cards(page) == []
    page.text_input(key="history_search").set_value("bees").run()
    assert len(cards(page)) == 5


def test_a_session_shows_its_timeline_passages_and_answers(filled: str) -> None:
    page = open_page("s2")
    assert not page.exception
    assert page.title[0].value == "Biology"
    assert {"Timeline", "Passages", "Your answers"} <= {one.value for one in page.header}
    answers = next(one.value for one in page.dataframe if "Your answer" in one.value)
    assert list(answers["Your answer"]) == ["ants (not right)", "7 of 10", "2 of 5"]
    assert list(answers["About"]) == ["passage 2", "the moment", "passage 3"]


def test_the_usual_pace_is_the_one_that_was_shown_after_reading(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(table: pd.DataFrame, own: Pace) -> tuple[tuple[str, str, alt.LayerChart], ...]:
        drawn.append(own)
        return passage_maps(table, own)

    monkeypatch.setattr(passages, "passage_maps", draw)
    with SessionStore(url) as store:
        shown = {}
        for number, count in enumerate((8, 8, 8)):
            started = START + 90_000 * number
            session = new_session(f"s{number}", started, profile=store.learner.profile())
            for place, passage in enumerate(TEXT.passages[:count]):
                at = started + 20 * place
                session.mark_passage(passage.passage_id, 1.0, at, at + 10 * (1 + number % 2))
            session.finish(started + 300)
            store.follow(session, text=TextLabel(TEXT.text_id, TEXT.title, TEXT.words))
            result = ReadingTracker(TEXT, session).result()
            store.save_reading(f"s{number}", result.reading, {}, ())
            shown[f"s{number}"] = result.reading.own
    for session_id, own in shown.items():
        assert not open_page(session_id).exception
        assert drawn.pop() == own
    assert len({round(own.wpm) for own in shown.values()}) == 3


def test_a_session_is_renamed_and_gets_a_note(filled: str) -> None:
    page = open_page("s2")
    page.text_input(key="new_title").set_value("Bees again").run()
    page.text_area(key="note").set_value("Went well").run()
    assert page.title[0].value == "Bees again"
    with SessionStore(filled) as store:
        summary = store.load("s2").summary
    assert (summary.info.title, summary.note) == ("Bees again", "Went well")


def test_a_deleted_session_can_be_brought_back(filled: str) -> None:
    page = open_page("s2")
    page.button(key="delete_session").click().run()
    assert len(cards(page)) == 4
    page.button(key="undo_delete").click().run()
    assert len(cards(page)) == 5


def test_undoing_too_late_says_so_once(filled: str) -> None:
    page = open_page("s2")
    page.button(key="delete_session").click().run()
    with SessionStore(filled) as store:
        store.erase("s2")
    page.button(key="undo_delete").click().run()
    assert "15 minutes are over" in words(page)
    assert len(cards(page)) == 4
    page.run()
    assert "15 minutes are over" not in words(page)


def test_what_is_known_can_be_reset(filled: str) -> None:
    page = open_page()
    assert "from 10 answers" in words(page)
    page.button(key="reset_answers").click().run()
    assert "from 0 answers" in words(page)
    page.button(key="reset_baseline").click().run()
    assert "is not known yet" in words(page)


def test_everything_is_erased_after_the_word_is_typed(filled: str) -> None:
    page = open_page()
    assert page.button(key="erase_all").disabled
    assert "sessions, review cards, answers, settings and your profile" in words(page)
    page.text_input(key="erase_word").set_value(ERASE_WORD).run()
    page.button(key="erase_all").click().run()
    assert "All your data is deleted." in words(page)
    assert "Your history is empty" in words(page)  # in the list, which stands above
    assert cards(page) == []
    assert page.button(key="erase_all").disabled
    with SessionStore(filled) as store:
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


def test_a_zip_is_made_and_offered(filled: str) -> None:
    page = open_page()
    page.button(key="make_export").click().run()
    assert not page.exception
    assert page.session_state[HistoryMemory.key()].export[:2] == b"PK"


def test_what_is_brought_in_stands_in_the_list_at_once(filled: str, tmp_path: Path) -> None:
    with SessionStore(filled) as store:
        exported = store.archive.export()
        store.erase_all()
    page = open_page()
    assert "Your history is empty" in words(page)
    page.file_uploader(key="import_file").set_value(("h.zip", exported, "application/zip")).run()
    page.button(key="import").click().run()
    assert not page.exception
    assert "5 sessions imported, no duplicates." in words(page)
    assert len(cards(page)) == 5


def test_a_session_that_is_not_there_is_said_to_be_missing(data_dir: Path) -> None:
    page = open_page("gone")
    assert not page.exception
    assert "not in the history" in words(page)


def test_a_history_that_cannot_be_read_says_why(data_dir: Path) -> None:
    (data_dir / "history.sqlite").write_bytes(b"no database at all " * 200)
    page = open_page()
    assert not page.exception
    assert any("damaged" in one.value for one in [*page.warning, *page.error])
