"""Real faces, turned, bent, tilted and with lids drawn down: what the shipped networks say of them.

The pictures are warped here from the training data's val rows; without the data the tests skip.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import pytest

from benchmarks.landmarks import box_of, marked_rows
from fer_core.arrays import FloatArray
from fer_core.face.direction import Direction
from fer_core.face.measures import FaceMeasures, measure_face
from fer_core.video.analysis import analyse_video, sees_by_detector
from fer_core.video.source import VideoSource
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage
from tests.synthetic.turned_faces import Act, acted, turned
from tests.video.conftest import LIMITS
from tests.video.films_in_files import even_times, film

DATA = Path(__file__).parents[3] / "shared" / "data"
#: Of val: they look into the camera with open eyes.
FACES = (
    *("afw_afw_237815567_5", "afw_afw_24795717_2"),
    *("helen_testset_3266693323_1", "afw_afw_5106695994_1"),
)

pytestmark = pytest.mark.skipif(
    not (DATA / "landmarks.zip").is_file(), reason="the training data is not here"
)
#: Changes that each face is shown with, eyes open and closed.
CHANGES = 15
Face = tuple[RgbImage, FloatArray]
See = Callable[[RgbImage, Box], FaceMeasures]


@pytest.fixture(scope="module")
def faces() -> list[Face]:
    names = tuple(f"{name}." for name in FACES)
    found = {name: (rgb, points) for name, rgb, points in marked_rows(DATA, len(FACES), names)}
    return [found[f"{name}.webp"] for name in FACES]


@pytest.fixture(scope="module")
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
    "turn",
    [
        *((-14.0, 0.0, 0.0), (14.0, 0.0, 0.0)),
        *((0.0, 12.0, 0.0), (0.0, 0.0, 20.0)),
    ],
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


def moved(
    rgb: RgbImage, box: Box, scale: float, left: int, top: int, mirror: bool
) -> tuple[RgbImage, Box]:
    """Return a picture made larger or smaller, shifted and perhaps mirrored, and the box there."""
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    larger = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=way)
    shown = np.full((larger.shape[0] + top, larger.shape[1] + left, 3), 90, np.uint8)
    shown[top:, left:] = larger
    x, y, width, height = (scale * value for value in box)
    x += left
    if mirror:
        shown, x = np.ascontiguousarray(shown[:, ::-1]), shown.shape[1] - x - width
    return shown, Box(x, y + top, width, height)


def test_mirrored_larger_and_shifted_pictures_tell_nearly_the_same(
    faces: list[Face], see: See
) -> None:
    rng = np.random.default_rng(14)
    angles: list[FloatArray] = []
    openness: list[float] = []
    for (rgb, points), closed, _ in product(faces, (False, True), range(CHANGES)):
        shown, box = turned(rgb, points, closed=closed)
        before = see(shown, box)
        mirror = bool(rng.random() < 0.5)
        left, top = map(int, rng.integers(0, 80, 2))
        picture, (x, y, width, height) = moved(
            shown, box, float(rng.uniform(0.5, 2.0)), left, top, mirror
        )
        # A detector's box is never quite the same.
        across, down, larger = rng.uniform(-0.05, 0.05, 3)
        size = 1 + larger
        after = see(
            picture, Box(x + across * width, y + down * height, size * width, size * height)
        )
        side = np.array([-1, 1, -1]) if mirror else np.ones(3)
        angles.append(np.abs(side * after.pose.angles - before.pose.angles))
        if after.openness is not None and before.openness is not None:
            openness.append(abs(after.openness - before.openness))
    assert np.median(angles, axis=0).max() <= 2.0
    assert np.percentile(angles, 95, axis=0).max() <= 7.0
    assert len(openness) > 0.9 * len(angles)
    assert np.percentile(openness, 95) <= 0.35


#: What is shown, a frame a second, and what a timeline says of its last second.
SHOWN = (
    (Act(11), Direction.SCREEN, True),
    (Act(4, yaw=35), Direction.ASIDE, True),
    (Act(4, roll=20), Direction.SCREEN, True),
    (Act(4, pitch=30), Direction.DESK, True),
    (Act(4), Direction.SCREEN, True),
    (Act(3, closed=True), Direction.SCREEN, False),
)


def test_a_video_of_it_is_told_right_in_one_person_s_timeline(
    faces: list[Face], detector: EmotionDetector
) -> None:
    rgb, points = faces[1]
    frames = acted(rgb, points, [act for act, _, _ in SHOWN], 1.0, (320, 240))
    data = film(frames, even_times(sum(act.seconds for act, _, _ in SHOWN), 1.0))
    with VideoSource.of_bytes(data, "me.mp4", max_bytes=10_000_000) as source:
        found = analyse_video(
            source, sees_by_detector(detector), LIMITS, perf_counter, rate=1.0, people="one"
        )
    assert found.session is not None
    seen = {round(row.at): row.face for row in found.session.rows()}
    end = 0.0
    for act, direction, are_open in SHOWN:
        end += act.seconds
        second = seen[round(end) - 2]  # the last whole second of the act
        assert second is not None, act
        assert second.direction is direction, act
        assert second.eyes_open is not None
        assert (second.eyes_open > 0.6) is are_open, act
