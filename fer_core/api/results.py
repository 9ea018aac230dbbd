"""What a session has shown: its timeline, its feedback, its export."""

from __future__ import annotations

import hashlib

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.documentation import READ, SECURITY, answers, ref
from fer_core.api.schemas.feedback import FeedbackOut
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.schemas.study import ExportQuery, TimelineOut, TimelineQuery
from fer_core.api.serializers import feedback_of, row_of
from fer_core.api.services import json_response, services, session_of
from fer_core.live.result import sum_up, whole_json
from fer_core.sessions.report import timeline_csv
from fer_core.sessions.timeline import rebucket

results = APIBlueprint(
    "results",
    __name__,
    url_prefix="/api/v1/sessions",
    abp_tags=[Tag(name="Results", description="What a session has shown so far")],
    abp_security=SECURITY,
)

_TIMELINE = {
    "description": "The session over time",
    "headers": {
        "ETag": {
            "description": "Send it as If-None-Match: unchanged is answered with 304",
            "schema": {"type": "string"},
        }
    },
    "content": {"application/json": {"schema": ref(TimelineOut)}},
}
_EXPORT = {
    "description": "The session as a file",
    "content": {
        "application/json": {"schema": {"type": "object"}},
        "text/csv": {"schema": {"type": "string"}},
    },
}


@results.get(
    "/<session_id>/timeline",
    operation_id="getTimeline",
    responses=answers({200: _TIMELINE, 304: None}, *READ),
)
def get_timeline(path: SessionPath, query: TimelineQuery) -> Response:
    """Show the session over time

    Seconds without a picture have no row; a number that is missing has its reason. To follow a
    session, send `next_since` of the last answer as `since`, or the ETag as If-None-Match.
    """
    running = session_of(path)
    rows = list(rebucket(running.session.rows(query.since), query.bucket_s))
    excluded = running.session.excluded
    timeline = TimelineOut(
        bucket_s=query.bucket_s,
        rows=[row_of(row, excluded) for row in rows],
        next_since=rows[-1].at if rows else query.since,
    )
    response = json_response(timeline)
    tag = hashlib.sha256(response.get_data()).hexdigest()[:16]
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    response.set_etag(tag)
    return response


@results.get(
    "/<session_id>/feedback",
    operation_id="getFeedback",
    responses=answers({200: FeedbackOut}, *READ),
)
def get_feedback(path: SessionPath) -> Response:
    """Show break advice and passages to reread, each with its evidence"""
    running = session_of(path)
    return json_response(feedback_of(running, services().clock()))


@results.get(
    "/<session_id>/export",
    operation_id="exportSession",
    responses=answers({200: _EXPORT}, *READ),
)
def export_session(path: SessionPath, query: ExportQuery) -> Response:
    """Take the session away: its timeline as CSV, or everything as JSON"""
    running = session_of(path)
    if query.format == "csv":
        body, media_type = timeline_csv(running.session.timeline()), "text/csv; charset=utf-8"
    else:
        at, sessions = services().clock(), services().sessions
        body = whole_json(running, sum_up(running, sessions.history, at), at)
        media_type = "application/json"
    return Response(
        body,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="session.{query.format}"'},
    )
