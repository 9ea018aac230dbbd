"""A body below a head, so that a person's outline is not taken for a face's."""

from __future__ import annotations

import cv2
import numpy as np

from fer_core.training.appearance import shaded
from fer_core.training.background import distractor
from fer_core.training.data import Image
from fer_core.training.dataset import Face, FaceDataset
from fer_core.training.geometry import intersection
from fer_core.training.head_transplant import blend_into


def draw_body(
    canvas: Image,
    face: Face,
    centre: tuple[float, float],
    face_height: float,
    dataset: FaceDataset,
    rng: np.random.Generator,
) -> tuple[int, int, int, int] | None:
    """Draw shoulders and what is below them, to the canvas's end or short of it.

    Of the colour of what is at the bottom of the face's picture, or of any.

    Args:
        canvas: Drawn on.
        face: Whose body it is.
        centre: Of the face, pixels of the canvas.
        face_height: In pixels of the canvas.
        dataset: Where cloth comes from.
        rng: Draws what it looks like.

    Returns:
        x0, y0, x1, y1 of what it covers; None where it is off the canvas.
    """
    x = centre[0] + rng.normal(0, 0.1) * face_height
    top = centre[1] + face_height * rng.uniform(0.5, 0.75)
    bottom = top + face_height * rng.uniform(1.5, 6)
    shoulder = face_height * rng.uniform(0.8, 1.6)
    waist = shoulder * rng.uniform(0.7, 1.1)
    slope = face_height * rng.uniform(0.15, 0.5)
    outline = np.array(
        [
            (x - 0.3 * face_height, top),
            (x + 0.3 * face_height, top),
            (x + shoulder * 0.85, top + slope * 0.6),
            (x + shoulder, top + slope * 1.6),
            (x + waist, bottom),
            (x - waist, bottom),
            (x - shoulder, top + slope * 1.6),
            (x - shoulder * 0.85, top + slope * 0.6),
        ]
    )
    x0, y0, x1, y1 = (
        round(value)
        for value in intersection(
            (*outline.min(axis=0), *outline.max(axis=0)),
            (0, 0, canvas.shape[1], canvas.shape[0]),
        )
    )
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(mask, [np.round(outline - [x0, y0]).astype(np.int32)], 255, cv2.LINE_AA)
    region = canvas[y0:y1, x0:x1]
    kind = rng.random()
    cloth = distractor(dataset, rng, (x1 - x0, y1 - y0)) if kind < 0.4 else None
    if cloth is None:
        rows, columns = face.image.shape[:2]
        bottom_strip = face.image[-max(1, rows // 10) :, columns // 4 : -columns // 4]
        colour = bottom_strip.mean(axis=(0, 1)) if kind < 0.8 else rng.integers(0, 256, 3)
        cloth = np.full(region.shape, np.asarray(colour, np.uint8), np.uint8)
    if rng.random() < 0.5:
        cloth = shaded(cloth, rng)
    blend_into(cloth, region, mask)
    return x0, y0, x1, y1
