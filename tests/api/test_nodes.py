"""Several API servers on one PostgreSQL: a request may come to any of them."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx
import pytest
from sqlalchemy import select, update

from fer_core.api import peers
from fer_core.api.peers import Whereabouts
from fer_core.api.schemas.moments import format_moment
from fer_core.api.server import ApiServer
from fer_core.api.services import AppServices
from fer_core.errors import SessionElsewhere, StorageError
from fer_core.live.registry import SessionRegistry
from fer_core.storage import engines
from fer_core.storage.history import SessionSummary, StoredSession
from fer_core.storage.server_holder import _NOW, LEASE_S, ServerHolder
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import answers, processes, sessions
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, PASSAGES, SESSIONS, START
from tests.api.serving import serving
from tests.storage.conftest import POSTGRES, empty_postgres

#: The port of "discard", where nobody listens.
NOBODY_THERE = "http://127.0.0.1:9"

pytestmark = pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")


@pytest.fixture
def database() -> str:
    """Let the apps of these tests use an empty PostgreSQL."""
    return empty_postgres()


def _away() -> NoReturn:
    raise StorageError("away")


@pytest.fixture
def mute() -> Iterator[str]:
    """Return an address where requests arrive, and are never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


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
    assert second.get(url).status_code == 200  # it knows by now where the session is
    first.die()
    answer = second.post(f"{url}/answers", [{"passage_id": "p2", "value": 5}])
    assert answer.status_code == 200
    holder, number = held(second, url)
    assert (holder, number > 0) == (second.holder.name, True)
    assert sorted(clarity(second, url)) == [2, 5]
    read = second.get(f"{url}/feedback").json()["passages"]
    assert [(one["passage_id"], one["seconds"]) for one in read] == [("p1", 1.0)]


def test_a_server_that_died_holds_none_of_its_sessions_once_one_of_them_is_asked_for(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    one, other = started(first), started(first)
    first.die()
    assert second.post(f"{one}/pause").status_code == 200
    assert held(second, one)[0] == second.holder.name
    assert held(second, other)[0] == ""
    assert second.post(f"{other}/pause").status_code == 200


def test_a_session_is_taken_over_before_it_is_read_and_is_read_once(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = nodes
    url = started(first)
    first.die()
    load, seen = second.store.load, []

    def reading(session_id: str, *, owner: str = "") -> StoredSession:
        seen.append(held(second, url)[0])
        return load(session_id, owner=owner)

    monkeypatch.setattr(second.store, "load", reading)
    assert second.get(url).json()["snapshot"]["state"] == "active"
    assert seen == [second.holder.name]


def test_who_only_asks_sees_a_session_go_on_whose_server_died(nodes: tuple[Node, Node]) -> None:
    first, second = nodes
    url = started(first)
    first.die()
    assert second.get(url).json()["snapshot"]["state"] == "active"
    assert held(second, url)[0] == second.holder.name


def test_a_stream_goes_on_where_the_session_does(nodes: tuple[Node, Node]) -> None:
    first, second = nodes
    url = started(first)
    with second.client.stream("GET", f"{second.url}{url}/events") as stream:
        lines = (line for line in stream.iter_lines() if line.startswith(("event", "id")))
        assert [next(lines) for _ in range(3)] == ["event: state", "id: 1", "event: snapshot"]
        first.die()
        assert second.post(f"{url}/pause").status_code == 200
        told = next(line for line in lines if line.startswith("id"))
    assert int(told.removeprefix("id: ")) > 1


@pytest.mark.parametrize("late", ["answers", "finish"])
def test_a_server_that_stood_still_is_refused_and_passes_on_what_it_hears(
    nodes: tuple[Node, Node], mute: str, late: str
) -> None:
    first, second = nodes
    url = started(first)
    first.stand_still(mute)
    assert second.post(f"{url}/answers", [{"passage_id": "p1", "value": 5}]).status_code == 200
    taken = held(second, url)
    assert taken[0] == second.holder.name
    if late == "answers":
        answer = first.post(f"{url}/answers", [{"passage_id": "p2", "value": 1}])
        assert (answer.status_code, sorted(clarity(second, url))) == (200, [1, 5])
        assert held(second, url) == taken
    else:
        assert first.post(f"{url}/finish").status_code == 200
        assert second.get(url).json()["snapshot"]["state"] == "finished"


def test_a_server_that_goes_on_after_a_standstill_looks_before_it_answers(
    nodes: tuple[Node, Node], mute: str
) -> None:
    first, second = nodes
    url = started(first)
    first.stand_still(mute)
    assert second.post(f"{url}/pause").status_code == 200
    first.holder._was_late = True  # as the next renewal finds
    assert first.get(url).json()["snapshot"]["state"] == "paused"
    assert first.holder.is_sure


def test_a_server_that_takes_no_requests_has_a_moment_to_let_go(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "LETS_GO_WITHIN_S", 0.05)
    first, second = nodes
    url = started(first)
    with first.store.database.writing() as connection:
        connection.execute(update(processes).values(address=NOBODY_THERE))
    first.holder._told = first.holder._address = NOBODY_THERE  # it renews its lease all the time
    assert second.post(f"{url}/pause").json()["state"] == "paused"
    assert held(second, url)[0] == second.holder.name


def test_a_server_that_has_the_session_no_more_is_asked_for_nothing(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    url = started(second)
    wrong = SessionElsewhere(address=first.url, holder=first.holder.name)
    second.registry.drop(second.registry.running()[0])
    second.whereabouts.keep(url.rpartition("/")[2], wrong)
    assert second.post(f"{url}/pause").json()["state"] == "paused"


def test_a_session_that_was_taken_at_this_very_moment_is_asked_for_again(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = nodes
    url = started(first)
    first.die()
    store, lost = second.store, []

    def take_first(summary: SessionSummary) -> bool:
        lost.append(summary.holder)
        store.handover.take_from(summary.holder, summary.session_id)
        return False

    with monkeypatch.context() as patch:
        patch.setattr(store.handover, "take_over", take_first)
        answer = second.post(f"{url}/pause")
    assert (answer.status_code, answer.json()["code"], len(lost)) == (503, "busy", 1)
    assert second.post(f"{url}/pause").json()["state"] == "paused"


def test_who_stands_still_in_a_transaction_holds_others_up_for_a_while_only(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "STANDSTILL_TIMEOUT_MS", 100)
    still, other = SessionStore(database), SessionStore(database)
    locked = select(processes).with_for_update()

    def stand_still() -> None:
        with still.database.writing() as connection:
            connection.execute(locked)
            with other.database.writing() as meanwhile:
                meanwhile.execute(locked)  # waits for the first one's end
            connection.execute(locked)

    with still, other:
        assert still.database.hold()
        with pytest.raises(StorageError):
            stand_still()
        with still.database.writing() as connection:
            assert connection.execute(locked).all()


def test_without_an_address_it_is_said_that_the_session_is_elsewhere(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    first.registry.history.announce("")
    url = started(first)
    assert second.post(f"{url}/pause").json()["code"] == "session_elsewhere"
    assert second.get(url).status_code == 200


def test_a_session_in_memory_only_is_found_from_another_server(nodes: tuple[Node, Node]) -> None:
    first, second = nodes
    url = started(first, retention="memory")
    assert second.post(f"{url}/pause").json()["state"] == "paused"
    assert second.get(f"{url}x").status_code == 404
    first.die()
    assert second.get(url).status_code == 404


def test_in_an_outage_nothing_is_taken_that_another_server_would_not_know(
    nodes: tuple[Node, Node], photo: bytes
) -> None:
    first, _ = nodes
    url = started(first)
    headers = {"Content-Type": "image/jpeg"}
    with first.outage():
        said = first.post(f"{url}/answers", [{"passage_id": "p1", "value": 5}])
        assert (said.status_code, said.json()["code"]) == (503, "storage_unavailable")
        body = {"consent": CONSENT, "retention": "keep"}
        assert first.post(SESSIONS, body, **{"Idempotency-Key": "a"}).status_code == 503
        frame = first.client.post(f"{first.url}{url}/frames", content=photo, headers=headers)
        assert frame.status_code == 200
    assert first.store.save_now()
    assert clarity(first, url) == [5]  # it was heard, and is saved all the same
    again = first.post(SESSIONS, body, **{"Idempotency-Key": "a"})
    assert again.status_code == 201
    assert len(first.get(SESSIONS).json()["sessions"]) == 2
