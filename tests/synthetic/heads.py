"""Made-up heads: points of a face whose pose, lids and mouth are known, seen by a camera.

The head is the generic one made longer, wider or deeper, so that nobody is measured by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.emotions import Emotion
from fer_core.face.head_pose import generic_head, rotation_of
from fer_core.vision.faces import Box, Detections, Face, FaceMarks
from fer_core.vision.landmark_layout import SHAPES
from tests.synthetic.signals import SCREEN, one_hot

LOWER_LIP_AND_CHIN = [*range(5, 12), *range(55, 60), 65, 66, 67]


@dataclass(frozen=True)
class Head:
    """One frame of a made-up head.

    Attributes:
        yaw, pitch, roll: Degrees, as in `HeadPose`.
        openness: Of both eyes.
        mouth: Opening, in eye distances.
        brow: AU 4, 0..1.
        smile: AU 12, 0..1.
        gaze: Of the irises, in half eye widths.
        centre: Of the face in the picture.
        size: Eye distance, pixels.
        distance: Of the camera, in eye distances.
        build: Width, height, depth against the generic head.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    openness: float | None = 0.9
    mouth: float = 0.0
    brow: float = 0.05
    smile: float = 0.05
    gaze: tuple[float, float] = (0.0, 0.0)
    centre: tuple[float, float] = (320.0, 220.0)
    size: float = 60.0
    distance: float = 6.0
    build: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def points(self) -> FloatArray:
        """Shape (70, 2), in pixels of the picture."""
        head = generic_head() * self.build
        head[LOWER_LIP_AND_CHIN, 1] += self.mouth
        irises = []
        for first, last in ((36, 39), (42, 45)):
            across = (head[last] - head[first]) / 2
            middle = (head[first] + head[last]) / 2
            half = float(np.linalg.norm(across))
            off = np.array([self.gaze[0], self.gaze[1], 0.0])
            irises.append(middle + half * off)
        space = np.concatenate([head, irises]) @ rotation_of(self.yaw, self.pitch, self.roll).T
        seen = self.distance * space[:, :2] / (space[:, 2:] + self.distance)
        return np.asarray(seen * self.size + self.centre)

    @property
    def marks(self) -> FaceMarks:
        shapes = np.zeros(len(SHAPES))
        for name, value in (
            ("browDownLeft", self.brow),
            ("browDownRight", self.brow),
            ("mouthSmileLeft", self.smile),
            ("mouthSmileRight", self.smile),
        ):
            shapes[SHAPES.index(name)] = value
        lids = None if self.openness is None else (self.openness, self.openness)
        return FaceMarks(self.points, shapes, 0.99, lids)

    def picture(self, emotion: Emotion = Emotion.NATURAL) -> Detections:
        """Return a frame that shows this head alone."""
        points = self.points[:68]
        left, top = points.min(axis=0)
        right, bottom = points.max(axis=0)
        top -= 0.4 * (bottom - top)  # the forehead
        box = Box(left, top, right - left, bottom - top)
        face = Face(box, 0.9, one_hot(emotion, 0.9), 1, 0.35, marks=self.marks)
        return Detections((face,), *SCREEN)


def frames(
    script: Iterable[tuple[float, Head]], fps: float, start: float
) -> Iterator[tuple[float, Head]]:
    """Return times and heads of a script: so many seconds of each head in turn."""
    at = start
    for seconds, head in script:
        until = at + seconds
        while at < until - 1e-9:
            at += 1.0 / fps
            yield at, head
