"""The colours of a face's skin: forehead and cheeks without the mouth, and only on request."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Box, Detections
from fer_core.vision.skin_colour import skin_regions
from tests.synthetic.heads import Head

FOREHEAD, CHEEKS, REST = (180, 140, 120), (200, 150, 130), (90, 20, 20)


def test_by_the_box_it_is_forehead_and_cheeks_apart_and_no_mouth() -> None:
    rgb = np.full((200, 200, 3), REST, np.uint8)
    rgb[55:80] = FOREHEAD
    rgb[94:118] = CHEEKS
    found = skin_regions(rgb, Box(50, 50, 100, 100))
    assert found is not None
    assert found.forehead == pytest.approx(FOREHEAD)
    assert found.cheeks == pytest.approx(CHEEKS)


@pytest.mark.parametrize("roll", [-30.0, 0.0, 25.0])
def test_by_the_points_it_follows_a_tilted_head(roll: float) -> None:
    marks = Head(roll=roll).marks
    points = marks.points
    rgb = np.full((480, 640, 3), FOREHEAD, np.uint8)
    y, x = np.mgrid[:480, :640]
    up = np.array([np.sin(np.radians(roll)), -np.cos(np.radians(roll))])
    height = (x - points[27, 0]) * up[0] + (y - points[27, 1]) * up[1]
    rgb[height < 0] = CHEEKS
    mouth = points[48:68].mean(axis=0)
    rgb[np.hypot(x - mouth[0], y - mouth[1]) < 18] = REST
    found = skin_regions(rgb, Box(0, 0, 1, 1), marks)
    assert found is not None
    assert found.forehead == pytest.approx(FOREHEAD, abs=1)
    assert found.cheeks == pytest.approx(CHEEKS, abs=2)


@pytest.mark.parametrize("box", [Box(-90, 50, 100, 100), Box(500, 500, 50, 50), Box(9, 9, 0, 0)])
def test_a_face_that_is_hardly_in_view_has_none(box: Box) -> None:
    assert skin_regions(np.full((200, 200, 3), 128, np.uint8), box) is None


def test_points_far_outside_have_none() -> None:
    marks = replace(Head().marks, points=Head().points * 1e6)
    assert skin_regions(np.full((200, 200, 3), 128, np.uint8), Box(0, 0, 9, 9), marks) is None


@pytest.mark.parametrize("asked", [True, False])
def test_a_stream_measures_it_only_where_it_is_asked_to(
    engine: InferenceEngine, astronaut: np.ndarray, asked: bool
) -> None:
    answers: list[Detections] = []
    came = threading.Event()

    def take(detections: Detections, captured_at: float) -> None:
        answers.append(detections)
        came.set()

    engine.open_stream(take).submit(astronaut, 1.0, skin=asked)
    assert came.wait(20)
    assert [face.skin is not None for face in answers[0].faces] == [asked]
