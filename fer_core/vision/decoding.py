"""Foreign pictures to pixels: in a worker with a bound of time and memory, unless they are plain.

A few kilobytes can hold a decoder for minutes (a progressive JPEG of thousands of scans), and
large pictures decoded in many threads leave a process fat for good. A camera's frame is neither: a
small JPEG of few scans is decoded here, a hundred times a second.
"""

from __future__ import annotations

import atexit
import struct
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np

from fer_core.errors import CorruptImage, TooManyPixels
from fer_core.vision.broken_off import Decoded
from fer_core.vision.image import LEAST_LINES, RgbImage, check_size, decode_within
from fer_core.workers.pool import Limits, TaskFailed, WorkerPool
from fer_core.workers.serve import limit_processor_time

#: Processor time, at most; and by the size that a header claims: 40 megapixels of HEIC take 4 s, of
#: JPEG 1 s, on a slow core.
LONGEST_S = 12.0
BASE_S, PER_MEGAPIXEL_S = 2.0, 0.25
#: 40 megapixels of JPEG take 300 MB, of 16 bits with transparency 780.
MOST_MEMORY_BYTES = 1_000_000_000
#: What is decoded at once: at most so many bytes, pixels and scans. Scans of 2 megapixels take
#: 10 ms each; an ordinary progressive JPEG has ten, its preview one.
PLAIN_BYTES = 2_000_000
PLAIN_PIXELS = 2_100_000
PLAIN_SCANS = 12
#: Before the first scan: a camera writes a dozen short segments. Pillow reads each of them, and
#: what EXIF says, in Python, during which no other thread runs.
PLAIN_SEGMENTS = 32
PLAIN_HEADER_BYTES = 100_000
_JPEG = b"\xff\xd8\xff"
_SCAN = b"\xff\xda"
_START_OF_SCAN = 0xFFDA
#: Start of frame: the markers that tell the size, C0 to CF without the tables among them.
_SIZES = frozenset(range(0xFFC0, 0xFFD0)) - {0xFFC4, 0xFFC8, 0xFFCC}

_POOL = WorkerPool(
    "fer_core.vision.decoding:decode_in_worker", Limits(LONGEST_S, MOST_MEMORY_BYTES), size=2
)
atexit.register(_POOL.close)


def decode_foreign(data: bytes, *, max_bytes: int, max_pixels: int) -> RgbImage:
    """Decode one picture that somebody sent; as `decode_image`, but bounded.

    Args, raises: As `open_foreign`.

    Returns:
        RGB, uint8, shape (height, width, 3), contiguous.
    """
    return open_foreign(
        data, max_bytes=max_bytes, max_pixels=max_pixels, least_lines=LEAST_LINES
    ).rgb


def open_foreign(
    data: bytes, *, max_bytes: int, max_pixels: int, least_lines: float = 0.0
) -> Decoded:
    """Decode one picture that somebody sent, and tell whether its file breaks off.

    Args:
        data: The file's bytes.
        max_bytes: Most bytes taken.
        max_pixels: Most pixels taken, width x height.
        least_lines: Least share of the lines that must be there; 0: any.

    Raises:
        ImageError: As `decode_image`; also where it takes too long or too much memory.
        Busy: Other pictures are being decoded, and it would take too long.
    """
    check_size(len(data), max_bytes)
    if is_plain(data):
        return decode_within(
            data,
            lambda _: None,
            max_bytes=max_bytes,
            max_pixels=max_pixels,
            least_lines=least_lines,
        )
    limits = {"max_bytes": max_bytes, "max_pixels": max_pixels, "least_lines": least_lines}
    try:
        (shape, incomplete, lines), pixels = _POOL.run(
            {"limits": limits, "seconds": LONGEST_S}, data, seconds=LONGEST_S
        )
    except TaskFailed as failure:
        if failure.reason == "time":
            raise CorruptImage(
                "This picture takes too long to open. Save a new copy of it with another program."
            ) from None
        raise (TooManyPixels if failure.reason == "memory" else CorruptImage) from None
    return Decoded(np.frombuffer(pixels, np.uint8).reshape(shape), incomplete, lines)


def is_plain(data: bytes) -> bool:
    """Tell whether a picture costs little, whatever is in it: a small JPEG of few scans."""
    return (
        data.startswith(_JPEG)
        and len(data) <= PLAIN_BYTES
        and data.count(_SCAN) <= PLAIN_SCANS
        and 0 < _pixels_of_plain_header(data) <= PLAIN_PIXELS
    )


def _pixels_of_plain_header(data: bytes) -> int:
    """Return how many pixels a JPEG claims; 0 where what stands before its pixels is not plain."""
    at, pixels = 2, 0
    for _ in range(PLAIN_SEGMENTS):
        if at + 9 > min(len(data), PLAIN_HEADER_BYTES):
            break
        marker, length = struct.unpack_from(">HH", data, at)
        if marker == _START_OF_SCAN:
            return pixels
        if length < 2:
            break
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            pixels = max(pixels, width * height)
        at += 2 + length
    return 0


def decode_in_worker(
    value: dict[str, Any], data: bytes, _report: Callable[[float], None]
) -> tuple[Any, bytes | memoryview]:
    """Decode a picture; the task of this module's workers."""
    started = process_time()

    def bound(pixels: int) -> None:
        left = value["seconds"] - (process_time() - started)
        limit_processor_time(min(left, BASE_S + PER_MEGAPIXEL_S * pixels / 1e6))

    rgb, incomplete, lines = decode_within(data, bound, **value["limits"])
    return (rgb.shape, incomplete, lines), rgb.data.cast("B")
