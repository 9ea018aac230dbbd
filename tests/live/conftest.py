"""What tests of running sessions share: a clock that they turn, a history, a registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fer_core.live.registry import SessionRegistry
from fer_core.storage.store import SessionStore
from tests.live.doors import ApiDoor, Door, PageDoor
from tests.live.playing import Clock

#: Opens a door of a kind.
Open = Callable[..., Door]
#: Ends the process, in effect, and starts another.
Restart = Callable[[], SessionRegistry]


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


@pytest.fixture
def restart(registry: SessionRegistry, url: str, clock: Clock) -> Restart:
    """Return a function that ends the process, in effect, and starts another a minute later."""

    def again() -> SessionRegistry:
        registry.close()
        clock.at += 60
        return SessionRegistry(SessionStore(url, clock), clock)

    return again


@pytest.fixture
def open_door(
    url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Return a function that opens a door of a kind, each before a process of its own."""
    registries: list[SessionRegistry] = []

    def open_one(kind: str, registry: SessionRegistry | None = None) -> Door:
        registry = registry or SessionRegistry(SessionStore(url, clock), clock)
        registries.append(registry)
        if kind == "page":
            return PageDoor(registry, clock, monkeypatch)
        return ApiDoor(registry, clock, tmp_path)

    yield open_one
    for registry in registries:
        registry.close()


@pytest.fixture(params=["page", "api"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def door(kind: str, open_door: Open) -> Door:
    return open_door(kind)
