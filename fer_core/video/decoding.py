"""Videos as frames: decoded in a worker of their own, within bounds of time and memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import numpy as np

from fer_core.config import Settings
from fer_core.video.decode_worker import Wanted
from fer_core.video.errors import VideoDamaged, VideoError, VideoTooManyPixels
from fer_core.video.source import VideoSource
from fer_core.vision.image import RgbImage
from fer_core.workers.pool import Limits, TaskFailed
from fer_core.workers.streaming import WorkerStream

#: Two dozen reference frames of 8K, with their threads' stacks.
_MEMORY_BYTES = 3_000_000_000
#: Processor time for each second of video taken; 4K at 60 frames a second takes 3 on a slow core.
_SECONDS_PER_SECOND = 6.0
#: And for opening.
_LEAST_SECONDS = 60.0
#: Faces are found in frames of this length; a face of 24 pixels in 4K has 8 here and is lost.
ANALYSED_SIDE = 1280


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a video says of itself.

    Attributes:
        duration_s: Its length; None where the file does not tell.
        fps: Frames a second on average; None where the file does not tell.
        codec: FFmpeg's name of it.
    """

    duration_s: float | None
    fps: float | None
    codec: str


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """What of a video is taken.

    Attributes:
        longest_s: Longest video, in seconds.
        max_pixels: Most pixels of a frame.
    """

    longest_s: float
    max_pixels: int

    @classmethod
    def of(cls, settings: Settings) -> VideoLimits:
        """Return the limits that the settings name."""
        return cls(60.0 * settings.max_video_minutes, settings.max_pixels)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a video.

    Attributes:
        at: Its time, in seconds from the video's start.
        rgb: Upright, uint8, shape (height, width, 3).
    """

    at: float
    rgb: RgbImage


class VideoReader:
    """A video that is being decoded, frame by frame.

    Attributes:
        info: What it says of itself.
        ended: None while it is read and where it was read whole; else "damaged" (a part could not
            be decoded) or "too_long" (what comes after the limit was left out).
    """

    def __init__(self, stream: WorkerStream) -> None:
        self._stream = stream
        self._answers = iter(stream)
        first, _ = next(self._answers)
        self.info = VideoInfo(**first["info"])
        self.ended: str | None = None

    def frames(self) -> Iterator[Frame]:
        """Yield the frames, in the order of time."""
        for answer, payload in self._answers:
            if "ended" in answer:
                self.ended = answer["ended"]
                return
            shape = answer["height"], answer["width"], 3
            yield Frame(float(answer["at"]), np.frombuffer(payload, np.uint8).reshape(shape))


@contextmanager
def open_video(
    source: VideoSource,
    limits: VideoLimits,
    *,
    rate: float | None = None,
    start: float = 0.0,
    count: int | None = None,
    side: int = ANALYSED_SIDE,
) -> Iterator[VideoReader]:
    """Open a video; the worker is ended with the context.

    Args:
        source: The video.
        limits: What is taken.
        rate: Frames a second that are wanted; None: all of them.
        start: The first frame at or after this moment, in seconds.
        count: At most so many frames.
        side: Longest side of a frame, in pixels; larger ones are scaled down.

    Raises, also while its frames are gone through:
        VideoError: It cannot be used; the subclass says why.
    """
    wanted = Wanted(rate, start, count, side, limits.max_pixels, limits.longest_s)
    stream = WorkerStream(
        "fer_core.video.decode_worker:decode",
        {**source.address(), **asdict(wanted)},
        source.payload,
        limits=Limits(
            _LEAST_SECONDS + _SECONDS_PER_SECOND * limits.longest_s,
            _MEMORY_BYTES + len(source.payload),
        ),
        descriptors=source.descriptors,
    )
    with stream:
        try:
            yield VideoReader(stream)
        except TaskFailed as failure:
            raise _as_error(failure) from None


def _as_error(failure: TaskFailed) -> VideoError:
    if failure.reason == "time":
        return VideoDamaged("This video takes too long to decode. Save it anew as MP4 (H.264).")
    if failure.reason == "memory":
        return VideoTooManyPixels("This video needs too much memory to decode.")
    return VideoDamaged()


def frame_at(source: VideoSource, limits: VideoLimits, at: float, side: int) -> Frame:
    """Return the frame that stands on the screen at a moment, decoded now.

    Args:
        source: The video.
        limits: What is taken.
        at: The moment, in seconds; after the end it is the last frame.
        side: Longest side, in pixels.

    Raises:
        VideoError: It cannot be decoded.
    """
    with open_video(source, limits, start=max(0.0, at), count=1, side=side) as video:
        return next(video.frames())
