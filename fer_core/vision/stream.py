"""One camera's way to the model: a mailbox with room for one frame, and the newest result."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from fer_core.errors import NotReady
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage
from fer_core.vision.skin_colour import with_skin
from fer_core.vision.tracker import FaceTracker

OnResult = Callable[[Detections, float], None]


@dataclass(frozen=True, slots=True)
class StreamResult:
    """The newest analysis of a stream.

    Attributes:
        detections: The faces, with track ids.
        captured_at: The frame's own time, as it was submitted, in seconds.
        latency_s: From `submit` to the end of the analysis, in seconds.
        sequence: 1 for a stream's first analysis, then 2, 3, ...
    """

    detections: Detections
    captured_at: float
    latency_s: float
    sequence: int


@dataclass(frozen=True, slots=True)
class StreamStats:
    """Counts of one stream since it was opened.

    Attributes:
        submitted: Frames handed in.
        analysed: Of those, analysed.
        followed: Of the analysed, those for which the refiner alone would do.
        dropped: Replaced by a newer one before they were analysed.
        failed: Ended in an error.
    """

    submitted: int = 0
    analysed: int = 0
    followed: int = 0
    dropped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class StreamFrame:
    """A frame in the mailbox.

    Attributes:
        rgb: Uint8, shape (height, width, 3).
        captured_at: When it was captured, in seconds of the stream's clock.
        submitted_at: When it was handed in, in seconds of the monotonic clock.
        skin: Whether the faces' skin colour is wanted.
    """

    rgb: RgbImage
    captured_at: float
    submitted_at: float
    skin: bool


class Stream:
    """A mailbox for one frame: a newer frame replaces one that still waits.

    The camera's side is `submit`, `latest`, `stats` and `close`. The engine's side is `take`, then
    `deliver` or `fail`; until one of them, it takes nothing more, so frames keep their order.

    Attributes:
        follower: Knows where the stream's faces were.
    """

    def __init__(
        self,
        on_result: OnResult | None,
        on_submit: Callable[[bool], None],
        on_close: Callable[[Stream], None],
    ) -> None:
        """Make one; use `InferenceEngine.open_stream`.

        Args:
            on_result: Called with each analysis and its frame's time.
            on_submit: Called after each frame, with whether it replaced one that waited.
            on_close: Called when the stream ends.
        """
        self.follower = FaceFollower()
        self._lock = threading.Lock()
        self._on_result = on_result
        self._on_submit = on_submit
        self._on_close = on_close
        self._tracker = FaceTracker()
        self._frame: StreamFrame | None = None
        self._in_hand = False
        self._latest: StreamResult | None = None
        self._stats = StreamStats()
        self._closed = False

    def submit(self, frame: RgbImage, captured_at: float, *, skin: bool = False) -> None:
        """Hand in a frame and return at once; it replaces one that still waits.

        Args:
            frame: RGB, uint8, shape (height, width, 3). It is not copied: do not write to it
                afterwards.
            captured_at: When it was captured, in seconds of any clock.
            skin: Whether the faces' skin colour is wanted, for a heart rate.

        Raises:
            NotReady: The stream or the engine has been closed.
        """
        with self._lock:
            if self._closed:
                raise NotReady("This camera stream has ended.")
            replaced = self._frame is not None
            self._frame = StreamFrame(frame, captured_at, monotonic(), skin)
            self._stats = replace(
                self._stats,
                submitted=self._stats.submitted + 1,
                dropped=self._stats.dropped + replaced,
            )
        self._on_submit(replaced)

    def latest(self) -> StreamResult | None:
        """Return the newest result, or None before the first."""
        with self._lock:
            return self._latest

    def stats(self) -> StreamStats:
        with self._lock:
            return self._stats

    def close(self) -> None:
        """End the stream; a frame that still waits is dropped. Closing twice is fine."""
        with self._lock:
            self._closed = True
            self._frame = None
        self._on_close(self)

    def take(self) -> StreamFrame | None:
        """Return the frame that waits, if there is one and none is in hand."""
        with self._lock:
            if self._in_hand or self._frame is None:
                return None
            frame, self._frame, self._in_hand = self._frame, None, True
            return frame

    def deliver(self, frame: StreamFrame, detections: Detections) -> None:
        """Number the faces of the frame in hand, tell the listener, and make it the newest result.

        Raises:
            Exception: Whatever the listener raises; `fail` must follow.
        """
        detections = self._tracker.update(detections, frame.captured_at)
        if frame.skin:
            detections = with_skin(detections, frame.rgb)
        if self._on_result is not None:
            self._on_result(detections, frame.captured_at)
        with self._lock:
            self._in_hand = False
            sequence = self._latest.sequence + 1 if self._latest else 1
            latency_s = monotonic() - frame.submitted_at
            self._latest = StreamResult(detections, frame.captured_at, latency_s, sequence)
            self._stats = replace(
                self._stats,
                analysed=self._stats.analysed + 1,
                followed=self._stats.followed + (detections.timing.path == "followed"),
            )

    def fail(self) -> None:
        """Give up the frame in hand."""
        with self._lock:
            self._in_hand = False
            self._stats = replace(self._stats, failed=self._stats.failed + 1)
