"""Moments that the learner marks in a session: add, list, take away; and a CSV of times."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.documentation import CHANGE, READ, SECURITY, answers
from fer_core.api.problems import UnsupportedMediaType
from fer_core.api.schemas.markers import MarkerOut, MarkerPath, MarkersIn, MarkersOut
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.services import (
    json_response,
    refuse_future,
    services,
    session_of,
    session_to_change,
)
from fer_core.sessions.marker_times import read_marker_times
from fer_core.sessions.markers import Marker

markers = APIBlueprint(
    "markers",
    __name__,
    url_prefix="/api/v1/sessions",
    abp_tags=[Tag(name="Markers", description="Moments of one's own, and ranges left out")],
    abp_security=SECURITY,
)

_CSV = {
    "requestBody": {
        "required": True,
        "description": "Lines of time, words, or of time, until, words; the first may name them. A "
        "time is seconds into the session, m:ss, h:mm:ss, or RFC 3339 with its offset.",
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "time,until,words\n0:30,,Question 3\n1:00,1:30,phone call\n",
            }
        },
    }
}


def _described(found: Iterable[Marker]) -> Response:
    return json_response(MarkersOut(markers=[MarkerOut.of(marker) for marker in found]))


@markers.get(
    "/<session_id>/markers",
    operation_id="listMarkers",
    responses=answers({200: MarkersOut}, *READ),
)
def list_markers(path: SessionPath) -> Response:
    """List the markers of a session, in the order of time"""
    return _described(session_of(path).session.markers.all())


@markers.post(
    "/<session_id>/markers",
    operation_id="addMarkers",
    responses=answers({200: MarkersOut}, *CHANGE, 413, 415, 422),
)
def add_markers(path: SessionPath, body: MarkersIn) -> Response:
    """Mark moments

    A marker is a point with words of the learner's own. An excluded range leaves the statistics:
    study time, means, shares, stretches, and how the text was read. Without `until` it goes on
    until `endExcluded`. What says the same twice is kept once, so a request may be repeated. Kept
    sessions take markers after their end too.
    """
    running = session_to_change(path)
    for index, marker in enumerate(body.root):
        for name, moment in (("at", marker.at), ("until", marker.until)):
            if moment is not None:
                refuse_future(moment, f"/{index}/{name}")
    return _described(
        services().sessions.annotations.change_markers(
            running,
            lambda held, latest: held.add([one.marker(latest) for one in body.root], latest),
        )
    )


@markers.post(
    "/<session_id>/markers/csv",
    operation_id="importMarkers",
    responses=answers({200: MarkersOut}, *CHANGE, 413, 415, 422),
    openapi_extensions=_CSV,
)
def import_markers(path: SessionPath) -> Response:
    """Mark the moments of a CSV of times

    A line with `until` is an excluded range. All lines are taken, or none; the problem names the
    line that cannot be read.
    """
    running = session_to_change(path)
    if request.mimetype not in {"text/csv", "text/plain"}:
        raise UnsupportedMediaType("Send the lines with Content-Type: text/csv.")
    found = read_marker_times(request.get_data(cache=False), running.session.info.started_at)
    return _described(
        services().sessions.annotations.change_markers(
            running, lambda held, latest: held.add(found, latest)
        )
    )


@markers.post(
    "/<session_id>/markers/end",
    operation_id="endExcluded",
    responses=answers({200: MarkersOut}, *CHANGE),
)
def end_excluded(path: SessionPath) -> Response:
    """End the excluded range that goes on; without one nothing changes"""
    running = session_to_change(path)
    ended = services().sessions.annotations.change_markers(
        running, lambda held, latest: held.end_excluded(latest)
    )
    return _described([] if ended is None else [ended])


@markers.delete(
    "/<session_id>/markers/<marker_id>",
    operation_id="deleteMarker",
    responses=answers({204: None}, *CHANGE),
)
def delete_marker(path: MarkerPath) -> Response:
    """Take a marker away; what an excluded range left out counts again"""
    running = session_to_change(path)
    services().sessions.annotations.change_markers(
        running, lambda held, _: held.remove(path.marker_id)
    )
    return Response(status=204)
