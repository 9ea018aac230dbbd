"""Several threads of one engine: at once, in order, and ending together."""

from __future__ import annotations

import threading
from functools import partial

import cv2
import numpy as np

from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections
from tests.vision.gated import GREY, GatedNetwork, wait_until


class Meeting:
    """A network that answers when as many threads are in it as it waits for."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)

    def __call__(self, batch: np.ndarray, _least: float = 0.0) -> np.ndarray:
        self._barrier.wait(10)
        return np.zeros((len(batch), 9, 4), np.float32)


def test_as_many_pictures_are_analysed_at_once_as_there_are_threads(
    detector: EmotionDetector,
) -> None:
    meeting = EmotionDetector(Meeting(3), detector.info)
    found: list[Detections] = []
    with InferenceEngine(meeting, threads=3) as engine:
        stream = engine.open_stream(lambda detections, _: found.append(detections))
        stream.submit(GREY, 0.0)
        asking = [
            threading.Thread(target=lambda: found.append(engine.detect(GREY, "frame")))
            for _ in range(2)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        wait_until(lambda: len(found) == 3)


def test_a_stream_s_frames_keep_their_order_among_several_threads(
    detector: EmotionDetector, network: GatedNetwork
) -> None:
    seen: list[float] = []
    with InferenceEngine(EmotionDetector(network, detector.info), threads=2) as engine:
        first = engine.open_stream(lambda _, captured_at: seen.append(captured_at))
        first.submit(GREY, 0.0)
        assert network.started.wait(10)
        first.submit(GREY, 1.0)
        # The second thread is free and takes what another camera sends, not the next frame of this.
        network.started.clear()
        other = engine.open_stream(lambda *_: seen.append(100.0))
        other.submit(GREY, 0.0)
        assert network.started.wait(10)
        assert first.take() is None
        network.gate.set()
        wait_until(lambda: len(seen) == 3)
    assert [at for at in seen if at < 100] == [0.0, 1.0]


def test_no_stream_starves_where_there_are_more_of_them_than_threads(
    detector: EmotionDetector,
) -> None:
    served = [0] * 5
    enough = threading.Event()

    def again(number: int, _: Detections, captured_at: float) -> None:
        served[number] += 1
        if sum(served) >= 500:  # what the threads' start gives one of them counts for little then
            enough.set()
        else:
            streams[number].submit(GREY, captured_at + 1)

    blind = EmotionDetector(
        lambda batch, _least=0.0: np.zeros((len(batch), 9, 4), np.float32), detector.info
    )
    with InferenceEngine(blind, threads=2) as engine:
        streams = [engine.open_stream(partial(again, number)) for number in range(len(served))]
        for stream in streams:
            stream.submit(GREY, 0.0)
        assert enough.wait(30)
    assert min(served) >= 0.7 * max(served)


def test_all_threads_end_with_the_engine(detector: EmotionDetector) -> None:
    before = set(threading.enumerate())
    with InferenceEngine(detector, threads=4):
        started = set(threading.enumerate()) - before
        assert len(started) == 4 + 3  # for frames, and for photos
    assert not any(thread.is_alive() for thread in started)


def test_an_engine_may_be_closed_by_a_listener(detector: EmotionDetector) -> None:
    engine = InferenceEngine(detector, threads=2)
    closed = threading.Event()

    def close(*_: object) -> None:
        engine.close()
        closed.set()

    engine.open_stream(close).submit(GREY, 0.0)
    assert closed.wait(20)
    assert engine.closed


def test_opencv_shares_no_crop_among_the_processors(detector: EmotionDetector) -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    try:
        with InferenceEngine(detector):
            assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(before)
