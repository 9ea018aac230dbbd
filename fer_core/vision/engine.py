"""The one owner of the model: a thread that serves photos and live streams in turn."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from time import monotonic
from types import TracebackType

from fer_core.config import Settings
from fer_core.errors import Busy, NotReady
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Detections
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo
from fer_core.vision.skin_colour import with_skin
from fer_core.vision.tracker import FaceTracker

OnResult = Callable[[Detections, float], None]

#: Weight of the newest analysis in the running mean of its duration.
_MEAN_WEIGHT = 0.1
#: How long `close` waits for the analysis in hand, in seconds.
_CLOSE_TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


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
    """Counts of one stream since it was opened."""

    submitted: int = 0
    analysed: int = 0
    dropped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Counts of the whole engine since it started.

    Attributes:
        analysed: Photos and frames answered.
        rejected: Photos refused because the queue was full.
        failed: Analyses that ended in an error.
        dropped: Frames replaced by a newer one before they were analysed.
        waiting: Photos in the queue now.
        streams: Streams open now.
        mean_ms: Running mean of an analysis, in milliseconds; 0 before the first.
    """

    analysed: int = 0
    rejected: int = 0
    failed: int = 0
    dropped: int = 0
    waiting: int = 0
    streams: int = 0
    mean_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class _Photo:
    rgb: RgbImage
    mode: Mode
    confidence: float | None
    answer: Future[Detections]


@dataclass(frozen=True, slots=True)
class _Frame:
    rgb: RgbImage
    captured_at: float
    submitted_at: float
    skin: bool


class Stream:
    """One camera's way into the engine: a mailbox with room for one frame."""

    def __init__(self, engine: InferenceEngine, on_result: OnResult | None) -> None:
        self._engine = engine
        self._condition = engine._condition
        self._on_result = on_result
        self._frame: _Frame | None = None
        self._latest: StreamResult | None = None
        self._stats = StreamStats()
        self._tracker = FaceTracker()
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
        with self._condition:
            if self._closed or self._engine.closed:
                raise NotReady("This camera stream has ended.")
            replaced = self._frame is not None
            self._frame = _Frame(frame, captured_at, monotonic(), skin)
            self._stats = replace(
                self._stats,
                submitted=self._stats.submitted + 1,
                dropped=self._stats.dropped + replaced,
            )
            if replaced:
                self._engine._count(dropped=1)
            self._condition.notify_all()

    def latest(self) -> StreamResult | None:
        """Return the newest result, or None before the first."""
        with self._condition:
            return self._latest

    def stats(self) -> StreamStats:
        with self._condition:
            return self._stats

    def close(self) -> None:
        """End the stream; a frame that still waits is dropped. Closing twice is fine."""
        with self._condition:
            self._closed = True
            self._frame = None
            if self in self._engine._streams:
                self._engine._streams.remove(self)


class InferenceEngine:
    """Serves one model to any number of threads.

    Photos wait in a bounded queue; each open stream has a mailbox. The owner thread takes a photo
    and a frame in turn, and the streams round robin, so that nobody starves.

    Examples:
        >>> from pathlib import Path
        >>> from fer_core import EmotionDetector, InferenceEngine, decode_image
        >>> picture = decode_image(Path("me.jpg").read_bytes())
        >>> with InferenceEngine(EmotionDetector.load()) as engine:
        ...     face = engine.detect(picture).faces[0]  # from any thread
        >>> face.emotion.label
        'Happy'
    """

    def __init__(self, detector: EmotionDetector, queue_size: int = 16) -> None:
        self.info: ModelInfo = detector.info
        self._detector = detector
        self._queue_size = queue_size
        self._condition = threading.Condition()
        self._photos: deque[_Photo] = deque()
        self._streams: deque[Stream] = deque()
        self._stats = EngineStats()
        self._closed = False
        self._turns = itertools.cycle((self._take_photo, self._take_frame))
        self._thread = threading.Thread(target=self._serve, name="fer-inference", daemon=True)
        self._thread.start()

    @classmethod
    def load(cls, settings: Settings) -> InferenceEngine:
        """Load the model that the settings name and start serving it.

        Raises:
            WeightsError: The model cannot be loaded.
        """
        return cls(EmotionDetector.load(settings.weights, settings.threads), settings.queue_size)

    @property
    def closed(self) -> bool:
        return self._closed

    def detect(
        self,
        rgb: RgbImage,
        mode: Mode = "photo",
        confidence: float | None = None,
        timeout: float = 30.0,
    ) -> Detections:
        """Analyse one picture and wait for the answer.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            mode: As for `EmotionDetector.detect`.
            confidence: As for `EmotionDetector.detect`.
            timeout: Longest wait, in seconds.

        Raises:
            Busy: The queue is full, or the answer did not come in time.
            NotReady: The engine has been closed.
            ImageError: The picture cannot be analysed.
        """
        answer: Future[Detections] = Future()
        with self._condition:
            if self._closed:
                raise NotReady
            if len(self._photos) >= self._queue_size:
                self._count(rejected=1)
                raise Busy
            self._photos.append(_Photo(rgb, mode, confidence, answer))
            self._condition.notify_all()
        try:
            return answer.result(timeout)
        except FutureTimeoutError:
            answer.cancel()
            raise Busy from None

    def open_stream(self, on_result: OnResult | None = None) -> Stream:
        """Open a way in for a camera.

        Args:
            on_result: Called in the engine's thread after each analysis with the detections and
                the frame's `captured_at`; it must return quickly, and its errors are logged.

        Raises:
            NotReady: The engine has been closed.
        """
        with self._condition:
            if self._closed:
                raise NotReady
            stream = Stream(self, on_result)
            self._streams.append(stream)
            return stream

    def stats(self) -> EngineStats:
        with self._condition:
            return replace(self._stats, waiting=len(self._photos), streams=len(self._streams))

    def close(self) -> None:
        """Finish the analysis in hand, answer what waits with NotReady, and end the thread."""
        with self._condition:
            if self._closed:
                return
            self._closed = True
            waiting = list(self._photos)
            self._photos.clear()
            for stream in list(self._streams):
                stream.close()
            self._condition.notify_all()
        for photo in waiting:
            if photo.answer.set_running_or_notify_cancel():
                photo.answer.set_exception(NotReady())
        if threading.current_thread() is not self._thread:
            self._thread.join(_CLOSE_TIMEOUT_S)

    def __enter__(self) -> InferenceEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _count(
        self, *, analysed: int = 0, rejected: int = 0, failed: int = 0, dropped: int = 0
    ) -> None:
        """Add to the counters; the caller holds the lock."""
        self._stats = replace(
            self._stats,
            analysed=self._stats.analysed + analysed,
            rejected=self._stats.rejected + rejected,
            failed=self._stats.failed + failed,
            dropped=self._stats.dropped + dropped,
        )

    def _serve(self) -> None:
        while (work := self._next()) is not None:
            started = monotonic()
            try:
                work()
            except Exception:
                # One picture must never end the thread that serves all of them.
                _log.exception("an analysis failed")
                with self._condition:
                    self._count(failed=1)
            else:
                self._note_duration((monotonic() - started) * 1e3)

    def _next(self) -> Callable[[], None] | None:
        """Wait for work; None when the engine has been closed."""
        with self._condition:
            while not self._closed:
                for _ in range(2):
                    if (work := next(self._turns)()) is not None:
                        return work
                self._condition.wait()
            return None

    def _take_photo(self) -> Callable[[], None] | None:
        if not self._photos:
            return None
        photo = self._photos.popleft()
        return lambda: self._analyse_photo(photo)

    def _take_frame(self) -> Callable[[], None] | None:
        for _ in range(len(self._streams)):
            stream = self._streams[0]
            self._streams.rotate(-1)
            if stream._frame is not None:
                frame, stream._frame = stream._frame, None
                return lambda: self._analyse_frame(stream, frame)
        return None

    def _analyse_photo(self, photo: _Photo) -> None:
        if not photo.answer.set_running_or_notify_cancel():
            return
        try:
            photo.answer.set_result(self._detector.detect(photo.rgb, photo.mode, photo.confidence))
        except Exception as error:
            photo.answer.set_exception(error)
            raise

    def _analyse_frame(self, stream: Stream, frame: _Frame) -> None:
        try:
            detections = stream._tracker.update(
                self._detector.detect(frame.rgb, "frame"), frame.captured_at
            )
            if frame.skin:
                detections = with_skin(detections, frame.rgb)
            if stream._on_result is not None:
                stream._on_result(detections, frame.captured_at)
        except Exception:
            with self._condition:
                stream._stats = replace(stream._stats, failed=stream._stats.failed + 1)
            raise
        with self._condition:
            sequence = stream._latest.sequence + 1 if stream._latest else 1
            stream._latest = StreamResult(
                detections, frame.captured_at, monotonic() - frame.submitted_at, sequence
            )
            stream._stats = replace(stream._stats, analysed=stream._stats.analysed + 1)

    def _note_duration(self, milliseconds: float) -> None:
        with self._condition:
            mean = self._stats.mean_ms
            mean = milliseconds if mean == 0 else mean + _MEAN_WEIGHT * (milliseconds - mean)
            self._count(analysed=1)
            self._stats = replace(self._stats, mean_ms=mean)
