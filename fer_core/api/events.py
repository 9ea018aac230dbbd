"""GET /api/v1/sessions/{id}/events: what happens, as it happens, as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import monotonic

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.documentation import READ, SECURITY, answers
from fer_core.api.schemas.moments import format_moment
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.schemas.snapshots import ProbeOut, SnapshotOut, SuggestionOut
from fer_core.api.schemas.study import EventHeaders, StreamQuery
from fer_core.api.services import StreamLimit, StreamPlace, services, session_of
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
#: What a client waits before it connects again, in milliseconds.
RETRY_MS = 2000

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
    running = session_of(path)
    after = 0 if header.last_event_id is None else int(header.last_event_id)
    if running.session.state is State.FINISHED and not _news(running, after):
        return Response(status=204)
    limit, sessions = services().streams, services().sessions
    place = limit.enter(caller())
    stream = LimitedStream(_follow(running, after, sessions, place), limit, place)
    return Response(stream, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


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


def _follow(
    running: RunningSession, after: int, sessions: SessionRegistry, place: StreamPlace
) -> Iterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    clock = sessions.clock
    began_at = sent_at = monotonic()
    asked_at, state = float("-inf"), None
    while (
        running.runs_here
        or running.is_finished  # its end is told first, however it went
        or monotonic() - began_at < RENEW_LOOK_EVERY_S
    ):
        running = sessions.latest(running)
        running.pause_if_lost()
        if monotonic() - asked_at >= PROBE_EVERY_S:
            asked_at = monotonic()
            ask_if_running(running, clock())
        news = _news(running, after)
        if news and running.runs_here:
            sessions.history.save_one(running)  # what has an id is told when it cannot be lost
        for event in news:
            yield _event_of(running, event)
            after = event.sequence
        snapshot = running.session.snapshot(clock())
        if snapshot.state is State.ACTIVE or snapshot.state is not state:
            yield sse_message("snapshot", SnapshotOut.of(snapshot).model_dump_json(by_alias=True))
            sent_at = monotonic()
        elif monotonic() - sent_at >= HEARTBEAT_EVERY_S:
            yield ": still here\n\n"
            sent_at = monotonic()
        state = snapshot.state
        if state is State.FINISHED or place.wait(SNAPSHOT_EVERY_S):
            return
        # One that was finished and forgotten meanwhile still tells how it ended.
        if running.erased and not running.is_finished:
            return


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
_TOLD = {*_STATES, EventKind.BREAK_SUGGESTED, EventKind.PROBE_ASKED}


def _news(running: RunningSession, after: int) -> list[Event]:
    return [event for event in running.session.events(after) if event.kind in _TOLD]


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
