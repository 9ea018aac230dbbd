"""Nonsense of every kind gets a clear answer from every address, and never a 5xx."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fer_core.api.app import make_contract
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS, Learner

DEEP = "[" * 3000 + "]" * 3000
BODIES = {
    "nothing": b"",
    "null": b"null",
    "a number": b"7",
    "a huge number": b"1" + b"0" * 5000,
    "a huge exponent": b'{"consent": {"version": "1", "accepted_at": 1e999}}',
    "NaN": b'[{"value": NaN}]',
    "infinity": b'[{"visible_share": Infinity}]',
    "minus infinity": b'{"plan": {"focus_min": -Infinity}}',
    "deep lists": DEEP.encode(),
    "deep objects": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "a lone surrogate": b'{"title": "\\ud800", "answer": "\\udfff"}',
    "a null byte": b'{"title": "a\\u0000b", "goal": "\\u0000"}',
    "bad UTF-8": b'{"title": "\xff\xfe"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "duplicate keys": b'{"answer": "take", "answer": 5, "answer": {}}',
    "true for a number": b'[{"probe_id": "q1", "value": true}]',
    "a float for a number": b'[{"passage_id": "p1", "value": 1.5}]',
    "a giant whole number": b'[{"passage_id": "p1", "value": 99999999999999999999999999}]',
    "words for a list": b'"' + b"x" * 10_000 + b'"',
    "right to left and emoji": '{"title": "\u202eabc\U0001f600\ufeff"}'.encode(),
    "an array of arrays": b"[[[]],[{}],[null]]",
    "a prototype": b'{"__proto__": {"x": 1}, "constructor": 1}',
}
HEADERS: dict[str, dict[str, str]] = {
    "range": {"Range": "bytes=0-1"},
    "broken range": {"Range": "bytes=9-1,-"},
    "etag": {"If-None-Match": '"a", W/"b", *'},
    "an odd etag": {"If-None-Match": "\x80\xff"},
    "captured": {"X-Captured-At": "99999999999999"},
    "frame id": {"X-Frame-Id": "x" * 5000},
    "last event": {"Last-Event-ID": "-1"},
    "idempotency": {"Idempotency-Key": "\xe4" * 100},
    "accept": {"Accept": "image/x-nothing;q=2"},
    "encoding": {"Content-Encoding": "gzip", "Accept-Encoding": "br;q=nan"},
    "length": {"Content-Length": "0"},
    "request id": {"X-Request-Id": "a b<script>"},
    "authorization": {"Authorization": "Bearer"},
    "forwarded": {"X-Forwarded-Prefix": "//x/../y"},
    "method": {"X-HTTP-Method-Override": "DELETE"},
}


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE")


@cache
def addresses() -> list[tuple[str, str]]:
    """Return every path of the contract with every method, allowed or not."""
    return [(path, method) for path in make_contract()["paths"] for method in METHODS]


@cache
def served() -> list[tuple[str, str]]:
    """Return every path of the contract with the methods that it knows, and one that it does not.

    What refuses one unknown method refuses all of them, whatever else was sent.
    """
    return [
        (path, method)
        for path, item in make_contract()["paths"].items()
        for method in ("HEAD", "OPTIONS", "NONSENSE", *(name.upper() for name in item))
    ]


def check(answer: TestResponse) -> None:
    """Hold an answer to what every one is: no 5xx but for "not now"; clear where it refuses."""
    status = answer.status_code
    assert status < 500 or status == 503, answer.get_data()
    if status >= 400 and answer.request.method != "HEAD":
        assert answer.content_type == "application/problem+json"
        problem = answer.get_json()
        assert problem["status"] == status
        assert problem["code"]
        assert problem["detail"].strip()
        for words in (problem["detail"], *(one["detail"] for one in problem["errors"])):
            for leak in ("Traceback", 'File "', "pydantic", "werkzeug", "sqlalchemy", "0x"):
                assert leak not in words
    answer.close()


@pytest.fixture
def started(make_app: MakeApp) -> Learner:
    from tests.api.learner import Clock

    clock = Clock()
    learner = Learner(make_app(clock=clock, api_rate_limit="100000/second").test_client(), clock)
    learner.start(text={"content": "Words to read. " * 40})
    return learner


@pytest.mark.parametrize("kind", BODIES)
def test_no_body_breaks_an_address(started: Learner, kind: str) -> None:
    for path, method in addresses():
        if method not in ("POST", "PUT", "DELETE") or path == "/api/v1/sessions":
            continue
        for media_type in ("application/json", "image/jpeg"):
            url = path.replace("{session_id}", started.session_id)
            if "{" in url or url.endswith("/finish"):
                url = url.replace("{", "").replace("}", "")
            if method == "DELETE" and url == started.url:
                continue
            check(
                started.client.open(url, method=method, data=BODIES[kind], content_type=media_type)
            )
    for media_type in ("application/json", "application/json; charset=utf-7", "text/json"):
        check(started.client.post(SESSIONS, data=BODIES[kind], content_type=media_type))


@pytest.mark.parametrize("kind", HEADERS)
def test_no_header_breaks_an_address(started: Learner, kind: str) -> None:
    for path, method in addresses() if kind == "method" else served():
        if path.endswith("/events") or method == "DELETE":
            continue
        url = path.replace("{session_id}", "unknown").replace("{", "").replace("}", "")
        check(started.client.open(url, method=method, headers=HEADERS[kind]))
        url = path.replace("{session_id}", started.session_id).replace("{", "").replace("}", "")
        if method in ("GET", "HEAD", "OPTIONS"):
            check(started.client.open(url, method=method, headers=HEADERS[kind]))


@pytest.mark.parametrize(
    "query",
    [
        "limit=1e9", "limit=-1", "limit=" + "9" * 4000, "limit=NaN", "cursor=" + "A" * 200,
        "bucket=0s", "bucket=9999m", "bucket=5", "since=NaN", "since=-1", "format=xml",
        "confidence=inf", "confidence=nan", "mode=frame&mode=photo", "a[b]=c", "%00=%ff",
        "x" * 3000,
    ],
)  # fmt: skip
def test_no_query_breaks_an_address(started: Learner, query: str) -> None:
    for path, method in addresses():
        if method in ("GET", "HEAD", "OPTIONS") and not path.endswith("/events"):
            url = path.replace("{session_id}", started.session_id).replace("{", "").replace("}", "")
            check(started.client.open(f"{url}?{query}", method=method))


def test_everything_at_once_to_one_session(started: Learner, photo: bytes) -> None:
    app = started.client.application
    chance = random.Random(7)  # noqa: S311  (an order, not a secret)
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/finish", {}),
        ("DELETE", "", {}),
        ("POST", "/answers", {"json": [{"passage_id": "p1", "value": 2}]}),
        ("POST", "/pause", {}),
        ("POST", "/resume", {}),
        ("POST", "/break", {"json": {"answer": "take"}}),
        ("POST", "/frames", {"data": photo, "content_type": "image/jpeg"}),
        ("GET", "/feedback", {}),
        ("GET", "/timeline", {}),
        ("GET", "", {}),
        ("GET", "/export", {}),
        ("GET", "/probe", {}),
    ]
    for retention in ("none", "keep", "memory"):
        started.start(retention=retention)
        calls = asked * 6
        chance.shuffle(calls)

        def ask(call: tuple[str, str, dict[str, Any]]) -> None:
            method, name, body = call
            check(app.test_client().open(f"{started.url}{name}", method=method, **body))

        with ThreadPoolExecutor(12) as pool:
            list(pool.map(ask, calls))
        check(started.client.delete(started.url))
        assert started.get().status_code == 404


def test_two_creations_and_an_erasure_of_all_at_once(client: FlaskClient) -> None:
    app = client.application

    def ask(number: int) -> None:
        one = app.test_client()
        if number % 5 == 0:
            check(one.delete(SESSIONS))
        else:
            key = {"Idempotency-Key": str(number % 3)}
            check(one.post(SESSIONS, json={"consent": CONSENT}, headers=key))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(60)))
    check(client.delete(SESSIONS))
    assert json.loads(client.get(SESSIONS).get_data())["sessions"] == []
