"""The API behind an ASGI server: whole bodies, streams as they come, clients that go."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

pytest.importorskip("a2wsgi", reason="needs requirements-scale.txt")

from fer_core.scale.asgi import ApiMiddleware

Answer = TypeVar("Answer")
App = Callable[[dict[str, Any], Any], Iterable[bytes]]
EVENTS = [("Content-Type", "text/event-stream; charset=utf-8")]


def scope() -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": [],
    }


async def ask(app: App, parts: list[bytes], **options: Any) -> list[dict[str, Any]]:
    """Return what an app answers to a body that comes in parts."""
    left = list(parts)
    heard: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    await ApiMiddleware(app, workers=1, **options)(scope(), receive, send)
    return heard


def completed(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Return what it gives, run in a thread of its own: Playwright's loop may run in this one."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def said(heard: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in heard)


def test_a_body_in_chunks_of_no_known_length_is_read_whole() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("201 Created", [("Content-Type", "text/plain")])
        assert environ["wsgi.input_terminated"] is True
        return [environ["wsgi.input"].read()]

    heard = completed(ask(app, [b"one ", b"two"]))
    assert heard[0]["status"] == 201
    assert said(heard) == b"one two"


def test_a_stream_of_events_ends_in_time_and_whole() -> None:
    def app(_environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", EVENTS)
        while True:
            yield b"event: snapshot\n\n"

    heard = completed(ask(app, [b""], stream_s=0.0))
    assert said(heard) == b"event: snapshot\n\n"
    assert not heard[-1].get("more_body")


def test_the_thread_of_a_client_that_has_gone_is_free_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fer_core.scale.asgi._LOOK_EVERY_S", 0.01)
    closed = threading.Event()

    def app(_environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            while True:
                yield b"more"
        finally:
            closed.set()

    async def leave() -> bool:
        begun = asyncio.Event()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_message: dict[str, Any]) -> None:
            begun.set()
            await asyncio.Event().wait()  # the client takes nothing any more

        task = asyncio.create_task(ApiMiddleware(app, workers=1)(scope(), receive, send))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await asyncio.to_thread(closed.wait, 10.0)

    assert completed(leave())
