"""The points of a face drawn into a picture: mesh, the head's axis, the state of the eyes."""

from __future__ import annotations

import cv2
import numpy as np

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import head_pose, rotation_of
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage

#: Points that are joined, in iBUG's order, and whether the line closes.
_LINES: tuple[tuple[range, bool], ...] = (
    (range(17), False),
    (range(17, 22), False),
    (range(22, 27), False),
    (range(27, 31), False),
    (range(31, 36), False),
    (range(36, 42), True),
    (range(42, 48), True),
    (range(48, 60), True),
    (range(60, 68), True),
)
_EYES = (range(36, 42), range(42, 48))
#: An eye is drawn closed below this openness.
_CLOSED_BELOW = 0.4
#: Length of the axis, in eye distances.
_AXIS_LENGTH = 0.9
_SHIFT = 4
_LIGHT, _DARK, _AXIS = (255, 255, 255), (17, 22, 29), (86, 180, 233)


def draw_marks(
    canvas: RgbImage, face: Face, *, mesh: bool = False, axis: bool = False, eyes: bool = False
) -> None:
    """Draw what is asked for into a picture; a face without points gets nothing.

    Args:
        canvas: Uint8, shape (height, width, 3); it is changed.
        face: In the same picture's pixels.
        mesh: Its points, joined.
        axis: Where its head points.
        eyes: Whether each eye is open.
    """
    if face.marks is None or not np.isfinite(face.marks.points).all():
        return
    points = face.marks.points
    line = max(1, round(face.box.height / 160))
    if mesh:
        for indices, closed in _LINES:
            _polyline(canvas, points[list(indices)], line, closed=closed)
    if axis:
        _draw_axis(canvas, points, 2 * line)
    if eyes and face.marks.openness is not None:
        for indices, openness in zip(_EYES, face.marks.openness, strict=True):
            _draw_eye(canvas, points[list(indices)], 2 * line, is_open=openness >= _CLOSED_BELOW)


def _polyline(canvas: RgbImage, points: FloatArray, line: int, *, closed: bool) -> None:
    placed = [_fixed(points).reshape(-1, 1, 2)]
    # Dark under light, so that it shows on any skin.
    for colour, width in ((_DARK, line + 2), (_LIGHT, line)):
        cv2.polylines(canvas, placed, closed, colour, width, cv2.LINE_AA, _SHIFT)


def _draw_axis(canvas: RgbImage, points: FloatArray, line: int) -> None:
    pose = head_pose(points)
    if pose is None:
        return
    ahead = -rotation_of(*pose.angles)[:2, 2] * pose.eye_distance * _AXIS_LENGTH
    start, end = (tuple(_fixed(place).tolist()) for place in (points[30], points[30] + ahead))
    for colour, width in ((_DARK, line + 2), (_AXIS, line)):
        cv2.line(canvas, start, end, colour, width, cv2.LINE_AA, _SHIFT)


def _draw_eye(canvas: RgbImage, eye: FloatArray, line: int, *, is_open: bool) -> None:
    if not is_open:
        _polyline(canvas, eye[[0, 3]], line, closed=False)
        return
    middle = tuple(_fixed(eye.mean(axis=0)).tolist())
    radius = round(float(np.hypot(*(eye[3] - eye[0]))) * 0.35 * (1 << _SHIFT))
    for colour, width in ((_DARK, line + 2), (_LIGHT, line)):
        cv2.circle(canvas, middle, radius, colour, width, cv2.LINE_AA, _SHIFT)


def _fixed(points: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Return points in sixteenths of a pixel, near enough to the picture for OpenCV."""
    return np.asarray(np.clip(np.rint(points * (1 << _SHIFT)), -(1 << 24), 1 << 24), np.int32)
