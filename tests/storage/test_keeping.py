"""What of a session is kept, and for how long: all, its figures, or nothing."""

from __future__ import annotations

import pytest

from fer_core.errors import SessionNotFound
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.queries import AFTER_END_S, remove_temporary
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.sessions import (
    LABEL,
    START,
    TEXT,
    count_rows,
    full_session,
    new_session,
    play,
    read_through,
)


def test_a_text_is_kept_only_where_that_was_asked_for(store: SessionStore) -> None:
    store.follow(full_session("with"), text=LABEL, document=TEXT)
    store.follow(full_session("without", START + 1000), text=LABEL)
    assert store.save_now()
    document = store.load("with").document
    assert document == TEXT
    assert document.text_id == LABEL.text_id
    assert store.load("without").document is None


def test_a_session_that_is_not_to_be_kept_is_stored_until_its_end_and_listed_nowhere(
    store: SessionStore, clock: Clock
) -> None:
    session = new_session(keep=False, profile=None)
    store.follow(session, text=LABEL, document=TEXT, keep_text=False)
    play(session, 200)
    read_through(session)
    assert store.save_now()
    assert store.load("s1").document == TEXT
    assert store.sessions() == []
    assert not store.learner.profile().examples
    assert store.learner.profile().baseline is None
    session.finish(START + 300)
    assert store.save_now()
    with store.database.writing() as connection:
        remove_temporary(connection, clock.now + AFTER_END_S - 1)
    assert store.load("s1").answers
    with store.database.writing() as connection:
        remove_temporary(connection, clock.now + AFTER_END_S + 1)
    assert count_rows(store) == 0


def test_what_a_process_that_died_ran_and_is_not_to_be_kept_goes_an_hour_later(
    store: SessionStore, clock: Clock
) -> None:
    store.follow(new_session("kept"), text=LABEL, document=TEXT)
    store.follow(new_session("not", keep=False), text=LABEL, document=TEXT)
    assert store.save_now()
    with store.database.writing() as connection:
        remove_temporary(connection, clock.now + AFTER_END_S - 1)
    assert store.load("not").document == TEXT
    with store.database.writing() as connection:
        remove_temporary(connection, clock.now + AFTER_END_S + 1)
    assert store.load("kept").document == TEXT  # its learner may come back to it
    with pytest.raises(SessionNotFound):
        store.load("not")


def test_a_session_in_memory_only_leaves_no_row(store: SessionStore) -> None:
    session = StudySession(SessionInfo("s1", START, keep=False, memory_only=True))
    store.follow(session)
    play(session, 30)
    assert store.save_now()
    assert count_rows(store) == 0


def test_words_that_are_not_to_be_kept_go_after_the_end_and_the_session_stays(
    store: SessionStore, clock: Clock
) -> None:
    for name, keep_text in (("kept", True), ("not", False)):
        store.follow(full_session(name), text=LABEL, document=TEXT, keep_text=keep_text)
    assert store.save_now()
    with store.database.writing() as connection:
        remove_temporary(connection, clock.now + AFTER_END_S + 1)
    assert store.load("kept").document == TEXT
    assert store.load("not").document is None
    assert len(store.sessions()) == 2
