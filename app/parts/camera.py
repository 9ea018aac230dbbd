"""One camera in a live session: each frame in, the same frame with the faces drawn on it out.

The callback runs in the video's thread and must return within milliseconds: it hands the frame
to the engine's mailbox and draws the newest result. Whatever goes wrong in it, the video goes on.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import av
import cv2
import numpy as np

from app.parts.overlay import FaceGlide, mirrored
from fer_core.drawing.annotate import DrawOptions, draw_faces_into
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import Expression, State
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections, Face
from fer_core.vision.image import RgbImage
from fer_core.vision.stream import Stream

#: Most frames a second that are analysed. The signals differ by less than .02 from those of 30, and
#: more of the processor stays free for the video and for what is studied.
ANALYSED_FPS = 15.0
#: Frame rates are taken over this window, seconds.
RATE_WINDOW_S = 5.0
#: The page tells each second what it shows; older than this, the session is asked. Seconds.
READING_HOLDS_S = 3.0
#: Shown results whose age is remembered.
KEPT_DELAYS = 120
#: One line in the log for this many failed frames: a fault that hits each frame fills no disk.
LOG_EVERY = 500

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """What the learner wants to see of themselves."""

    mirror: bool = True
    faces: bool = True
    labels: bool = True
    emoji: bool = True
    probabilities: bool = False
    bars: bool = False
    mesh: bool = False
    axis: bool = False
    eyes: bool = False


@dataclass(frozen=True, slots=True)
class CameraFigures:
    """How the video runs.

    Attributes:
        camera_fps: Frames a second from the camera, over 5 s.
        analysed_fps: Of those, analysed.
        delay_ms: Median age of the result that is drawn; None before the first.
        frames: Frames since the camera was first on.
        analysed: Of those, analysed.
        errors: Frames shown as they came because something failed.
        seen_at: When the last frame came, seconds since the epoch; None before the first.
        on_since: When the first of this run of frames came.
        analysed_at: When the newest analysed frame was captured.
    """

    camera_fps: float
    analysed_fps: float
    delay_ms: float | None
    frames: int
    analysed: int
    errors: int
    seen_at: float | None = None
    on_since: float | None = None
    analysed_at: float | None = None


class LiveCamera:
    """Connects a camera, the engine and a session.

    Args:
        engine: Analyses the frames.
        running: Gets each analysis.
        clock: Returns seconds since the epoch.
    """

    def __init__(
        self, engine: InferenceEngine, running: RunningSession, clock: Callable[[], float]
    ) -> None:
        self.options = PictureOptions()
        self._engine = engine
        self._running = running
        self._session = running.session
        self._clock = clock
        self._lock = threading.Lock()
        self._stream: Stream | None = None
        self._glide = FaceGlide()
        self._arrivals: deque[float] = deque()
        self._analyses: deque[float] = deque()
        self._delays: deque[float] = deque(maxlen=KEPT_DELAYS)
        self._newest_at: float | None = None
        self._due_at = 0.0
        self._frames = self._analysed = self._errors = 0
        self._owner: str | None = None
        self._seen_at: float | None = None
        self._on_since: float | None = None
        self._reading: tuple[float, Expression] | None = None

    # One camera at a time

    def take_over(self, owner: str) -> None:
        """Let this browser tab's camera be the one that counts; another's frames are passed by."""
        self._owner = owner

    @property
    def owner(self) -> str | None:
        return self._owner

    def callback_for(self, owner: str) -> Callable[[av.VideoFrame], av.VideoFrame]:
        """Return the video callback of one browser tab."""

        def callback(frame: av.VideoFrame) -> av.VideoFrame:
            return self.on_frame(frame) if owner == self._owner else frame

        return callback

    # Frames

    @property
    def has_marks(self) -> bool:
        """Whether the model gives the points of a face."""
        return self._engine.info.networks.landmarks is not None

    def on_frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Take a frame and return the one to show. Never raises."""
        at = self._clock()
        try:
            return self._show(frame, at)
        except Exception:
            with self._lock:
                self._errors += 1
                first = self._errors % LOG_EVERY == 1
            if first:
                _log.exception("a video frame failed and is shown as it came")
            return frame

    def _show(self, frame: av.VideoFrame, at: float) -> av.VideoFrame:
        with self._lock:
            self._frames += 1
            if self._seen_at is None or at - self._seen_at > RATE_WINDOW_S:
                self._on_since = at
            self._seen_at = at
            self._arrivals.append(at)
            _forget(self._arrivals, at)
        rgb = np.asarray(frame.to_ndarray(format="rgb24", threads=1), np.uint8)
        if self._session.state is State.ACTIVE:
            self._submit(rgb, at)
        out = av.VideoFrame.from_numpy_buffer(self._draw(rgb, at), format="rgb24")
        out.pts = frame.pts
        if frame.time_base is not None:
            out.time_base = frame.time_base
        return out

    def _submit(self, rgb: RgbImage, at: float) -> None:
        pulse = self._session.reads_heart_rate  # which lives between the frames, so wants each
        with self._lock:
            if at >= self._due_at:
                # From when it was due, so that the mean rate is met where frames come in bunches;
                # a longer gap is not made up for.
                period = 1 / ANALYSED_FPS
                self._due_at = max(self._due_at + period, at - period)
            elif not pulse:
                return
            if self._stream is None:
                self._stream = self._engine.open_stream(self._take)
            stream = self._stream
        stream.submit(rgb, at, skin=pulse)

    def _draw(self, rgb: RgbImage, at: float) -> RgbImage:
        options = self.options
        with self._lock:
            faces = self._glide.faces(at, with_marks=options.mesh or options.axis or options.eyes)
            if faces and self._newest_at is not None:
                self._delays.append(at - self._newest_at)
        # NumPy takes a millisecond to turn rows of three-byte pixels round, half of the callback.
        shown = np.asarray(cv2.flip(rgb, 1), np.uint8) if options.mirror else rgb
        if not faces:
            return shown
        if shown is rgb:  # which the engine still reads
            shown = rgb.copy()
        faces, word = self._named(faces, at)
        named = word is not None and options.faces
        if options.mirror:
            faces = mirrored(faces, rgb.shape[1])
        draw_faces_into(
            shown,
            faces,
            DrawOptions(
                box=options.faces,
                labels=named and options.labels,
                probabilities=named and options.probabilities,
                emoji=named and options.emoji,
                bars=named and options.bars,
                mesh=options.mesh,
                axis=options.axis,
                eyes=options.eyes,
                study_words=True,
                word=word or "",
            ),
        )
        return shown

    def _named(self, faces: tuple[Face, ...], at: float) -> tuple[tuple[Face, ...], str | None]:
        """Give the face the one reading that the page shows, and its word; None without one."""
        with self._lock:
            shown = self._reading
        if shown is None or at - shown[0] > READING_HOLDS_S:
            reading = self._session.expression(at)
        else:
            reading = shown[1]
        if reading.probabilities is None or len(faces) != 1:
            return faces, None
        face = replace(faces[0], probabilities=np.array(reading.probabilities))
        return (face,), reading.label

    def show_reading(self, reading: Expression) -> None:
        """Take the reading that the page shows from now on: picture and page say the same."""
        with self._lock:
            self._reading = self._clock(), reading

    def _take(self, detections: Detections, captured_at: float) -> None:
        """Pass an analysis on; called in the engine's thread."""
        with self._lock:
            self._analysed += 1
            self._analyses.append(captured_at)
            _forget(self._analyses, captured_at)
            self._glide.update(detections, captured_at)
            self._newest_at = captured_at
        # The last analyses may come after the end: the session says so, and that is all right.
        if not self._running.is_finished:
            self._running.observe(detections, captured_at)

    def take_snapshot(self, rgb: RgbImage) -> Detections:
        """Analyse one picture that was taken by hand, for cameras that give no video.

        Raises:
            FerError: The picture cannot be analysed now.
        """
        at = self._clock()
        detections = self._engine.detect(rgb, mode="frame")
        self._take(detections, at)
        return detections

    # What it says

    def figures(self) -> CameraFigures:
        """Return how the video runs now."""
        at = self._clock()
        with self._lock:
            _forget(self._arrivals, at)
            _forget(self._analyses, at)
            return CameraFigures(
                camera_fps=len(self._arrivals) / RATE_WINDOW_S,
                analysed_fps=len(self._analyses) / RATE_WINDOW_S,
                delay_ms=1000 * median(self._delays) if self._delays else None,
                frames=self._frames,
                analysed=self._analysed,
                errors=self._errors,
                seen_at=self._seen_at,
                on_since=self._on_since,
                analysed_at=self._newest_at,
            )

    def close(self) -> None:
        """Leave the engine; a later frame joins it again."""
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


def _forget(times: deque[float], at: float) -> None:
    while times and times[0] <= at - RATE_WINDOW_S:
        times.popleft()
