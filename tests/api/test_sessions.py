"""Sessions as resources: consent, creation, lists, pause and end, erasure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fer_core.api.keys import KeyStore
from fer_core.api.problems import MOST_FIELD_PROBLEMS
from fer_core.api.schemas.moments import format_moment
from fer_core.api.schemas.sessions import SESSION_REQUEST_EXAMPLE
from fer_core.errors import HistoryNotShrunk, SessionNotFound
from fer_core.live.memory import MOST_MEMORY_ONLY, MOST_SESSIONS
from fer_core.sessions.clock import SILENT_AFTER_S
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS, Clock, Learner


def test_a_session_starts_with_consent(learner: Learner) -> None:
    answer = learner.start(title="Chapter 3")
    session = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{SESSIONS}/{session['session_id']}"
    assert (session["state"], session["title"], session["live"]) == ("active", "Chapter 3", True)
    assert session["started_at"] == "2027-01-15T08:00:00.000Z"
    assert session["snapshot"]["notice"]["code"] == "waiting"


@pytest.mark.parametrize("body", [{}, {"consent": None}, {"retention": "none"}])
def test_without_consent_there_is_no_session(client: FlaskClient, body: dict[str, Any]) -> None:
    answer = client.post(SESSIONS, json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "consent_missing")


def test_the_example_of_the_contract_works(client: FlaskClient) -> None:
    answer = client.post(SESSIONS, json=SESSION_REQUEST_EXAMPLE)
    assert answer.status_code == 201
    assert [p["passage_id"] for p in answer.get_json()["text"]["passages"]] == ["intro", "cells"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"retention": "forever"}, "/retention"),
        ({"consent": {"version": "1", "accepted_at": "yesterday"}}, "/consent/accepted_at"),
        ({"consent": {"version": "1", "accepted_at": 1.5}}, "/consent/accepted_at"),
        ({"consent": {"version": "1", "accepted_at": "2026-11-20T09:00:00"}},
         "/consent/accepted_at"),
        ({"plan": {"focus_min": 0}}, "/plan/focus_min"),
        ({"teacher": "view"}, "/teacher"),
        ({"a/b~c": "view"}, "/a~1b~0c"),
        ({"text": {"content": "a", "passages": []}}, "/text/passages"),
        ({"text": {"title": "neither"}}, "/text"),
        ({"text": {"passages": [{"passage_id": "a", "text": "x"}] * 2}}, "/text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(client: FlaskClient, change: dict[str, Any], pointer: str) -> None:
    answer = client.post(SESSIONS, json={"consent": CONSENT, **change})
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]


@pytest.mark.parametrize(("ahead_s", "status"), [(-3600, 201), (290, 201), (310, 400)])
def test_nobody_has_agreed_in_the_future(learner: Learner, ahead_s: float, status: int) -> None:
    accepted_at = format_moment(learner.clock.now + ahead_s)
    answer = learner.start(consent={"version": "1", "accepted_at": accepted_at})
    assert answer.status_code == status
    if status == 400:
        assert answer.get_json()["errors"][0]["pointer"] == "/consent/accepted_at"


def test_when_the_learner_agreed_is_kept_with_the_start(
    make_app: MakeApp, learner: Learner
) -> None:
    learner.start(retention="keep", consent={"version": "1", "accepted_at": "2026-11-20T09:00:00Z"})
    learner.post("/finish")
    after = Learner(make_app(clock=learner.clock).test_client(), learner.clock)
    after.session_id = learner.session_id
    started = after.get("/export", format="json").get_json()["events"][0]
    assert (started["kind"], started["data"]) == (
        "started",
        {"consent_at": "2026-11-20T09:00:00.000+00:00"},
    )


def test_who_studies_on_paper_says_so_at_the_start(learner: Learner) -> None:
    learner.start()
    without = learner.get("/export", format="json").get_json()["events"]
    assert [event["kind"] for event in without] == ["started"]
    learner.start(on_paper=True)
    said = learner.get("/export", format="json").get_json()["events"][-1]
    assert (said["kind"], said["data"]) == ("on_paper", {"on": True})


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"retention": "forever"}, "must be 'keep', 'none' or 'memory'"),
        ({"plan": {"focus_min": 0}}, "must be 1 or more"),
        ({"plan": {"focus_min": 1e9}}, "must be 180 or less"),
        ({"plan": {"focus_min": "long"}}, "must be a number"),
        ({"plan": []}, "must be an object"),
        ({"title": 5}, "must be a text"),
        ({"title": "x" * 201}, "must have 200 or fewer characters"),
        ({"teacher": "view"}, "is not part of the contract"),
        ({"consent": {"accepted_at": "2026-11-20T09:00:00Z"}}, "is missing"),
        ({"text": {"title": "neither"}}, "send either content or passages"),
        ({"text": {"passages": "all"}}, "must be a list"),
        ({"text": {"passages": []}}, "must have 1 or more items"),
        ({"text": {"content": " "}}, "must match \\S"),
    ],
)
def test_what_is_wrong_is_said_in_our_words(
    client: FlaskClient, change: dict[str, Any], detail: str
) -> None:
    answer = client.post(SESSIONS, json={"consent": CONSENT, **change})
    assert answer.status_code == 400
    assert [error["detail"] for error in answer.get_json()["errors"]] == [detail]


def test_not_every_wrong_field_is_named(client: FlaskClient) -> None:
    body = {"consent": CONSENT, **{f"field {number}": 1 for number in range(10_000)}}
    answer = client.post(SESSIONS, json=body)
    assert answer.status_code == 400
    assert len(answer.get_json()["errors"]) == MOST_FIELD_PROBLEMS


@pytest.mark.parametrize("body", [b"", b"{", b"nul", b"[" * 100_000, b'{"a": NaN}', b"\xff"])
def test_broken_json_is_malformed(client: FlaskClient, body: bytes) -> None:
    answer = client.post(SESSIONS, data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")


def test_a_form_is_no_json(client: FlaskClient) -> None:
    answer = client.post(SESSIONS, data={"consent": "true"})
    assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")


def test_an_oversized_text_is_refused(client: FlaskClient) -> None:
    answer = client.post(SESSIONS, json={"consent": CONSENT, "text": {"content": "x" * 2_100_000}})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "request_too_large")


def test_a_markdown_text_is_cut_into_passages(learner: Learner) -> None:
    content = "# Title\n\n" + "\n\n".join("Words of a paragraph, many of them. " * 8 for _ in "abc")
    text = learner.start(text={"content": content, "format": "markdown"}).get_json()["text"]
    assert text["title"] == "Title"
    assert [passage["passage_id"] for passage in text["passages"]] == ["p1", "p2", "p3"]


def test_a_text_without_words_cannot_be_read(learner: Learner) -> None:
    answer = learner.start(text={"content": "<p></p>", "format": "html"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "text_empty")


def test_a_repeated_creation_gives_the_same_session(learner: Learner) -> None:
    body = {"consent": CONSENT, "title": "once"}
    first, second = (
        learner.client.post(SESSIONS, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert second.status_code == 201
    assert second.get_json()["session_id"] == first.get_json()["session_id"]
    assert second.headers["Location"] == first.headers["Location"]


def test_creations_at_the_same_time_give_one_session(learner: Learner) -> None:
    app = learner.client.application

    def create(_: int) -> str:
        answer = app.test_client().post(
            SESSIONS, json={"consent": CONSENT}, headers={"Idempotency-Key": "k"}
        )
        return str(answer.get_json()["session_id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create, range(16)))) == 1


@pytest.mark.parametrize("retention", ["keep", "none"])
def test_a_creation_that_is_repeated_after_a_restart_gives_the_same_session(
    make_app: MakeApp, learner: Learner, retention: str
) -> None:
    body = {"consent": CONSENT, "retention": retention, "text": {"content": "Words to read."}}
    key = {"Idempotency-Key": "k"}
    first = learner.client.post(SESSIONS, json=body, headers=key).get_json()
    learner.client.application.extensions["fer"].sessions.close()
    after = make_app(clock=learner.clock).test_client()
    again = after.post(SESSIONS, json=body, headers=key)
    assert again.status_code == 201
    assert again.get_json()["session_id"] == first["session_id"]
    assert again.get_json()["text"] == first["text"]
    other = after.post(SESSIONS, json={**body, "title": "b"}, headers=key)
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize("retention", ["keep", "none", "memory"])
def test_finishing_again_answers_the_same(learner: Learner, retention: str) -> None:
    learner.start(retention=retention)
    with ThreadPoolExecutor(8) as pool:
        app = learner.client.application
        answers = list(
            pool.map(lambda _: app.test_client().post(f"{learner.url}/finish"), range(8))
        )
    learner.clock.now += 60
    answers.append(learner.post("/finish"))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    assert learner.client.delete(learner.url).status_code == 204
    assert learner.post("/finish").status_code == 404


def test_an_idempotency_key_is_for_one_request(learner: Learner) -> None:
    key = {"Idempotency-Key": "k"}
    learner.client.post(SESSIONS, json={"consent": CONSENT}, headers=key)
    answer = learner.client.post(SESSIONS, json={"consent": CONSENT, "title": "b"}, headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0x", "é", "W10"])
def test_a_forged_cursor_is_malformed(client: FlaskClient, cursor: str) -> None:
    answer = client.get(SESSIONS, query_string={"cursor": cursor})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")


def test_a_pause_stops_the_clock(learner: Learner) -> None:
    learner.start()
    learner.clock.now += 10
    assert learner.post("/pause").get_json()["state"] == "paused"
    learner.clock.now += 100
    assert learner.post("/pause").get_json()["state"] == "paused"
    assert learner.post("/resume").get_json()["state"] == "active"
    learner.clock.now += 5
    totals = learner.get().get_json()["totals"]
    assert (totals["elapsed_s"], totals["active_s"]) == (115, 15)


def test_without_retention_a_finished_session_is_forgotten(learner: Learner) -> None:
    learner.start(retention="none", title="gone")
    learner.clock.now += 60
    finished = learner.post("/finish").get_json()
    assert finished["totals"]["elapsed_s"] == 60
    assert finished["finished_at"] == "2027-01-15T08:01:00.000Z"
    assert learner.get().status_code == 404
    assert learner.client.get(SESSIONS).get_json()["sessions"] == []


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/finish"),
        ("GET", "/probe"), ("GET", "/timeline"), ("GET", "/feedback"), ("GET", "/events"),
        ("GET", "/export"), ("POST", "/frames"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("session_id", ["unknown", "..%2f..", "%00", "a" * 64])
def test_an_unknown_session_is_not_found(
    client: FlaskClient, method: str, name: str, session_id: str
) -> None:
    answer = client.open(f"{SESSIONS}/{session_id}{name}", method=method)
    assert answer.status_code == 404
    assert answer.get_json()["code"] in {"session_not_found", "not_found"}


def test_only_so_many_sessions_fit_and_those_that_were_left_make_room(learner: Learner) -> None:
    for _ in range(MOST_SESSIONS):
        assert learner.start().status_code == 201
    first = learner.client.get(SESSIONS).get_json()["sessions"][0]["session_id"]
    full = learner.start()
    assert (full.status_code, full.get_json()["code"]) == (503, "busy")
    learner.clock.now += SILENT_AFTER_S + 1
    assert learner.start().status_code == 201
    learner.session_id = first
    assert learner.post("/resume").status_code == 200  # it makes room for itself, and is whole


def test_one_account_cannot_take_every_place(make_app: MakeApp, key_store: KeyStore) -> None:
    clock = Clock()
    (_, greedy), (_, other) = (key_store.create(name, datetime.now(UTC)) for name in "ab")
    client = make_app(clock=clock, require_key=True, api_rate_limit="100000/second").test_client()

    def start(key: str, retention: str = "none") -> TestResponse:
        return client.post(
            SESSIONS,
            json={"consent": CONSENT, "retention": retention},
            headers={"X-Api-Key": key},
        )

    for number in range(MOST_SESSIONS):
        clock.now += 1
        assert start(greedy).status_code == 201, number
    assert start(greedy).status_code == 503
    theirs = [start(other).get_json()["session_id"] for _ in range(3)]
    assert start(greedy).status_code == 503
    for session_id in theirs:
        url = f"{SESSIONS}/{session_id}/pause"
        assert client.post(url, headers={"X-Api-Key": other}).status_code == 200


def test_sessions_in_memory_only_are_fewer_and_say_what_that_means(learner: Learner) -> None:
    for _ in range(MOST_MEMORY_ONLY):
        answer = learner.start(retention="memory")
        assert answer.status_code == 201
    assert answer.get_json()["retention"] == "memory"
    assert answer.get_json()["history"]["saving"] is False
    assert "memory only" in answer.get_json()["history"]["message"]
    full = learner.start(retention="memory")
    assert (full.status_code, full.get_json()["code"]) == (503, "busy")
    assert learner.start(retention="none").status_code == 201


def test_a_slow_history_holds_up_nobody_who_does_not_need_it(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = learner.client.application
    learner.start()
    reached, go_on = Event(), Event()

    def look_up(*_: object, **__: object) -> None:
        reached.set()
        go_on.wait(10)
        raise SessionNotFound

    monkeypatch.setattr(app.extensions["fer"].sessions.history.store, "summary", look_up)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(app.test_client().post, f"{SESSIONS}/unknown/pause")
        assert reached.wait(10)
        quick = pool.submit(learner.get)
        done, _ = wait([quick], timeout=5)
        go_on.set()
        assert slow.result().status_code == 404
    assert done
    assert quick.result().status_code == 200


def test_what_is_erased_is_erased_also_where_the_file_keeps_its_size(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.start(retention="keep")
    store = learner.client.application.extensions["fer"].sessions.history.store
    monkeypatch.setattr(store.database, "shrink", Mock(side_effect=HistoryNotShrunk))
    assert learner.client.delete(SESSIONS).status_code == 204
    assert learner.client.get(SESSIONS).get_json()["sessions"] == []
