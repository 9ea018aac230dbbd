"""The API, which is WSGI, for Ray Serve, which speaks ASGI.

a2wsgi does the work. What it lacks is added here: it does not notice that a client has gone, and
its thread would wait for ever to tell it more; and a stream of events must end before a replica
can, which waits for what is in hand.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import TimeoutError as FutureTimeoutError
from time import monotonic
from typing import Any

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder

#: A stream of events ends after this long, and its client connects again, to any replica: so that
#: a replica that is to stop has none left before its time is over. Seconds.
STREAM_S = 15.0
#: How often a thread whose client takes nothing looks whether it is still there. Seconds.
_LOOK_EVERY_S = 1.0


class ClientGone(ConnectionError):
    """Nobody reads the answer any more."""


class ApiMiddleware(WSGIMiddleware):  # type: ignore[misc]  # Any, where a2wsgi is not installed
    """Serves a WSGI app to an ASGI server.

    Args:
        app: The app.
        workers: Requests and streams in hand at once; each has a thread.
        stream_s: The longest that a stream of events lasts, in seconds.
    """

    def __init__(self, app: Any, workers: int, stream_s: float = STREAM_S) -> None:
        super().__init__(app, workers)
        self._stream_s = stream_s

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        responder = _Responder(self.app, self.executor, self.send_queue_size, self._stream_s)
        await responder(scope, receive, send)


class _Responder(WSGIResponder):  # type: ignore[misc]  # as above
    def __init__(self, app: Any, executor: Any, queue_size: int, stream_s: float) -> None:
        super().__init__(app, executor, queue_size)
        self._gone = threading.Event()
        self._stream_s = stream_s
        self._ends_at = float("inf")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._gone.set()

    def start_response(self, status: str, headers: Any, exc_info: Any = None) -> Any:
        if any(value.startswith("text/event-stream") for _, value in headers):
            self._ends_at = monotonic() + self._stream_s
        return super().start_response(status, headers, exc_info)

    def wsgi(self, environ: dict[str, Any], start_response: Any) -> None:
        # The server has put a body together that came in chunks, and says where it ends.
        environ["wsgi.input_terminated"] = True
        answer = self.app(environ, start_response)
        try:
            for part in answer:
                self.send({"type": "http.response.body", "body": part, "more_body": True})
                if monotonic() >= self._ends_at:
                    break
            self.send({"type": "http.response.body", "body": b""})
        finally:
            getattr(answer, "close", lambda: None)()

    def send(self, message: Any) -> None:
        """Hand a part of the answer over, in the app's thread.

        Raises:
            ClientGone: Its client is; the app's generator is closed.
        """
        if self._gone.is_set():
            raise ClientGone
        sent = asyncio.run_coroutine_threadsafe(self.send_queue.put(message), self.loop)
        while True:
            try:
                sent.result(_LOOK_EVERY_S)
            except FutureTimeoutError:
                if self._gone.is_set():
                    sent.cancel()
                    raise ClientGone from None
            else:
                return
