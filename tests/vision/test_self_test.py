"""The self-test passes for the shipped model and fails for one that is not right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Box, Detections, Face
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo
from fer_core.vision.self_test import draw_face, known_answer, record, recorded, run_self_test


class Altered:
    """A detector whose answers or description are changed on the way out."""

    def __init__(
        self, detector: EmotionDetector, change: Callable[[Face], Face] = lambda face: face
    ) -> None:
        self._detector = detector
        self._change = change
        self.info = detector.info

    def knowing(self, answer: object) -> Altered:
        self.info = ModelInfo.model_validate({**self.info.model_dump(), "self_test": answer})
        return self

    def detect(
        self, rgb: RgbImage, mode: Mode = "photo", confidence: float | None = None
    ) -> Detections:
        found = self._detector.detect(rgb, mode, confidence)
        return replace(found, faces=tuple(self._change(face) for face in found.faces))


def without_numbers(face: Face) -> Face:
    return replace(face, probabilities=np.full(5, np.nan))


def test_the_shipped_model_gives_the_known_answer(detector: EmotionDetector) -> None:
    report = run_self_test(detector)
    assert report.passed, report.detail


def test_the_shipped_model_states_its_answer(detector: EmotionDetector) -> None:
    assert recorded(detector.info) is not None, "run: python -m fer_core.vision.self_test"


def test_what_is_recorded_for_a_model_is_what_passes(tmp_path: Path) -> None:
    for path in Settings().weights.parent.iterdir():
        shutil.copy(path, tmp_path)
    description = tmp_path / "model.json"
    values = json.loads(description.read_text())
    del values["self_test"]
    description.write_text(json.dumps(values))
    answer = record(description)
    model = EmotionDetector.load(description)
    assert recorded(model.info) == answer
    assert run_self_test(model).detail == "It gave the known answer to a drawn face."


def test_weights_without_a_known_answer_pass_if_they_answer(detector: EmotionDetector) -> None:
    report = run_self_test(Altered(detector).knowing(None))
    assert report.passed
    assert "no known answer" in report.detail


@pytest.mark.parametrize(
    "change",
    [
        lambda face: replace(face, box=Box(0, 0, 50, 50)),
        lambda face: replace(face, confidence=0.3),
        lambda face: replace(face, probabilities=np.full(5, 0.2)),
        without_numbers,
    ],
    ids=["place", "confidence", "probabilities", "no numbers"],
)
def test_another_answer_than_at_export_fails(
    detector: EmotionDetector, change: Callable[[Face], Face]
) -> None:
    model = Altered(detector, change).knowing(known_answer(detector).model_dump())
    assert "otherwise" in run_self_test(model).detail


def test_numbers_that_are_none_fail_without_a_known_answer_too(detector: EmotionDetector) -> None:
    model = Altered(detector, without_numbers).knowing(None)
    assert not run_self_test(model).passed


class Constant:
    """Answers every picture alike."""

    def __init__(self, info: ModelInfo, faces: tuple[Face, ...]) -> None:
        self.info = info
        self._faces = faces

    def detect(
        self, rgb: RgbImage, mode: Mode = "photo", confidence: float | None = None
    ) -> Detections:
        return Detections(self._faces, rgb.shape[1], rgb.shape[0])


def test_a_model_that_went_blind_fails(detector: EmotionDetector) -> None:
    blind = Constant(Altered(detector).knowing(known_answer(detector).model_dump()).info, ())
    assert "otherwise" in run_self_test(blind).detail


def test_a_model_that_never_saw_the_drawing_passes(detector: EmotionDetector) -> None:
    unmoved = Constant(detector.info, ())
    info = Altered(detector).knowing(known_answer(unmoved).model_dump()).info
    assert run_self_test(Constant(info, ())).passed


def test_a_model_that_sees_faces_everywhere_fails(detector: EmotionDetector) -> None:
    faces = detector.detect(draw_face(), "frame", 0.1).faces
    assert "empty picture" in run_self_test(Constant(detector.info, faces)).detail


def test_an_unreadable_record_fails(detector: EmotionDetector) -> None:
    assert "restore" in run_self_test(Altered(detector).knowing({"box": 1})).detail
