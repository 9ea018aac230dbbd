"""One photo and what was found in it, or why it could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from fer_core.config import Settings
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.errors import ImageError
from fer_core.vision.decoding import open_foreign
from fer_core.vision.detector import Mode
from fer_core.vision.faces import Detections, Face
from fer_core.vision.image import RgbImage

#: Faces are looked for down to this confidence, once; a threshold set later only filters them, so
#: moving it costs nothing. Below it, the detections are mostly not faces.
LOWEST_CONFIDENCE = 0.2
#: Another expression is named beside the strongest from this calibrated probability on: it is right
#: about as often as that, once in seven.
ALSO_FROM = 0.15


class Detects(Protocol):
    """What a photo is shown to: the engine, or a detector."""

    def detect(self, rgb: RgbImage, mode: Mode = ..., confidence: float | None = ...) -> Detections:
        """Find every face in a picture."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be read.

    Attributes:
        code: Stable identifier, as in `fer_core.errors`.
        message: What happened and what to do, for people.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AnalysedPhoto:
    """A file that was meant to be a photo.

    Attributes:
        name: The file's name, as its owner called it.
        detections: Every face from `LOWEST_CONFIDENCE` up; None if the file could not be read.
        problem: Why it could not be read; None if it could.
        decode_ms: Time to decode it, in milliseconds.
        incomplete: Its file breaks off: faces in what is lost are not found.
    """

    name: str
    detections: Detections | None
    problem: Problem | None = None
    decode_ms: float = 0.0
    incomplete: bool = False

    def faces(self, confidence: float) -> tuple[Face, ...]:
        """Return the faces of at least that confidence, largest first."""
        if self.detections is None:
            return ()
        return tuple(face for face in self.detections.faces if face.confidence >= confidence)


def analyse_photo(
    name: str, data: bytes, detector: Detects, settings: Settings
) -> tuple[AnalysedPhoto, RgbImage | None]:
    """Decode and analyse one file.

    Returns:
        The photo and its pixels. A file that cannot be read is an answer: its `problem` says why,
        and there are no pixels.

    Raises:
        Busy: Too much to do; the same call may succeed shortly.
        NotReady: The engine has been closed.
    """
    started = perf_counter()
    try:
        decoded = open_foreign(
            data, max_bytes=settings.max_image_bytes, max_pixels=settings.max_pixels
        )
        decode_ms = (perf_counter() - started) * 1e3
        detections = detector.detect(decoded.rgb, mode="photo", confidence=LOWEST_CONFIDENCE)
    except ImageError as error:
        return AnalysedPhoto(name, None, Problem(error.code, error.message)), None
    photo = AnalysedPhoto(name, detections, decode_ms=decode_ms, incomplete=decoded.incomplete)
    return photo, decoded.rgb


def could_also_be(face: Face) -> list[tuple[Emotion, float]]:
    """Return the other expressions that a face may well show, the likeliest first, at most two.

    None where somebody said what it shows.
    """
    if face.said is not None:
        return []
    named = face.emotion
    others = [
        (emotion, float(value))
        for emotion, value in zip(EMOTIONS, face.probabilities, strict=True)
        if emotion is not named and value >= ALSO_FROM
    ]
    return sorted(others, key=lambda other: -other[1])[:2]


def doubt(faces: Iterable[Face]) -> float:
    """Return how unsure the least sure of some faces is, 0 (sure, or no face) to 1."""
    return max((1.0 - face.probability for face in faces if face.said is None), default=0.0)


def count_expressions(faces: Iterable[Face]) -> dict[Emotion | None, int]:
    """Return how many faces show each class, in class order, then how many are unsure (None)."""
    counts = Counter(face.shown for face in faces)
    return {emotion: counts[emotion] for emotion in (*EMOTIONS, None)}
