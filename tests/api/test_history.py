"""Kept sessions and the history behind them, on every database that is supported."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fer_core.api.services import AppServices
from fer_core.live.memory import IDLE_S
from fer_core.storage.queries import AFTER_END_S, remove_temporary
from fer_core.storage.store import SessionStore
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, PASSAGES, SESSIONS, START, Clock, Learner
from tests.storage.conftest import POSTGRES, empty_postgres, url
from tests.storage.sessions import count_rows
from tests.support.servers import running_api

__all__ = ["url"]  # an empty database of each kind


@pytest.fixture
def database(url: str) -> str:
    """Let the apps of these tests use it."""
    return url


def store_of(learner: Learner) -> SessionStore:
    services: AppServices = learner.client.application.extensions["fer"]
    store = services.sessions.history.store
    assert store is not None
    return store


def test_a_list_is_paged_newest_first_without_gaps(learner: Learner) -> None:
    created = []
    for number in range(5):
        learner.clock.now = START + number // 2  # some start at the same moment
        created.append(learner.start(title=str(number)).get_json()["session_id"])
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = learner.client.get(SESSIONS, query_string=query).get_json()
        assert len(page["sessions"]) <= 2
        seen += [item["session_id"] for item in page["sessions"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(created)
    started = [learner.client.get(f"{SESSIONS}/{name}").get_json()["started_at"] for name in seen]
    assert started == sorted(started, reverse=True)


def test_a_finished_session_takes_nothing_more(learner: Learner, photo: bytes) -> None:
    learner.start(retention="keep")
    first = learner.post("/finish").get_json()
    learner.clock.now += 100
    assert learner.post("/finish").get_json() == first
    for answer in (
        learner.frame(photo),
        learner.post("/pause"),
        learner.post("/resume"),
        learner.see("p1", 0, 1),
        learner.post("/break", {"answer": "take"}),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "session_finished")


def test_an_erased_session_is_gone(learner: Learner) -> None:
    learner.start(retention="keep")
    assert learner.client.delete(learner.url).status_code == 204
    assert learner.get().status_code == 404
    assert learner.client.delete(learner.url).status_code == 404


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_database_is_asked_for_a_name_that_it_cannot_take(learner: Learner, method: str) -> None:
    answer = learner.client.open(f"{SESSIONS}/a%00b", method=method)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "session_not_found")


def test_all_sessions_can_be_erased(learner: Learner) -> None:
    for retention in ("none", "keep"):
        learner.start(retention=retention)
    assert learner.client.delete(SESSIONS).status_code == 204
    assert learner.client.get(SESSIONS).get_json() == {"sessions": [], "next_cursor": None}


def test_a_kept_session_survives_a_restart_paused(make_app: MakeApp, photo: bytes) -> None:
    clock = Clock()
    before = Learner(make_app(clock=clock, api_rate_limit="1000/second").test_client(), clock)
    before.start(retention="keep", title="kept")
    before.sit(photo, 5)
    rows = before.get("/timeline").get_json()["rows"]
    store_of(before).close()

    clock.now += 60
    after = Learner(make_app(clock=clock).test_client(), clock)
    after.session_id = before.session_id
    listed = after.client.get(SESSIONS).get_json()["sessions"]
    assert [(item["title"], item["state"], item["live"]) for item in listed] == [
        ("kept", "paused", False)
    ]
    assert after.get("/timeline").get_json()["rows"] == rows[: len(rows)]
    assert after.post("/resume").get_json()["state"] == "active"
    clock.now += 1
    assert after.frame(photo).get_json()["used"]
    assert after.get().get_json()["live"]


def test_a_session_of_another_process_can_be_looked_at_only(
    make_app: MakeApp, photo: bytes
) -> None:
    clock = Clock()
    here, there = (Learner(make_app(clock=clock).test_client(), clock) for _ in range(2))
    there.start(retention="keep")
    store_of(there).save_now()
    here.session_id = there.session_id
    assert here.get().get_json()["live"] is False
    for answer in (here.frame(photo), here.post("/pause"), here.post("/finish")):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "session_elsewhere")
    assert there.post("/pause").status_code == 200


def test_a_session_that_was_let_go_can_be_taken_up_again(learner: Learner, photo: bytes) -> None:
    learner.start(retention="keep")
    first = learner.session_id
    learner.sit(photo, 3)
    learner.clock.now += IDLE_S + 1
    learner.start()  # makes room
    learner.session_id = first
    learner.clock.now += 60
    store_of(learner).save_now()  # as it does every two seconds
    assert learner.get().get_json()["state"] == "paused"
    assert learner.post("/resume").status_code == 200
    learner.clock.now += 1
    assert learner.frame(photo).get_json()["used"]


@pytest.mark.parametrize("retention", ["keep", "none"])
def test_a_client_that_goes_on_sending_goes_on_after_a_restart(
    make_app: MakeApp, photo: bytes, retention: str
) -> None:
    clock = Clock()
    before = Learner(make_app(clock=clock, api_rate_limit="1000/second").test_client(), clock)
    before.start(retention=retention, title="on", text={"passages": PASSAGES})
    before.sit(photo, 5)
    before.see("p1", 0, 5)
    before.post("/answers", [{"passage_id": "p1", "value": 2}])
    before.client.application.extensions["fer"].sessions.close()

    clock.now += 3
    client = make_app(clock=clock, api_rate_limit="1000/second").test_client()
    after = Learner(client, clock)
    after.session_id = before.session_id
    assert after.client.get(SESSIONS).get_json()["sessions"][0]["title"] == "on"
    answer = after.frame(photo).get_json()
    assert (answer["used"], answer["snapshot"]["state"]) == (True, "active")
    shown = after.get().get_json()
    assert shown["text"]["passages"][0]["passage_id"] == "p1"
    assert (shown["live"], shown["retention"]) == (True, retention)
    after.sit(photo, 12)
    assert after.see("p2", 8, 12).status_code == 200
    feedback = after.post("/finish").get_json()["feedback"]
    assert [one["passage_id"] for one in feedback["passages"]] == ["p1", "p2"]
    assert feedback["answered"] == 1


def test_a_session_without_retention_leaves_nothing_in_the_history(
    learner: Learner, photo: bytes
) -> None:
    learner.start(retention="none", title="secret")
    learner.sit(photo, 3)
    store = store_of(learner)
    store.save_now()
    assert store.sessions() == []
    learner.post("/finish")
    store.save_now()
    assert store.sessions() == []


def test_erasing_a_young_session_keeps_it_out_of_the_history(learner: Learner) -> None:
    learner.start(retention="keep")
    learner.client.delete(learner.url)
    store = store_of(learner)
    store.save_now()
    assert store.sessions() == []


def test_a_finished_reading_is_kept_without_its_words(make_app: MakeApp) -> None:
    clock = Clock()
    before = Learner(make_app(clock=clock).test_client(), clock)
    before.start(retention="keep", text={"passages": PASSAGES})
    clock.now += 60
    before.see("p1", 0, 30)
    before.see("p2", 30, 60)
    before.post("/answers", [{"passage_id": "p2", "value": 1}])
    finished = before.post("/finish").get_json()["feedback"]
    after = Learner(make_app(clock=clock).test_client(), clock)
    after.session_id = before.session_id
    feedback = after.get("/feedback").get_json()
    assert feedback["passages"] == finished["passages"]
    assert feedback["highlights"] == finished["highlights"]
    assert after.post("/finish").get_json()["feedback"] == finished
    with store_of(after).database.writing() as connection:
        remove_temporary(connection, clock.now + AFTER_END_S + 1)
    late = Learner(make_app(clock=clock).test_client(), clock)
    late.session_id = before.session_id
    assert late.get().get_json()["text"] is None
    assert late.get("/feedback").get_json()["highlights"] == finished["highlights"]


def test_a_list_joins_running_sessions_and_the_history(make_app: MakeApp) -> None:
    clock = Clock()
    before = Learner(make_app(clock=clock).test_client(), clock)
    for number in range(3):
        clock.now += number
        before.start(retention="keep", title=f"old {number}")
        before.post("/finish")
    after = Learner(make_app(clock=clock).test_client(), clock)
    clock.now += 10
    after.start(retention="none", title="new")
    titles = []
    cursor = None
    for _ in range(4):
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = after.client.get(SESSIONS, query_string=query).get_json()
        titles += [item["title"] for item in page["sessions"]]
        cursor = page["next_cursor"]
    assert titles == ["new", "old 2", "old 1", "old 0"]
    assert cursor is None


def test_what_another_program_erased_is_gone_here_too(make_app: MakeApp, photo: bytes) -> None:
    clock = Clock()
    here, there = (
        Learner(make_app(clock=clock, api_rate_limit="1000/second").test_client(), clock)
        for _ in range(2)
    )
    here.start(retention="keep")
    here.sit(photo, 3)
    here.post("/finish")
    there.session_id = here.session_id
    assert there.get().get_json()["state"] == "finished"
    assert there.client.delete(SESSIONS).status_code == 204
    assert here.client.get(SESSIONS).get_json()["sessions"] == []
    for name in ("", "/timeline", "/feedback", "/export"):
        assert here.get(name).status_code == 404


def test_erasing_everything_leaves_no_line(learner: Learner, photo: bytes) -> None:
    for title in ("finished", "running"):
        learner.start(retention="keep", title=title, text={"passages": PASSAGES})
        learner.sit(photo, learner.clock.now - START + 3)
        learner.see("p1", learner.clock.now - START - 3, learner.clock.now - START)
        if title == "finished":
            learner.post("/finish")
    store = store_of(learner)
    assert store.save_now()
    assert len(store.sessions()) == 2
    learner.client.delete(SESSIONS)
    store.save_now()
    assert count_rows(store) == 0


@contextmanager
def two_servers(url: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Run two APIs on one database, started in the same moment; yield their addresses."""
    starts = [running_api(folder, {"FER_DATABASE_URL": url}) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
        (first, _), (second, _) = pool.map(stack.enter_context, starts)
        yield first, second


@pytest.mark.skipif(POSTGRES not in os.environ, reason=f"{POSTGRES} is not set")
def test_two_servers_share_one_history(tmp_path: Path) -> None:
    """Both prepare the empty database, and both write, at the same time."""

    def study(address: str) -> str:
        with httpx.Client(base_url=address, timeout=60) as client:
            request = {"consent": CONSENT, "retention": "keep"}
            session: dict[str, Any] = client.post(SESSIONS, json=request).raise_for_status().json()
            path = f"{SESSIONS}/{session['session_id']}"
            client.post(f"{path}/finish").raise_for_status()
            assert client.get(path).json()["history"]["saving"]
            return str(session["session_id"])

    with two_servers(empty_postgres(), tmp_path) as addresses:
        with ThreadPoolExecutor(8) as pool:
            studied = set(pool.map(study, addresses * 12))
        for address in addresses:
            listed = httpx.get(f"{address}{SESSIONS}", params={"limit": 100}, timeout=60).json()
            assert {item["session_id"] for item in listed["sessions"]} == studied
        assert len(studied) == 24
        one = studied.pop()
        assert httpx.delete(f"{addresses[0]}{SESSIONS}/{one}", timeout=60).status_code == 204
        assert httpx.get(f"{addresses[1]}{SESSIONS}/{one}", timeout=60).status_code == 404
