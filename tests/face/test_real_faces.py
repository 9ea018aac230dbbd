"""Real faces, turned, bent, tilted and with lids drawn down: what the shipped networks say of them.

The pictures are warped here from the training data's val rows; without the data the tests skip.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.landmarks import box_of, marked_rows
from fer_core.arrays import FloatArray
from fer_core.face.direction import Direction
from fer_core.face.measures import FaceMeasures, measure_face
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Detections
from fer_core.vision.image import RgbImage
from tests.synthetic.signals import START
from tests.synthetic.turned_faces import turned

DATA = Path(__file__).parents[3] / "shared" / "data"
#: Of val: they look into the camera with open eyes.
FACES = ("afw_afw_2378", "afw_afw_2479", "helen_testse", "afw_afw_5106")

pytestmark = pytest.mark.skipif(
    not (DATA / "landmarks.zip").is_file(), reason="the training data is not here"
)
Face = tuple[RgbImage, FloatArray]
See = Callable[[RgbImage, Box], FaceMeasures]


@pytest.fixture(scope="module")
def faces() -> list[Face]:
    found = {name[:12]: (rgb, points) for name, rgb, points in marked_rows(DATA, 10_000)}
    return [found[name] for name in FACES]


@pytest.fixture
def see(detector: EmotionDetector) -> See:
    if detector.marks is None:
        pytest.skip("the model has no network for points")
    reader = detector.marks

    def look(rgb: RgbImage, box: Box) -> FaceMeasures:
        marks = reader.read(rgb, box)
        assert marks is not None
        measures = measure_face(marks)
        assert measures is not None
        return measures

    return look


@pytest.mark.parametrize(
    "turn", [(-14.0, 0.0, 0.0), (14.0, 0.0, 0.0), (0.0, 12.0, 0.0), (0.0, 0.0, 20.0)]
)
def test_known_turns_are_told_to_four_degrees(
    faces: list[Face], see: See, turn: tuple[float, float, float]
) -> None:
    off = []
    for rgb, points in faces:
        before = see(rgb, box_of(points)).pose
        after = see(*turned(rgb, points, *turn)).pose
        off.append(np.abs(np.subtract(after.angles, before.angles) - turn))
    assert np.mean(off, axis=0).max() <= 4.0


def test_lids_drawn_down_are_less_open(faces: list[Face], see: See) -> None:
    opened = [see(*turned(rgb, points)).openness for rgb, points in faces]
    closed = [see(*turned(rgb, points, closed=True)).openness for rgb, points in faces]
    assert all(one is not None and one > 0.85 for one in opened)
    assert np.mean([one for one in closed if one is not None]) < 0.4


def test_a_session_tells_screen_desk_and_aside(
    faces: list[Face], detector: EmotionDetector, see: See
) -> None:
    rgb, points = faces[1]
    shown = {
        name: detector.detect(turned(rgb, points, yaw, pitch)[0], "frame")
        for name, yaw, pitch in (("screen", 0.0, 0.0), ("aside", 40.0, 0.0), ("desk", 0.0, 30.0))
    }
    session, at = StudySession(SessionInfo("s", START)), START

    def watch(found: Detections, seconds: int) -> Direction | None:
        nonlocal at
        for _ in range(3 * seconds):
            at += 1 / 3
            session.observe(found, at)
        face = session.snapshot(at).face
        return None if face is None else face.direction

    assert watch(shown["screen"], 20) is Direction.SCREEN
    assert watch(shown["aside"], 5) is Direction.ASIDE
    assert watch(shown["desk"], 5) is Direction.DESK
    assert watch(shown["screen"], 5) is Direction.SCREEN
