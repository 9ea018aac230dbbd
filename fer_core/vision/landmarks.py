"""Where the parts of a face are: points, shapes and open eyes, from small networks of their own.

One network sees a square around a face and gives 70 points (the 68 of iBUG's order, then the
centres of the irises), 24 shapes of a face named as MediaPipe names them, and how sure it is that a
face is there. A second one sees each eye, cut out by those points, and tells how open it is. Faces
come back with what was seen of them; nothing here says what it means, `fer_core.face` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Protocol

import cv2
import numpy as np

from fer_core.arrays import FloatArray
from fer_core.errors import WeightsError
from fer_core.vision.backends import Float32Array
from fer_core.vision.backends.onnx import open_session
from fer_core.vision.crops import PAD_GREY, to_tensor
from fer_core.vision.faces import Box, Detections, FaceMarks, Timing
from fer_core.vision.image import RgbImage
from fer_core.vision.landmark_layout import CROP_FACES, CROP_PX, POINTS, SHAPES

#: Below this presence the crop shows no face that could be measured.
PRESENT_FROM = 0.5
#: Side of the square that the eye network sees, in pixels.
EYE_PX = 32
#: Side of that square in widths of the eye, and how far above the eye's middle its centre lies: the
#: brow is in view, as in the pictures that the network learnt from.
EYE_WIDTHS = 1.8
EYE_RAISED = 0.12
#: The points of the eyes: on the picture's left, then on its right; corners first and fourth.
EYES = (slice(36, 42), slice(42, 48))


@dataclass(frozen=True, slots=True)
class MarkedCrop:
    """The square that the landmark network sees of a face.

    Attributes:
        left, top, side: In pixels of the picture; it may reach over the picture's edge.
    """

    left: float
    top: float
    side: float

    @classmethod
    def around(cls, box: Box) -> MarkedCrop:
        """Return the square of a face: its middle, 1.5 times its longer side."""
        side = CROP_FACES * max(box.width, box.height, 1.0)
        x, y = box.centre
        return cls(x - side / 2, y - side / 2, side)

    def render(self, rgb: RgbImage) -> RgbImage:
        """Return its pixels, shape (112, 112, 3), grey where the picture has ended."""
        return _warped(rgb, (self.left, self.top), self.side / CROP_PX, 0.0, CROP_PX)

    def to_source(self, shares: Float32Array) -> FloatArray:
        """Turn points (n, 2), shares of the square, into pixels of the picture."""
        return np.asarray(shares, np.float64) * self.side + (self.left, self.top)


def eye_crop(rgb: RgbImage, eye: FloatArray) -> RgbImage:
    """Return an eye upright, shape (32, 32, 3), by its six points in pixels of the picture."""
    first, last = eye[0], eye[3]
    across = last - first
    width = max(1.0, float(np.hypot(*across)), 1.6 * float(np.ptp(eye[:, 1])))
    angle = float(np.arctan2(across[1], across[0]))
    up = np.array([np.sin(angle), -np.cos(angle)])
    centre = (first + last) / 2 + EYE_RAISED * width * up
    side = EYE_WIDTHS * width
    right, down = np.array([np.cos(angle), np.sin(angle)]), -up
    corner = centre - side / 2 * (right + down)
    return _warped(rgb, (corner[0], corner[1]), side / EYE_PX, angle, EYE_PX)


def eye_tensor(crops: Sequence[RgbImage]) -> Float32Array:
    """Return eyes as float32 (n, 1, 32, 32): grey, mean 0 and spread 1 each, so light is out."""
    grey = np.stack([cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) for crop in crops]).astype(np.float32)
    mean = grey.mean(axis=(1, 2), keepdims=True)
    spread = grey.std(axis=(1, 2), keepdims=True)
    # A flat crop keeps its noise small.
    return np.asarray(((grey - mean) / np.maximum(spread, 4.0))[:, None], np.float32)


def _warped(
    rgb: RgbImage, corner: tuple[float, float], step: float, angle: float, side_px: int
) -> RgbImage:
    """Return a square of a picture; pixel centres lie half a pixel inside.

    Args:
        rgb: The picture, shape (height, width, 3).
        corner: Top left of the square, in pixels of the picture.
        step: Pixels of the picture per pixel of the square.
        angle: By which the square is turned clockwise, radians.
        side_px: Of the result.
    """
    # One result pixel of a large face stands for many: they are averaged first.
    shrink = max(1, int(step))
    if shrink > 1:
        span = step * side_px * 1.5
        left, top = (max(0, int(value - span / 2)) for value in corner)
        right, bottom = (int(value + span * 1.5) + 1 for value in corner)
        part = rgb[top:bottom, left:right]
        height, width = (length // shrink for length in part.shape[:2])
        if height and width:
            part = part[: height * shrink, : width * shrink]
            rgb = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA))
            corner = ((corner[0] - left) / shrink, (corner[1] - top) / shrink)
            step /= shrink
    cos, sin = step * np.cos(angle), step * np.sin(angle)
    # From the centre of a result pixel to the picture's, whose centres are at halves, too.
    matrix = np.array(
        [
            [cos, -sin, corner[0] + (cos - sin) / 2 - 0.5],
            [sin, cos, corner[1] + (sin + cos) / 2 - 0.5],
        ]
    )
    warped = cv2.warpAffine(
        rgb,
        matrix,
        (side_px, side_px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(PAD_GREY, PAD_GREY, PAD_GREY),
    )
    return np.asarray(warped, np.uint8)


class MarkingNetwork(Protocol):
    """A loaded landmark network, which any number of threads may run at once."""

    def __call__(self, batch: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        """Return points (n, 70, 2), shapes (n, 24) and presence (n,) for (n, 3, 112, 112)."""
        ...


class EyeNetwork(Protocol):
    """A loaded eye network."""

    def __call__(self, batch: Float32Array) -> Float32Array:
        """Return how open each eye is, shape (n,), 0..1, for (n, 1, 32, 32)."""
        ...


class OnnxMarking:
    """The landmark network on ONNX Runtime."""

    def __init__(self, path: Path) -> None:
        """Load the file.

        Raises:
            WeightsError: It is no such file.
        """
        self._session = open_session(path, {"images"}, {"points", "shapes", "presence"})

    def __call__(self, batch: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        points, shapes, presence = self._session.run(
            ["points", "shapes", "presence"], {"images": batch}
        )
        n = len(batch)
        try:
            return (
                np.asarray(points, np.float32).reshape(n, POINTS, 2),
                np.asarray(shapes, np.float32).reshape(n, len(SHAPES)),
                np.asarray(presence, np.float32).reshape(n),
            )
        except ValueError:
            raise WeightsError("The landmark network gives other values than it should.") from None


class OnnxEyes:
    """The eye network on ONNX Runtime."""

    def __init__(self, path: Path) -> None:
        """Load the file.

        Raises:
            WeightsError: It is no such file.
        """
        self._session = open_session(path, {"eyes"}, {"openness"})

    def __call__(self, batch: Float32Array) -> Float32Array:
        (openness,) = self._session.run(["openness"], {"eyes": batch})
        return np.asarray(openness, np.float32).reshape(len(batch))


@dataclass(frozen=True, slots=True)
class MarkReader:
    """Reads the marks of faces whose boxes are known.

    Attributes:
        network: Gives points, shapes and presence.
        eyes: Tells how open an eye is; None: the model has no such network.
    """

    network: MarkingNetwork
    eyes: EyeNetwork | None = None

    @classmethod
    def load(cls, network: Path | None, eyes: Path | None) -> MarkReader | None:
        """Load the networks' files; None where a model has none for points.

        Raises:
            WeightsError: A file is no such network.
        """
        if network is None:
            return None
        return cls(OnnxMarking(network), None if eyes is None else OnnxEyes(eyes))

    def mark(self, rgb: RgbImage, found: Detections) -> Detections:
        """Return the same with the marks of the largest face, the one that a session goes by."""
        if not found.faces:
            return found
        started = perf_counter()
        largest, *others = found.faces
        marked = replace(largest, marks=self.read(rgb, largest.box))
        spent = Timing(inference_ms=(perf_counter() - started) * 1e3)
        return replace(found, faces=(marked, *others), timing=found.timing + spent)

    def read(self, rgb: RgbImage, box: Box) -> FaceMarks | None:
        """Return what is seen of a face; None where the network sees no face there.

        Args:
            rgb: RGB, uint8, shape (height, width, 3).
            box: Of the face, in its pixels: forehead to chin, ear to ear.
        """
        crop = MarkedCrop.around(box)
        points, shapes, presence = self.network(to_tensor([crop.render(rgb)]))
        if not (np.isfinite(points).all() and np.isfinite(shapes).all()):
            return None
        if not float(presence[0]) >= PRESENT_FROM:
            return None
        places = crop.to_source(points[0])
        places.flags.writeable = False
        return FaceMarks(
            places,
            np.clip(np.asarray(shapes[0], np.float64), 0.0, 1.0),
            min(1.0, float(presence[0])),
            self._openness(rgb, places),
        )

    def _openness(self, rgb: RgbImage, points: FloatArray) -> tuple[float, float] | None:
        if self.eyes is None:
            return None
        crops = [eye_crop(rgb, points[eye]) for eye in EYES]
        left, right = (float(value) for value in self.eyes(eye_tensor(crops)))
        return min(1.0, max(0.0, left)), min(1.0, max(0.0, right))
