"""GET /api/v1/sessions/{id}/events: what happens, as it happens, as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from time import monotonic

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.documentation import READ, SECURITY, answers
from fer_core.api.passing_on import headers_to_pass_on, path_and_query
from fer_core.api.peers import PASSED_ON, Patience
from fer_core.api.relay import Relay, StreamEnded
from fer_core.api.schemas.moments import format_moment
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.schemas.snapshots import ProbeOut, SnapshotOut, SuggestionOut
from fer_core.api.schemas.study import EventHeaders, StreamQuery
from fer_core.api.services import (
    StreamLimit,
    StreamPlace,
    services,
    session_of,
    session_to_see,
)
from fer_core.errors import Busy, SessionElsewhere, SessionNotFound, StorageError
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.snapshot import State

#: A snapshot each second while the session runs.
SNAPSHOT_EVERY_S = 1.0
#: A question that is due is asked at the next of these; they are minutes apart.
PROBE_EVERY_S = 5.0
#: A comment at least this often, so that proxies and clients see that the line is alive.
HEARTBEAT_EVERY_S = 10.0
#: A look at a session that does not run here shows one moment: the stream ends after this long,
#: and the client that connects again gets a new look.
RENEW_LOOK_EVERY_S = 10.0
#: Between two looks for the server that runs a session. Seconds.
LOOK_AGAIN_AFTER_S = 0.1
#: What a client waits before it connects again, in milliseconds.
RETRY_MS = 500
STILL_HERE = ": still here\n\n"

events = APIBlueprint(
    "events",
    __name__,
    url_prefix="/api/v1/sessions",
    abp_tags=[Tag(name="Results", description="What a session has shown so far")],
    abp_security=SECURITY,
)

_STREAM = {
    "description": (
        "text/event-stream. `snapshot`: a Snapshot, each second while the session runs. "
        "`break`: a Suggestion. `probe`: a Probe. `state`: {at, state}, when the session starts, "
        "pauses, goes on or ends. The last three have ids."
    ),
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@events.get(
    "/<session_id>/events",
    operation_id="followSession",
    responses=answers({200: _STREAM, 204: None}, *READ),
)
def follow_session(
    path: SessionPath,
    header: EventHeaders,
    query: StreamQuery,  # noqa: ARG001  (read by `security`)
) -> Response:
    """Follow a session live

    A comment comes at least every ten seconds. `Last-Event-ID` resumes: what came after it is
    sent first. A finished session that was followed to its end is answered with 204, on which
    an EventSource stops. A stream ends with the session token that opened it.
    """
    after = 0 if header.last_event_id is None else int(header.last_event_id)
    relay = None if PASSED_ON in request.headers else _relay(path.session_id)
    try:
        running: RunningSession | None = session_of(path)
    except SessionElsewhere as elsewhere:
        if relay is None or not elsewhere.address:
            raise
        running = None
    if running is not None and running.is_finished and not _news(running, after):
        return Response(status=204)
    limit, asking = services().streams, caller()
    place = limit.enter(asking)
    stream = _Stream(services().sessions, path.session_id, asking.owner, after, place, relay)
    pieces = LimitedStream(stream.pieces(running), limit, place)
    return Response(pieces, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _relay(session_id: str) -> Relay:
    patience = Patience(services().sessions.history.sharing, session_id)
    return Relay(path_and_query(), headers_to_pass_on(), patience)


class LimitedStream:
    """Gives its place back however it ends: used up, closed, or never begun."""

    def __init__(self, pieces: Iterator[str], limit: StreamLimit, place: StreamPlace) -> None:
        self._pieces = pieces
        self._limit = limit
        self._place = place

    def __iter__(self) -> Iterator[str]:
        return self._pieces

    def close(self) -> None:
        self._limit.leave(self._place)


class _Stream:
    """One stream of a session's events, wherever the session runs meanwhile.

    Args:
        sessions: Those that run here.
        session_id: The session.
        owner: Whose it is.
        after: The last event that the client knows.
        place: Its place; it may be asked to end.
        relay: Follows it at other servers; None: another server follows it here.
    """

    def __init__(
        self,
        sessions: SessionRegistry,
        session_id: str,
        owner: str,
        after: int,
        place: StreamPlace,
        relay: Relay | None,
    ) -> None:
        self._sessions = sessions
        self._sharing = sessions.history.sharing
        self._session_id = session_id
        self._owner = owner
        self._after = after
        self._place = place
        self._relay = relay if self._sharing.is_shared else None
        self._state: State | None = None

    def pieces(self, running: RunningSession | None) -> Iterator[str]:
        """Yield what is sent.

        Args:
            running: The session, where it runs here or nowhere; None: another server has it.
        """
        yield f"retry: {RETRY_MS}\n\n"
        while True:
            if running is not None:
                is_over = yield from self._here(running)
                if is_over:
                    return
            if self._relay is None:
                return
            running = yield from self._elsewhere(self._relay)
            if running is None:
                return

    def _here(self, running: RunningSession) -> Generator[str, None, bool]:
        """Follow the session in this process; return whether there is nothing more to follow."""
        sessions, clock = self._sessions, self._sessions.clock
        began_at = sent_at = monotonic()
        asked_at = float("-inf")
        while (
            running.runs_here
            or running.is_finished  # its end is told first, however it went
            or monotonic() - began_at < RENEW_LOOK_EVERY_S
        ):
            running = sessions.latest(running)
            if not running.runs_here and self._runs_elsewhere():
                return False
            running.pause_if_lost()
            if monotonic() - asked_at >= PROBE_EVERY_S:
                asked_at = monotonic()
                ask_if_running(running, clock())
            for event in self._safe_news(running):
                yield _event_of(running, event)
                self._after = event.sequence
            snapshot = running.session.snapshot(clock())
            if snapshot.state is State.ACTIVE or snapshot.state is not self._state:
                body = SnapshotOut.of(snapshot).model_dump_json(by_alias=True)
                yield sse_message("snapshot", body)
                sent_at = monotonic()
            elif monotonic() - sent_at >= HEARTBEAT_EVERY_S:
                yield STILL_HERE
                sent_at = monotonic()
            self._state = snapshot.state
            if snapshot.state is State.FINISHED or self._place.wait(SNAPSHOT_EVERY_S):
                return True
            # One that was finished and forgotten meanwhile still tells how it ended.
            if running.erased and not running.is_finished:
                return False
        return False

    def _safe_news(self, running: RunningSession) -> list[Event]:
        """Return what is new and has an id: it is told when it cannot be lost."""
        news = _news(running, self._after)
        if news and running.runs_here:
            self._sessions.history.save_one(running)
            if self._relay is not None and self._sharing.is_unsaved(running):
                return []
        return news

    def _runs_elsewhere(self) -> bool:
        if self._relay is None:
            return False
        try:
            self._sessions.refuse_elsewhere(self._session_id, self._owner)
        except SessionElsewhere:
            return True
        except StorageError:  # the look at it lasts for a while
            pass
        return False

    def _elsewhere(self, relay: Relay) -> Generator[str, None, RunningSession | None]:
        """Follow the session at other servers; return it where it is to be followed here.

        None: there is nothing more to follow.
        """
        sent_at, wait_s = monotonic(), 0.0
        while not self._place.wait(wait_s):
            wait_s = LOOK_AGAIN_AFTER_S
            try:
                return session_to_see(self._sessions, self._session_id, self._owner)
            except SessionElsewhere as where:
                if not where.address:
                    return None
                elsewhere = where
            except SessionNotFound:
                return None
            except (StorageError, Busy):  # for now
                if monotonic() - sent_at >= HEARTBEAT_EVERY_S:
                    yield STILL_HERE
                    sent_at = monotonic()
                continue
            try:
                for message, known in relay.follow(elsewhere, self._after, self._place):
                    yield message
                    self._after, sent_at = known, monotonic()
            except StreamEnded:
                return None
            except StorageError:  # then nobody can have taken it over either
                continue
        return None


def ask_if_running(running: RunningSession, now: float) -> None:
    """Let a question that is due be asked: it then is among the events."""
    if running.session.state is State.ACTIVE:
        running.next_probe(now)


_STATES = {
    EventKind.STARTED: State.ACTIVE,
    EventKind.PAUSED: State.PAUSED,
    EventKind.INTERRUPTED: State.PAUSED,
    EventKind.RESUMED: State.ACTIVE,
    EventKind.FINISHED: State.FINISHED,
}
#: What a stream tells of.
TOLD = {*_STATES, EventKind.BREAK_SUGGESTED, EventKind.PROBE_ASKED}


def _news(running: RunningSession, after: int) -> list[Event]:
    return [event for event in running.session.events(after) if event.kind in TOLD]


def _event_of(running: RunningSession, event: Event) -> str:
    if event.kind is EventKind.BREAK_SUGGESTED:
        suggestion = SuggestionOut.model_validate(dict(event.data))
        return sse_message("break", suggestion.model_dump_json(), event.sequence)
    if event.kind is EventKind.PROBE_ASKED:
        probe = running.session.probe(str(event.data["probe_id"]))
        body = "null" if probe is None else ProbeOut.of(probe).model_dump_json()
        return sse_message("probe", body, event.sequence)
    state = {"at": format_moment(event.at), "state": str(_STATES[event.kind])}
    return sse_message("state", json.dumps(state), event.sequence)


def sse_message(kind: str, data: str, sequence: int | None = None) -> str:
    """Return one server-sent event."""
    name = "" if sequence is None else f"id: {sequence}\n"
    return f"event: {kind}\n{name}data: {data}\n\n"
