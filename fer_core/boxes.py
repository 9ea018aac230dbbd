"""Areas and overlaps of rectangles, many at once.

Corners are arrays of x0, y0, x1, y1 along the last axis. The axes before it broadcast:
`ious(first[:, None], second)` compares each of n boxes with each of m, shape (n, m).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Corners = npt.NDArray[np.floating]


def areas(corners: Corners) -> npt.NDArray[np.float64]:
    """Return the areas, shape (...), of corners (..., 4); 0 where they enclose none."""
    sides = np.maximum(corners[..., 2:] - corners[..., :2], 0)
    return np.asarray(np.prod(sides, axis=-1, dtype=np.float64))


def intersections(first: Corners, second: Corners) -> npt.NDArray[np.float64]:
    """Return the areas that two sets of corners (..., 4) share, shape (...)."""
    low = np.maximum(first[..., :2], second[..., :2])
    high = np.minimum(first[..., 2:], second[..., 2:])
    return areas(np.concatenate([low, high], axis=-1))


def ious(first: Corners, second: Corners) -> npt.NDArray[np.float64]:
    """Return intersection over union of corners (..., 4), 0..1; 0 where both are empty."""
    shared = intersections(first, second)
    union = areas(first) + areas(second) - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def shares_inside(corners: Corners, outer: Corners) -> npt.NDArray[np.float64]:
    """Return which share of corners (..., 4) lies inside `outer`, 0..1; 0 for an empty box."""
    return np.asarray(intersections(corners, outer) / np.maximum(areas(corners), 1e-9))
