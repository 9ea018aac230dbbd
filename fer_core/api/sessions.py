"""Sessions as resources: start, list, look at, pause, resume, finish, erase."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import Any

from flask import Response, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import caller
from fer_core.api.documentation import CHANGE, READ, SECURITY, answers, ref
from fer_core.api.pagination import decode_cursor, encode_cursor, list_page, position_of
from fer_core.api.problems import Malformed
from fer_core.api.schemas.feedback import FinishedOut
from fer_core.api.schemas.problems import FieldProblem
from fer_core.api.schemas.sessions import (
    CreationHeaders,
    SessionOut,
    SessionPage,
    SessionPath,
    SessionRequest,
    SessionsQuery,
)
from fer_core.api.schemas.snapshots import SnapshotOut
from fer_core.api.schemas.study import BreakAnswer
from fer_core.api.serializers import details_of, finished_of
from fer_core.api.services import (
    json_response,
    may_be_elsewhere,
    services,
    session_of,
    session_to_change,
)
from fer_core.errors import HistoryNotShrunk
from fer_core.live.running_session import RunningSession

#: The learner's clock may be this far ahead of ours: unlike frames, consent needs no exact time.
CONSENT_TOLERANCE_S = 300.0

sessions = APIBlueprint(
    "sessions",
    __name__,
    url_prefix="/api/v1/sessions",
    abp_tags=[Tag(name="Sessions", description="A learner's study session, start to end")],
    abp_security=SECURITY,
)

_BY_ID = {"session_id": "$response.body#/session_id"}
_FOLLOW_UPS = (
    "getSession",
    "getProbe",
    "getTimeline",
    "getFeedback",
    "pauseSession",
    "resumeSession",
    "finishSession",
    "exportSession",
    "deleteSession",
)
_CREATED: dict[str, Any] = {
    "description": "The session; its address is in Location",
    "headers": {
        "Location": {
            "description": "Address of the session",
            "required": True,
            "schema": {"type": "string"},
        }
    },
    "content": {"application/json": {"schema": ref(SessionOut)}},
    "links": {
        name[0].upper() + name[1:]: {"operationId": name, "parameters": _BY_ID}
        for name in _FOLLOW_UPS
    },
}


@sessions.post(
    "", operation_id="createSession", responses=answers({201: _CREATED}, 409, 413, 415, 422, 503)
)
def create_session(header: CreationHeaders, body: SessionRequest) -> Response:
    """Start a session

    The learner's consent comes first: its version and time are part of the request. With an
    `Idempotency-Key` a repeated request gives the same session.
    """
    latest = services().clock() + CONSENT_TOLERANCE_S
    if body.consent is not None and body.consent.accepted_at > latest:
        raise Malformed(
            errors=(
                FieldProblem(
                    pointer="/consent/accepted_at",
                    detail="lies in the future: nobody has agreed to anything yet",
                ),
            )
        )
    # A text to cut may take its worker for seconds, and whoever waits for one has a thread.
    cuts = body.text is not None and body.text.content is not None
    with services().text_limit if cuts else nullcontext():
        running = _created(body, header.idempotency_key)
    response = json_response(details_of(running, services().sessions), 201)
    response.headers["Location"] = url_for("sessions.get_session", session_id=running.session_id)
    return response


def _created(body: SessionRequest, idempotency_key: str | None) -> RunningSession:
    asking = caller()
    stored = body.retention != "memory"
    return services().creations.create(
        body,
        asking.owner,
        idempotency_key,
        place=lambda: services().quotas.session(asking, stored=stored),
    )


@sessions.get("", operation_id="listSessions", responses=answers({200: SessionPage}, 503))
def list_sessions(query: SessionsQuery) -> Response:
    """List sessions, newest first, page by page"""
    after = None if query.cursor is None else decode_cursor(query.cursor)
    found = list_page(services().sessions, caller().owner, after, query.limit + 1)
    page, more = found[: query.limit], len(found) > query.limit
    return json_response(
        SessionPage(
            sessions=page,
            next_cursor=encode_cursor(*position_of(page[-1])) if more else None,
        )
    )


@sessions.delete("", operation_id="deleteSessions", responses=answers({204: None}, 503))
def delete_sessions() -> Response:
    """Erase every session and card of one owner, and what they taught about the learner

    Without a key that is the learner of this machine: the app's sessions are in the same history,
    and are erased too.
    """
    owner = caller().owner
    with suppress(HistoryNotShrunk):  # all is erased, which is what was asked for
        services().sessions.erase_all(owner)
    services().creations.clear(owner)
    return Response(status=204)


@sessions.get(
    "/<session_id>", operation_id="getSession", responses=answers({200: SessionOut}, *READ)
)
def get_session(path: SessionPath) -> Response:
    """Show a session"""
    return json_response(details_of(session_of(path), services().sessions))


@sessions.delete(
    "/<session_id>", operation_id="deleteSession", responses=answers({204: None}, *READ)
)
def delete_session(path: SessionPath) -> Response:
    """Erase a session"""
    sessions, owner = services().sessions, caller().owner
    if may_be_elsewhere(path.session_id):
        sessions.refuse_elsewhere(path.session_id, owner)
    sessions.erase(path.session_id, owner)
    return Response(status=204)


@sessions.post(
    "/<session_id>/pause",
    operation_id="pauseSession",
    responses=answers({200: SnapshotOut}, *CHANGE),
)
def pause_session(path: SessionPath) -> Response:
    """Stop the clock and the signals; pausing twice changes nothing"""
    session, now = session_to_change(path).session, services().clock()
    session.pause(now)
    return json_response(SnapshotOut.of(session.snapshot(now)))


@sessions.post(
    "/<session_id>/resume",
    operation_id="resumeSession",
    responses=answers({200: SnapshotOut}, *CHANGE),
)
def resume_session(path: SessionPath) -> Response:
    """Go on; a pause of two minutes or more counts as a rest"""
    session, now = session_to_change(path).session, services().clock()
    session.resume(now)
    return json_response(SnapshotOut.of(session.snapshot(now)))


@sessions.post(
    "/<session_id>/finish",
    operation_id="finishSession",
    responses=answers({200: FinishedOut}, *CHANGE),
)
def finish_session(path: SessionPath) -> Response:
    """End a session and sum it up

    Finishing twice gives the same answer, after a restart too. Without retention keep this is the
    last that is known of the session: it is erased at once, and this answer after an hour.
    """
    history = services().sessions.history

    def describe(running: RunningSession) -> str:
        return finished_of(running, history).model_dump_json(by_alias=True)

    ask = may_be_elsewhere(path.session_id)
    body = services().sessions.endings.sum_up(path.session_id, describe, caller().owner, ask=ask)
    return Response(body, content_type="application/json")


@sessions.post(
    "/<session_id>/break",
    operation_id="answerBreak",
    responses=answers({200: SnapshotOut}, *CHANGE, 413, 415),
)
def answer_break(path: SessionPath, body: BreakAnswer) -> Response:
    """Take, snooze or dismiss the break that is suggested

    One can be taken without a suggestion too; to snooze or dismiss nothing changes nothing. The
    session goes on with `resume`.
    """
    session, now = session_to_change(path).session, services().clock()
    if body.answer == "take":
        session.take_break(now)
    elif body.answer == "snooze":
        session.snooze_break(now)
    else:
        session.dismiss_break(now)
    return json_response(SnapshotOut.of(session.snapshot(now)))
