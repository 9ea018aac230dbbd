"""What was found in a video, as tables and documents: per frame and per second."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np

from fer_core.emotions import EMOTIONS, LABELS, UNSURE_LABEL
from fer_core.sessions.report import NOTE
from fer_core.sessions.timeline_bucket import Five
from fer_core.video.analysis import VideoAnalysis
from fer_core.vision.faces import Box, Face
from fer_core.vision.model_info import ModelInfo

Per = Literal["frame", "second"]

FORMAT, FORMAT_VERSION = "fer-video", 1
_FACE = ("face", "expression", "probability", *(label.lower() for label in LABELS))
_BOX = ("x", "y", "width", "height")
FRAME_COLUMNS = ("time_s", *_FACE, "confidence", *_BOX, "reason")
SECOND_COLUMNS = ("second", "frames", "seen", *_FACE, "confidence", *_BOX, "reason")


@dataclass(frozen=True, slots=True)
class SecondOfFace:
    """One face in one second of a video.

    Attributes:
        second: 0, 1, 2, ... from the video's start.
        frames: Frames analysed in it.
        seen: Share of them with this face, 0..1.
        face: Its means over these; None in a second without any face.
    """

    second: int
    frames: int
    seen: float
    face: Face | None


def seconds_of(analysis: VideoAnalysis) -> Iterator[SecondOfFace]:
    """Yield each second's faces by their numbers; a second without one has a line too.

    Seconds in which no frame was analysed have none.
    """
    for second, group in groupby(analysis.frames.all(), key=lambda item: int(item[0])):
        frames = [faces for _, faces in group]
        by_number: dict[int, list[Face]] = {}
        for faces in frames:
            for face in faces:
                by_number.setdefault(face.track_id or 0, []).append(face)
        if not by_number:
            yield SecondOfFace(second, len(frames), 0.0, None)
        for _, seen in sorted(by_number.items()):
            yield SecondOfFace(second, len(frames), len(seen) / len(frames), _mean(seen))


def _mean(faces: Sequence[Face]) -> Face:
    boxes = np.mean([face.box for face in faces], axis=0)
    return Face(
        Box(*(float(value) for value in boxes)),
        float(np.mean([face.confidence for face in faces])),
        np.mean([face.probabilities for face in faces], axis=0),
        faces[0].track_id,
        faces[0].unsure_below,
    )


def to_csv(analysis: VideoAnalysis, per: Per) -> str:
    """Return one row for each face in each frame or second, and one with a reason without a face.

    Times are seconds from the video's start, boxes pixels of the analysed frame.
    """
    text = io.StringIO()
    columns = FRAME_COLUMNS if per == "frame" else SECOND_COLUMNS
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    if per == "frame":
        for at, faces in analysis.frames.all():
            rows = [_face_cells(face) for face in faces] or [{"reason": "no_face"}]
            writer.writerows({"time_s": f"{at:.3f}", **row} for row in rows)
        return text.getvalue()
    for item in seconds_of(analysis):
        cells = {"reason": "no_face"} if item.face is None else _face_cells(item.face)
        seen = f"{item.seen:.3f}"
        writer.writerow({"second": item.second, "frames": item.frames, "seen": seen, **cells})
    return text.getvalue()


def _face_cells(face: Face) -> dict[str, Any]:
    cells: dict[str, Any] = {
        "face": face.track_id,
        "expression": UNSURE_LABEL if face.emotion is None else face.emotion.label,
        "probability": f"{face.probability:.4f}",
        "confidence": f"{face.confidence:.4f}",
    }
    cells |= {
        emotion.label.lower(): f"{value:.4f}"
        for emotion, value in zip(EMOTIONS, face.probabilities, strict=True)
    }
    return cells | {name: f"{value:.1f}" for name, value in zip(_BOX, face.box, strict=True)}


def to_json(analysis: VideoAnalysis, per: Per, model: ModelInfo) -> str:
    """Return everything as one JSON document; see `document`."""
    return json.dumps(document(analysis, per, model), ensure_ascii=False, allow_nan=False) + "\n"


def document(analysis: VideoAnalysis, per: Per, model: ModelInfo) -> dict[str, Any]:
    """Return what was found as JSON values: the video, then its frames or seconds, then a timeline.

    The timeline is there for one person: its rows are those of a live session.
    """
    whole: dict[str, Any] = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "note": NOTE,
        "model": {"name": model.name, "version": model.version},
        "video": {
            "name": analysis.name,
            "duration_s": round(analysis.duration_s, 3),
            "fps": None if analysis.info.fps is None else round(analysis.info.fps, 3),
            "codec": analysis.info.codec,
            "width": analysis.width,
            "height": analysis.height,
        },
        "rate": analysis.rate,
        "people": analysis.people,
        "faces": analysis.faces,
        "ended": analysis.ended,
        "ended_note": analysis.note,
    }
    if per == "frame":
        whole["frames"] = [
            {"at": round(at, 3), "faces": [_face(face) for face in faces]}
            for at, faces in analysis.frames.all()
        ]
    else:
        whole["seconds"] = [
            {
                "second": second,
                "frames": held[0].frames,
                "faces": [
                    {"seen": round(item.seen, 3), **_face(item.face)}
                    for item in held
                    if item.face is not None
                ],
            }
            for second, group in groupby(seconds_of(analysis), key=lambda item: item.second)
            if (held := list(group))
        ]
    session = analysis.session
    whole["timeline"] = None if session is None else [row.to_dict() for row in session.rows()]
    return whole


def _face(face: Face) -> dict[str, Any]:
    emotion = face.emotion
    return {
        "face": face.track_id,
        "expression": None if emotion is None else emotion.label,
        "confidence": round(face.confidence, 4),
        "probabilities": {
            label: round(float(value), 4)
            for label, value in zip(LABELS, face.probabilities, strict=True)
        },
        "box": {name: round(value, 1) for name, value in zip(_BOX, face.box, strict=True)},
    }


def mean_shares(analysis: VideoAnalysis) -> dict[int, tuple[float, Five]]:
    """Return for each face how long it was seen, in seconds, and its mean probabilities."""
    step = 1.0 / analysis.rate
    sums: dict[int, tuple[int, np.ndarray[Any, np.dtype[np.float64]]]] = {}
    for _, faces in analysis.frames.all():
        for face in faces:
            count, total = sums.get(face.track_id or 0, (0, np.zeros(len(LABELS))))
            sums[face.track_id or 0] = count + 1, total + face.probabilities
    shares: dict[int, tuple[float, Five]] = {}
    for number, (count, total) in sorted(sums.items()):
        a, b, c, d, e = (float(value) for value in total / count)
        shares[number] = count * step, (a, b, c, d, e)
    return shares
