"""Faces that lie on their side or stand on their head are found, with boxes in the photo itself."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.config import Settings
from fer_core.emotions import Emotion
from fer_core.vision.backends import Float32Array
from fer_core.vision.crops import photo_views
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import read_model_info
from fer_core.vision.turned import turned_back

#: Where the astronaut's face is in the 512 x 512 photograph, measured by hand.
FACE = Box(170, 62, 108, 108)


@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    place=st.tuples(*[st.integers(0, 39)] * 4),
    turn=st.integers(1, 3),
)
def test_a_box_of_the_turned_picture_marks_the_same_pixels(
    size: tuple[int, int], place: tuple[int, int, int, int], turn: int
) -> None:
    width, height = size
    left, right = sorted((place[0] % width, place[1] % width))
    top, bottom = sorted((place[2] % height, place[3] % height))
    marked = np.zeros((height, width), bool)
    marked[top : bottom + 1, left : right + 1] = True
    rows, columns = np.nonzero(np.rot90(marked, turn))
    box = Box.of_corners((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    expected = Box(left, top, right - left + 1, bottom - top + 1)
    assert turned_back(box, turn, width, height) == expected


@pytest.mark.parametrize("lies", [1, 2, 3])
def test_a_face_in_a_turned_photo_is_found_and_read(
    detector: EmotionDetector, astronaut: RgbImage, lies: int
) -> None:
    photo = np.full((600, 900, 3), 120, np.uint8)
    photo[60:572, 50:562] = astronaut
    upright = Box(FACE.x + 50, FACE.y + 60, FACE.width, FACE.height)
    found = detector.detect(np.ascontiguousarray(np.rot90(photo, lies)))
    assert (found.width, found.height) == ((900, 600) if lies == 2 else (600, 900))
    (face,) = found.faces
    # Turning the photo back takes as many quarters as four lack.
    assert face.emotion is Emotion.HAPPY
    assert turned_back(upright, 4 - lies, found.width, found.height).iou(face.box) > 0.6


def test_a_turned_photo_may_be_large(detector: EmotionDetector, astronaut: RgbImage) -> None:
    large = np.asarray(
        cv2.resize(np.ascontiguousarray(astronaut[::-1, ::-1]), (2600, 2600)), np.uint8
    )
    (face,) = detector.detect(large).faces
    assert face.emotion is Emotion.HAPPY


class Counting:
    """A network that sees no face anywhere, and remembers what it was given."""

    def __init__(self) -> None:
        self.inputs: list[tuple[int, int]] = []

    def __call__(self, batch: Float32Array, _least: float = 0.0) -> Float32Array:
        self.inputs += [(batch.shape[3], batch.shape[2])] * len(batch)
        return np.zeros((len(batch), 9, 1), np.float32)


@pytest.mark.parametrize("shape", [(640, 480), (50, 40), (4000, 3000), (300_000, 8), (8, 300_000)])
def test_a_photo_without_a_face_is_looked_at_three_times_more(shape: tuple[int, int]) -> None:
    width, height = shape
    network = Counting()
    detector = EmotionDetector(network, read_model_info(Settings().weights))
    grey: RgbImage = np.full(3, 90, np.uint8)
    photo: RgbImage = np.broadcast_to(grey, (height, width, 3))
    assert detector.detect(photo).faces == ()
    searched = sorted(view.input_shape[::-1] for view in photo_views(width, height, 640))
    looks = list(network.inputs)
    for view in searched:
        looks.remove(view)
    assert len(looks) == 3
    assert max(map(max, looks)) <= 640


def test_an_upright_face_is_not_looked_at_again(
    detector: EmotionDetector, astronaut: RgbImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("fer_core.vision.detector.look_again", look_again)
    assert len(detector.detect(astronaut).faces) == 1
    detector.detect(np.full((480, 640, 3), 90, np.uint8), "frame")


def test_a_threshold_is_kept_after_turning(detector: EmotionDetector, astronaut: RgbImage) -> None:
    lying = np.ascontiguousarray(np.rot90(astronaut))
    (face,) = detector.detect(lying, confidence=0.4).faces
    assert detector.detect(lying, confidence=face.confidence + 0.001).faces == ()
