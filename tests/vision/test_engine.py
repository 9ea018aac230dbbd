"""The engine serves photos and streams in turn, refuses what it cannot hold, and ends cleanly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from fer_core.emotions import Emotion
from fer_core.errors import Busy, NotAnImage, NotReady
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage
from tests.vision.gated import GREY, GatedNetwork, wait_until


@pytest.fixture
def gated(detector: EmotionDetector, network: GatedNetwork) -> Iterator[InferenceEngine]:
    engine = InferenceEngine(EmotionDetector(network, detector.info), queue_size=2)
    yield engine
    network.gate.set()
    engine.close()


def test_a_photo_is_answered(engine: InferenceEngine, astronaut: np.ndarray) -> None:
    assert engine.detect(astronaut).faces[0].emotion is Emotion.HAPPY
    wait_until(lambda: engine.stats().analysed == 1)
    assert engine.stats().mean_ms > 0


def test_many_threads_get_their_own_answers(engine: InferenceEngine, astronaut: np.ndarray) -> None:
    found: dict[int, int] = {}

    def ask(index: int) -> None:
        picture = astronaut if index % 2 else GREY
        found[index] = len(engine.detect(picture, "frame").faces)

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {index: index % 2 for index in range(8)}


def test_a_full_queue_says_busy(gated: InferenceEngine, network: GatedNetwork) -> None:
    threads = [threading.Thread(target=gated.detect, args=(GREY, "frame")) for _ in range(3)]
    threads[0].start()
    assert network.started.wait(10)
    for thread in threads[1:]:
        thread.start()
    wait_until(lambda: gated.stats().waiting == 2)
    with pytest.raises(Busy):
        gated.detect(GREY, "frame")
    assert gated.stats().rejected == 1
    network.gate.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("threads", [1, 3])
def test_however_many_photos_there_are_frames_are_answered(
    detector: EmotionDetector, threads: int
) -> None:
    photos, let_go = threading.Semaphore(0), threading.Event()

    class HeldByPhotos(EmotionDetector):
        def detect(self, rgb: RgbImage, mode: Mode = "photo", *arguments: Any) -> Detections:
            if mode == "photo":
                photos.release()
                assert let_go.wait(60)
            return Detections((), 1, 1)

    held = HeldByPhotos(GatedNetwork(), detector.info)
    with InferenceEngine(held, threads=threads) as engine:
        asking = [threading.Thread(target=engine.detect, args=(GREY,)) for _ in range(6)]
        for thread in asking:
            thread.start()
        at_once = max(1, threads - 1)
        for _ in range(at_once):
            assert photos.acquire(timeout=60)
        wait_until(lambda: engine.stats().waiting == 6 - at_once)
        assert engine.detect(GREY, "frame").faces == ()
        let_go.set()
        for thread in asking:
            thread.join()


def test_an_answer_that_takes_too_long_says_busy(gated: InferenceEngine) -> None:
    with pytest.raises(Busy):
        gated.detect(GREY, timeout=0.05)


def test_a_newer_frame_replaces_one_that_waits(
    gated: InferenceEngine, network: GatedNetwork
) -> None:
    seen: list[float] = []
    stream = gated.open_stream(lambda _, captured_at: seen.append(captured_at))
    stream.submit(GREY, 0.0)
    assert network.started.wait(10)
    for captured_at in (1.0, 2.0, 3.0):
        stream.submit(GREY, captured_at)
    network.gate.set()
    wait_until(lambda: stream.stats().analysed == 2)
    assert seen == [0.0, 3.0]
    stats = stream.stats()
    assert (stats.submitted, stats.dropped) == (4, 2)
    latest = stream.latest()
    assert latest is not None
    assert (latest.captured_at, latest.sequence) == (3.0, 2)


def test_streams_and_photos_take_turns(gated: InferenceEngine, network: GatedNetwork) -> None:
    order: list[str] = []
    streams = {
        name: gated.open_stream(lambda *_, name=name: order.append(name)) for name in ("a", "b")
    }
    blocker = threading.Thread(target=gated.detect, args=(GREY, "frame"))
    blocker.start()
    assert network.started.wait(10)
    for stream in streams.values():
        stream.submit(GREY, 0.0)
    photos = [threading.Thread(target=gated.detect, args=(GREY, "frame")) for _ in range(2)]
    for photo in photos:
        photo.start()
    wait_until(lambda: gated.stats().waiting == 2)
    network.gate.set()
    for thread in (blocker, *photos):
        thread.join()
    wait_until(lambda: len(order) == 2)
    assert order == ["a", "b"]


def test_faces_of_a_stream_carry_track_numbers(
    engine: InferenceEngine, astronaut: np.ndarray
) -> None:
    stream = engine.open_stream()
    stream.submit(astronaut, 0.0)
    wait_until(lambda: stream.latest() is not None)
    latest = stream.latest()
    assert latest is not None
    assert [face.track_id for face in latest.detections.faces] == [1]
    assert latest.latency_s > 0


def test_one_bad_picture_does_not_end_the_engine(
    engine: InferenceEngine, astronaut: np.ndarray
) -> None:
    with pytest.raises(NotAnImage):
        engine.detect(np.zeros((4, 4), np.uint8))
    assert len(engine.detect(astronaut, "frame").faces) == 1


def test_an_error_in_a_listener_does_not_end_the_stream(
    engine: InferenceEngine, astronaut: np.ndarray
) -> None:
    calls: list[Detections] = []

    def listener(detections: Detections, captured_at: float) -> None:
        calls.append(detections)
        if len(calls) == 1:
            raise RuntimeError("a listener's own mistake")

    stream = engine.open_stream(listener)
    stream.submit(astronaut, 0.0)
    wait_until(lambda: stream.stats().failed == 1)
    stream.submit(astronaut, 1.0)
    wait_until(lambda: stream.stats().analysed == 1)
    assert len(calls) == 2


def test_a_closed_engine_says_not_ready(detector: EmotionDetector) -> None:
    engine = InferenceEngine(detector)
    stream = engine.open_stream()
    engine.close()
    engine.close()
    with pytest.raises(NotReady):
        engine.detect(GREY)
    with pytest.raises(NotReady):
        stream.submit(GREY, 0.0)
    with pytest.raises(NotReady):
        engine.open_stream()


def test_closing_answers_those_who_wait(gated: InferenceEngine, network: GatedNetwork) -> None:
    errors: list[Exception] = []

    def ask() -> None:
        try:
            gated.detect(GREY, "frame")
        except NotReady as error:
            errors.append(error)

    first = threading.Thread(target=gated.detect, args=(GREY, "frame"))
    first.start()
    assert network.started.wait(10)
    waiting = threading.Thread(target=ask)
    waiting.start()
    wait_until(lambda: gated.stats().waiting == 1)
    closing = threading.Thread(target=gated.close)
    closing.start()
    waiting.join(10)
    assert len(errors) == 1
    network.gate.set()
    closing.join(10)
    first.join(10)
    assert not closing.is_alive()


def test_a_closed_stream_leaves_the_others_running(
    engine: InferenceEngine, astronaut: np.ndarray
) -> None:
    first, second = engine.open_stream(), engine.open_stream()
    first.close()
    assert engine.stats().streams == 1
    second.submit(astronaut, 0.0)
    wait_until(lambda: second.latest() is not None)
    with pytest.raises(NotReady):
        first.submit(astronaut, 0.0)


def test_a_video_that_arrives_by_request_is_followed(
    engine: InferenceEngine, astronaut: np.ndarray
) -> None:
    follower = FaceFollower()
    answers = [engine.detect_frame(astronaut, at, follower) for at in (0.0, 0.1)]
    assert [answer.timing.path for answer in answers] == ["detected", "followed"]
    first, second = (answer.faces[0] for answer in answers)
    assert first.box.iou(second.box) > 0.7
    assert first.emotion is second.emotion
    wait_until(lambda: engine.stats().analysed == 2)
    assert engine.stats().followed == 1
    # A picture that belongs to no video is always detected.
    assert engine.detect(astronaut, "frame").timing.path == "detected"
