"""The canary passes for the shipped model and fails for one that is not right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fer_core.errors import WeightsError
from fer_core.vision.canary import HEAD, KnownAnswer, check_canary, draw_face, known_answer
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Detections
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo


class Altered:
    """A detector whose answers or description are changed on the way out."""

    def __init__(self, detector: EmotionDetector, **changes: object) -> None:
        self._detector = detector
        self._changes = changes
        self.info = detector.info

    def knowing(self, answer: object) -> Altered:
        self.info = ModelInfo.model_validate({**self.info.model_dump(), "canary": answer})
        return self

    def detect(
        self, rgb: RgbImage, mode: str = "photo", confidence: float | None = None
    ) -> Detections:
        found = self._detector.detect(rgb, mode, confidence)  # type: ignore[arg-type]
        return replace(found, faces=tuple(replace(face, **self._changes) for face in found.faces))


def test_the_shipped_model_gives_the_known_answer(detector: EmotionDetector) -> None:
    report = check_canary(detector)
    assert report.passed, report.detail


def test_the_shipped_model_states_its_answer(detector: EmotionDetector) -> None:
    assert KnownAnswer.model_validate((detector.info.model_extra or {}).get("canary"))


def test_the_recorded_answer_is_the_one_that_passes(detector: EmotionDetector) -> None:
    model = Altered(detector).knowing(known_answer(detector).model_dump())
    assert check_canary(model).passed


def test_without_a_recorded_answer_the_place_of_the_face_decides(
    detector: EmotionDetector,
) -> None:
    assert check_canary(Altered(detector).knowing(None)).passed
    moved = Altered(detector, box=Box(0, 0, 50, 50)).knowing(None)
    assert "wrong place" in check_canary(moved).detail


def test_other_probabilities_than_at_export_fail(detector: EmotionDetector) -> None:
    model = Altered(detector, probabilities=np.full(5, 0.2))
    model.knowing(known_answer(detector).model_dump())
    assert "otherwise" in check_canary(model).detail


def test_numbers_that_are_none_fail(detector: EmotionDetector) -> None:
    model = Altered(detector, probabilities=np.full(5, np.nan))
    assert not check_canary(model.knowing(known_answer(detector).model_dump())).passed


class Constant:
    """Answers every picture alike."""

    def __init__(self, info: ModelInfo, faces: tuple[object, ...]) -> None:
        self.info = info
        self._faces = faces

    def detect(
        self, rgb: RgbImage, mode: str = "photo", confidence: float | None = None
    ) -> Detections:
        return Detections(self._faces, rgb.shape[1], rgb.shape[0])  # type: ignore[arg-type]


def test_a_blind_model_fails(detector: EmotionDetector) -> None:
    assert "does not see" in check_canary(Constant(detector.info, ())).detail


def test_a_model_that_sees_faces_everywhere_fails(detector: EmotionDetector) -> None:
    faces = detector.detect(draw_face(), "frame", 0.1).faces
    assert "empty picture" in check_canary(Constant(detector.info, faces)).detail


def test_a_blind_model_cannot_be_given_a_known_answer(detector: EmotionDetector) -> None:
    with pytest.raises(WeightsError):
        known_answer(Constant(detector.info, ()))


def test_an_unreadable_record_fails(detector: EmotionDetector) -> None:
    assert "restore" in check_canary(Altered(detector).knowing({"box": 1})).detail


def test_the_head_is_inside_the_picture() -> None:
    height, width, _ = draw_face().shape
    assert HEAD.x + HEAD.width <= width
    assert HEAD.y + HEAD.height <= height
