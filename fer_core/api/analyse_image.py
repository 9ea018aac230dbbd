"""One picture of a request: decoded and analysed within the server's limits."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

from fer_core.api.services import services
from fer_core.vision.decoding import is_plain, open_foreign
from fer_core.vision.detector import Mode
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import LEAST_LINES, RgbImage


class LookedAt(NamedTuple):
    """What was found in a picture.

    Attributes:
        detections: Its faces.
        decoded_ms: The milliseconds that decoding took.
        incomplete: Its file breaks off.
    """

    detections: Detections
    decoded_ms: float
    incomplete: bool


def analyse_picture(data: bytes, mode: Mode, confidence: float | None = None) -> LookedAt:
    """Find the faces in a picture, or in what its file holds of it.

    Args:
        data: The file's bytes.
        mode: As for `EmotionDetector.detect`.
        confidence: As for `EmotionDetector.detect`.

    Raises:
        ImageError: The bytes are no picture that can be used.
        Busy: Too many pictures are in hand.
        NotReady: The model is not ready.
    """
    engine = services().models.engine
    return _analyse(data, 0.0, lambda rgb: engine.detect(rgb, mode, confidence))


def analyse_frame(data: bytes, captured_at: float, follower: FaceFollower) -> LookedAt:
    """Find the faces in a frame of a session, or follow them.

    A frame that lacks a third of its lines is refused: it would count as a look at nobody.

    Args:
        data: The file's bytes.
        captured_at: When it was captured, seconds since the epoch.
        follower: The session's.

    Raises:
        ImageError: The bytes are no picture that can be used.
        Busy: Too many pictures are in hand.
        NotReady: The model is not ready.
    """
    engine = services().models.engine
    return _analyse(data, LEAST_LINES, lambda rgb: engine.detect_frame(rgb, captured_at, follower))


def _analyse(data: bytes, least_lines: float, find: Callable[[RgbImage], Detections]) -> LookedAt:
    settings = services().settings
    limit = services().plain_limit if is_plain(data) else services().foreign_limit
    with limit:
        started = perf_counter()
        decoded = open_foreign(
            data,
            max_bytes=settings.max_image_bytes,
            max_pixels=settings.max_pixels,
            least_lines=least_lines,
        )
        decoded_ms = (perf_counter() - started) * 1e3
        return LookedAt(find(decoded.rgb), decoded_ms, decoded.incomplete)
