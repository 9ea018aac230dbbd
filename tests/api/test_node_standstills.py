"""API servers on one PostgreSQL of which one stands still, or cannot reach it for a while."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from fer_core.errors import StorageError
from fer_core.storage import engines
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import processes
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS
from tests.api.nodes import Node, clarity, held, running, started
from tests.storage.conftest import POSTGRES, empty_postgres

pytestmark = pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")


@pytest.fixture
def database() -> str:
    """Let the apps of these tests use an empty PostgreSQL."""
    return empty_postgres()


@pytest.fixture
def mute() -> Iterator[str]:
    """Return an address where requests arrive, and are never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def nodes(make_app: MakeApp) -> Iterator[tuple[Node, Node]]:
    with running(make_app) as first, running(make_app) as second:
        yield first, second


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
