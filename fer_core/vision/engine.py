"""The one owner of the model: threads that serve pictures and live streams in turn."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

import cv2

from fer_core.config import Settings
from fer_core.errors import Busy, NotReady
from fer_core.vision.backends import available_processors
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.engine_stats import EngineStats, StatsCounter
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo
from fer_core.vision.stream import OnResult, Stream, StreamFrame

#: How long `close` waits for the analyses in hand, in seconds.
_CLOSE_TIMEOUT_S = 5.0

_log = logging.getLogger(__name__)


#: Analyses one picture; takes the time at which it began.
_Work = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that somebody waits for."""

    analyse: Callable[[], Detections]
    answer: Future[Detections]


class InferenceEngine:
    """Serves one model to any number of threads.

    Frames that come by request wait in a bounded queue, photos in another; each open stream has a
    mailbox. The engine's threads take a request and a stream's frame in turn, and the streams round
    robin, so that nobody starves. Each thread analyses one picture at a time on one processor: two
    threads that share a picture spend most of the second one's time waiting. Photos have threads of
    their own: one of 40 megapixels takes seconds, and frames would wait for all of them. OpenCV has
    one thread in this process from then on.

    Examples:
        >>> from pathlib import Path
        >>> from fer_core import EmotionDetector, InferenceEngine, decode_image
        >>> picture = decode_image(Path("me.jpg").read_bytes())
        >>> with InferenceEngine(EmotionDetector.load()) as engine:
        ...     face = engine.detect(picture).faces[0]  # from any thread
        >>> face.emotion.label
        'Happy'
    """

    def __init__(self, detector: EmotionDetector, queue_size: int = 16, threads: int = 1) -> None:
        """Start serving.

        Args:
            detector: The model.
            queue_size: Most frames that wait, and most photos.
            threads: Frames analysed at once; photos one less, but one at least.
        """
        # OpenCV would share each small crop among the processors, and the other threads spin for
        # the next: on two, a followed frame's crops took .99 ms of processor time, and .36 on one.
        cv2.setNumThreads(1)
        self.info: ModelInfo = detector.info
        self._detector = detector
        self._queue_size = queue_size
        self._lock = threading.RLock()
        self._frame_came = threading.Condition(self._lock)
        self._photo_came = threading.Condition(self._lock)
        self._pictures: deque[_Picture] = deque()
        self._photos: deque[_Picture] = deque()
        self._streams: deque[Stream] = deque()
        self._stats = StatsCounter()
        self._closed = False
        self._began: dict[threading.Thread, float] = {}
        self._turns = itertools.cycle((self._take_picture, self._take_frame))
        self._threads = [
            threading.Thread(
                target=self._serve, args=lane, name=f"fer-{name}-{number}", daemon=True
            )
            for name, count, lane in (
                ("frames", threads, (self._frame_work, self._frame_came)),
                ("photos", max(1, threads - 1), (self._photo_work, self._photo_came)),
            )
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @classmethod
    def load(cls, settings: Settings) -> InferenceEngine:
        """Load the model that the settings name and start serving it.

        Raises:
            WeightsError: The model cannot be loaded.
        """
        threads = settings.threads or available_processors()
        detector = EmotionDetector.load(settings.weights, threads)
        return cls(detector, settings.queue_size, threads)

    @property
    def closed(self) -> bool:
        return self._closed

    def detect(
        self,
        rgb: RgbImage,
        mode: Mode = "photo",
        confidence: float | None = None,
        timeout: float = 60.0,
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
        frame = mode == "frame"
        return self._wait_for(
            lambda: self._detector.detect(rgb, mode, confidence),
            self._pictures if frame else self._photos,
            self._frame_came if frame else self._photo_came,
            timeout,
        )

    def detect_frame(
        self, rgb: RgbImage, captured_at: float, follower: FaceFollower, timeout: float = 30.0
    ) -> Detections:
        """Analyse one frame of a video that arrives by request, and wait for the answer.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            captured_at: When it was captured, in seconds of the video's clock.
            follower: The video's own.
            timeout: Longest wait, in seconds.

        Raises:
            Busy: The queue is full, or the answer did not come in time.
            NotReady: The engine has been closed.
            ImageError: The picture cannot be analysed.
        """
        return self._wait_for(
            lambda: follower.analyse(self._detector, rgb, captured_at),
            self._pictures,
            self._frame_came,
            timeout,
        )

    def _wait_for(
        self,
        analyse: Callable[[], Detections],
        queue: deque[_Picture],
        came: threading.Condition,
        timeout: float,
    ) -> Detections:
        answer: Future[Detections] = Future()
        with self._lock:
            if self._closed:
                raise NotReady
            if len(queue) >= self._queue_size:
                self._stats.count(rejected=1)
                raise Busy
            queue.append(_Picture(analyse, answer))
            came.notify()
        try:
            return answer.result(timeout)
        except FutureTimeoutError:
            answer.cancel()
            raise Busy from None

    def open_stream(self, on_result: OnResult | None = None) -> Stream:
        """Open a way in for a camera.

        Args:
            on_result: Called in one of the engine's threads after each analysis with the
                detections and the frame's `captured_at`, one frame after the other; it must return
                quickly, and its errors are logged.

        Raises:
            NotReady: The engine has been closed.
        """
        with self._lock:
            if self._closed:
                raise NotReady
            stream = Stream(on_result, self._submitted, self._forget)
            self._streams.append(stream)
            return stream

    def stats(self) -> EngineStats:
        with self._lock:
            waiting = len(self._pictures) + len(self._photos)
            return replace(
                self._stats.so_far,
                waiting=waiting,
                streams=len(self._streams),
                stuck_s=max(self._stuck_s("frames"), self._stuck_s("photos")),
            )

    def _stuck_s(self, lane: str) -> float:
        """Return for how long every thread of a lane has been at its work; the lock is held."""
        began = [self._began.get(one) for one in self._threads if lane in one.name]
        if None in began:
            return 0.0
        return monotonic() - max(at for at in began if at is not None)

    def close(self) -> None:
        """Finish the analyses in hand, answer what waits with NotReady, and end the threads."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            waiting = [*self._pictures, *self._photos]
            self._pictures.clear()
            self._photos.clear()
            streams = list(self._streams)
            self._frame_came.notify_all()
            self._photo_came.notify_all()
        for stream in streams:
            stream.close()
        for picture in waiting:
            if picture.answer.set_running_or_notify_cancel():
                picture.answer.set_exception(NotReady())
        until = monotonic() + _CLOSE_TIMEOUT_S
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - monotonic()))

    def __enter__(self) -> InferenceEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _submitted(self, replaced: bool) -> None:
        with self._lock:
            if replaced:
                self._stats.count(dropped=1)
            self._frame_came.notify()

    def _forget(self, stream: Stream) -> None:
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)

    def _serve(self, take: Callable[[], _Work | None], came: threading.Condition) -> None:
        while (work := self._next(take, came)) is not None:
            started = monotonic()
            thread = threading.current_thread()
            with self._lock:
                self._began[thread] = started
            try:
                work(started)
            except Exception:
                # One picture must never end a thread that serves all of them.
                _log.exception("an analysis failed")
                with self._lock:
                    self._stats.count(failed=1)
            finally:
                with self._lock:
                    del self._began[thread]

    def _next(self, take: Callable[[], _Work | None], came: threading.Condition) -> _Work | None:
        """Wait for work; None when the engine has been closed."""
        with self._lock:
            while not self._closed:
                if (work := take()) is not None:
                    return work
                came.wait()
            return None

    def _frame_work(self) -> _Work | None:
        """Take a frame that came by request, or one of a stream, in turn."""
        for _ in range(2):
            if (work := next(self._turns)()) is not None:
                return work
        return None

    def _photo_work(self) -> _Work | None:
        return partial(self._analyse, self._photos.popleft()) if self._photos else None

    def _take_picture(self) -> _Work | None:
        return partial(self._analyse, self._pictures.popleft()) if self._pictures else None

    def _take_frame(self) -> _Work | None:
        for _ in range(len(self._streams)):
            stream = self._streams[0]
            self._streams.rotate(-1)
            if (frame := stream.take()) is not None:
                return partial(self._analyse_frame, stream, frame)
        return None

    def _analyse(self, picture: _Picture, started: float) -> None:
        if not picture.answer.set_running_or_notify_cancel():
            return
        try:
            detections = picture.analyse()
        except Exception as error:
            picture.answer.set_exception(error)
            raise
        with self._lock:
            self._stats.note(detections, monotonic() - started)
        picture.answer.set_result(detections)

    def _analyse_frame(self, stream: Stream, frame: StreamFrame, started: float) -> None:
        try:
            detections = stream.follower.analyse(self._detector, frame.rgb, frame.captured_at)
            stream.deliver(frame, detections)
        except Exception:
            stream.fail()
            raise
        finally:
            with self._lock:
                # A frame may have come to this stream while the other threads fell asleep.
                self._frame_came.notify()
        with self._lock:
            self._stats.note(detections, monotonic() - started)
