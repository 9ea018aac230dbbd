"""Several API servers on one PostgreSQL, as tests start, stop and silence them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx
import pytest
from sqlalchemy import select, update

from fer_core.api.peers import Whereabouts
from fer_core.api.server import ApiServer
from fer_core.api.services import AppServices
from fer_core.errors import StorageError
from fer_core.live.registry import SessionRegistry
from fer_core.storage.server_holder import _NOW, LEASE_S, ServerHolder
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import answers, processes, sessions
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, PASSAGES, SESSIONS
from tests.api.serving import serving


def _away() -> NoReturn:
    raise StorageError("away")


@dataclass
class Node:
    """One of the servers."""

    url: str
    registry: SessionRegistry
    client: httpx.Client
    server: ApiServer
    thread: threading.Thread
    whereabouts: Whereabouts

    @property
    def store(self) -> SessionStore:
        store = self.registry.history.store
        assert store is not None
        return store

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.client.post(f"{self.url}{path}", json=body, headers=headers)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{self.url}{path}")

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Let the database be away for this server."""
        database = self.store.database
        with pytest.MonkeyPatch.context() as patch:
            for name in ("writing", "reading", "hold"):
                patch.setattr(database, name, _away)
            yield

    @property
    def holder(self) -> ServerHolder:
        holder = self.store.database.holder
        assert isinstance(holder, ServerHolder)
        return holder

    def fall_silent(self, address: str) -> None:
        """Save nothing more by itself, renew no lease, and be reached where nobody answers."""
        self.store._saver._closed = True
        self.holder._ended.set()
        self.holder._silent_for = lambda: 0.0  # type: ignore[method-assign]
        with self.store.database.writing() as connection:
            mine = processes.c.name == self.holder.name
            connection.execute(update(processes).where(mine).values(address=address))

    def die(self) -> None:
        """Be gone, as far as others can see: the lock is free, and no request is taken."""
        self.fall_silent(self.url)
        self.holder._let_go()  # as its connection does at its end
        self.server.stop()
        self.thread.join(20)

    def stand_still(self, address: str) -> None:
        """Hold the lock, be reached, and do nothing."""
        self.fall_silent(address)
        with self.store.database.writing() as connection:
            mine = processes.c.name == self.holder.name
            connection.execute(update(processes).where(mine).values(alive_until=_NOW + LEASE_S - 2))


@contextmanager
def running(make_app: MakeApp) -> Iterator[Node]:
    with serving(make_app) as service, httpx.Client(timeout=20) as client:
        used: AppServices = service.learner.client.application.extensions["fer"]
        used.sessions.history.announce(service.url)
        yield Node(
            *(service.url, used.sessions, client, service.server, service.thread),
            used.whereabouts,
        )


def started(node: Node, **request: Any) -> str:
    text = {"title": "Leaves", "passages": PASSAGES}
    body = {"consent": CONSENT, "retention": "keep", "text": text, **request}
    answer = node.post(SESSIONS, body)
    assert answer.status_code == 201
    return f"{SESSIONS}/{answer.json()['session_id']}"


def held(node: Node, url: str) -> tuple[str, int]:
    """Return who holds a session, and under which number."""
    query = select(sessions.c.holder, sessions.c.fence).where(
        sessions.c.session_id == url.rpartition("/")[2]
    )
    with node.store.database.reading() as connection:
        row = connection.execute(query).one()
    return row.holder, row.fence


def clarity(node: Node, url: str) -> list[int]:
    """Return what was said about passages, as it is stored."""
    query = select(answers.c.value).where(answers.c.session_id == url.rpartition("/")[2])
    with node.store.database.reading() as connection:
        return list(connection.scalars(query))
