"""Where a face's picture goes on the canvas, and what of it is seen there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.appearance import degraded
from fer_core.training.data import Image
from fer_core.training.dataset import Face
from fer_core.training.geometry import Box, intersection


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture goes on the canvas.

    Attributes:
        frame: x0, y0, x1, y1 of the canvas that the picture fills.
        scale_x, scale_y: Canvas pixels per picture pixel.
        matrix: Shape (2, 3), from pixels of the picture to those of the canvas.
        is_wide: The frame reaches far beyond the picture.
    """

    frame: tuple[int, int, int, int]
    scale_x: float
    scale_y: float
    matrix: npt.NDArray[np.float64]
    is_wide: bool

    def on_canvas(self, box: Box) -> Box:
        """Return the upright box around a face's ellipse once it is moved and turned."""
        x, y, width, height = box
        middle = self.matrix @ np.array([x + width / 2, y + height / 2, 1.0])
        half_x, half_y = np.hypot(self.matrix[:, 0] * width, self.matrix[:, 1] * height) / 2
        return (
            float(middle[0] - half_x),
            float(middle[1] - half_y),
            float(middle[0] + half_x),
            float(middle[1] + half_y),
        )


def place(
    face: Face,
    centre: tuple[float, float],
    scale: float,
    reach: tuple[float, ...] | None,
    canvas: tuple[int, ...],
    rng: np.random.Generator,
    strength: float,
) -> Placement:
    """Draw flip, stretch and turn, and return where the picture goes."""
    x, y, box_width, box_height = face.box
    face_x, face_y = x + box_width / 2, y + box_height / 2
    height, width = face.image.shape[:2]
    flip = rng.random() < 0.5
    stretch = math.exp(rng.uniform(-0.1, 0.1) * strength)
    scale_x, scale_y = scale * stretch, scale / stretch
    angle = rng.normal(0, 9) * strength if rng.random() < 0.4 else 0.0
    radians = math.radians(float(np.clip(angle, -22, 22)))
    mirrored_x = width - face_x if flip else face_x
    edges = (
        centre[0] - mirrored_x * scale_x,
        centre[1] - face_y * scale_y,
        centre[0] + (width - mirrored_x) * scale_x,
        centre[1] + (height - face_y) * scale_y,
    )
    is_wide = reach is not None and math.isinf(reach[0])
    if is_wide:
        edges = (0.0, 0.0, float(canvas[1]), float(canvas[0]))
    elif reach is not None:
        cut = centre[0] - reach[0], centre[1] - reach[1], centre[0] + reach[2], centre[1] + reach[3]
        edges = intersection(edges, cut)
    x0, y0, x1, y1 = intersection(edges, (0, 0, canvas[1], canvas[0]))
    cosine, sine = math.cos(radians), math.sin(radians)
    unit_x = -scale_x if flip else scale_x
    turn = np.array([[cosine * unit_x, -sine * scale_y], [sine * unit_x, cosine * scale_y]])
    shift = np.array(centre) - turn @ np.array([face_x, face_y])
    frame = (round(x0), round(y0), round(x1), round(y1))
    return Placement(frame, scale_x, scale_y, np.column_stack([turn, shift]), is_wide)


def drawn(face: Face, placement: Placement, rng: np.random.Generator, strength: float) -> Image:
    """Return what the placement's frame shows."""
    x0, y0, x1, y1 = placement.frame
    larger_scale = max(placement.scale_x, placement.scale_y)
    image, shrunk = degraded(face.image, larger_scale, max(face.box[2:]), rng, strength)
    matrix = placement.matrix - np.array([[0, 0, x0], [0, 0, y0]])
    matrix[:, :2] /= shrunk
    # A reflection far beyond the picture's edge would show the face again, without a label.
    reflected = not placement.is_wide and rng.random() < 0.3
    border = cv2.BORDER_REFLECT_101 if reflected else cv2.BORDER_REPLICATE
    patch = cv2.warpAffine(
        image,
        matrix,
        (x1 - x0, y1 - y0),
        flags=cv2.INTER_CUBIC if rng.random() < 0.2 else cv2.INTER_LINEAR,
        borderMode=border,
    )
    return np.asarray(patch, np.uint8)
