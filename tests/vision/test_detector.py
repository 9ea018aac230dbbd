"""The shipped model on real photographs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.emotions import EMOTIONS, LABELS, Emotion
from fer_core.errors import (
    NotAnImage,
)
from fer_core.vision.backends import Float32Array
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Box
from fer_core.vision.model_info import read_model_info
from tests.vision.samples import ASTRONAUT_FACE, MODES


@pytest.mark.parametrize("mode", MODES)
def test_the_astronaut_smiles_and_her_box_is_where_her_face_is(
    detector: EmotionDetector, astronaut: np.ndarray, mode: Mode
) -> None:
    (face,) = detector.detect(astronaut, mode).faces
    assert face.emotion is Emotion.HAPPY
    assert face.box.iou(ASTRONAUT_FACE) > 0.6


def test_probabilities_are_five_and_sum_to_1(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    face = detector.detect(astronaut).faces[0]
    assert face.probabilities.shape == (len(EMOTIONS),)
    assert face.probabilities.sum() == pytest.approx(1.0)
    assert not face.probabilities.flags.writeable


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_the_answer_does_not_depend_on_the_size_of_the_photo(
    detector: EmotionDetector, astronaut: np.ndarray, scale: float
) -> None:
    photo = np.asarray(cv2.resize(astronaut, None, fx=scale, fy=scale), np.uint8)
    face = detector.detect(photo).faces[0]
    assert face.emotion is Emotion.HAPPY
    box = Box(*(value / scale for value in face.box))
    assert box.iou(ASTRONAUT_FACE) > 0.6


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("side", [240, 300, 420])
@pytest.mark.parametrize(("left", "top"), [(100, 30), (170, 60)])
def test_a_small_face_gets_a_box_of_its_own_size_not_of_head_and_shoulders(
    detector: EmotionDetector, astronaut: np.ndarray, left: int, top: int, side: int, mode: Mode
) -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[top : top + side, left : left + side] = cv2.resize(
        astronaut, (side, side), interpolation=cv2.INTER_AREA
    )
    (face,) = detector.detect(frame, mode).faces
    scale = side / 512
    x, y, width, height = (value * scale for value in ASTRONAUT_FACE)
    assert face.box.iou(Box(left + x, top + y, width, height)) > 0.5


class Sees:
    """A network that sees the same faces, as sure, at whatever scale a picture of 320 px comes."""

    def __init__(self, *faces: tuple[Box, float]) -> None:
        self._faces = faces

    def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
        scale = batch.shape[3] / 320
        rows = [
            [*(value * scale for value in (*box.centre, box.width, box.height)), sure, 0, 0, 0, 0]
            for box, sure in self._faces
        ]
        return np.repeat(np.array(rows, np.float32).T[None], len(batch), axis=0)


class Confirms:
    """A refiner that takes whatever fills the middle of its crop for a face."""

    def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
        side = batch.shape[3]
        row = np.array([side / 2, side / 2, side * 0.6, side * 0.6, 0.87, 0, 0, 0, 0], np.float32)
        return np.repeat(row[None, :, None], len(batch), axis=0)


@pytest.mark.parametrize("part_is_sure", [0.05, 0.6])
def test_a_part_of_a_face_that_looks_like_one_does_not_take_its_place_in_a_photo(
    part_is_sure: float,
) -> None:
    face, part = Box(68, 133, 56, 56), Box(83, 147, 28, 28)
    network = Sees((face, 0.86), (part, part_is_sure))
    detector = EmotionDetector(network, read_model_info(Settings().weights), Confirms())
    (found,) = detector.detect(np.zeros((320, 320, 3), np.uint8), confidence=0.01).faces
    assert found.box.iou(face) > 0.9


def test_a_crowd_in_a_large_photo_keeps_its_small_faces(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    head = cv2.resize(astronaut[20:260, 110:350], (90, 90), interpolation=cv2.INTER_AREA)
    photo = np.full((3000, 4000, 3), 150, np.uint8)
    places = [(x, y) for y in range(300, 2800, 600) for x in range(300, 3800, 700)]
    for x, y in places:
        photo[y : y + 90, x : x + 90] = head
    faces = detector.detect(photo).faces
    found = sum(
        any(face.box.iou(Box(x + 22, y + 16, 40, 41)) > 0.4 for face in faces) for x, y in places
    )
    assert found >= 0.9 * len(places)


def test_a_photo_seen_by_several_threads_gets_the_same_answer(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    photo = np.asarray(cv2.resize(astronaut, (1500, 1500)), np.uint8)
    (alone,) = detector.detect(photo).faces
    (together,) = EmotionDetector.load(threads=3).detect(photo).faces
    assert together.box == pytest.approx(alone.box, abs=0.1)
    assert together.probabilities == pytest.approx(alone.probabilities, abs=1e-3)


def test_faces_come_largest_first(detector: EmotionDetector, astronaut: np.ndarray) -> None:
    photo = np.full((700, 1100, 3), 120, np.uint8)
    photo[100:356, 50:306] = cv2.resize(astronaut, (256, 256))
    photo[100:612, 500:1012] = astronaut
    faces = detector.detect(photo).faces
    assert len(faces) == 2
    assert faces[0].box.area > faces[1].box.area


@pytest.mark.parametrize("mode", MODES)
def test_no_face_is_an_answer(detector: EmotionDetector, mode: Mode) -> None:
    detections = detector.detect(np.full((480, 640, 3), 128, np.uint8), mode)
    assert detections.faces == ()
    assert (detections.width, detections.height) == (640, 480)
    assert not detections.blank


def test_a_black_frame_is_blank(detector: EmotionDetector) -> None:
    assert detector.detect(np.zeros((480, 640, 3), np.uint8), "frame").blank


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (3000, 1, 3), (31, 33, 3)])
def test_pictures_of_odd_shapes_are_answered(
    detector: EmotionDetector, shape: tuple[int, int, int]
) -> None:
    for mode in MODES:
        assert detector.detect(np.full(shape, 77, np.uint8), mode).width == shape[1]


def test_a_known_face_is_read_without_finding_it(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    (read,) = detector.read(astronaut, [ASTRONAUT_FACE])
    assert LABELS[int(read.argmax())] == "Happy"
    assert read.sum() == pytest.approx(1)
    assert detector.read(astronaut, []).shape == (0, 5)
    assert np.isnan(detector.read(np.full((200, 200, 3), 77, np.uint8), [ASTRONAUT_FACE])).all()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)],
)
def test_what_is_not_rgb_is_refused(detector: EmotionDetector, pixels: np.ndarray) -> None:
    with pytest.raises(NotAnImage):
        detector.detect(pixels)


def test_boxes_stay_within_the_picture(detector: EmotionDetector, astronaut: np.ndarray) -> None:
    cut = np.ascontiguousarray(astronaut[90:300, 120:330])
    for face in detector.detect(cut).faces:
        assert face.box.x >= 0
        assert face.box.y >= 0
        assert face.box.x + face.box.width <= cut.shape[1]
        assert face.box.y + face.box.height <= cut.shape[0]


@pytest.mark.parametrize("mode", MODES)
def test_lettering_is_no_face(detector: EmotionDetector, mode: Mode) -> None:
    rng = np.random.default_rng(0)
    for _ in range(12):
        slide = np.full((360, 640, 3), rng.integers(0, 256), np.uint8)
        for _ in range(rng.integers(1, 4)):
            cv2.putText(
                slide,
                "".join(chr(code) for code in rng.integers(65, 91, rng.integers(3, 12))),
                (int(rng.integers(0, 300)), int(rng.integers(60, 340))),
                int(rng.integers(8)),
                float(rng.uniform(1, 5)),
                tuple(int(value) for value in rng.integers(0, 256, 3)),
                int(rng.integers(1, 9)),
                cv2.LINE_AA,
            )
        assert detector.detect(slide, mode).faces == ()


def test_a_higher_threshold_finds_no_more_faces(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    assert detector.detect(astronaut, confidence=0.999).faces == ()
