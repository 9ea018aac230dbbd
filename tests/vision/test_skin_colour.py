"""The colour of a face's skin: of the middle of its box, and only on request."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Box, Detections
from fer_core.vision.skin_colour import skin_colour


def test_it_is_the_mean_of_the_middle_of_the_box() -> None:
    rgb = np.zeros((200, 200, 3), np.uint8)
    rgb[60:140, 75:125] = (180, 140, 120)  # hair and ears stay black
    rgb[60:140, 100:125] = (200, 150, 130)
    assert skin_colour(rgb, Box(50, 50, 100, 100)) == pytest.approx((190, 145, 125))


@pytest.mark.parametrize("box", [Box(-90, 50, 100, 100), Box(500, 500, 50, 50), Box(9, 9, 0, 0)])
def test_a_face_that_is_hardly_in_view_has_none(box: Box) -> None:
    assert skin_colour(np.full((200, 200, 3), 128, np.uint8), box) is None


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
