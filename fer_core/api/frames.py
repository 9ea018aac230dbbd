"""POST /api/v1/sessions/{id}/frames: one frame in, its faces and the indicators out."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.analyse_image import LookedAt, analyse_frame
from fer_core.api.callers import caller
from fer_core.api.documentation import CHANGE, SECURITY, answers
from fer_core.api.problems import UnsupportedMediaType
from fer_core.api.schemas.analyses import FaceOut, ImageSize, TimingOut
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.schemas.snapshots import SnapshotOut
from fer_core.api.schemas.study import FrameHeaders, FrameOut
from fer_core.api.services import refuse_future, services, session_to_change
from fer_core.errors import SessionFinished
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import State
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower

frames = APIBlueprint(
    "frames",
    __name__,
    url_prefix="/api/v1/sessions",
    abp_tags=[Tag(name="Study", description="What goes into a running session and comes out")],
    abp_security=SECURITY,
)

_IMAGE = {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}


@frames.post(
    "/<session_id>/frames",
    operation_id="sendFrame",
    responses=answers({200: FrameOut}, *CHANGE, 413, 415, 422),
    openapi_extensions={
        "requestBody": {
            "required": True,
            "description": "One picture of the camera, as JPEG or another format.",
            "content": {"image/jpeg": _IMAGE, "image/png": _IMAGE, "image/webp": _IMAGE},
        }
    },
)
def send_frame(path: SessionPath, header: FrameHeaders) -> Response:
    """Send one frame of the camera

    Keep one frame in flight and skip the rest. A frame that is not newer than the last one is
    answered and left out of the timeline. On 503 wait for Retry-After and send a fresh frame.
    """
    running = session_to_change(path)
    if running.is_finished:
        raise SessionFinished
    services().quotas.frame(caller())
    frame_id, captured_at = header.x_frame_id, _captured_at(header)
    answers = services().frames.of(running)
    if (known := answers.find(frame_id)) is not None:
        return _json(known)
    detections, decoded_ms, _ = _analyse(answers.follower, captured_at)
    with answers.lock:
        if (known := answers.find(frame_id)) is not None:
            return _json(known)
        detections = answers.number(detections, captured_at)
        body = _take(running, detections, decoded_ms, captured_at, frame_id)
        answers.keep(frame_id, body)
    return _json(body)


def _captured_at(header: FrameHeaders) -> float:
    if header.x_captured_at is None:
        return services().clock()
    refuse_future(header.x_captured_at, "/X-Captured-At")
    return header.x_captured_at


def _analyse(follower: FaceFollower, captured_at: float) -> LookedAt:
    if not request.mimetype.startswith("image/"):
        raise UnsupportedMediaType("Send one picture, with Content-Type: image/jpeg.")
    return analyse_frame(request.get_data(cache=False), captured_at, follower)


def _take(
    running: RunningSession,
    detections: Detections,
    decoded_ms: float,
    captured_at: float,
    frame_id: str | None,
) -> bytes:
    paused = running.session.state is State.PAUSED
    used = running.observe(detections, captured_at)
    answer = FrameOut(
        frame_id=frame_id,
        captured_at=captured_at,
        used=used,
        unused_because=None if used else "paused" if paused else "late",
        image=ImageSize(width=detections.width, height=detections.height),
        faces=[
            FaceOut.of(face, face.track_id or number)
            for number, face in enumerate(detections.faces, start=1)
        ],
        reason=None if detections.faces else "camera_off" if detections.blank else "no_face",
        timing_ms=TimingOut(
            decode=round(decoded_ms, 1), inference=round(detections.timing.total_ms, 1)
        ),
        snapshot=SnapshotOut.of(running.session.snapshot(services().clock())),
    )
    return answer.model_dump_json(by_alias=True).encode()


def _json(body: bytes) -> Response:
    return Response(body, content_type="application/json")
