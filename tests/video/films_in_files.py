"""Videos made at test time: of a face, rotated, with a variable rate, without pictures, broken."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np

from fer_core.vision.image import RgbImage

_TIME_BASE = Fraction(1, 1000)
#: A track's matrix in MP4, upright; and the four numbers in it that a phone held upright writes.
_UPRIGHT = bytes.fromhex(
    "00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000 40000000"
)
CLOCKWISE = (0, 1, -1, 0)


def film(
    pictures: Iterable[RgbImage],
    times: Iterable[float],
    *,
    form: str = "mp4",
    codec: str = "libx264",
    **options: str,
) -> bytes:
    """Return a video of pictures of one size that are shown from these times on, in seconds."""
    out = io.BytesIO()
    with av.open(out, "w", format=form, container_options=options) as container:
        made: Any = container
        stream: Any = None
        for picture, at in zip(pictures, times, strict=False):
            if stream is None:
                stream = made.add_stream(codec, rate=30)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.time_base = stream.codec_context.time_base = _TIME_BASE
                stream.codec_context.thread_count = 1
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = round(at * 1000), _TIME_BASE
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def even_times(seconds: float, fps: float = 10.0) -> list[float]:
    """Return the times of a constant rate."""
    return [index / fps for index in range(round(seconds * fps))]


def rotated(video: bytes, matrix: tuple[int, int, int, int] = CLOCKWISE) -> bytes:
    """Return an MP4 whose file says how to show it: by default, turned clockwise by a quarter."""
    track = video.index(b"tkhd")
    at = video.index(_UPRIGHT, track)
    a, b, c, d = (one << 16 for one in matrix)
    written = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return video[:at] + written + video[at + len(written) :]


def sound_only() -> bytes:
    """Return an MP4 with a second of silence and no picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        made: Any = container
        stream = made.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def still(picture: RgbImage, width: int = 640, height: int = 480) -> RgbImage:
    """Return a picture on a plain frame."""
    frame = np.full((height, width, 3), 110, np.uint8)
    side = min(width, height)
    left = (width - side) // 2
    frame[:side, left : left + side] = cv2.resize(picture, (side, side))
    return frame


def crossing(
    face: RgbImage, frames: int, width: int = 640, height: int = 360
) -> Iterator[RgbImage]:
    """Yield two faces that walk past each other: one from the left in front, one from the right."""
    front, back = cv2.resize(face, (150, 150)), cv2.resize(face, (126, 126))
    for index in range(frames):
        share = index / (frames - 1)
        frame = np.full((height, width, 3), 90, np.uint8)
        x = round(470 - 420 * share)
        frame[100:226, x : x + 126] = back
        x = round(20 + 440 * share)
        frame[140:290, x : x + 150] = front
        yield frame
