"""How sessions start, are found, and are erased: in the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.errors import (
    HistoryNotShrunk,
    SessionNotFound,
    StorageError,
)
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.storage.store import SessionStore
from tests.live.playing import Clock, finished_reading, info, read
from tests.storage.locks import locked
from tests.storage.sessions import TEXT

# Starting and finding


def test_who_asks_again_finds_the_same_session(registry: SessionRegistry, clock: Clock) -> None:
    running = registry.start(info(clock))
    assert registry.get(running.session_id) is running
    assert registry.get_to_change(running.session_id) is running
    assert registry.latest(running) is running


@pytest.mark.parametrize("name", ["guess", "a\0b"])
def test_a_name_that_nobody_was_given_finds_nothing(registry: SessionRegistry, name: str) -> None:
    for ask in (registry.get, registry.get_to_change, registry.erase):
        with pytest.raises(SessionNotFound):
            ask(name)


def test_a_session_that_is_to_be_forgotten_takes_nothing_from_the_history(
    registry: SessionRegistry, clock: Clock
) -> None:
    taught = registry.start(info(clock), TEXT)
    read(taught, clock)
    registry.annotations.correct(taught, "p1", 1)
    registry.finish(taught)
    assert registry.start(info(clock)).session.profile.examples
    assert not registry.start(info(clock, keep=False)).session.profile.examples


def test_a_session_that_is_not_to_be_kept_is_nowhere_in_the_history(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock, keep=False), TEXT)
    read(running, clock)
    registry.finish(running)
    assert registry.get(running.session_id) is running  # its door has yet to show it
    assert store.save_now()
    assert store.sessions() == []
    registry.erase(running.session_id)
    assert registry.running() == []
    with pytest.raises(SessionNotFound):
        registry.get(running.session_id)


# Erasing


def test_erasing_everything_is_everywhere_at_once(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    sessions = [registry.start(info(clock, keep=keep)) for keep in (True, False)]
    done = finished_reading(registry, clock)
    assert store.save_now()
    registry.erase_all()
    assert all(one.erased for one in [*sessions, done])
    assert registry.running() == []
    assert store.save_now()
    assert store.sessions() == []
    assert not store.learner.profile().examples


def test_where_nothing_could_be_erased_everything_goes_on(
    registry: SessionRegistry, store: SessionStore, clock: Clock, tmp_path: Path
) -> None:
    running = registry.start(info(clock))
    assert store.save_now()
    with locked(tmp_path / "history.sqlite"):
        with pytest.raises(StorageError):
            registry.erase_all()
        with pytest.raises(StorageError):
            registry.erase(running.session_id)
    assert not running.erased
    assert registry.get(running.session_id) is running
    assert store.save_now()


def test_what_is_erased_is_gone_also_where_the_file_keeps_its_size(
    registry: SessionRegistry, store: SessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shrink() -> None:
        raise HistoryNotShrunk

    running = registry.start(info(clock))
    monkeypatch.setattr(store.database, "shrink", shrink)
    with pytest.raises(HistoryNotShrunk):
        registry.erase_all()
    assert running.erased
    assert registry.running() == []


def test_a_session_that_starts_while_everything_is_erased_leaves_no_trace(
    registry: SessionRegistry, store: SessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_all = store.erase_all
    started: list[RunningSession] = []

    def start_meanwhile(owner: str | None = "") -> None:
        erase_all(owner=owner)
        started.append(registry.start(info(clock)))

    monkeypatch.setattr(store, "erase_all", start_meanwhile)
    registry.erase_all()
    assert started[0].erased
    assert store.save_now()
    assert store.sessions() == []
