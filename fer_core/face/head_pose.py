"""Where a head points: yaw, pitch and roll from 68 points, by a generic head.

The generic head (`training.landmarks_head` fits it) is turned and moved until its points, seen by a
camera, lie where the face's do (perspective-n-point, Levenberg-Marquardt). The camera looks at the
middle of the face: so the angles are against the line of sight, and whoever sits aside and turns to
the camera faces it. Sizes of heads and lenses are not known, which costs little: angles hardly
depend on them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from fer_core.arrays import FloatArray

POINTS = 68
#: How far the camera is, in eye distances (of outer corners, about 9 cm): half a metre, as at a
#: desk. Between a third of it and far away, the mean error of yaw changes by half a degree.
DISTANCE = 6.0
#: Mean distance between the head's points and the face's from which they are no face, in eye
#: distances. Of 244 real faces none is above .14.
MAX_MISFIT = 0.3
#: Rounds in which the generic mouth is opened as far as the face's, and from what on, in eye
#: distances: without them a yawn is a nod of ten degrees.
JAW_ROUNDS, JAW_FROM = 3, 0.04
#: The points that move with the jaw: chin and lower lip.
_JAW = np.array([*range(5, 12), *range(55, 60), 65, 66, 67])
#: Angles beyond which the points of a face cannot be seen, degrees.
MAX_YAW, MAX_PITCH = 80.0, 65.0


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Where a head points, against the line from the camera to it, in degrees.

    Attributes:
        yaw: Above 0: turned towards the picture's right, -80..80.
        pitch: Above 0: turned down, -65..65.
        roll: Above 0: tilted clockwise in the picture, -180..180.
        eye_distance: Between the outer corners of the eyes, in pixels, as if seen from the front.
    """

    yaw: float
    pitch: float
    roll: float
    eye_distance: float

    @property
    def angles(self) -> tuple[float, float, float]:
        return self.yaw, self.pitch, self.roll


def head_pose(points: FloatArray) -> HeadPose | None:
    """Return where a head points; None where the points are no face.

    Args:
        points: Shape (68 or more, 2), in pixels; the first 68 in iBUG's order.
    """
    solved = solve(points)
    if solved is None:
        return None
    rotation, _, eye_distance = solved
    yaw, pitch, roll = angles_of(rotation)
    if abs(yaw) > MAX_YAW or abs(pitch) > MAX_PITCH:
        return None
    return HeadPose(yaw, pitch, roll, eye_distance)


def solve(points: FloatArray) -> tuple[FloatArray, FloatArray, float] | None:
    """Return rotation (3, 3), where the head's middle lies (2,), and the eye distance, in pixels.

    None where the points are no face. Arguments as for `head_pose`.
    """
    placed = np.asarray(points[:POINTS], np.float64)
    if placed.shape != (POINTS, 2) or not np.isfinite(placed).all():
        return None
    centre = placed.mean(axis=0)
    size = float(np.sqrt(((placed - centre) ** 2).sum(axis=1).mean()))
    if not size > 1e-6:
        return None
    # In units in which the head at `DISTANCE` is about as large as the face.
    scaled = (placed - centre) / size * _spread()
    head = generic_head()
    found = _place(head, scaled, np.array([[0.0], [0.0], [_tilt(placed)]]))
    for _ in range(JAW_ROUNDS):
        if found is None or (opening := _opening(head, scaled, found)) < JAW_FROM:
            break
        # An open mouth is no nod: the head opens its own as far, and is placed again.
        head = head.copy()
        head[_JAW, 1] += opening
        found = _place(head, scaled, found.turned)
    if found is None or found.misfit > MAX_MISFIT:
        return None
    scale = size / _spread()
    depth = found.moved[2]
    middle = centre + DISTANCE * found.moved[:2] / depth * scale
    return found.rotation, middle, float(DISTANCE / depth * scale)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A head before the camera: its turn as a vector and as a matrix, and its place."""

    turned: FloatArray
    rotation: FloatArray
    moved: FloatArray
    misfit: float


def _place(head: FloatArray, seen: FloatArray, turned: FloatArray) -> _Placed | None:
    """Place a head so that its points lie where they are seen; None where that fails."""
    moved: FloatArray = np.array([[0.0], [0.0], [DISTANCE]])
    camera = np.diag([DISTANCE, DISTANCE, 1.0])
    try:
        found, turn, move = cv2.solvePnP(
            head, seen, camera, None, turned.copy(), moved, True, cv2.SOLVEPNP_ITERATIVE
        )
    except cv2.error:
        return None
    if not found or not (np.isfinite(turn).all() and move[2, 0] > 0.2 * DISTANCE):
        return None
    rotation = np.asarray(cv2.Rodrigues(turn)[0], np.float64)
    space = head @ rotation.T + move.T
    off = DISTANCE * space[:, :2] / space[:, 2:] - seen
    misfit = float(np.linalg.norm(off, axis=1).mean())
    return _Placed(np.asarray(turn), rotation, np.asarray(move[:, 0]), misfit)


def _opening(head: FloatArray, seen: FloatArray, placed: _Placed) -> float:
    """Return how much wider the lips are open than the head's, in eye distances."""
    down = placed.rotation[:2, 1]
    length = max(0.25, float(down @ down))
    gap = (seen[65:68] - seen[[63, 62, 61]]).mean(axis=0) @ down / length
    own = (head[65:68] - head[[63, 62, 61]]).mean(axis=0)[1]
    return float(gap * placed.moved[2] / DISTANCE - own)


def angles_of(rotation: FloatArray) -> tuple[float, float, float]:
    """Return yaw, pitch, roll, degrees, of a rotation from the head's axes to the picture's.

    Args:
        rotation: Shape (3, 3); x to the right, y down, z away from the camera.
    """
    # Where the nose points: out of the face is -z.
    ahead = -rotation[:, 2]
    yaw = math.atan2(ahead[0], -ahead[2])
    pitch = math.atan2(ahead[1], math.hypot(ahead[0], ahead[2]))
    # What is left when both are taken back is roll.
    level = _turn(yaw, pitch).T @ rotation
    roll = math.atan2(level[1, 0], level[0, 0])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def rotation_of(yaw: float, pitch: float, roll: float) -> FloatArray:
    """Return the rotation, shape (3, 3), with these angles in degrees: `angles_of` in reverse."""
    cos, sin = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    rolled = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(_turn(math.radians(yaw), math.radians(pitch)) @ rolled)


@cache
def generic_head() -> FloatArray:
    """Return the head, shape (68, 3), in eye distances; x to the right, y down, z away."""
    path = Path(__file__).with_name("generic_head.json")
    head = np.array(json.loads(path.read_text(encoding="utf-8")), np.float64)
    head.flags.writeable = False
    return head


@cache
def _spread() -> float:
    head = generic_head()[:, :2]
    return float(np.sqrt(((head - head.mean(axis=0)) ** 2).sum(axis=1).mean()))


def _tilt(points: FloatArray) -> float:
    """Return the tilt of the line between the eyes, radians: near it the search begins."""
    across = points[42:48].mean(axis=0) - points[36:42].mean(axis=0)
    return math.atan2(across[1], across[0])


def _turn(yaw: float, pitch: float) -> FloatArray:
    """Return the rotation that turns a head that looks at the camera by yaw and pitch, radians."""
    cos, sin = math.cos(yaw), math.sin(yaw)
    aside = np.array([[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]])
    cos, sin = math.cos(pitch), math.sin(pitch)
    down = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
    return np.asarray(aside @ down)
