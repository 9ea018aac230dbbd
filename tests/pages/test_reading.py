"""The reading page without a browser: opening texts, starting, and what is said when it fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
import streamlit_webrtc.component
from streamlit.testing.v1 import AppTest

from app.parts.clock import now
from app.parts.preferences import choose
from app.parts.sessions import camera_of, session_registry
from app.reading.memory import ReadingMemory
from fer_core.config import PROJECT_ROOT
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.live.running_session import RunningSession
from fer_core.reading.visibility import View
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.storage.queries import AFTER_END_S, remove_temporary
from fer_core.texts.document import Document
from fer_core.texts.opening import open_pasted
from tests.pages.running import button_keys
from tests.recall.make_sample import TEXTS
from tests.storage.locks import locked

PAGE = PROJECT_ROOT / "pages" / "reading.py"
BODY = "Words to read stand here in a row, enough of them to make a passage of its own. "


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: None)
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=90).run()


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.title, *page.header]
    return "\n".join(str(element.value) for element in shown)


def test_it_says_what_to_do_first(page: AppTest) -> None:
    assert not page.exception
    assert "Paste a text, choose a file, or try the sample" in words(page)


def test_a_file_is_opened_with_its_facts(page: AppTest) -> None:
    page.file_uploader(key="text_file").set_value(
        ("bees.md", ("# Bees\n\n" + "\n\n".join([BODY * 4] * 3)).encode(), "text/markdown")
    )
    page.run()
    assert not page.exception
    assert "3 passages" in words(page)


def test_the_field_takes_the_kinds_that_it_names_alone(page: AppTest) -> None:
    taken = page.file_uploader(key="text_file").proto.type
    assert [kind for kind in taken if not kind.startswith(".")] == []


def test_a_text_that_is_shown_whole_is_not_said_to_go_on(page: AppTest) -> None:
    page.segmented_control(key="text_source").set_value("Paste").run()
    for pasted, shown in (("One.", "One."), (BODY * 9, f"{(BODY * 9)[:300].rstrip()} …")):
        page.text_area(key="pasted_text").set_value(pasted).run()
        assert shown in [text.value for text in page.text]


def test_a_book_is_measured_in_hours(page: AppTest) -> None:
    page.segmented_control(key="text_source").set_value("Paste").run()
    page.text_area(key="pasted_text").set_value("word " * 23_800).run()
    assert "about 1 hour 40 minutes at an average pace" in words(page)


def test_letters_that_were_guessed_wrong_are_chosen_by_hand(page: AppTest) -> None:
    old = "Er hört die Vögel nicht. " * 8
    page.file_uploader(key="text_file").set_value(("a.txt", old.encode("mac-roman"), "text/plain"))
    page.run()
    assert "hšrt · Všgel" in [text.value for text in page.text]
    page.selectbox[0].set_value("macintosh").run()
    assert "hört · Vögel" in [text.value for text in page.text]
    assert "Western Europe, old Macs (macintosh)" in words(page)
    page.selectbox[0].set_value("").run()
    assert "hšrt · Všgel" in [text.value for text in page.text]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", b"%PDF-1.4 broken", "damaged"),
        ("a.txt", b"   ", "no words"),
        (
            "a.md",
            b"---\nquestions: [{about: 9, ask: Why?, choices: [a, b], answer: a}]\n---\nx",
            "nowhere in this text",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    page: AppTest, name: str, data: bytes, says: str
) -> None:
    page.file_uploader(key="text_file").set_value((name, data, "application/octet-stream"))
    page.run()
    assert not page.exception
    assert any(says in error.value for error in page.error)


def test_the_camera_is_used_only_after_consent(page: AppTest) -> None:
    page.segmented_control(key="text_source").set_value("Sample").run()
    page.toggle(key="reading_camera").set_value(True).run()
    assert "Before the camera is used" in words(page)
    assert "start_reading" not in button_keys(page)


def test_whoever_keeps_no_sessions_is_not_asked_to_keep_this_one() -> None:
    choose(keep=False)
    page = AppTest.from_file(PAGE, default_timeout=90).run()
    page.segmented_control(key="text_source").set_value("Sample").run()
    assert page.toggle(key="reading_keep").value is False
    page.button(key="start_reading").click().run()
    (running,) = session_registry().running()
    assert not running.session.info.keep


def test_pasted_words_are_never_markup(page: AppTest) -> None:
    page.segmented_control(key="text_source").set_value("Paste").run()
    page.text_area(key="pasted_text").set_value("Here 5 < 6 &amp; <7. " + BODY * 5).run()
    page.button(key="start_reading").click().run()
    page.toggle(key="one_at_a_time").set_value(True).run()
    assert not page.exception
    markup = "".join(str(one.proto.body) for one in page.get("html"))
    assert "Here 5 &lt; 6 &amp; &lt;7." in markup


def start_sample(page: AppTest) -> RunningSession:
    page.segmented_control(key="text_source").set_value("Sample").run()
    page.button(key="start_reading").click().run()
    page.toggle(key="one_at_a_time").set_value(True).run()
    assert not page.exception
    (study,) = session_registry().running()
    return study


def test_a_question_about_a_passage_behind_is_asked_and_its_answer_teaches(page: AppTest) -> None:
    study = start_sample(page)
    reading = study.reading
    assert reading is not None
    at = study.session.info.started_at
    for passage in reading.document.passages[:3]:
        study.session.mark_passage(passage.passage_id, 1.0, at, at + 10)
        at += 10
    probe = study.next_probe(at + 300)
    assert probe is not None
    assert probe.passage_id in {"p1", "p2"}
    page.run()
    assert probe.prompt in words(page)
    assert "“" in words(page)  # the passage's first words, to say which one is meant
    pills = next(one for one in page.pills if one.key == f"answer-{probe.probe_id}")
    pills.set_value(probe.options[0]).run()
    assert not page.exception
    ((answer, features),) = study.session.examples
    assert answer.value == probe.options[0]
    assert features is not None


def test_pausing_finishing_and_the_result(page: AppTest) -> None:
    study = start_sample(page)
    page.button(key="step_on").click().run()
    page.button(key="step_mark").click().run()
    page.button(key="pause_reading").click().run()
    assert "Paused" in words(page)
    page.button(key="resume_reading").click().run()
    page.button(key="finish_reading").click().run()
    assert not page.exception
    assert "Done. Here's how you read it." in words(page)
    assert "Passage map" in words(page)
    store = session_registry().history.store
    assert store is not None
    assert store.load(study.session_id).marked == ("p2",)


def after_a_restart(session_id: str) -> AppTest:
    """Open the reading of a session in a process that does not know it yet."""
    store = session_registry().history.store
    assert store is not None
    store.close()
    st.cache_resource.clear()
    again = AppTest.from_file(PAGE, default_timeout=90)
    again.query_params["reading"] = session_id
    return again.run()


def test_an_hour_after_the_end_the_text_is_asked_for_again(page: AppTest) -> None:
    study = start_sample(page)
    page.button(key="finish_reading").click().run()
    again = after_a_restart(study.session_id)
    assert "Done. Here's how you read it." in words(again)
    store = session_registry().history.store
    assert store is not None
    with store.database.writing() as connection:
        remove_temporary(connection, time.time() + AFTER_END_S + 60)
    again = after_a_restart(study.session_id)
    assert "open the same text again" in words(again)
    again.segmented_control(key="text_source").set_value("Paste").run()
    again.text_area(key="pasted_text").set_value(BODY * 5).run()
    assert any("another text" in one.value for one in again.warning)
    again.segmented_control(key="text_source").set_value("Sample").run()
    again.button(key="reopen").click().run()
    assert not again.exception
    assert "Done. Here's how you read it." in words(again)


def test_a_text_that_moved_to_another_tab_can_be_brought_back(page: AppTest) -> None:
    study = start_sample(page)
    camera_of(study).take_over("another tab")
    page.run()
    assert "moved to another tab" in words(page)
    next(button for button in page.button if "Bring it back" in button.label).click().run()
    assert not page.exception
    assert "step_on" in button_keys(page)


def test_a_reading_finished_in_an_outage_says_so_and_is_saved_afterwards(
    page: AppTest, data_dir: Path
) -> None:
    study = start_sample(page)
    page.button(key="step_on").click().run()
    with locked(data_dir / "history.sqlite"):
        page.button(key="finish_reading").click().run()
        assert not page.exception
        assert any("Another program" in one.value for one in page.warning)
    store = session_registry().history.store
    assert store is not None
    assert store.save_now()
    assert store.load(study.session_id).passages
    page.run()
    assert not page.warning


def test_a_break_that_is_taken_keeps_the_time_on_the_passage_before_it(page: AppTest) -> None:
    study = start_sample(page)
    asked = Probe("x", ProbeKind.STRESS, now(), "How stressed are you now?")
    study.session.answer(asked, 9, now())
    page.run()
    time.sleep(0.5)
    before = now()
    next(button for button in page.button if button.label == "Take a break").click().run()
    assert not page.exception
    assert study.session.state is State.PAUSED
    assert study.session.views[-1].end >= before


def test_after_reading_cards_are_made_of_what_was_hard(page: AppTest) -> None:
    document = open_pasted((TEXTS / "own_heart.md").read_text(encoding="utf-8"), "The heart")
    running = session_registry().start(SessionInfo("cards", now() - 60, keep=True), document)
    running.see([View("p2", 1.0, now() - 30, now() - 20)])
    session_registry().annotations.correct(running, "p2", 1)
    session_registry().finish(running)
    page.query_params["reading"] = "cards"
    page.run()
    assert not page.exception
    assert page.multiselect(key="card_passages").value == ["p2"]
    page.button(key="make_cards").click().run()
    assert any("cards made, due today." in one.value for one in page.success)
    store = session_registry().history.store
    assert store is not None
    made = store.cards.all()
    assert {card.source.passage_id for card in made} == {"p2"}
    assert {card.source.session_id for card in made} == {"cards"}
    assert all(card.source.features is not None for card in made)
    page.button(key="make_cards").click().run()
    assert any(f"{len(made)} were there already" in one.value for one in page.success)


def test_two_answers_that_are_tapped_at_once_both_count(page: AppTest) -> None:
    document = open_pasted((TEXTS / "own_heart.md").read_text(encoding="utf-8"), "The heart")
    running = session_registry().start(SessionInfo("two", now() - 60, keep=True), document)
    running.see([View("p2", 1.0, now() - 30, now() - 20), View("p3", 1.0, now() - 20, now() - 10)])
    for passage in ("p2", "p3"):
        session_registry().annotations.correct(running, passage, 1)
    session_registry().finish(running)
    page.query_params["reading"] = "two"
    page.run()
    page.pills(key="correct-p2").set_value(2)
    page.pills(key="correct-p3").set_value(2)
    page.run()
    assert not page.exception
    said = [(one.probe.passage_id, one.value) for one in running.session.answers]
    assert said == [("p2", 1), ("p3", 1), ("p2", 2), ("p3", 2)]
    assert page.pills(key="correct-p2").value is None


def test_highlights_and_notes_are_kept_and_stand_in_the_result(page: AppTest) -> None:
    study = start_sample(page)
    page.pills(key="sentences-p1").set_value([0]).run()
    page.text_area(key="note-p1").set_value("ask *why*").run()
    page.button(key="step_lost").click().run()
    assert not page.exception
    assert "Noted: you got lost here." in words(page)
    page.button(key="finish_reading").click().run()
    assert not page.exception
    assert study.reading is not None
    (note,) = study.reading.notes
    assert (note.passage_id, note.note, len(note.sentences)) == ("p1", "ask *why*", 1)
    said = words(page)
    assert "Your highlights and notes" in said
    assert "You pressed “I'm lost”" in said
    assert "Next, read passage 1 again" in said
    assert "Most of us prepare" in said
    store = session_registry().history.store
    assert store is not None
    assert store.load(study.session_id).notes == (note,)


def test_a_passage_of_the_list_is_gone_to(page: AppTest) -> None:
    start_sample(page)
    page.button(key="step_lost").click().run()
    page.button(key="finish_reading").click().run()
    page.button(key="reread-1").click().run()
    assert not page.exception
    memory = page.session_state[ReadingMemory.key()]
    assert (memory.result_at, memory.result_step) == (1, 1)
    page.number_input(key="go_to_passage").set_value(4).run()
    assert (memory.result_at, memory.result_step) == (4, 2)


def figures_after(page: AppTest, seconds: float) -> tuple[Document, dict[str, tuple[str, str]]]:
    """Return the text and what the result says of it, after one passage was read so long."""
    document = open_pasted((TEXTS / "own_heart.md").read_text(encoding="utf-8"), "The heart")
    running = session_registry().start(SessionInfo("pace", now() - 60, keep=True), document)
    running.see([View("p2", 1.0, now() - 20 - seconds, now() - 20)])
    session_registry().finish(running)
    page.query_params["reading"] = "pace"
    page.run()
    return document, {one.label: (one.value, one.delta) for one in page.metric}


def test_the_pace_shown_is_this_readings(page: AppTest) -> None:
    document, shown = figures_after(page, 20)
    assert shown["Words a minute"][0] == f"{3 * document.passages[1].words:.0f}"


def test_a_glance_has_no_pace_and_says_why(page: AppTest) -> None:
    _, shown = figures_after(page, 4)
    assert shown["Words a minute"] == ("–", "after 10 s of reading")
