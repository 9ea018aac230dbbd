"""The mean colour of a face's skin, the only thing a heart rate is ever read from."""

from __future__ import annotations

from dataclasses import replace

import cv2

from fer_core.vision.faces import Box, Detections, SkinColour
from fer_core.vision.image import RgbImage

#: The middle of a face's box, as shares of its width and height: forehead, cheeks, nose and chin,
#: and neither hair nor background, whose share would change with the box's jitter.
_LEFT, _RIGHT = 0.25, 0.75
_TOP, _BOTTOM = 0.10, 0.90


def skin_colour(rgb: RgbImage, box: Box) -> SkinColour | None:
    """Return the mean colour of the middle of a face; None where too little of it is in view.

    Args:
        rgb: The picture, uint8, shape (height, width, 3).
        box: The face, in pixels of the picture.
    """
    height, width = rgb.shape[:2]
    x0, x1 = (round(box.x + share * box.width) for share in (_LEFT, _RIGHT))
    y0, y1 = (round(box.y + share * box.height) for share in (_TOP, _BOTTOM))
    middle = rgb[max(0, y0) : max(0, min(height, y1)), max(0, x0) : max(0, min(width, x1))]
    if 2 * middle.shape[0] * middle.shape[1] < (x1 - x0) * (y1 - y0) or middle.size == 0:
        return None
    red, green, blue, _ = cv2.mean(middle)
    return SkinColour(red, green, blue)


def with_skin(detections: Detections, rgb: RgbImage) -> Detections:
    """Return the detections with the colour of the skin on each face.

    Args:
        detections: Of this picture.
        rgb: The picture, uint8, shape (height, width, 3).
    """
    faces = tuple(replace(face, skin=skin_colour(rgb, face.box)) for face in detections.faces)
    return replace(detections, faces=faces)
