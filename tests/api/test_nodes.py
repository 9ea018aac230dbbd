"""Several API servers on one PostgreSQL: a request may come to any of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import update

from fer_core.api import peers
from fer_core.api.schemas.moments import format_moment
from fer_core.errors import SessionElsewhere
from fer_core.storage.history import SessionSummary, StoredSession
from fer_core.storage.tables import processes
from tests.api.conftest import MakeApp
from tests.api.learner import START
from tests.api.nodes import Node, clarity, held, running, started
from tests.storage.conftest import POSTGRES, empty_postgres

#: The port of "discard", where nobody listens.
NOBODY_THERE = "http://127.0.0.1:9"

pytestmark = pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")


@pytest.fixture
def database() -> str:
    """Let the apps of these tests use an empty PostgreSQL."""
    return empty_postgres()


@pytest.fixture
def nodes(make_app: MakeApp) -> Iterator[tuple[Node, Node]]:
    with running(make_app) as first, running(make_app) as second:
        yield first, second


def before_reading(node: Node, monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Have something done each time before a server reads a session."""
    load = node.store.load

    def reading(session_id: str, *, owner: str = "") -> StoredSession:
        do()
        return load(session_id, owner=owner)

    monkeypatch.setattr(node.store, "load", reading)


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
    seen: list[str] = []
    before_reading(second, monkeypatch, lambda: seen.append(held(second, url)[0]))
    assert second.get(url).json()["snapshot"]["state"] == "active"
    assert seen == [second.holder.name]


def test_who_asks_while_a_session_is_read_back_waits_for_it(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = nodes
    url = started(first)
    first.die()
    is_read, goes_on = threading.Event(), threading.Event()
    seen: list[str] = []

    def wait() -> None:
        seen.append(url)
        is_read.set()
        assert goes_on.wait(20)

    before_reading(second, monkeypatch, wait)
    with ThreadPoolExecutor(2) as threads:
        pauses = threads.submit(second.post, f"{url}/pause")
        assert is_read.wait(20)
        asks = threads.submit(second.get, url)
        with suppress(TimeoutError):
            asks.result(0.3)
        assert not asks.done()
        goes_on.set()
        assert pauses.result(20).status_code == asks.result(20).status_code == 200
    assert len(seen) == 1


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
