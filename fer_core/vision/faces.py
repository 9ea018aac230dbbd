"""What the detector says about a picture: boxes, expressions, times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.boxes import ious
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.vision.landmark_layout import MIRRORED, MIRRORED_SHAPES


class SkinColour(NamedTuple):
    """Mean red, green and blue of some skin, each 0..255, as the picture encodes it."""

    red: float
    green: float
    blue: float


class Box(NamedTuple):
    """A rectangle in source pixels; (x, y) is its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom, as `fer_core.boxes` takes them."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    @classmethod
    def of_corners(cls, corners: Iterable[float]) -> Box:
        """Return the box with these corners: left, top, right, bottom."""
        left, top, right, bottom = (float(value) for value in corners)
        return cls(left, top, right - left, bottom - top)

    def iou(self, other: Box) -> float:
        """Return intersection over union, 0..1."""
        return float(ious(np.array(self.corners), np.array(other.corners)))


class SkinRegions(NamedTuple):
    """The skin of a face in two places that beat together, without eyes and mouth."""

    forehead: SkinColour
    cheeks: SkinColour


@dataclass(frozen=True, slots=True, eq=False)
class FaceMarks:
    """Where the parts of a face are, and in which shape.

    Attributes:
        points: Shape (70, 2), in source pixels: the 68 of iBUG's order, then the centres of the
            irises, of the eye on the picture's left first.
        shapes: Shape (24,), 0..1, in the order of `landmarks.SHAPES`.
        presence: How sure the network is that a face is there, 0..1.
        openness: Of the eye on the picture's left and of the one on its right, 0 (closed) to 1;
            None where the model cannot tell.
    """

    points: FloatArray
    shapes: FloatArray
    presence: float
    openness: tuple[float, float] | None = None

    def mirrored(self, width: float) -> FaceMarks:
        """Return the marks in a mirror `width` pixels wide: what was left is right there."""
        points = (self.points * (-1, 1) + (width, 0))[list(MIRRORED)]
        lids = None if self.openness is None else self.openness[::-1]
        return FaceMarks(points, self.shapes[list(MIRRORED_SHAPES)], self.presence, lids)


@dataclass(frozen=True, slots=True)
class Face:
    """One face.

    Attributes:
        box: Forehead to chin and ear to ear, in source pixels, within the picture.
        confidence: How sure the model is that a face is here, 0..1: the sum of its five class
            scores, the mean of the detector's and the refiner's where both saw it.
        probabilities: Shape (5,), calibrated, sum 1, in the order of `EMOTIONS`.
        track_id: Number that follows a face through a stream; None for single pictures.
        unsure_below: The model's threshold under which no expression is named.
        skin: Its colours, only where they were asked for.
        said: What somebody who looked at it says that it shows; None: nobody said anything.
        marks: Its points, in video, where the model has a network for them.

    Examples:
        >>> import numpy as np
        >>> from fer_core import Face
        >>> from fer_core.vision.faces import Box
        >>> probabilities = np.array([0.0, 0.3, 0.4, 0.2, 0.1])
        >>> face = Face(Box(10, 20, 80, 100), 0.9, probabilities, unsure_below=0.35)
        >>> face.emotion.label, face.probability, face.box.centre
        ('Natural', 0.4, (50.0, 70.0))
    """

    box: Box
    confidence: float
    probabilities: FloatArray = field(compare=False)
    track_id: int | None = None
    unsure_below: float = 0.0
    skin: SkinRegions | None = None
    said: Emotion | None = None
    marks: FaceMarks | None = field(default=None, compare=False)

    @property
    def strongest(self) -> Emotion:
        """The most probable class, however weak."""
        return EMOTIONS[int(np.argmax(self.probabilities))]

    @property
    def probability(self) -> float:
        """The probability of the strongest class, 0..1."""
        return float(np.max(self.probabilities))

    @property
    def emotion(self) -> Emotion | None:
        """The most probable class, or None ("unsure") below the model's threshold."""
        return self.strongest if self.probability >= self.unsure_below else None

    @property
    def shown(self) -> Emotion | None:
        """What to show: what somebody said, else the model's answer; None: unsure."""
        return self.said or self.emotion

    def with_track(self, track_id: int) -> Face:
        return replace(self, track_id=track_id)


FramePath = Literal["detected", "followed"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds spent on one picture, and on what.

    Attributes:
        path: "detected" if the detector saw the picture, "followed" if the refiner alone saw where
            the faces were the frame before.
    """

    preprocess_ms: float = 0.0
    inference_ms: float = 0.0
    postprocess_ms: float = 0.0
    path: FramePath = "detected"

    @property
    def total_ms(self) -> float:
        return self.preprocess_ms + self.inference_ms + self.postprocess_ms

    def __add__(self, other: Timing) -> Timing:
        return replace(
            self,
            preprocess_ms=self.preprocess_ms + other.preprocess_ms,
            inference_ms=self.inference_ms + other.inference_ms,
            postprocess_ms=self.postprocess_ms + other.postprocess_ms,
        )


@dataclass(frozen=True, slots=True)
class Detections:
    """Everything found in one picture.

    Attributes:
        faces: Largest first; empty when no face was found, which is an answer and no error.
        width: Width of the source picture, in pixels.
        height: Height of the source picture, in pixels.
        timing: What the analysis cost.
        blank: The picture is all but black, as a switched-off camera sends.
        opinion: In video, by how much the logits of the second network that was asked about the
            largest face differ from the first one's, shape (5,); None: it was not asked.

    Examples:
        >>> from pathlib import Path
        >>> from fer_core import EmotionDetector, decode_image
        >>> found = EmotionDetector.load().detect(decode_image(Path("me.jpg").read_bytes()))
        >>> len(found.faces), found.width, found.height, found.blank
        (1, 512, 512, False)
    """

    faces: tuple[Face, ...]
    width: int
    height: int
    timing: Timing = Timing()
    blank: bool = False
    opinion: FloatArray | None = field(default=None, compare=False)

    @property
    def surest(self) -> float:
        """The confidence of the surest face, 0..1; 0 where there is none."""
        return max((face.confidence for face in self.faces), default=0.0)

    def down_to(self, confidence: float) -> Detections:
        """Return the same without faces of less confidence."""
        return replace(
            self, faces=tuple(face for face in self.faces if face.confidence >= confidence)
        )
