"""What learners add by hand is kept with the session, taken along, and erased with it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import func, select

from fer_core.errors import HistoryFileInvalid, SessionNotFound
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.reading.notes import LONGEST_NOTE, PassageNote
from fer_core.sessions.goal import GoalOutcome
from fer_core.storage.own_words import tidy_tags
from fer_core.storage.records import row_to_note
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import passage_notes
from tests.storage.conftest import Clock
from tests.storage.sessions import TEXT, count_rows, full_session

NOTES = (
    PassageNote("p1", ((0, 10), (12, 30)), "ask about this"),
    PassageNote("p4", (), "only words: 数 🐝"),
)


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[SessionStore]:
    with SessionStore(url, clock) as store:
        store.follow(full_session())
        assert store.save_now()
        yield store


def add_everything(store: SessionStore) -> None:
    store.own_words.set_tags("s1", ["Biology", "#exam  prep"])
    store.own_words.set_goal_outcome("s1", GoalOutcome.PARTLY)
    store.own_words.set_notes("s1", NOTES)


def test_everything_added_is_there_again(store: SessionStore) -> None:
    add_everything(store)
    stored = store.load("s1")
    assert stored.summary.tags == ("Biology", "exam prep")
    assert stored.summary.goal_outcome is GoalOutcome.PARTLY
    assert stored.notes == NOTES


def test_before_anything_is_added_there_is_nothing(store: SessionStore) -> None:
    stored = store.load("s1")
    assert (stored.summary.tags, stored.summary.goal_outcome, stored.notes) == ((), None, ())


def test_tags_are_found_by_the_search(store: SessionStore) -> None:
    add_everything(store)
    assert [one.session_id for one in store.sessions(search="EXAM bio")] == ["s1"]
    assert store.sessions(search="chemistry") == []


def test_what_is_written_again_replaces_what_was(store: SessionStore) -> None:
    add_everything(store)
    store.own_words.set_tags("s1", [])
    store.own_words.set_goal_outcome("s1", None)
    store.own_words.set_notes("s1", [PassageNote("p1", ((0, 10),)), PassageNote("p2")])
    stored = store.load("s1")
    assert (stored.summary.tags, stored.summary.goal_outcome) == ((), None)
    assert stored.notes == (PassageNote("p1", ((0, 10),)),)


def test_it_is_taken_along_and_brought_in(store: SessionStore) -> None:
    add_everything(store)
    exported = store.archive.export()
    store.erase_all()
    assert count_rows(store) == 0
    store.archive.import_file(BytesIO(exported))
    stored = store.load("s1")
    assert (stored.summary.tags, stored.notes) == (("Biology", "exam prep"), NOTES)


def test_it_is_erased_with_the_session(store: SessionStore) -> None:
    add_everything(store)
    store.erase("s1")
    with store.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(passage_notes)) == 0


def test_another_owner_changes_nothing(store: SessionStore) -> None:
    with pytest.raises(SessionNotFound):
        store.own_words.set_tags("s1", ["mine"], owner="b")
    with pytest.raises(SessionNotFound):
        store.own_words.set_goal_outcome("s1", GoalOutcome.REACHED, owner="b")
    with pytest.raises(SessionNotFound):
        store.own_words.set_notes("s1", NOTES, owner="b")
    stored = store.load("s1")
    assert (stored.summary.tags, stored.summary.goal_outcome, stored.notes) == ((), None, ())


def test_the_end_of_a_reading_keeps_its_notes(store: SessionStore) -> None:
    tracker = ReadingTracker(TEXT, full_session(), notes=NOTES)
    result = tracker.result()
    store.save_reading("s1", result.reading, result.estimates, (), ["p1"], tracker.notes)
    assert store.load("s1").notes == NOTES


def test_tags_are_tidied() -> None:
    assert tidy_tags(["  #Maths ", "maths", "", "#", "a\x00b"]) == ("Maths", "ab")
    assert tidy_tags([str(number) for number in range(50)]) == tuple("0123456789")
    assert [len(tag) for tag in tidy_tags(["x" * 90])] == [30]


def test_highlighting_again_takes_the_highlight_away() -> None:
    note = PassageNote("p1").toggled([(5, 9)]).toggled([(0, 4)])
    assert note.sentences == ((0, 4), (5, 9))
    assert note.toggled([(0, 4), (5, 9)]).sentences == ()
    assert note.toggled([(5, 9), (10, 12)]).sentences == ((0, 4), (5, 9), (10, 12))
    assert note.quotes("One. Two. Three.") == ["One.", "Two."]


@pytest.mark.parametrize("spans", [[(3, 3)], [(4, 2)], [(0, 5), (4, 8)], [(-1, 2)]])
def test_highlights_that_cannot_be_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="in order"):
        PassageNote("p1", tuple(spans))


def test_a_note_has_an_end() -> None:
    assert len(PassageNote("p1").with_note(" x" * 5000).note) == LONGEST_NOTE
    with pytest.raises(ValueError, match="2000"):
        PassageNote("p1", (), "x" * 2001)


@pytest.mark.parametrize("sentences", [{"a": 1}, [[1]], [["a", "b"]], [[5, 1]], [None]])
def test_a_row_that_no_app_wrote_is_refused(sentences: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        row_to_note({"passage_id": "p1", "sentences": sentences, "note": ""})


def test_an_import_with_impossible_notes_brings_in_nothing(store: SessionStore) -> None:
    store.own_words.set_notes("s1", [PassageNote("p1", ((10, 20),))])
    exported = store.archive.export()
    store.erase_all()
    damaged = BytesIO()
    with zipfile.ZipFile(BytesIO(exported)) as source, zipfile.ZipFile(damaged, "w") as out:
        for name in source.namelist():
            out.writestr(name, source.read(name).replace(b"[[10,20]]", b"[[20,10]]"))
    damaged.seek(0)
    with pytest.raises(HistoryFileInvalid):
        store.archive.import_file(damaged)
    assert count_rows(store) == 0
