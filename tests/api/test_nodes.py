"""Several API servers on one PostgreSQL: a request may come to any of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from fer_core.api.schemas.moments import format_moment
from fer_core.api.services import AppServices
from fer_core.live.registry import SessionRegistry
from fer_core.storage.holders import ServerHolder
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import answers, processes, sessions
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, PASSAGES, SESSIONS, START
from tests.api.serving import serving
from tests.storage.conftest import POSTGRES, empty_postgres

pytestmark = pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")


@pytest.fixture
def database() -> str:
    """Let the apps of these tests use an empty PostgreSQL."""
    return empty_postgres()


@dataclass
class Node:
    """One of the servers."""

    url: str
    registry: SessionRegistry
    client: httpx.Client

    @property
    def store(self) -> SessionStore:
        store = self.registry.history.store
        assert store is not None
        return store

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.client.post(f"{self.url}{path}", json=body, headers=headers)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{self.url}{path}")

    def stand_still(self) -> None:
        """Renew the lease no more, as a process that was stopped, until its time is over."""
        holder = self.store.database.holder
        assert isinstance(holder, ServerHolder)
        self.store._saver._closed = True
        holder._renewed_at = float("inf")
        with self.store.database.writing() as connection:
            mine = processes.c.name == holder.name
            connection.execute(update(processes).where(mine).values(alive_until=0.0))


@contextmanager
def running(make_app: MakeApp) -> Iterator[Node]:
    with serving(make_app) as service, httpx.Client(timeout=20) as client:
        used: AppServices = service.learner.client.application.extensions["fer"]
        used.sessions.history.announce(service.url)
        yield Node(service.url, used.sessions, client)


@pytest.fixture
def nodes(make_app: MakeApp) -> Iterator[tuple[Node, Node]]:
    with running(make_app) as first, running(make_app) as second:
        yield first, second


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


def test_what_comes_to_another_server_is_passed_on_and_answered(
    nodes: tuple[Node, Node], photo: bytes
) -> None:
    first, second = nodes
    url = started(first)
    holder = held(first, url)
    assert second.get(url).json()["snapshot"]["state"] == "active"
    frame = second.client.post(
        f"{second.url}{url}/frames", content=photo, headers={"Content-Type": "image/jpeg"}
    )
    assert frame.json()["snapshot"]["expression"]["label"] == "Happy"
    said = second.post(f"{url}/answers", [{"passage_id": "p1", "value": 2}])
    assert (said.status_code, clarity(second, url)) == (200, [2])
    assert second.post(f"{url}/pause").json()["state"] == "paused"
    assert first.get(url).json()["snapshot"]["state"] == "paused"
    assert second.post(f"{url}/answers", [{"value": 2}]).status_code == 400
    assert held(first, url) == holder
    end = second.post(f"{url}/finish")
    assert end.json()["totals"]["frames"] == 1
    assert first.post(f"{url}/finish").json() == end.json()


def test_events_of_a_session_elsewhere_are_told_and_resumed_there(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    url = started(first)
    with second.client.stream("GET", f"{second.url}{url}/events") as stream:
        lines = stream.iter_lines()
        told = [next(lines) for _ in range(7)]
        assert [line for line in told if line.startswith(("event", "id"))] == [
            *("event: state", "id: 1", "event: snapshot"),
        ]
    first.post(f"{url}/pause")
    headers = {"Last-Event-ID": "1"}
    with second.client.stream("GET", f"{second.url}{url}/events", headers=headers) as stream:
        lines = stream.iter_lines()
        assert "id: 2" in [next(lines) for _ in range(6)]


def test_a_server_that_died_is_followed_at_once(nodes: tuple[Node, Node]) -> None:
    first, second = nodes
    url = started(first)
    first.post(f"{url}/answers", [{"passage_id": "p1", "value": 2}])
    when = {"from": format_moment(START), "to": format_moment(START + 1)}
    seen = {**when, "passage_id": "p1", "visible_share": 1.0}
    assert first.post(f"{url}/passages", [seen]).status_code == 200
    first.store._saver._closed = True
    holder = first.store.database.holder
    assert isinstance(holder, ServerHolder)
    holder._let_go()  # as its connection does at its end
    holder._renewed_at = float("inf")
    answer = second.post(f"{url}/answers", [{"passage_id": "p2", "value": 5}])
    assert answer.status_code == 200
    assert held(second, url) == (second.store.database.holder.name, 1)
    assert sorted(clarity(second, url)) == [2, 5]
    read = second.get(f"{url}/feedback").json()["passages"]
    assert [(one["passage_id"], one["seconds"]) for one in read] == [("p1", 1.0)]


@pytest.mark.parametrize("late", ["answers", "finish"])
def test_a_server_that_stood_still_is_refused_and_passes_on_what_it_hears(
    nodes: tuple[Node, Node], late: str
) -> None:
    first, second = nodes
    url = started(first)
    first.stand_still()
    assert second.post(f"{url}/answers", [{"passage_id": "p1", "value": 5}]).status_code == 200
    taken = held(second, url)
    assert taken == (second.store.database.holder.name, 1)
    if late == "answers":
        answer = first.post(f"{url}/answers", [{"passage_id": "p2", "value": 1}])
        assert (answer.status_code, sorted(clarity(second, url))) == (200, [1, 5])
        assert held(second, url) == taken
    else:
        assert first.post(f"{url}/finish").status_code == 200
        assert second.get(url).json()["snapshot"]["state"] == "finished"


def test_until_the_lease_of_a_silent_server_ends_the_client_is_told_to_come_again(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    url = started(first)
    with first.store.database.writing() as connection:
        connection.execute(update(processes).values(address="http://127.0.0.1:9"))
    answer = second.post(f"{url}/pause")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"


def test_without_an_address_it_is_said_that_the_session_is_elsewhere(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    first.registry.history.announce("")
    url = started(first)
    assert second.post(f"{url}/pause").json()["code"] == "session_elsewhere"
    assert second.get(url).status_code == 200
