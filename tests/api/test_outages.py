"""A history that cannot be reached: sessions go on, and what needs it says so."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS, Clock, Learner
from tests.support.servers import free_port


@pytest.fixture
def database() -> str:
    """Nothing listens there."""
    return f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"


@pytest.fixture
def alone(make_app: MakeApp, tmp_path: Path) -> Learner:
    """A learner of a process that nobody shares a history with, and whose file is none."""
    clock = Clock()
    client = make_app(database_url=f"sqlite:///{tmp_path}", clock=clock).test_client()
    return Learner(client, clock)


@pytest.mark.parametrize("retention", ["none", "keep"])
def test_where_servers_share_the_history_none_starts_what_the_others_would_not_know(
    learner: Learner, retention: str
) -> None:
    answer = learner.start(retention=retention)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "was not started" in answer.get_json()["detail"]


def test_a_session_in_memory_misses_nothing(learner: Learner, photo: bytes) -> None:
    assert learner.start(retention="memory").status_code == 201
    learner.sit(photo, 3)
    assert learner.get("/timeline").get_json()["rows"]
    assert learner.post("/finish").status_code == 200


def test_a_session_without_retention_misses_nothing(alone: Learner, photo: bytes) -> None:
    learner = alone
    assert learner.start(retention="none").status_code == 201
    learner.sit(photo, 3)
    assert learner.get().get_json()["history"]["saving"] is False
    assert learner.get("/timeline").get_json()["rows"]
    assert learner.post("/finish").status_code == 200


def test_a_kept_session_goes_on_and_says_that_it_is_not_safe(alone: Learner, photo: bytes) -> None:
    learner = alone
    assert learner.start(retention="keep").status_code == 201
    learner.sit(photo, 3)
    history = learner.get().get_json()["history"]
    assert history["saving"] is False
    assert history["message"]
    assert learner.post("/finish").get_json()["totals"]["frames"] > 0
    assert learner.get("/timeline").get_json()["rows"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("DELETE", ""), ("GET", "/x"), ("DELETE", "/x"), ("GET", "/x/timeline"),
        ("GET", "/x/feedback"), ("GET", "/x/export"), ("GET", "/x/events"), ("GET", "/x/probe"),
        ("POST", "/x/frames"), ("POST", "/x/pause"), ("POST", "/x/resume"), ("POST", "/x/finish"),
    ],
)  # fmt: skip
def test_what_needs_the_history_says_when_to_come_back(
    client: FlaskClient, method: str, path: str
) -> None:
    answer = client.open(SESSIONS + path, method=method)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert b"127.0.0.1" not in answer.data


def test_the_rest_answers(make_app: MakeApp, photo: bytes) -> None:
    client = make_app(clock=Clock()).test_client()
    answer = client.post("/api/v1/analyses", data=photo, content_type="image/jpeg")
    assert answer.status_code == 200
    assert client.get("/readyz").status_code == 200


def test_a_database_that_takes_connections_and_never_answers_holds_creations_up_for_a_while_only(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The shortest wait that the driver takes; each attempt is waited out once.
    monkeypatch.setattr("fer_core.storage.engines.CONNECT_TIMEOUT_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        client = make_app(database_url=url).test_client()

        def create(number: int) -> int:
            return client.application.test_client().post(
                SESSIONS,
                json={"consent": CONSENT, "retention": "keep"},
                headers={"Idempotency-Key": str(number)},
            ).status_code  # fmt: skip

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(create, range(4), timeout=120)) == [503] * 4
        answer = client.get(SESSIONS)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "storage_unavailable")
