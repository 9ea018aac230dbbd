"""One picture of a request: decoded and analysed within the server's limits."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from fer_core.api.services import services
from fer_core.vision.decoding import decode_foreign, is_plain
from fer_core.vision.detector import Mode
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage


def analyse_picture(
    data: bytes, mode: Mode, confidence: float | None = None
) -> tuple[Detections, float]:
    """Find the faces in a picture.

    Args:
        data: The file's bytes.
        mode: As for `EmotionDetector.detect`.
        confidence: As for `EmotionDetector.detect`.

    Returns:
        What was found, and the milliseconds that decoding took.

    Raises:
        ImageError: The bytes are no picture that can be used.
        Busy: Too many pictures are in hand.
        NotReady: The model is not ready.
    """
    engine = services().models.engine
    return _analyse(data, lambda rgb: engine.detect(rgb, mode, confidence))


def analyse_frame(
    data: bytes, captured_at: float, follower: FaceFollower
) -> tuple[Detections, float]:
    """Find the faces in a frame of a session, or follow them.

    Args:
        data: The file's bytes.
        captured_at: When it was captured, seconds since the epoch.
        follower: The session's.

    Returns:
        As `analyse_picture`.

    Raises:
        ImageError: The bytes are no picture that can be used.
        Busy: Too many pictures are in hand.
        NotReady: The model is not ready.
    """
    engine = services().models.engine
    return _analyse(data, lambda rgb: engine.detect_frame(rgb, captured_at, follower))


def _analyse(data: bytes, find: Callable[[RgbImage], Detections]) -> tuple[Detections, float]:
    settings = services().settings
    limit = services().plain_limit if is_plain(data) else services().foreign_limit
    with limit:
        started = perf_counter()
        rgb = decode_foreign(
            data, max_bytes=settings.max_image_bytes, max_pixels=settings.max_pixels
        )
        decoded_ms = (perf_counter() - started) * 1e3
        return find(rgb), decoded_ms
