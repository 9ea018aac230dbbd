"""The task of the worker that decodes: a video in, upright RGB frames with their times out.

FFmpeg gets an open file and never an address, and knows the formats of four kinds of file only, so
no playlist can make it open another file or call anybody.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from fer_core.sizes import over
from fer_core.video.errors import (
    NotAVideo,
    VideoDamaged,
    VideoTooLong,
    VideoTooManyPixels,
    VideoWithoutPictures,
)
from fer_core.vision.image import RgbImage

#: MP4 and MOV; MKV and WebM. FFmpeg's names.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
#: Frames of more pixels are decoded by two threads: they need the time.
_TWO_THREADS_PIXELS = 1_000_000
#: Damaged packets that are skipped before the rest is given up.
_MOST_ERRORS = 100
#: Frames a second that are decoded at most, over the longest video taken: a file of a few
#: kilobytes can hold frames without end that all claim the same time.
_MOST_FPS = 240.0
#: Rounding of times must not cost a frame. Seconds.
_EARLY_S = 0.004


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a video; see `decoding.frames_of` for the values.

    Attributes:
        rate: Frames a second; None: all of them.
        start: The first frame at or after this moment, seconds.
        count: At most so many frames; None: all.
        side: Longest side of a frame, in pixels; larger ones are scaled down.
        max_pixels: Most pixels of a frame taken.
        longest_s: Longest video taken, in seconds.
    """

    rate: float | None
    start: float
    count: int | None
    side: int
    max_pixels: int
    longest_s: float


def decode(value: dict[str, Any], data: bytearray) -> Iterator[tuple[Any, bytes | memoryview]]:
    """Yield what the video is, then its frames, then how it ended.

    Args:
        value: "path" or None for the bytes, and the fields of `Wanted`.
        data: The file where there is no path.

    Yields:
        {"info": ...}; {"at", "width", "height"} with RGB bytes; {"ended": None, "damaged" or
        "too_long"}.

    Raises:
        VideoError: Nothing of it can be used; the subclass says why.
    """
    path = value.pop("path")
    wanted = Wanted(**value)
    file: IO[bytes] = io.BytesIO(data) if path is None else open(path, "rb")  # noqa: PTH123, SIM115
    with closing(file):
        head = file.read(64)
        file.seek(0)
        try:
            container = av.open(
                file,
                options={"format_whitelist": _FORMATS, "protocol_whitelist": ""},
                metadata_errors="replace",
            )
        except (FFmpegError, ValueError):
            raise (VideoDamaged if _looks_like_a_video(head) else NotAVideo) from None
        with container:
            assert isinstance(container, InputContainer)  # noqa: S101  (opened for reading)
            stream = _stream_of(container)
            yield {"info": _info_of(container, stream, wanted)}, b""
            yield from _frames(container, stream, wanted)


def _looks_like_a_video(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free") or head.startswith(
        b"\x1a\x45\xdf\xa3"
    )


def _stream_of(container: InputContainer) -> VideoStream:
    """Return the first stream of moving pictures; a cover is none."""
    for stream in container.streams.video:
        if not stream.disposition & stream.disposition.attached_pic:
            return stream
    raise VideoWithoutPictures


def _info_of(container: InputContainer, stream: VideoStream, wanted: Wanted) -> dict[str, Any]:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > wanted.max_pixels:
        raise VideoTooManyPixels(
            f"This video's frames have {width} x {height} pixels; at most "
            f"{wanted.max_pixels / 1e6:g} megapixels are taken."
        )
    duration = None
    if stream.duration and stream.time_base:
        duration = float(stream.duration * stream.time_base)
    elif container.duration:
        # Matroska says when it ends, not how long it is.
        begins = container.start_time or 0
        duration = (container.duration - max(0, begins)) / av.time_base
    if duration is not None and not (math.isfinite(duration) and duration > 0):
        duration = None
    if duration is not None and duration > wanted.longest_s:
        raise VideoTooLong(
            f"This video lasts {over(duration / 60, wanted.longest_s / 60)} minutes; at most "
            f"{wanted.longest_s / 60:g} are taken (FER_MAX_VIDEO_MINUTES). Cut it into parts."
        )
    rate = stream.average_rate
    return {
        "duration_s": duration,
        "fps": float(rate) if rate else None,
        "codec": stream.codec_context.name,
    }


def _frames(
    container: InputContainer, stream: VideoStream, wanted: Wanted
) -> Iterator[tuple[Any, bytes | memoryview]]:
    pixels = stream.codec_context.width * stream.codec_context.height
    stream.codec_context.thread_count = 2 if pixels > _TWO_THREADS_PIXELS else 1
    stream.thread_type = "AUTO"
    base = float(stream.time_base or 0) or 1.0
    start_time = float(stream.start_time or 0) * base
    if wanted.start > 0:
        _seek(container, stream, wanted.start + start_time, base)
    taken, latest, due, ended = 0, -math.inf, wanted.start, None
    newest: tuple[float, VideoFrame] | None = None
    decoder = _Decoder(container, stream, wanted.longest_s * _MOST_FPS)
    pictures = _Pictures(stream, wanted.side)
    step = 1.0 / float(stream.average_rate or 25)
    for frame in decoder.frames():
        at = latest + step if frame.pts is None else float(frame.pts * base) - start_time
        if not math.isfinite(at):
            at = 0.0
        if at > wanted.longest_s:
            ended = "too_long"
            break
        if at <= latest or frame.width * frame.height > wanted.max_pixels:
            continue
        latest = at
        newest = at, frame
        if at < due - _EARLY_S:
            continue
        newest = None
        rgb = pictures.rgb(frame)
        yield (
            {"at": max(0.0, at), "width": rgb.shape[1], "height": rgb.shape[0]},
            rgb.data.cast("B"),
        )
        taken += 1
        if wanted.count is not None and taken >= wanted.count:
            break
        if wanted.rate is not None:
            # On a grid, so that the rate holds on average whatever the video's own is.
            due = (math.floor((at + _EARLY_S) * wanted.rate) + 1) / wanted.rate
    if taken == 0:
        if newest is None:
            raise VideoDamaged
        # Asked for a moment after the last frame: that one stands on the screen then.
        rgb = pictures.rgb(newest[1])
        yield {"at": newest[0], "width": rgb.shape[1], "height": rgb.shape[0]}, rgb.data.cast("B")
    yield {"ended": ended or ("damaged" if decoder.damaged else None)}, b""


def _seek(container: InputContainer, stream: VideoStream, to: float, base: float) -> None:
    try:
        container.seek(int(to / base), stream=stream, backward=True)
    except FFmpegError:  # without an index everything is decoded up to there
        container.seek(0)


class _Decoder:
    """Decodes packet by packet: a damaged one costs itself only.

    Attributes:
        damaged: Something could not be decoded, or the file ends in the middle.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, most: float) -> None:
        self._container = container
        self._stream = stream
        self._most = most
        self.damaged = False

    def frames(self) -> Iterator[VideoFrame]:
        decoded = errors = 0
        packets = self._container.demux(self._stream)
        while errors < _MOST_ERRORS and decoded < self._most:
            try:
                packet = next(packets, None)
            except FFmpegError:
                self.damaged = True
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except FFmpegError:
                self.damaged, errors = True, errors + 1
                continue
            for frame in frames:
                decoded += 1
                self.damaged = self.damaged or frame.is_corrupt
                if isinstance(frame, VideoFrame):
                    yield frame
        self.damaged = True


class _Pictures:
    """Makes pictures of a stream's frames: upright, with square pixels, at most `side` pixels long.

    One converter for all: a frame's own starts two threads for each frame anew.
    """

    def __init__(self, stream: VideoStream, side: int) -> None:
        ratio = stream.sample_aspect_ratio
        self._stretch = float(ratio) if ratio and 0.1 < ratio < 10 else 1.0
        self._side = side
        self._converter = VideoReformatter()
        self._matrix: tuple[int, ...] | None = None

    def rgb(self, frame: VideoFrame) -> RgbImage:
        width, height = frame.width * self._stretch, float(frame.height)
        scale = min(1.0, self._side / max(width, height))
        small = self._converter.reformat(
            frame,
            width=max(2, round(width * scale)),
            height=max(2, round(height * scale)),
            format="rgb24",
            interpolation="AREA" if scale < 1 else "BILINEAR",
            threads=1,
        )
        if self._matrix is None:
            self._matrix = _matrix_of(frame)
        return np.ascontiguousarray(
            _upright(np.asarray(small.to_ndarray(), np.uint8), self._matrix)
        )


def _matrix_of(frame: VideoFrame) -> tuple[int, ...]:
    """Return the four numbers by which a file has its frames turned; it may have none.

    To be asked of one frame only, which then lives until cycles are collected: asked of each, a
    video in 4K had no memory left after 70.
    """
    found: Any = frame.side_data
    matrix = found.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return 1, 0, 0, 1
    a, b, _, c, d = struct.unpack("=5i", bytes(matrix)[:20])
    return a, b, c, d


def _upright(rgb: RgbImage, matrix: tuple[int, ...]) -> RgbImage:
    """Turn and mirror a frame by the quarter that its file asks for (ISO 14496-12, 6.2.2).

    What the library calls a frame's rotation takes a mirrored one for one upside down.
    """
    a, b, c, d = matrix
    if a * d - b * c == 0:
        return rgb  # says nothing: some programs write zeros
    if a * d - b * c < 0:
        rgb, a, b = rgb[:, ::-1], -a, -b
    return np.rot90(rgb, round(-math.atan2(b, a) / (math.pi / 2)) % 4)
