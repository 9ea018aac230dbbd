"""Areas and overlaps of rectangles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.boxes import areas, intersections, ious, shares_inside

WHOLE_PIXELS = arrays(np.float32, (3, 4), elements=st.integers(0, 40).map(float))


def test_the_share_inside_is_of_the_own_area() -> None:
    corners = np.array([(0, 0, 100, 100), (50, 0, 150, 100), (20, 20, 40, 40), (200, 0, 210, 9)])
    assert shares_inside(corners, np.array((0, 0, 100, 100))) == pytest.approx([1, 0.5, 1, 0])


def test_each_box_is_compared_with_each_other_one() -> None:
    first = np.array([(0, 0, 10, 10), (5, 0, 15, 10)])
    second = np.array([(0, 0, 10, 10), (0, 0, 20, 10), (100, 0, 110, 10)])
    expected = np.array([[1, 0.5, 0], [1 / 3, 0.5, 0]])
    assert ious(first[:, None], second) == pytest.approx(expected)


def test_empty_boxes_have_no_area_and_overlap_nothing() -> None:
    corners = np.array([(10, 10, 5, 20), (7, 7, 7, 7)])
    assert areas(corners).tolist() == [0, 0]
    assert ious(corners, corners).tolist() == [0, 0]


@given(first=WHOLE_PIXELS, second=WHOLE_PIXELS)
def test_shared_areas_are_those_counted_pixel_by_pixel(
    first: np.ndarray, second: np.ndarray
) -> None:
    def covered(corners: np.ndarray) -> np.ndarray:
        rows, columns = np.mgrid[:40, :40]
        left, top, right, bottom = corners
        within = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        return np.asarray(within)

    counted = [int((covered(a) & covered(b)).sum()) for a, b in zip(first, second, strict=True)]
    assert intersections(first, second).tolist() == counted
