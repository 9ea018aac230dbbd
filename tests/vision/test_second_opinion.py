"""Where a video's refiner is not sure what the largest face shows, a photo's is asked as well."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fer_core.arrays import expit
from fer_core.config import Settings
from fer_core.emotions import Emotion
from fer_core.vision.backends import Float32Array
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Detections
from fer_core.vision.model_info import ModelInfo, read_model_info

INFO: ModelInfo = read_model_info(Settings().weights)
PICTURE = np.zeros((320, 320, 3), np.uint8)
#: The larger one further to the left.
FACES = Box(40, 100, 80, 80), Box(200, 110, 60, 60)
Look = Callable[[EmotionDetector], Detections | None]


class Finds:
    """Sees both faces, and nothing in them."""

    def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
        scale = batch.shape[3] / 320
        rows = [
            [*(scale * value for value in (*box.centre, *box[2:])), *[0.17] * 5] for box in FACES
        ]
        return np.repeat(np.array(rows, np.float32).T[None], len(batch), axis=0)


class Reads:
    """A refiner that sees a face in the middle of its crop, and these probabilities in it."""

    def __init__(self, *probabilities: float) -> None:
        # The scores of which `calibrate` makes these probabilities.
        self._scores = expit(INFO.temperature * np.log(np.maximum(probabilities, 1e-3)))
        self.asked = 0

    def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
        self.asked += len(batch)
        side = batch.shape[3]
        row = np.array([side / 2, side / 2, side * 0.6, side * 0.6, *self._scores], np.float32)
        return np.repeat(row[None, :, None], len(batch), axis=0)


def probabilities_of_sad(sad: float) -> tuple[float, ...]:
    rest = (1 - sad) / 4
    return rest, rest, rest, sad, rest


LOOKS: dict[str, Look] = {
    "a frame": lambda detector: detector.detect(PICTURE, "frame"),
    "a frame in which faces are followed": lambda detector: detector.follow(PICTURE, FACES),
}


def answer(look: Look, first: Reads, second: Reads | None) -> Detections:
    found = look(EmotionDetector(Finds(), INFO, first, second))
    assert found is not None
    assert len(found.faces) == 2
    return found


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_face_that_is_read_surely_is_read_once(look: Look) -> None:
    first, second = Reads(*probabilities_of_sad(0.82)), Reads(0, 0, 1, 0, 0)
    assert answer(look, first, second).faces[0].strongest is Emotion.SAD
    assert not second.asked


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_of_an_open_face_the_larger_network_tells_what_it_shows(look: Look) -> None:
    first, second = Reads(*probabilities_of_sad(0.55)), Reads(0, 0, 1, 0, 0)
    largest, smaller = answer(look, first, second).faces
    assert largest.strongest is Emotion.NATURAL
    assert largest.probability > 0.9
    assert second.asked == 1
    assert smaller.strongest is not Emotion.NATURAL  # a session goes by the largest


def test_what_a_face_shows_does_not_jump_where_the_larger_network_begins_to_be_asked() -> None:
    def sad(probability: float) -> float:
        first, second = Reads(*probabilities_of_sad(probability)), Reads(0, 0, 1, 0, 0)
        found = answer(LOOKS["a frame"], first, second)
        return float(found.faces[0].probabilities[3])

    shown = [sad(probability) for probability in np.arange(0.59, 0.83, 0.005)]
    assert np.abs(np.diff(shown)).max() < 0.06
    assert shown[0] < 0.01
    assert shown[-1] > 0.8


def test_half_way_both_count_alike() -> None:
    first, second = Reads(*probabilities_of_sad(0.7)), Reads(*probabilities_of_sad(0.2))
    face = answer(LOOKS["a frame"], first, second).faces[0]
    expected = np.log([0.075, 0.7]) + np.log([0.2, 0.2])
    gap = np.diff(np.log(face.probabilities[[0, 3]]))[0]
    assert gap == pytest.approx(np.diff(expected)[0] / 2, abs=0.02)


def test_a_face_that_the_larger_network_does_not_find_keeps_the_first_answer() -> None:
    class Blind(Reads):
        def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
            seen = super().__call__(batch, least)
            seen[:, :2] = 0  # in a corner
            return seen

    first, blind = Reads(*probabilities_of_sad(0.5)), Blind(0, 0, 1, 0, 0)
    (face, _) = answer(LOOKS["a frame"], first, blind).faces
    (alone, _) = answer(LOOKS["a frame"], first, None).faces
    assert blind.asked
    assert face.probabilities == pytest.approx(alone.probabilities)


def test_what_was_said_a_moment_ago_is_taken_in_place_of_another_look() -> None:
    first, second = Reads(*probabilities_of_sad(0.5)), Reads(0, 0, 1, 0, 0)
    detector = EmotionDetector(Finds(), INFO, first, second)
    seen = detector.detect(PICTURE, "frame")
    again = detector.follow(PICTURE, FACES, seen.opinion)
    assert again is not None
    assert second.asked == 1
    assert again.faces[0].probabilities == pytest.approx(seen.faces[0].probabilities)
    assert again.opinion is seen.opinion


def test_what_was_said_changes_nothing_while_one_look_is_enough() -> None:
    second = Reads(0, 0, 1, 0, 0)
    detector = EmotionDetector(Finds(), INFO, Reads(*probabilities_of_sad(0.9)), second)
    said = np.array([0, 0, 9.0, 0, 0])
    found = detector.follow(PICTURE, FACES, said)
    assert found is not None
    assert found.faces[0].strongest is Emotion.SAD
    assert found.opinion is said


def test_one_network_for_both_is_not_asked_twice() -> None:
    both = Reads(*probabilities_of_sad(0.5))
    answer(LOOKS["a frame in which faces are followed"], both, both)
    assert both.asked == 2


def test_a_photo_is_not_read_by_the_video_s_refiner() -> None:
    first, second = Reads(*probabilities_of_sad(0.5)), Reads(0, 0, 1, 0, 0)
    found = EmotionDetector(Finds(), INFO, first, second).detect(PICTURE, "photo")
    assert {face.strongest for face in found.faces} == {Emotion.NATURAL}
    assert not first.asked
