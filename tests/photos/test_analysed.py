"""A photo is analysed once; thresholds filter, problems are answers."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.emotions import Emotion
from fer_core.photos.analysed import (
    LOWEST_CONFIDENCE,
    AnalysedPhoto,
    analyse_photo,
    could_also_be,
    count_expressions,
    doubt,
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


def doubtful(*probabilities: float, said: Emotion | None = None) -> Face:
    return Face(Box(0, 0, 9, 9), 0.9, np.array(probabilities), unsure_below=0.5, said=said)


def test_what_a_face_could_also_be_is_named_where_it_is_likely_enough() -> None:
    assert could_also_be(doubtful(0.02, 0.95, 0.01, 0.01, 0.01)) == []
    assert could_also_be(doubtful(0.0, 0.63, 0.05, 0.04, 0.28)) == [(Emotion.SURPRISED, 0.28)]
    unsure = could_also_be(doubtful(0.05, 0.3, 0.4, 0.25, 0.0))
    assert [emotion for emotion, _ in unsure] == [Emotion.NATURAL, Emotion.HAPPY]


def test_what_somebody_said_is_not_in_doubt() -> None:
    face = doubtful(0.0, 0.63, 0.05, 0.04, 0.28, said=Emotion.SAD)
    assert (could_also_be(face), doubt([face])) == ([], 0.0)
    assert count_expressions([face])[Emotion.SAD] == 1


def test_the_least_sure_face_makes_a_photos_doubt() -> None:
    faces = [doubtful(0, 0.9, 0.1, 0, 0), doubtful(0, 0.6, 0.4, 0, 0)]
    assert doubt(faces) == pytest.approx(0.4)
    assert doubt([]) == 0.0
