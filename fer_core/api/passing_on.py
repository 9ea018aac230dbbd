"""Requests for a session that another process runs: passed on to it, answer and all.

Where several servers share a PostgreSQL, a proxy may send a request to any of them. A session runs
in one, which has its signals in memory; that one's address stands in the database. Where it is
dead, or stands still, the session is taken from it and the request is answered here: the client
waits for a moment, and hears of nothing. Every request of a session may come twice without doing
anything twice, so one whose answer was lost is simply asked again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from fer_core.api.peers import ANSWER_EXPECTED_S, CONNECT_TIMEOUT_S, PASSED_ON, Patience
from fer_core.api.problems import answer_error
from fer_core.api.services import services
from fer_core.errors import Busy, FerError, SessionElsewhere, StorageError

#: No client waits longer than this for servers that are at work, or on their way out. Seconds.
PATIENCE_S = 10.0
#: Between two looks at a server that is on its way out. Seconds.
_LOOK_EVERY_S = 0.1
#: What is between two neighbours only (RFC 9110, 7.6.1), and what each makes for itself.
_OF_ONE_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
    *("transfer-encoding", "upgrade", "host", "content-length", "date", "server"),
}

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Pass on what belongs elsewhere, at first or because it was too late here."""
    app.register_error_handler(SessionElsewhere, _pass_on)
    app.after_request(_keep_or_refuse)


def _pass_on(elsewhere: SessionElsewhere) -> Response:
    if not elsewhere.address or PASSED_ON in request.headers:
        return answer_error(elsewhere)
    session_id = str((request.view_args or {})["session_id"])
    patience = Patience(services().sessions.history.sharing, session_id)
    deadline = monotonic() + PATIENCE_S
    while True:
        try:
            answer = _answer_of(elsewhere, patience, deadline)
        except FerError as error:
            return answer_error(error)
        if answer is not None:
            services().whereabouts.keep(session_id, elsewhere)
            return answer
        services().whereabouts.forget(session_id)
        try:
            return current_app.make_response(current_app.dispatch_request())
        except SessionElsewhere as moved:
            elsewhere = moved
        except Exception as error:  # as it would have been answered had it come here at first
            return current_app.make_response(current_app.handle_user_exception(error))
        if not elsewhere.address:
            return answer_error(elsewhere)
        if monotonic() > deadline:
            return answer_error(Busy())
        time.sleep(_LOOK_EVERY_S)


def _answer_of(elsewhere: SessionElsewhere, patience: Patience, deadline: float) -> Response | None:
    """Return what the server answers that runs a session; None: it does no more.

    Raises:
        Busy: It lives, and does not answer.
        StorageError: It does not answer, and the history cannot be used.
    """
    parts = urlsplit(elsewhere.address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=CONNECT_TIMEOUT_S)
    try:
        with closing(connection):
            connection.connect()
            _send(connection)
            _wait_for_answer(connection, elsewhere.holder, patience, deadline)
            connection.sock.settimeout(PATIENCE_S)
            answer = connection.getresponse()
            body = answer.read()
    except (OSError, HTTPException) as error:
        _log.warning("a request could not be passed on: %s", type(error).__name__)
        patience.refused(elsewhere.holder)
        return None
    if answer.status == 409 and f'"{SessionElsewhere.code}"'.encode() in body:
        return None
    return Response(body, answer.status, to_repeat(answer.getheaders()))


def _send(connection: HTTPConnection) -> None:
    body = request.get_data() if request.method != "GET" else None
    connection.request(request.method, path_and_query(), body, headers_to_pass_on())


def _wait_for_answer(
    connection: HTTPConnection, holder: str, patience: Patience, deadline: float
) -> None:
    """Return when the answer begins, or the line breaks.

    Raises:
        TimeoutError: The server stands still.
        Busy: It gives signs of life, and no answer.
    """
    with DefaultSelector() as selector:
        selector.register(connection.sock, EVENT_READ)
        while not selector.select(ANSWER_EXPECTED_S):
            if patience.stands_still(holder):
                raise TimeoutError
            if monotonic() > deadline:
                raise Busy


def path_and_query() -> str:
    """Return where the request goes, as it came."""
    query = request.query_string.decode("latin-1")
    return request.path + (f"?{query}" if query else "")


def headers_to_pass_on() -> dict[str, str]:
    """Return the request's headers, with the mark that it is passed on."""
    return {**dict(to_repeat(request.headers.items())), PASSED_ON: "1"}


def to_repeat(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers that are not between two neighbours only."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_ONE_HOP]


def _keep_or_refuse(response: Response) -> Response:
    """Answer nothing that another process would not know of.

    A process that stood still finds out as it saves that another one has taken over: what it has
    in memory counts for nothing, and what the client has said is said there. In an outage of the
    shared history nothing that is said is taken: the client comes again. Frames go on.
    """
    running = g.get("changing")
    if running is None or response.status_code >= 400:
        return response
    if running.erased:
        try:
            services().sessions.get_to_change(running.session_id, running.owner, ask=True)
        except SessionElsewhere as elsewhere:
            return _pass_on(elsewhere)
        except FerError as error:
            return answer_error(error)
        return answer_error(Busy())  # nobody else runs it any more: said again, it counts here
    history = services().sessions.history
    if request.endpoint == "frames.send_frame" or not history.sharing.is_shared:
        return response
    if history.sharing.is_unsaved(running):
        return answer_error(StorageError(history.status.message))
    return response
