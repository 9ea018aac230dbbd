"""A text being read: what was on the screen is counted to the end, and marks are kept at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.reading.reports import PassageView, ReaderAction
from app.reading.rooms import REPORTS_WITHIN_S, ReadingRoom, ReadingRooms
from app.reading.text_view import PASSAGES_AT_ONCE
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.store import SessionStore
from fer_core.texts.opening import open_pasted
from tests.storage.sessions import PARAGRAPH, QUESTION, START, TEXT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    with SessionStore(f"sqlite:///{tmp_path / 'history.sqlite'}", lambda: START) as store:
        yield store


@pytest.fixture
def rooms(store: SessionStore) -> ReadingRooms:
    return ReadingRooms(store)


def room_of(
    rooms: ReadingRooms, *, keep_text: bool = False, marked: Sequence[str] = ()
) -> ReadingRoom:
    session = StudySession(SessionInfo("s1", START))
    return rooms.open(TEXT, session, with_camera=False, keep_text=keep_text, marked=marked)


def seconds(room: ReadingRoom) -> float:
    return sum(passage.seconds for passage in room.desk.reading().passages)


def test_what_was_on_the_screen_by_the_last_report_counts_until_the_end(
    rooms: ReadingRooms,
) -> None:
    room = room_of(rooms)
    room.take([PassageView(START, START + 10, {"p1": 1.0, "p2": 0.5})])
    room.see_until(START + 11.5)
    assert seconds(room) == pytest.approx(11.5)


def test_after_a_longer_silence_nothing_is_made_up(rooms: ReadingRooms) -> None:
    room = room_of(rooms)
    room.take([PassageView(START, START + 10, {"p1": 1.0})])
    room.see_until(START + 10 + 2 * REPORTS_WITHIN_S)
    assert seconds(room) == pytest.approx(10)


def test_the_end_is_counted_once(rooms: ReadingRooms) -> None:
    room = room_of(rooms)
    room.take([PassageView(START, START + 10, {"p1": 1.0})])
    room.see_until(START + 11)
    room.see_until(START + 12)
    assert seconds(room) == pytest.approx(11)


def test_marks_survive_a_restart_and_so_does_a_text_that_is_to_be_kept(
    rooms: ReadingRooms, store: SessionStore
) -> None:
    room = room_of(rooms, keep_text=True)
    assert store.save_now()
    room.take([ReaderAction("mark", "p2")])
    rooms.keep_marks(room)
    kept = store.load("s1")
    assert (kept.marked, kept.document) == (("p2",), TEXT)
    assert kept.document is not None
    again = ReadingRooms(store).open(
        kept.document, store.restore("s1"), with_camera=False, marked=kept.marked
    )
    assert again.marked == ["p2"]


def test_words_stay_in_memory_unless_they_are_to_be_kept(
    rooms: ReadingRooms, store: SessionStore
) -> None:
    room_of(rooms)
    assert store.save_now()
    assert store.load("s1").document is None


def test_a_key_pressed_twice_before_the_page_turns_leads_nowhere_beyond_the_text(
    rooms: ReadingRooms,
) -> None:
    long = open_pasted("\n\n".join([PARAGRAPH] * (2 * PASSAGES_AT_ONCE)))
    room = rooms.open(long, StudySession(SessionInfo("s1", START)), with_camera=False)
    parts = []
    for by in (1, 1, -1, -1, -1):
        room.take([ReaderAction("part", by=by)])
        parts.append(room.position.part)
    assert parts == [1, 1, 0, 0, 0]


def test_the_questions_of_a_text_are_asked_after_a_restart_too(
    rooms: ReadingRooms, store: SessionStore
) -> None:
    text = replace(TEXT, questions=(QUESTION,))
    session = StudySession(SessionInfo("s1", START), questions=text.questions)
    rooms.open(text, session, with_camera=False)
    assert store.save_now()
    restored = store.restore("s1")
    room = ReadingRooms(store).open(text, restored, with_camera=False)
    restored.resume(START + 20)
    for number, passage in enumerate(TEXT.passages[:3]):
        room.see({passage.passage_id: 1.0}, START + 20 + 9 * number, START + 29 + 9 * number)
    behind = [one for one in room.desk.askable() if one.passage_id == QUESTION.passage_id]
    probe = restored.next_probe(START + 400, behind)
    assert probe is not None
    assert probe.question == QUESTION
