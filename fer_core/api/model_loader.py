"""The model behind the API: loaded in the background, trusted while it passes its self-test."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import cv2

from fer_core.errors import Busy, FerError, NotReady
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.image import decode_image
from fer_core.vision.self_test import SelfTestReport, draw_background, run_self_test

#: How long a self-test is believed, in seconds: probes come every few seconds, and each
#: check takes the model for about 30 ms.
BELIEVE_FOR_S = 60.0
#: Every thread at one analysis for so long is no load: a photo of 40 megapixels takes 4 s, and took
#: 25 s on a machine with twenty other programs. Nobody waits longer than this for one.
STUCK_AFTER_S = 120.0

_log = logging.getLogger(__name__)


class ModelService:
    """Owns the engine: starts it, checks it, closes it.

    The server answers while the model loads; whatever needs the model says NotReady until then.
    """

    def __init__(
        self,
        load: Callable[[], InferenceEngine],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._engine: InferenceEngine | None = None
        self._failure: FerError | None = None
        self._report: SelfTestReport | None = None
        self._checked_at = 0.0
        self._closed = False

    def start(self) -> threading.Thread:
        """Load in the background; the thread ends when the model is ready or has failed."""
        thread = threading.Thread(target=self.load, name="fer-model-loader", daemon=True)
        thread.start()
        return thread

    def load(self) -> None:
        """Load the model and test it; a failure is kept and told by `check`."""
        try:
            engine = self._load()
        except FerError as error:
            _log.error("the model cannot be loaded: %s", error.message)
            self._failure = error
            return
        with self._lock:
            if self._closed:
                engine.close()
                return
            self._engine = engine
        # The codecs load with the first picture: 0.1 s that no client should wait for.
        decode_image(cv2.imencode(".jpg", draw_background())[1].tobytes())
        report = self.check()
        _log.log(logging.INFO if report.passed else logging.ERROR, "self-test: %s", report.detail)

    @property
    def engine(self) -> InferenceEngine:
        """The engine.

        Raises:
            WeightsError: The model cannot be loaded.
            NotReady: It is being loaded, or it failed its self-test.
        """
        if self._failure is not None:
            raise self._failure
        if self._engine is None or self._report is None or not self._report.passed:
            raise NotReady
        return self._engine

    @property
    def loaded_engine(self) -> InferenceEngine | None:
        """The engine if it is loaded, ready or not: for its counters."""
        return self._engine

    def check(self) -> SelfTestReport:
        """Return what the self-test showed, run again when the last one is too old.

        Raises:
            WeightsError: The model cannot be loaded.
            NotReady: It is being loaded.
        """
        if self._failure is not None:
            raise self._failure
        engine = self._engine
        if engine is None:
            raise NotReady
        if engine.stats().stuck_s > STUCK_AFTER_S:
            raise NotReady("The model is stuck in an analysis. Restart the server if this lasts.")
        with self._lock:
            now = self._clock()
            if self._report is None or now - self._checked_at >= BELIEVE_FOR_S:
                try:
                    self._report = run_self_test(engine)
                except Busy:
                    if self._report is None:
                        raise
                else:
                    self._checked_at = now
            return self._report

    def close(self) -> None:
        """Close the engine; whatever still waits hears NotReady."""
        with self._lock:
            self._closed = True
            if self._engine is not None:
                self._engine.close()
