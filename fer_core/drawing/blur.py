"""Faces made unrecognisable for good, for pictures that are passed on."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from fer_core.vision.faces import Box, Face
from fer_core.vision.image import RgbImage

#: Cells across a covered face. Six average some 25 numbers out of a face, fewer than recognition
#: or reconstruction can work with; the blur over them hides the cells' edges only.
_CELLS = 6
#: Side at which the cells are blurred, in pixels, before they are enlarged to the face: at the
#: face's own size a close-up of 12 megapixels would take seconds.
_SMOOTHED = 64
#: How far over the box the cover reaches on each side, as a share of it: hair, chin and ears.
_MARGIN = 0.12


def blur_faces(rgb: RgbImage, faces: Sequence[Face]) -> RgbImage:
    """Return a copy of a picture in which each face is an even blur.

    The pixels are averaged over six cells across the face, so what was there cannot be computed
    back. An ellipse around the whole box is covered, its corners too.

    Args:
        rgb: Uint8, shape (height, width, 3).
        faces: In the same picture's pixels.

    Returns:
        A new picture of the same shape.
    """
    result = rgb.copy()
    for face in faces:
        _cover(result, face.box)
    return result


def _cover(canvas: RgbImage, box: Box) -> None:
    height, width = canvas.shape[:2]
    centre_x, centre_y = box.centre
    # An ellipse through a rectangle's corners has half axes of side / sqrt(2).
    reach_x = max(2.0, box.width * (1 + 2 * _MARGIN) / math.sqrt(2))
    reach_y = max(2.0, box.height * (1 + 2 * _MARGIN) / math.sqrt(2))
    left, right = max(0, math.floor(centre_x - reach_x)), min(width, math.ceil(centre_x + reach_x))
    top, bottom = max(0, math.floor(centre_y - reach_y)), min(height, math.ceil(centre_y + reach_y))
    if right <= left or bottom <= top:
        return
    region = canvas[top:bottom, left:right]
    shape = (right - left, bottom - top)
    # Cells are counted across the box, so a box cut by the picture's edge keeps coarse cells.
    cells_x = max(1, round(_CELLS * shape[0] / (2 * reach_x)))
    cells_y = max(1, round(_CELLS * shape[1] / (2 * reach_x)))
    cells = cv2.resize(region, (cells_x, cells_y), interpolation=cv2.INTER_AREA)
    flat = cv2.resize(cells, (_SMOOTHED, _SMOOTHED), interpolation=cv2.INTER_NEAREST)
    flat = cv2.GaussianBlur(flat, (0, 0), sigmaX=_SMOOTHED / _CELLS / 2)
    flat = cv2.resize(flat, shape, interpolation=cv2.INTER_LINEAR)
    mask = np.zeros(region.shape[:2], np.uint8)
    centre = (round((centre_x - left) * 16), round((centre_y - top) * 16))
    cv2.ellipse(
        mask,
        centre,
        (round(reach_x * 16), round(reach_y * 16)),
        0,
        0,
        360,
        255,
        -1,
        cv2.LINE_8,
        4,
    )
    region[mask > 0] = flat[mask > 0]
