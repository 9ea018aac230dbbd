"""A photo is analysed once; thresholds filter, problems are answers."""

from __future__ import annotations

import numpy as np

from fer_core.config import Settings
from fer_core.emotions import Emotion
from fer_core.photos.analysed import (
    LOWEST_CONFIDENCE,
    AnalysedPhoto,
    analyse_photo,
    count_expressions,
)
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Detections, Face


def face(confidence: float, of: int = 1, sure: float = 0.9) -> Face:
    probabilities = np.full(5, (1 - sure) / 4)
    probabilities[of] = sure
    return Face(Box(0, 0, 10, 10), confidence, probabilities, unsure_below=0.4)


def test_a_smiling_astronaut_is_happy(detector: EmotionDetector, astronaut_jpeg: bytes) -> None:
    photo, rgb = analyse_photo("astronaut.jpg", astronaut_jpeg, detector, Settings())
    assert rgb is not None
    assert rgb.shape == (512, 512, 3)
    assert photo.problem is None
    assert photo.faces(0.25)[0].emotion is Emotion.HAPPY
    assert photo.decode_ms > 0


def test_a_file_that_is_no_picture_is_answered_with_its_problem(
    detector: EmotionDetector,
) -> None:
    photo, rgb = analyse_photo("notes.jpg", b"shopping list", detector, Settings())
    assert rgb is None
    assert photo.detections is None
    assert photo.problem is not None
    assert photo.problem.code == "not_an_image"
    assert photo.faces(0.1) == ()


def test_the_settings_limits_hold(detector: EmotionDetector, astronaut_jpeg: bytes) -> None:
    small = Settings(max_megapixels=0.1)
    photo, _ = analyse_photo("astronaut.jpg", astronaut_jpeg, detector, small)
    assert photo.problem is not None
    assert photo.problem.code == "too_many_pixels"


def test_a_threshold_set_later_gives_what_the_detector_would_have_given(
    detector: EmotionDetector, astronaut_jpeg: bytes
) -> None:
    photo, rgb = analyse_photo("astronaut.jpg", astronaut_jpeg, detector, Settings())
    assert rgb is not None
    asked = detector.detect(rgb, "photo", confidence=0.5).faces
    assert [each.box for each in photo.faces(0.5)] == [each.box for each in asked]


def test_faces_below_the_threshold_are_left_out() -> None:
    photo = AnalysedPhoto("a.jpg", Detections((face(0.9), face(0.3), face(0.22)), 100, 100))
    assert len(photo.faces(LOWEST_CONFIDENCE)) == 3
    assert len(photo.faces(0.3)) == 2
    assert len(photo.faces(0.95)) == 0


def test_expressions_are_counted_in_class_order_and_unsure_last() -> None:
    counts = count_expressions([face(1), face(1), face(1, of=3), face(1, sure=0.3)])
    assert list(counts) == [*Emotion, None]
    assert counts[Emotion.HAPPY] == 2
    assert counts[Emotion.SAD] == 1
    assert counts[None] == 1
    assert counts[Emotion.ANGRY] == 0
