"""The production server: waitress, with its refusals as problems and a stop that loses nothing.

Waitress reads requests in one loop and hands them to threads when they are complete, so slow
clients hold no thread, and it runs wherever Python runs. All that is private to it is in here.
"""

from __future__ import annotations

import logging
import os
import secrets
import select
import signal
import threading
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from fer_core.api.observability import log_access
from fer_core.api.problems import MEDIA_TYPE, RETRY_AFTER_S
from fer_core.api.schemas.problems import Problem
from fer_core.config import Settings
from fer_core.errors import Busy

MAX_HEADER_BYTES = 32_768
#: Idle connections are closed after this long, and so are bodies that stopped coming.
IDLE_TIMEOUT_S = 60
#: A request that has not arrived whole by then is dropped: clients that drip hold a connection.
ARRIVAL_TIMEOUT_S = 120.0
#: The same for its headers, which fit into a few packets.
HEADER_TIMEOUT_S = 15.0
#: How long a stop waits for requests in flight.
STOP_TIMEOUT_S = 12.0
#: A stop is over by then, whatever hangs: 12 s for requests, 5 s for the last save, 5 s for the
#: model. Who stops the server must wait longer: deploy/ says 30 s.
GRACE_S = 25.0
#: Open connections beyond the threads. When all are taken, the one that has waited longest for its
#: client makes room: half-open ones cannot shut the others out. A process may open 1024 files.
EXTRA_CONNECTIONS = 480
#: A connection that is younger is expected to send. Seconds.
FRESH_S = 5.0
#: While requests are in hand, one of which will soon be answered, so young a connection is left
#: alone: it may be that its first byte is being read. Seconds.
UNREAD_S = 1.0
#: Large bodies held at once, arriving or in hand, in multiples of the largest request: anyone who
#: reaches the port can send them, with or without a key. The next one hears Busy.
BODIES_AT_ONCE = 4
#: Bodies up to this size are always taken: camera frames get through while the large ones wait.
SMALL_BODY_BYTES = 1_000_000
_RECEIVE_BYTES = 65_536
_POLL_S = 0.25
_HAS_POLL = hasattr(select, "poll")  # Windows has none

_log = logging.getLogger(__name__)

_CODE_OF_STATUS = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("request_too_large", "This request is too large."),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: ("malformed", "The headers are too large."),
    HTTPStatus.NOT_IMPLEMENTED: ("malformed", "This transfer coding is not taken."),
    HTTPStatus.SERVICE_UNAVAILABLE: (Busy.code, Busy.default_message),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("internal_error", "Something went wrong."),
}


class _Full(Error):  # type: ignore[misc]  # waitress is untyped
    code = HTTPStatus.SERVICE_UNAVAILABLE.value


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress is untyped
    """Stops reading a request that is refused already."""

    @property
    def large_bytes(self) -> int:
        """How long its body is, or is said to become; 0 for a small one."""
        size = max(self.content_length, self.body_bytes_received)
        return int(size) if size > SMALL_BODY_BYTES else 0

    def received(self, data: bytes) -> int:
        consumed = super().received(data)
        if self.error is not None:
            # Otherwise "Expect: 100-continue" would invite the very body that is refused.
            self.expect_continue = False
        return int(consumed)


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress is untyped
    """Answers what never reaches the app, and logs it: broken or too large requests."""

    def execute(self) -> None:
        request_id = secrets.token_hex(8)
        status = HTTPStatus(self.request.error.code)
        code, detail = _CODE_OF_STATUS.get(status, ("malformed", "This is not valid HTTP."))
        if status == HTTPStatus.NOT_IMPLEMENTED:
            status = HTTPStatus.BAD_REQUEST
        body = (
            Problem(
                type=f"urn:fer:problem:{code}",
                title=status.phrase,
                status=status.value,
                detail=detail,
                instance=f"urn:fer:request:{request_id}",
                code=code,
                errors=[],
            )
            .model_dump_json()
            .encode()
        )
        self.status = f"{status.value} {status.phrase}"
        self.response_headers += [
            ("Content-Type", MEDIA_TYPE),
            ("X-Request-Id", request_id),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.response_headers.append(("Retry-After", str(RETRY_AFTER_S)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
        log_access(
            request_id=request_id,
            method=None,
            route="refused",
            status=status.value,
            code=code,
            ms=None,
            bytes_in=self.request.body_bytes_received,
            bytes_out=len(body),
            key=None,
            address=self.channel.addr[0],
        )


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress is untyped
    """Remembers since when its request has been arriving; refuses large ones over the limit."""

    parser_class = _Parser
    error_task_class = _Refusal
    arriving_since: float | None = None
    request: _Parser | None = None
    requests: list[_Parser]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.opened_at = monotonic()
        super().__init__(*arguments, **options)

    def received(self, data: bytes) -> bool:
        taken = bool(super().received(data))
        if self.request is None:
            self.arriving_since, self.opened_at = None, monotonic()
        elif self.request.large_bytes and self.server.is_full():
            self._refuse()
        elif self.arriving_since is None:
            self.arriving_since = monotonic()
        return taken

    @property
    def waits_for_client(self) -> bool:
        """Whether nothing of it is in hand: it is idle, or its request has not arrived yet."""
        return not self.requests and not self.total_outbufs_len

    @property
    def patience(self) -> tuple[bool, bool, float]:
        """What tells who makes room first: idle and half-open ones before bodies, oldest first.

        A line that has just been opened comes last: its request is on its way.
        """
        since = self.arriving_since or self.opened_at
        if since > monotonic() - FRESH_S:
            return True, False, since
        return False, self.request is not None and self.request.headers_finished, since

    def _refuse(self) -> None:
        """Let the request that is arriving be answered with 503 now."""
        with self.requests_lock:
            request, self.request, self.arriving_since = self.request, None, None
            if request is None:
                return
            request.error = _Full("too many large bodies")
            request.completed = True
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)

    @property
    def large_bytes(self) -> int:
        """How much the large bodies take that came over this connection."""
        requests = [*self.requests, self.request]
        return sum(request.large_bytes for request in requests if request is not None)


class ApiServer(TcpWSGIServer):  # type: ignore[misc]  # waitress is untyped
    """Serves one app until it is told to stop."""

    channel_class = _Channel

    def __init__(self, app: Any, settings: Settings, host: str, port: int) -> None:
        adjustments = Adjustments(
            host=host,
            port=port,
            threads=settings.api_threads,
            ident=None,
            recv_bytes=_RECEIVE_BYTES,
            # Bodies and answers stay in memory: nothing of a picture may reach a disk.
            inbuf_overflow=settings.max_request_bytes + 1,
            outbuf_overflow=settings.max_request_bytes + 1,
            max_request_body_size=settings.max_request_bytes + 1,
            max_request_header_size=MAX_HEADER_BYTES,
            connection_limit=settings.api_threads + EXTRA_CONNECTIONS,
            channel_timeout=IDLE_TIMEOUT_S,
            cleanup_interval=10,
            log_socket_errors=False,
            asyncore_use_poll=_HAS_POLL,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(settings.api_threads)
        self.sockets: dict[int, Any] = {}
        super().__init__(
            app,
            self.sockets,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=adjustments.listen[0],
        )
        self._stop = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on, also when any free one was asked for."""
        return int(self.effective_port)

    def stop(self) -> None:
        """Ask for the end; requests in flight are finished first. Safe in a signal handler."""
        self._stop.set()

    def run_until_stopped(self, before_drain: Callable[[], None] = lambda: None) -> None:
        """Serve; return when `stop` was called and the requests in flight are answered.

        Args:
            before_drain: Called when the stop begins: ends what would go on for ever.
        """
        while not self._stop.is_set():
            self._make_room()
            wasyncore.loop(timeout=_POLL_S, map=self.sockets, use_poll=_HAS_POLL, count=1)
        before_drain()
        self.accepting = False
        self.socket.close()
        self.del_channel(self.sockets)
        deadline = monotonic() + STOP_TIMEOUT_S
        while self._in_flight() and monotonic() < deadline:
            wasyncore.loop(timeout=_POLL_S, map=self.sockets, use_poll=_HAS_POLL, count=1)
        if left := self._in_flight():
            _log.warning("stopped with %d requests unfinished", left)
        self.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self.sockets)

    def maintenance(self, now: float) -> None:
        """Close idle connections, and those whose request arrives too slowly."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            since = channel.arriving_since
            has_headers = channel.request is not None and channel.request.headers_finished
            longest = ARRIVAL_TIMEOUT_S if has_headers else HEADER_TIMEOUT_S
            if since is not None and since < monotonic() - longest:
                channel.will_close = True

    def _make_room(self) -> None:
        """Where all places are taken, close the connection that has waited longest for its client.

        Not while sockets are polled: the next connection would get the closed one's number, and
        with it the event that tells of the closing.
        """
        if len(self.sockets) < self.adj.connection_limit:
            return
        channels = list(self.active_channels.values())
        waiting = [one for one in channels if one.waits_for_client]
        if len(waiting) < len(channels):
            youngest = monotonic() - UNREAD_S
            waiting = [one for one in waiting if one.opened_at < youngest]
        if waiting:
            min(waiting, key=lambda one: one.patience).handle_close()

    def is_full(self) -> bool:
        """Tell whether the large bodies are more than may be held."""
        held = sum(channel.large_bytes for channel in list(self.active_channels.values()))
        return bool(held > BODIES_AT_ONCE * self.adj.max_request_body_size)

    def _in_flight(self) -> int:
        return sum(
            bool(channel.requests or channel.total_outbufs_len)
            for channel in list(self.active_channels.values())
        )


def stop_on_signals(server: ApiServer) -> None:
    """End the server on SIGTERM and SIGINT, within `GRACE_S` for certain."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        server.stop()
        last = threading.Timer(GRACE_S, _end_now)
        last.daemon = True
        last.start()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def _end_now() -> None:
    _log.error("something did not end in %.0f s; the process ends without it", GRACE_S)
    os._exit(1)
