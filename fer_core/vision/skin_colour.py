"""The mean colours of a face's skin, the only thing a heart rate is ever read from.

Forehead and cheeks, apart: a pulse is in both, while light, hair or chewing that passes for one is
seldom. Eyes and mouth are in neither. Where the points of the face are known they tell where the
two are; else its box does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from fer_core.arrays import FloatArray
from fer_core.vision.faces import Box, Detections, FaceMarks, SkinColour, SkinRegions
from fer_core.vision.image import RgbImage

#: Left, top, right, bottom of each part, as shares of the face's box.
_FOREHEAD = ((0.28, 0.10, 0.72, 0.26),)
_CHEEKS = ((0.16, 0.48, 0.36, 0.66), (0.64, 0.48, 0.84, 0.66))
#: The forehead by the points: from brow to brow, and as far up as the eyes are apart, times this.
_UP = 0.34
#: Points that bound a cheek: below the eye, beside the nose, above the corner of the mouth.
_CHEEK_POINTS = ((41, 40, 31, 48, 3, 2), (46, 47, 35, 54, 13, 14))
#: How far a cheek keeps from its bounds, as a share of the way to its middle.
_INSET = 0.35


def skin_regions(rgb: RgbImage, box: Box, marks: FaceMarks | None = None) -> SkinRegions | None:
    """Return the mean colours of forehead and cheeks; None where too little of one is in view.

    Args:
        rgb: The picture, uint8, shape (height, width, 3).
        box: The face, in pixels of the picture.
        marks: Its points, where they are known.
    """
    if marks is None:
        forehead, cheeks = (_within(box, parts) for parts in (_FOREHEAD, _CHEEKS))
    else:
        forehead, cheeks = _forehead_of(marks.points), _cheeks_of(marks.points)
    colours = _mean_colour(rgb, forehead), _mean_colour(rgb, cheeks)
    return None if colours[0] is None or colours[1] is None else SkinRegions(colours[0], colours[1])


def with_skin(detections: Detections, rgb: RgbImage) -> Detections:
    """Return the detections with the colours of the skin on each face.

    Args:
        detections: Of this picture.
        rgb: The picture, uint8, shape (height, width, 3).
    """
    faces = tuple(
        replace(face, skin=skin_regions(rgb, face.box, face.marks)) for face in detections.faces
    )
    return replace(detections, faces=faces)


def _within(box: Box, parts: Sequence[tuple[float, float, float, float]]) -> list[FloatArray]:
    corner, size = np.array([box.x, box.y]), np.array([box.width, box.height])
    return [
        corner + size * np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        for x0, y0, x1, y1 in parts
    ]


def _forehead_of(points: FloatArray) -> list[FloatArray]:
    left, right = points[18], points[25]
    across = points[45] - points[36]
    up = _UP * np.array([across[1], -across[0]])
    low, high = 0.25 * up, up + 0.25 * up
    return [np.array([left + low, right + low, right + high, left + high])]


def _cheeks_of(points: FloatArray) -> list[FloatArray]:
    cheeks = []
    for indices in _CHEEK_POINTS:
        bounds = points[list(indices)]
        cheeks.append(bounds + _INSET * (bounds.mean(axis=0) - bounds))
    return cheeks


def _mean_colour(rgb: RgbImage, polygons: Sequence[FloatArray]) -> SkinColour | None:
    """Return the mean colour inside; None where less than half of it is in the picture."""
    every = np.concatenate(polygons)
    left, top = np.floor(every.min(axis=0)).astype(int)
    right, bottom = np.ceil(every.max(axis=0)).astype(int)
    if right <= left or bottom <= top or right - left > 8192 or bottom - top > 8192:
        return None
    mask = np.zeros((bottom - top, right - left), np.uint8)
    for polygon in polygons:
        cv2.fillConvexPoly(mask, np.rint(polygon - (left, top)).astype(np.int32), 1)
    wanted = int(mask.sum())
    height, width = rgb.shape[:2]
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, right), min(height, bottom)
    if x1 <= x0 or y1 <= y0:
        return None
    inside = mask[y0 - top : y1 - top, x0 - left : x1 - left]
    if wanted == 0 or 2 * int(inside.sum()) < wanted:
        return None
    red, green, blue, _ = cv2.mean(rgb[y0:y1, x0:x1], mask=np.ascontiguousarray(inside))
    return SkinColour(red, green, blue)
