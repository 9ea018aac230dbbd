"""What one frame shows of a face, measured: pose, eyes, mouth, brows, gaze.

Lengths are in eye distances (outer corner to outer corner as if seen from the front), so neither
the size of the picture nor a turned head changes them much. Measures carry the names of the facial
action units (Ekman & Friesen 1978) that they stand for. They are movements of a face and no
feelings: lids that look down are half closed, a brow that lies low may be somebody's own, and
talking opens a mouth as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.face.head_pose import HeadPose, head_pose
from fer_core.vision.faces import FaceMarks
from fer_core.vision.landmark_layout import SHAPES

#: Yaw from which the farther eye is hidden by the nose too often to count, degrees.
ONE_EYE_FROM = 28.0
#: Iris off the middle of the eye from which the gaze counts as aside or down, in half eye widths.
ASIDE_FROM, DOWN_FROM = 0.30, 0.22
#: Eyes less open than this show no gaze.
GAZE_FROM = 0.4

_SHAPE = {name: index for index, name in enumerate(SHAPES)}


class Gaze(StrEnum):
    """Which way the eyes go in the head, coarsely; left and right in the picture."""

    AHEAD = "ahead"
    LEFT = "left"
    RIGHT = "right"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class FaceMeasures:
    """One frame's face in numbers.

    Attributes:
        pose: Where the head points.
        openness: Of the eyes, 0 (closed) to 1; None where the model cannot tell.
        mouth_opening: Between the lips, in eye distances (AU 25-27).
        mouth_width: Corner to corner, in eye distances.
        brow_height: Of the brows above the eyes, in eye distances (AU 1+2 raise it, AU 4 lowers).
        brow_lowering: AU 4, 0..1.
        brow_raising: AU 1+2, 0..1.
        smile: AU 12, 0..1.
        gaze_x: Of the irises in the eyes, in half eye widths; above 0: to the picture's right.
        gaze_y: The same; above 0: down. None of both where the eyes are closed.
    """

    pose: HeadPose
    openness: float | None
    mouth_opening: float
    mouth_width: float
    brow_height: float
    brow_lowering: float
    brow_raising: float
    smile: float
    gaze_x: float | None
    gaze_y: float | None

    @property
    def gaze(self) -> Gaze | None:
        """Which way the eyes go; None where it cannot be told."""
        return gaze_of(self.gaze_x, self.gaze_y)


def gaze_of(x: float | None, y: float | None) -> Gaze | None:
    """Return the coarse direction of a gaze; None where it is not known.

    Args:
        x: As `FaceMeasures.gaze_x`.
        y: As `FaceMeasures.gaze_y`.
    """
    if x is None or y is None:
        return None
    if y >= DOWN_FROM and y >= abs(x):
        return Gaze.DOWN
    if abs(x) < ASIDE_FROM:
        return Gaze.AHEAD
    return Gaze.RIGHT if x > 0 else Gaze.LEFT


def measure_face(marks: FaceMarks) -> FaceMeasures | None:
    """Return a face's measures; None where its points are no face's."""
    pose = head_pose(marks.points)
    if pose is None:
        return None
    points, shapes = marks.points, marks.shapes
    up = _upwards(pose)
    # What lies along the face looks shorter by the cosine when the head nods.
    height = pose.eye_distance * max(0.5, math.cos(math.radians(pose.pitch)))
    width = pose.eye_distance * max(0.3, math.cos(math.radians(pose.yaw)))
    brows = (points[17:22].mean(axis=0) + points[22:27].mean(axis=0)) / 2
    eyes = points[[36, 39, 42, 45]].mean(axis=0)
    openness = _openness(marks, pose.yaw)
    gaze = _gaze(points, openness)
    return FaceMeasures(
        pose=pose,
        openness=openness,
        mouth_opening=max(0.0, float((points[61:64] - points[[67, 66, 65]]).mean(axis=0) @ up))
        / height,
        mouth_width=float(np.hypot(*(points[54] - points[48]))) / width,
        brow_height=float((brows - eyes) @ up) / height,
        brow_lowering=_mean(shapes, "browDownLeft", "browDownRight"),
        brow_raising=max(
            _mean(shapes, "browInnerUp"), _mean(shapes, "browOuterUpLeft", "browOuterUpRight")
        ),
        smile=_mean(shapes, "mouthSmileLeft", "mouthSmileRight"),
        gaze_x=None if gaze is None else gaze[0],
        gaze_y=None if gaze is None else gaze[1],
    )


def _upwards(pose: HeadPose) -> FloatArray:
    """Return the direction from chin to forehead in the picture, length 1."""
    roll = math.radians(pose.roll)
    return np.array([math.sin(roll), -math.cos(roll)])


def _openness(marks: FaceMarks, yaw: float) -> float | None:
    if marks.openness is None:
        return None
    on_left, on_right = marks.openness
    # A head turned to the picture's right hides the eye on that side.
    if yaw > ONE_EYE_FROM:
        return on_left
    return on_right if yaw < -ONE_EYE_FROM else (on_left + on_right) / 2


def _gaze(points: FloatArray, openness: float | None) -> tuple[float, float] | None:
    if len(points) < 70 or (openness is not None and openness < GAZE_FROM):
        return None
    places = []
    for first, last, iris in ((36, 39, 68), (42, 45, 69)):
        across = points[last] - points[first]
        half = float(np.hypot(*across)) / 2
        if half <= 0:
            return None
        along = across / (2 * half)
        off = (points[iris] - (points[first] + points[last]) / 2) / half
        places.append((float(off @ along), float(along[0] * off[1] - along[1] * off[0])))
    x, y = (sum(values) / 2 for values in zip(*places, strict=True))
    return min(1.0, max(-1.0, x)), min(1.0, max(-1.0, y))


def _mean(shapes: FloatArray, *names: str) -> float:
    return sum(float(shapes[_SHAPE[name]]) for name in names) / len(names)
