"""What leaves the photos page and the command line: pictures, tables, documents; all in memory."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np

from fer_core.drawing.annotate import DrawOptions, draw_faces
from fer_core.drawing.blur import blur_faces
from fer_core.emotions import LABELS, UNSURE_EMOJI, UNSURE_LABEL
from fer_core.photos.analysed import AnalysedPhoto
from fer_core.spreadsheet import TableWriter
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo

CSV_COLUMNS = (
    *("file", "image_width", "image_height", "face_id", "expression", "probability"),
    *(label.lower() for label in LABELS),
    *("confidence", "x", "y", "width", "height", "reason", "your_label"),
)
#: Names that Windows keeps for devices.
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]) *$")
#: Bytes: the file systems of Linux take 255 for a name, its number and ending included.
_LONGEST_NAME = 200
#: One ZIP holds pictures of at most this many pixels together: about 50 photos of 12 megapixels,
#: 150 MB as JPEG, which the machine and the browser hold in memory at once.
ZIP_PIXELS = 600_000_000
_JPEG_QUALITY = 92


def document(photos: Sequence[AnalysedPhoto], info: ModelInfo, confidence: float) -> dict[str, Any]:
    """Return the results in the form that the API answers with, each with its file's name.

    Args:
        photos: The photos, in order.
        info: The model that looked at them.
        confidence: Weakest face reported, 0..1.
    """
    return {
        "model": {"name": info.name, "version": info.version},
        "results": [_result(index, photo, confidence) for index, photo in enumerate(photos)],
    }


def to_json(photos: Sequence[AnalysedPhoto], info: ModelInfo, confidence: float) -> str:
    """Return `document` as indented JSON, emoji and names in plain UTF-8."""
    return json.dumps(document(photos, info, confidence), ensure_ascii=False, indent=2) + "\n"


def to_csv(photos: Sequence[AnalysedPhoto], confidence: float) -> str:
    """Return one row per face, and one row with a reason per photo without any.

    `expression` is the model's answer, `your_label` what somebody who looked said instead.
    Probabilities and confidence are 0..1, boxes are in pixels of the upright picture. Names that a
    spreadsheet would take for a formula begin with an apostrophe.
    """
    text = io.StringIO(newline="")
    table = TableWriter(text, CSV_COLUMNS)
    for photo in photos:
        for row in _rows(photo, confidence):
            table.write([row.get(column) for column in CSV_COLUMNS])
    return text.getvalue()


def annotate(
    rgb: RgbImage,
    photo: AnalysedPhoto,
    confidence: float,
    options: DrawOptions,
    *,
    blur: bool = False,
) -> RgbImage:
    """Return a copy of a full-size photo with its faces drawn in.

    With `blur`, every face found is covered, those below the threshold too: what is not sure
    enough to be labelled may still be somebody.
    """
    detections = photo.detections
    if blur and detections is not None:
        rgb = blur_faces(rgb, detections.faces)
    return draw_faces(rgb, photo.faces(confidence), options)


def encode_png(rgb: RgbImage) -> bytes:
    """Encode a picture without loss."""
    # Level 3 writes a 12-megapixel photo in a third of the default's time, a tenth larger.
    return _encode(".png", rgb, [cv2.IMWRITE_PNG_COMPRESSION, 3])


def encode_jpeg(rgb: RgbImage, quality: int = _JPEG_QUALITY) -> bytes:
    """Encode a picture, about ten times smaller than PNG."""
    return _encode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])


def zip_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a ZIP of files, stored as they are: pictures do not shrink further.

    The names must be safe and differ (`unique_names`).
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def zip_parts(pixels: Sequence[int], limit: int = ZIP_PIXELS) -> list[range]:
    """Split photos, in order, into parts that one ZIP each can hold.

    Args:
        pixels: Width x height of each photo.
        limit: Most pixels of one part; a single larger photo is a part of its own.

    Returns:
        Ranges of indices that together cover every photo once.
    """
    parts: list[range] = []
    start = total = 0
    for index, count in enumerate(pixels):
        if index > start and total + count > limit:
            parts.append(range(start, index))
            start, total = index, 0
        total += count
    if start < len(pixels):
        parts.append(range(start, len(pixels)))
    return parts


def unique_names(names: Sequence[str], suffix: str) -> list[str]:
    """Return file names that are safe on any system and differ, whatever the originals are.

    Args:
        names: As their owners called them; anything, paths too.
        suffix: What replaces the extension, as "-faces.png".
    """
    taken: set[str] = set()
    result = []
    for name in names:
        stem = _safe_stem(name)
        candidate, number = f"{stem}{suffix}", 2
        while candidate.casefold() in taken:
            candidate, number = f"{stem} ({number}){suffix}", number + 1
        taken.add(candidate.casefold())
        result.append(candidate)
    return result


def _safe_stem(name: str) -> str:
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    stem = name.rsplit(".", 1)[0] if "." in name.lstrip(".") else name
    kept = "".join(letter if letter.isalnum() or letter in " -_()." else "_" for letter in stem)
    kept = kept.strip(" .").encode()[:_LONGEST_NAME].decode(errors="ignore").rstrip(" .")
    if not kept:
        return "photo"
    return f"photo {kept}" if _RESERVED.match(kept.split(".", 1)[0]) else kept


def _result(index: int, photo: AnalysedPhoto, confidence: float) -> dict[str, Any]:
    detections, problem = photo.detections, photo.problem
    faces = photo.faces(confidence)
    return {
        "index": index,
        "file": photo.name,
        "image": {"width": detections.width, "height": detections.height} if detections else None,
        "faces": [_face(face, number) for number, face in enumerate(faces, start=1)],
        "reason": "no_face" if detections and not faces else None,
        "incomplete": photo.incomplete,
        "problem": {"code": problem.code, "detail": problem.message} if problem else None,
        "timing_ms": {
            "decode": round(photo.decode_ms, 1),
            "inference": round(detections.timing.total_ms, 1),
        }
        if detections
        else None,
    }


def _face(face: Face, number: int) -> dict[str, Any]:
    emotion = face.emotion
    return {
        "face_id": number,
        "confidence": round(face.confidence, 4),
        "box": {name: round(value, 1) for name, value in face.box._asdict().items()},
        "emotion": {
            "label": emotion.label if emotion else UNSURE_LABEL,
            "emoji": emotion.emoji if emotion else UNSURE_EMOJI,
            "probability": round(face.probability, 4),
        },
        "probabilities": _probabilities(face),
        **({"your_label": face.said.label} if face.said else {}),
    }


def _probabilities(face: Face) -> dict[str, float]:
    values = (round(float(value), 4) for value in face.probabilities)
    return dict(zip(LABELS, values, strict=True))


def _rows(photo: AnalysedPhoto, confidence: float) -> list[dict[str, Any]]:
    name, detections = photo.name, photo.detections
    if detections is None:
        return [{"file": name, "reason": photo.problem.code if photo.problem else ""}]
    picture = {"file": name, "image_width": detections.width, "image_height": detections.height}
    faces = photo.faces(confidence)
    if not faces:
        return [{**picture, "reason": "no_face"}]
    return [
        {
            **picture,
            "face_id": number,
            "expression": face.emotion.label if face.emotion else UNSURE_LABEL,
            "probability": round(face.probability, 4),
            **{label.lower(): value for label, value in _probabilities(face).items()},
            "confidence": round(face.confidence, 4),
            **{key: round(value, 1) for key, value in face.box._asdict().items()},
            "your_label": face.said.label if face.said else "",
        }
        for number, face in enumerate(faces, start=1)
    ]


def _encode(extension: str, rgb: RgbImage, parameters: list[int]) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    encoded, data = cv2.imencode(extension, bgr, parameters)
    if not encoded:
        raise ValueError("The picture could not be encoded.")
    return np.asarray(data).tobytes()
