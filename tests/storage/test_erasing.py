"""What is deleted can be undone for a while; what is erased is gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.errors import SessionNotFound
from fer_core.storage.history import TextLabel
from fer_core.storage.queries import UNDO_S, remove_deleted
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.sessions import (
    count_rows,
    full_session,
    new_session,
    play,
    saved,
)


def test_a_deleted_session_can_be_brought_back(store: SessionStore) -> None:
    saved(store, full_session())
    before = store.load("s1")
    store.delete("s1")
    assert store.sessions() == []
    with pytest.raises(SessionNotFound):
        store.load("s1")
    store.undo_delete("s1")
    assert store.load("s1") == before


def test_a_deleted_session_is_gone_for_good_after_a_while(
    store: SessionStore, clock: Clock, url: str, open_store: Callable[[str], SessionStore]
) -> None:
    saved(store, full_session())
    store.delete("s1")
    clock.now += UNDO_S + 1
    with store.database.writing() as connection:
        remove_deleted(connection, clock.now)
    with pytest.raises(SessionNotFound):
        store.undo_delete("s1")
    assert count_rows(store) == 1  # what is known of the learner


def test_an_erased_session_that_still_runs_is_not_saved_again(
    store: SessionStore, url: str, open_store: Callable[[str], SessionStore]
) -> None:
    session = new_session()
    store.follow(session)
    play(session, 20)
    store.save_now()
    open_store(url).erase("s1")
    play(session, 20, since=20)
    assert store.save_now()
    assert store.sessions() == []


def test_a_session_erased_before_its_first_save_is_never_written(store: SessionStore) -> None:
    session = new_session()
    store.follow(session)
    store.erase("s1")
    play(session, 20)
    assert store.save_now()
    assert store.sessions() == []


def test_only_its_owner_erases_a_session_that_has_just_begun(store: SessionStore) -> None:
    store.follow(new_session(), owner="a")
    with pytest.raises(SessionNotFound):
        store.erase("s1", owner="b")
    store.save_now()
    assert [session.session_id for session in store.sessions(owner="a")] == ["s1"]


def test_erasing_everything_leaves_no_line(store: SessionStore) -> None:
    saved(store, full_session())
    store.follow(full_session("s2"), owner="other")
    running = new_session("s3")
    store.follow(running)
    store.save_now()
    store.erase_all(owner=None)
    play(running, 20)
    store.save_now()
    assert count_rows(store) == 0


def test_erasing_everything_shrinks_the_file_and_overwrites_what_was_in_it(
    tmp_path: Path, open_store: Callable[[str], SessionStore]
) -> None:
    file = tmp_path / "history.sqlite"
    store = open_store(f"sqlite:///{file}")
    for number in range(5):
        session = full_session(f"s{number}")
        store.follow(session, text=TextLabel("t", "Unmistakable title", 1.0))
    store.save_now()
    in_use = sum(one.stat().st_size for one in tmp_path.iterdir())
    store.erase_all()
    left = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert len(left) < in_use / 4
    assert b"Unmistakable" not in left
    assert count_rows(store) == 0
