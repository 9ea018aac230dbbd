"""The app answers to its own names only, pages and WebSockets alike, and says who may frame it."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from app.parts.request_guard import HEADERS, RequestGuard, is_own_name


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_APP_HOSTS", '["study.example"]')


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse("the page")(scope, receive, send)


def ask(host: str, kind: str = "http") -> list[Message]:
    """Return what the guarded app answers to a request under a name."""
    answers: list[Message] = []
    scope = {"type": kind, "method": "GET", "path": "/", "headers": [(b"host", host.encode())]}

    async def receive() -> Message:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request"}

    async def send(message: Message) -> None:
        answers.append(message)

    # Nothing in it waits, so it needs no event loop: another test's may be running here.
    asked = RequestGuard(_app, is_own_name)(scope, receive, send)
    with pytest.raises(StopIteration):
        asked.send(None)
    return answers


OWN = ["localhost:8501", "LOCALHOST", "127.0.0.1:8501", "[::1]:8501", "study.example"]
FOREIGN = ["evil.example", "127.evil.example:8501", "localhost.evil.example", "", "[::1", "a@b"]


@pytest.mark.parametrize("host", OWN)
def test_it_answers_to_its_own_names(host: str) -> None:
    head, body = ask(host)
    assert (head["status"], body["body"]) == (200, b"the page")
    headers = {name.decode(): value.decode() for name, value in head["headers"]}
    assert {name: headers[name.lower()] for name in HEADERS} == HEADERS
    assert ask(host, "websocket") == [{"type": "websocket.accept"}]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_name_gets_neither_page_nor_socket(host: str) -> None:
    head, body = ask(host)
    assert head["status"] == 403
    assert b"FER_APP_HOSTS" in body["body"]
    (refusal,) = ask(host, "websocket")
    assert (refusal["type"], refusal["code"]) == ("websocket.close", 1008)


def test_wrong_settings_leave_this_machine_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_APP_HOSTS", "no list")
    assert is_own_name("localhost")
    assert not is_own_name("study.example")
