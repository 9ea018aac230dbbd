"""The head's motion, from the face's place in one second to that in the next."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.sessions.head_motion import HeadMotion
from fer_core.sessions.second import MEASURES, PLACE, Second


def place(x: float, y: float, size: float = 0.25) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a second's means with the face's centre and height as shares of the picture."""
    means = np.zeros(MEASURES)
    means[PLACE] = x, y, size
    return means


def test_motion_is_in_face_heights_a_second_whatever_the_picture_s_shape() -> None:
    motion = HeadMotion()
    assert motion.take(Second(0, aspect=2.0), place(0.5, 0.5)) is None
    # 0.15 of a picture that is twice as wide as high are 0.3 of its height, and 0.4 downwards.
    moved = motion.take(Second(1, aspect=2.0), place(0.65, 0.9))
    assert moved == pytest.approx(np.hypot(0.3, 0.4) / 0.25)


def test_over_two_seconds_the_same_way_is_half_as_fast() -> None:
    motion = HeadMotion()
    motion.take(Second(0, aspect=1.0), place(0.5, 0.5))
    assert motion.take(Second(1), None) is None
    assert motion.take(Second(2, aspect=1.0), place(0.5, 0.75)) == pytest.approx(0.5)


def test_after_a_long_gap_motion_begins_anew() -> None:
    motion = HeadMotion()
    motion.take(Second(0), place(0.5, 0.5))
    assert motion.take(Second(60), place(0.1, 0.1)) is None
    assert motion.mean is None


def test_the_mean_comes_back_from_stored_seconds() -> None:
    motion = HeadMotion()
    motion.restore(0.5, 1.0)
    motion.restore(0.5, 2.0)
    assert motion.mean == pytest.approx(0.5)
    motion.reset()
    assert motion.mean is None
