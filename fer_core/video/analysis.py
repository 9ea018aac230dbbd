"""A video analysed at a chosen rate: faces with steady numbers, or one person's timeline.

The frames come from a worker that decodes (`decoding`); what sees faces is the caller's: a detector
of its own, or the engine that serves cameras too. Times are the video's own, so a variable frame
rate changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fer_core.errors import Busy
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.video.decoding import VideoInfo, VideoLimits, open_video
from fer_core.video.errors import VideoCancelled
from fer_core.video.frames import FrameTable
from fer_core.video.source import VideoSource
from fer_core.video.tracks import FaceNumbers
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage

#: Frames analysed a second.
DEFAULT_RATE, LOWEST_RATE, HIGHEST_RATE = 5.0, 0.1, 30.0
#: Most frames and faces of one video: about 60 MB.
MOST_FRAMES, MOST_FACES = 400_000, 1_000_000
#: Cameras and photos go first: how often a frame is handed in again where the engine is busy.
_ATTEMPTS, _WAIT_S = 100, 0.1
_NEVER = threading.Event()

People = Literal["all", "one"]
#: Finds the faces of the next frame; its time is in seconds.
Sees = Callable[[RgbImage, float], Detections]


@dataclass(frozen=True, slots=True)
class VideoProgress:
    """How far an analysis is.

    Attributes:
        stage: "analysing", then "drawing" where an annotated video is wanted.
        at: The video's time that was reached, in seconds.
        duration_s: Its length; None where it is not known.
        frames: Frames done.
        elapsed_s: Since the stage began.
    """

    stage: Literal["analysing", "drawing"]
    at: float
    duration_s: float | None
    frames: int
    elapsed_s: float

    @property
    def share(self) -> float | None:
        """Share of the stage that is done, 0..1; None where the length is not known."""
        return min(1.0, self.at / self.duration_s) if self.duration_s else None

    @property
    def left_s(self) -> float | None:
        """Seconds until the stage is done, at the pace so far; None before that is known."""
        if self.duration_s is None or self.at <= 0 or self.elapsed_s < 0.5:
            return None
        return max(0.0, (self.duration_s - self.at) * self.elapsed_s / self.at)


#: Called after each frame; what it raises ends the analysis: `VideoCancelled` where it is not
#: wanted any more.
OnProgress = Callable[[VideoProgress], None]


@dataclass(frozen=True, slots=True)
class VideoAnalysis:
    """What was found in a video.

    Attributes:
        name: The file's.
        info: What the video says of itself.
        rate: Frames a second that were asked for.
        people: "all": every face; "one": one person's timeline besides.
        width: Of the frames that were analysed, in pixels; boxes are in these.
        height: The same.
        frames: Every frame with its faces.
        faces: How many numbers were given.
        ended: None where it was analysed whole; "damaged" or "too_long" otherwise.
        session: The timeline of the one person, as a live session has it; None for "all".
    """

    name: str
    info: VideoInfo
    rate: float
    people: People
    width: int
    height: int
    frames: FrameTable
    faces: int
    ended: str | None
    session: StudySession | None

    @property
    def duration_s(self) -> float:
        """Its length; as far as it was analysed where the file does not tell."""
        last = self.frames.times[-1] if len(self.frames) else 0.0
        return max(self.info.duration_s or 0.0, last) if self.ended is None else last

    @property
    def note(self) -> str:
        """What the reader must know of the whole; "" where nothing."""
        minutes, seconds = divmod(int(self.duration_s), 60)
        if self.ended == "damaged":
            return (
                "The file is damaged or incomplete: what could be read, up to "
                f"{minutes}:{seconds:02d}, was analysed."
            )
        if self.ended == "too_long":
            return f"Only the first {minutes}:{seconds:02d} were analysed: the limit for one video."
        return ""


def sees_by_detector(detector: EmotionDetector) -> Sees:
    """Return what sees the frames of one video with a detector of one's own."""
    follower = FaceFollower()
    return lambda rgb, at: follower.analyse(detector, rgb, at)


def sees_by_engine(engine: InferenceEngine) -> Sees:
    """Return what sees the frames of one video with the engine that serves others too."""
    follower = FaceFollower()

    def see(rgb: RgbImage, at: float) -> Detections:
        for _ in range(_ATTEMPTS - 1):
            try:
                return engine.detect_frame(rgb, at, follower)
            except Busy:
                _NEVER.wait(_WAIT_S)
        return engine.detect_frame(rgb, at, follower)

    return see


def analyse_video(
    source: VideoSource,
    sees: Sees,
    limits: VideoLimits,
    clock: Callable[[], float],
    *,
    rate: float = DEFAULT_RATE,
    people: People = "all",
    on_progress: OnProgress = lambda _: None,
) -> VideoAnalysis:
    """Analyse a video.

    Args:
        source: The video.
        sees: Finds the faces of a frame.
        limits: What of a video is taken.
        clock: Seconds that only go forward, for the time left.
        rate: Frames analysed a second, `LOWEST_RATE` to `HIGHEST_RATE`; all, where the video has
            fewer.
        people: Whether one person's timeline is wanted besides the faces.
        on_progress: Called after each frame.

    Raises:
        VideoError: It cannot be used; the subclass says why.
        VideoCancelled: `on_progress` raised it.
        ValueError: The rate is out of its range.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"a rate lies between {LOWEST_RATE} and {HIGHEST_RATE} a second")
    numbers, table = FaceNumbers(), FrameTable()
    session = StudySession(SessionInfo(source.name, 0.0, keep=False)) if people == "one" else None
    began, width, height, cut = clock(), 0, 0, None
    with open_video(source, limits, rate=rate) as video:
        for frame in video.frames():
            found = numbers.update(sees(frame.rgb, frame.at), frame.at)
            if session is not None:
                session.observe(found, frame.at)
            table.append(frame.at, found.faces)
            width, height = found.width, found.height
            on_progress(
                VideoProgress(
                    "analysing", frame.at, video.info.duration_s, len(table), clock() - began
                )
            )
            if len(table) >= MOST_FRAMES or table.face_count >= MOST_FACES:
                cut = "too_long"
                break
        ended = cut or video.ended
    if session is not None:
        session.finish(table.times[-1])
    return VideoAnalysis(
        source.name, video.info, rate, people, width, height, table, numbers.count, ended, session
    )


def stop_if(cancelled: Callable[[], bool], on_progress: OnProgress) -> OnProgress:
    """Return what passes progress on, and ends the analysis once it is not wanted any more."""

    def passed_on(progress: VideoProgress) -> None:
        if cancelled():
            raise VideoCancelled
        on_progress(progress)

    return passed_on
