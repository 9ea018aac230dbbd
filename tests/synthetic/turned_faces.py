"""Real faces turned by a known angle: a picture laid over a head and seen from elsewhere.

The points of a face that people set by hand give the head its place; in between, the generic head's
depth is stretched over a net of triangles, the picture is laid on it, and it is drawn anew after a
turn. The turn is known; what the head did before is the picture's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import DISTANCE, generic_head, rotation_of, solve
from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage

#: A ring of points around the face, as shares of the way from its middle, so that hair turns too.
_RING = (1.25, 1.6)
#: Points of the upper lids, and those below them.
_UPPER_LIDS, _LOWER_LIDS = (37, 38, 43, 44), (41, 40, 47, 46)


def head_around(points: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return where points lie on the picture (n, 2) and in the head's space (n, 3), and its scale.

    Args:
        points: Shape (68, 2), in pixels.

    Raises:
        ValueError: They are no face.
    """
    solved = solve(points)
    if solved is None:
        raise ValueError("no face")
    rotation, middle, scale = solved
    head = generic_head()
    # With the points where they are in the picture, and the head's own depth.
    depth = (head @ rotation.T)[:, 2]
    brow, chin = points[17:27].mean(axis=0), points[8]
    forehead = points[17:27] + 0.55 * (brow - chin) * np.linspace(0.75, 0.75, 10)[:, None]
    placed = np.concatenate([points, forehead])
    depths = np.concatenate([depth, depth[17:27] + 0.15])
    outline = np.concatenate([points[:17], forehead[::-1]])
    outline_depth = np.concatenate([depth[:17], depths[68:][::-1]])
    for share in _RING:
        placed = np.concatenate([placed, middle + share * (outline - middle)])
        depths = np.concatenate([depths, outline_depth + 4.0 * (share - 1) + 0.6])
    nearness = DISTANCE / (DISTANCE + depths)
    space = np.column_stack([(placed - middle) / scale / nearness[:, None], depths])
    return placed, space, scale


def turned(
    rgb: RgbImage,
    points: FloatArray,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    *,
    closed: bool = False,
) -> tuple[RgbImage, Box]:
    """Return the picture with its face turned by so many degrees more, and the face's new box.

    Args:
        rgb: Uint8, shape (height, width, 3).
        points: Of its face, shape (68, 2), in pixels.
        yaw, pitch, roll: As in `HeadPose`.
        closed: Draw the upper lids down over the eyes.

    Raises:
        ValueError: The points are no face.
    """
    placed, space, scale = head_around(points)
    middle = placed[0] - space[0, :2] * scale * DISTANCE / (DISTANCE + space[0, 2])
    seen = space @ rotation_of(yaw, pitch, roll).T
    target = seen[:, :2] * scale * (DISTANCE / (DISTANCE + seen[:, 2:])) + middle
    if closed:
        target[list(_UPPER_LIDS)] = target[list(_LOWER_LIDS)]
    canvas = cv2.GaussianBlur(rgb, (0, 0), 12)
    height, width = rgb.shape[:2]
    triangles = _triangles(placed)
    # The farthest first: what is nearer covers it.
    for triangle in triangles[np.argsort(-seen[triangles, 2].mean(axis=1))]:
        source, goal = placed[triangle].astype(np.float32), target[triangle].astype(np.float32)
        if cv2.contourArea(goal) < 0.5:
            continue
        matrix = cv2.getAffineTransform(source, goal)
        left, top = np.maximum(np.floor(goal.min(axis=0)).astype(int), 0)
        right, bottom = np.minimum(np.ceil(goal.max(axis=0)).astype(int) + 1, (width, height))
        if right <= left or bottom <= top:
            continue
        matrix[:, 2] -= (left, top)
        size = (int(right - left), int(bottom - top))
        piece = cv2.warpAffine(rgb, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        mask = np.zeros(size[::-1], np.uint8)
        cv2.fillConvexPoly(mask, np.rint(goal - (left, top)).astype(np.int32), 1)
        part = canvas[top:bottom, left:right]
        part[mask > 0] = piece[mask > 0]
    face = target[:78]
    (x0, y0), (x1, y1) = face.min(axis=0), face.max(axis=0)
    return np.asarray(canvas, np.uint8), Box(x0, y0, x1 - x0, y1 - y0)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody before a camera does for so many seconds: angles as in `turned`."""

    seconds: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    closed: bool = False


def acted(
    rgb: RgbImage, points: FloatArray, acts: Iterable[Act], fps: float, size: tuple[int, int]
) -> Iterator[RgbImage]:
    """Yield the frames of somebody who looks ahead, turns, bends down, closes their eyes.

    Args:
        rgb: Their picture, looking ahead; uint8, shape (height, width, 3).
        points: Of the face, shape (68, 2), in its pixels.
        acts: One after the other.
        fps: Frames a second.
        size: Width and height of the frames; the face is as high as half of them or more.
    """
    width, height = size
    side = int(0.9 * height)
    left, top = (width - side) // 2, (height - side) // 2
    for act in acts:
        shown, _ = turned(rgb, points, act.yaw, act.pitch, act.roll, closed=act.closed)
        frame = np.full((height, width, 3), 110, np.uint8)
        frame[top : top + side, left : left + side] = cv2.resize(shown, (side, side))
        yield from (frame for _ in range(round(act.seconds * fps)))


def _triangles(points: FloatArray) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    from scipy.spatial import Delaunay

    return np.asarray(Delaunay(points).simplices, np.int32)
