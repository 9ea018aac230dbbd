"""Requests for a session that another process runs: passed on to it, answer and all.

Where several servers share a PostgreSQL, a proxy may send a request to any of them. A session runs
in one, which has its signals in memory; that one's address stands in the database. Where it does
not answer, its lease ends within ten seconds, and the next server that is asked takes over. Until
then the client hears 503 and comes again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from fer_core.api.callers import caller
from fer_core.api.events import LimitedStream
from fer_core.api.problems import answer_error
from fer_core.api.services import PASSED_ON, StreamPlace, services
from fer_core.errors import Busy, FerError, SessionElsewhere

#: A process that does not answer within this stands still, or is on its way out. Seconds.
ANSWER_TIMEOUT_S = 5.0
#: A stream says something at least every ten seconds.
STREAM_TIMEOUT_S = 15.0
#: What is between two neighbours only (RFC 9110, 7.6.1), and what each makes for itself.
_OF_ONE_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
    *("transfer-encoding", "upgrade", "host", "content-length", "date", "server"),
}

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Pass on what belongs elsewhere, at first or because it was too late here."""
    app.register_error_handler(SessionElsewhere, _pass_on)
    app.after_request(_again_if_lost)


def _pass_on(elsewhere: SessionElsewhere) -> Response:
    if not elsewhere.address or PASSED_ON in request.headers:
        return answer_error(elsewhere)
    try:
        if request.endpoint == "events.follow_session":
            return _stream(elsewhere.address)
        with closing(_connection(elsewhere.address, ANSWER_TIMEOUT_S)) as connection:
            answer = _ask(connection)
            return Response(answer.read(), answer.status, _to_repeat(answer.getheaders()))
    except FerError as error:
        return answer_error(error)
    except (OSError, HTTPException) as error:  # the process stands still, or is gone since
        _log.warning("a request could not be passed on: %s", type(error).__name__)
        return answer_error(Busy())


def _connection(address: str, timeout_s: float) -> HTTPConnection:
    parts = urlsplit(address)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)


def _ask(connection: HTTPConnection) -> HTTPResponse:
    headers = dict(_to_repeat(request.headers.items()))
    headers[PASSED_ON] = "1"
    query = request.query_string.decode("latin-1")
    path = request.path + (f"?{query}" if query else "")
    body = request.get_data() if request.method != "GET" else None
    connection.request(request.method, path, body, headers)
    return connection.getresponse()


def _to_repeat(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in _OF_ONE_HOP]


def _stream(address: str) -> Response:
    """Follow a session's events where it runs; they end with that process or with the session."""
    limit = services().streams
    place = limit.enter(caller())
    connection = _connection(address, STREAM_TIMEOUT_S)
    try:
        answer = _ask(connection)
    except BaseException:
        limit.leave(place)
        connection.close()
        raise
    headers = _to_repeat(answer.getheaders())
    if answer.status != 200:
        limit.leave(place)
        with closing(connection):
            return Response(answer.read(), answer.status, headers)
    stream = LimitedStream(_lines(connection, answer, place), limit, place)
    return Response(stream, headers=headers)


def _lines(connection: HTTPConnection, answer: HTTPResponse, place: StreamPlace) -> Iterator[str]:
    with closing(connection):
        try:
            # A message ends with an empty line: whole ones only, since the client goes on after it.
            message: list[str] = []
            for line in answer:
                message.append(line.decode())
                if line.strip():
                    continue
                yield "".join(message)
                message = []
                if place.wait(0):
                    return
        except (OSError, HTTPException):
            return  # the client connects again, and is told what came since


def _again_if_lost(response: Response) -> Response:
    """Answer anew where the session was lost to another process while this one changed it.

    A process that stood still finds out as it saves that another one has taken over: what it has
    in memory counts for nothing, and what the client has said is said there.
    """
    running = g.get("changing")
    if running is None or not running.erased or response.status_code >= 400:
        return response
    try:
        services().sessions.get_to_change(running.session_id, running.owner)
    except SessionElsewhere as elsewhere:
        return _pass_on(elsewhere)
    except FerError as error:
        return answer_error(error)
    return answer_error(Busy())  # nobody else runs it any more: said again, it counts here
