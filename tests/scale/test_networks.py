"""Networks that run for several at once answer what they answer alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.errors import NotReady, SettingsError
from fer_core.scale.networks import (
    NetworkRuns,
    Run,
    remote_detector,
    remote_engine,
    to_bytes,
    to_floats,
)
from fer_core.vision.backends import Float32Array
from fer_core.vision.crops import to_tensor
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.follower import FaceFollower
from fer_core.vision.image import RgbImage


@pytest.fixture(scope="module")
def runs() -> NetworkRuns:
    return NetworkRuns.load(Settings().weights)


def test_inputs_are_the_same_numbers_on_the_other_side() -> None:
    every = np.arange(256 * 12, dtype=np.uint8).reshape(1, 32, 32, 3)
    sent = to_tensor(list(every))
    assert np.array_equal(to_floats(to_bytes(sent)), sent)


def test_runs_of_one_network_and_shape_go_together(runs: NetworkRuns) -> None:
    made = np.random.default_rng(3)

    def inputs(count: int, side: int) -> np.ndarray:
        return made.integers(0, 256, (count, 3, side, side), np.uint8)

    asked = [
        *(Run("detector", inputs(1, 64)), Run("refiner", inputs(2, 64))),
        *(Run("detector", inputs(2, 64)), Run("detector", inputs(1, 96))),
    ]
    answers = runs(asked)
    assert [answer.shape for answer in answers] == [
        *((1, 9, 84), (2, 9, 84), (2, 9, 84), (1, 9, 189)),
    ]
    for run, answer in zip(asked, answers, strict=True):
        np.testing.assert_allclose(answer, runs([run])[0], rtol=1e-3, atol=1e-3)


def test_a_detector_whose_networks_are_elsewhere_finds_the_same(
    runs: NetworkRuns, detector: EmotionDetector, astronaut: RgbImage
) -> None:
    asked: list[Run] = []

    def ask(run: Run) -> Float32Array:
        asked.append(run)
        return runs([run])[0]

    remote = remote_detector(Settings().weights, ask, threads=1)
    here, there = detector.detect(astronaut, "frame"), remote.detect(astronaut, "frame")
    assert [face.box for face in there.faces] == [face.box for face in here.faces]
    for face, same in zip(there.faces, here.faces, strict=True):
        assert np.array_equal(face.probabilities, same.probabilities)
        assert (face.marks is None) == (same.marks is None)
    boxes = [face.box for face in here.faces]
    followed = remote.follow(astronaut, boxes)
    assert followed is not None
    assert [run.role for run in asked] == ["detector", "refiner", "refiner"]


def test_a_check_notices_a_network_that_answers_no_numbers(runs: NetworkRuns) -> None:
    runs.check()
    broken = NetworkRuns(
        {"detector": lambda batch, _least=0.0: np.full((len(batch), 9, 84), np.nan)}
    )
    with pytest.raises(NotReady):
        broken.check()


def test_a_checkpoint_is_not_shared() -> None:
    with pytest.raises(SettingsError, match="fer train export"):
        NetworkRuns.load(Path("best.pt"))


def test_several_frames_are_on_their_way_to_the_networks_at_once(runs: NetworkRuns) -> None:
    both = Barrier(2, timeout=20)
    first: list[int] = []

    def ask(run: Run) -> Float32Array:
        if run.role == "detector" and len(first) < 2:
            first.append(1)
            both.wait()  # one alone would wait in vain
        return runs([run])[0]

    blank = np.zeros((120, 160, 3), np.uint8)
    engine = remote_engine(Settings(threads=1), ask)
    try:
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(engine.detect_frame, blank, float(number), FaceFollower())
                for number in range(2)
            ]
            assert [one.result().faces for one in asked] == [(), ()]
    finally:
        engine.close()
