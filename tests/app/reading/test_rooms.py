"""A text being read: what was on the screen is counted to the end, and marks are kept at once."""

from __future__ import annotations

import pytest

from app.reading.rooms import REPORTS_WITHIN_S, ReadingRoom, ReadingRooms
from app.reading.text_view import Act, Seen
from fer_core.storage.store import SessionStore
from fer_core.study.info import SessionInfo
from fer_core.study.session import StudySession
from tests.storage.sessions import START, TEXT


@pytest.fixture
def store(tmp_path):
    with SessionStore(f"sqlite:///{tmp_path / 'history.sqlite'}", lambda: START) as store:
        yield store


@pytest.fixture
def rooms(store) -> ReadingRooms:
    return ReadingRooms(store)


def room_of(rooms: ReadingRooms, **how: object) -> ReadingRoom:
    session = StudySession(SessionInfo("s1", START))
    return rooms.open(TEXT, session, with_camera=False, **how)


def seconds(room: ReadingRoom) -> float:
    return sum(passage.seconds for passage in room.desk.reading().passages)


def test_what_was_on_the_screen_by_the_last_report_counts_until_the_end(rooms):
    room = room_of(rooms)
    room.take([Seen(START, START + 10, {"p1": 1.0, "p2": 0.5})])
    room.see_until(START + 11.5)
    assert seconds(room) == pytest.approx(11.5)


def test_after_a_longer_silence_nothing_is_made_up(rooms):
    room = room_of(rooms)
    room.take([Seen(START, START + 10, {"p1": 1.0})])
    room.see_until(START + 10 + 2 * REPORTS_WITHIN_S)
    assert seconds(room) == pytest.approx(10)


def test_the_end_is_counted_once(rooms):
    room = room_of(rooms)
    room.take([Seen(START, START + 10, {"p1": 1.0})])
    room.see_until(START + 11)
    room.see_until(START + 12)
    assert seconds(room) == pytest.approx(11)


def test_marks_survive_a_restart_and_so_does_a_text_that_is_to_be_kept(rooms, store):
    room = room_of(rooms, keep_text=True)
    assert store.save_now()
    room.take([Act("mark", "p2")])
    rooms.keep_marks(room)
    kept = store.load("s1")
    assert (kept.marked, kept.document) == (("p2",), TEXT)
    again = ReadingRooms(store).open(
        kept.document, store.restore("s1"), with_camera=False, marked=kept.marked
    )
    assert again.marked == ["p2"]


def test_words_stay_in_memory_unless_they_are_to_be_kept(rooms, store):
    room_of(rooms)
    assert store.save_now()
    assert store.load("s1").document is None
