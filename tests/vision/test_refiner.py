"""The box of a followed face: steady at rest, without delay when it moves."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.vision.refiner import MOVED_IOU, STEADIED, steadied

BEFORE = np.array([[100.0, 100.0, 200.0, 200.0]])


def moved(pixels: float) -> np.ndarray:
    return np.asarray(BEFORE + np.array([pixels, 0, pixels, 0]), np.float32)


def test_a_face_at_rest_trembles_less_than_its_boxes() -> None:
    drawn = steadied(moved(1), BEFORE)
    assert 0 < drawn[0, 0] - BEFORE[0, 0] < 1 - 0.8 * STEADIED


def test_a_face_that_moves_is_not_held_back() -> None:
    far = moved(100 * (1 - MOVED_IOU))
    assert steadied(far, BEFORE) == pytest.approx(far)


def test_the_faster_it_moves_the_less_it_is_held_back() -> None:
    kept = [(steadied(moved(d), BEFORE)[0, 0] - BEFORE[0, 0]) / d for d in (1, 3, 6, 9)]
    assert kept == sorted(kept)
