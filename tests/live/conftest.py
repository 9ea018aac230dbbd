"""What tests of running sessions share: a clock that they turn, a history, a registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_core.live.registry import SessionRegistry, new_session_id
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.store import SessionStore
from tests.synthetic.signals import START


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'history.sqlite'}"


@pytest.fixture
def store(url: str, clock: Clock) -> SessionStore:
    """An empty history; the registry on it closes it."""
    return SessionStore(url, clock)


@pytest.fixture
def registry(store: SessionStore, clock: Clock) -> Iterator[SessionRegistry]:
    with SessionRegistry(store, clock) as registry:
        yield registry


def info(clock: Clock, *, keep: bool = True) -> SessionInfo:
    """Describe a session that starts now."""
    return SessionInfo(new_session_id(), clock(), "Biology", keep=keep)
