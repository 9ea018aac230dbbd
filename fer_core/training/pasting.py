"""Pictures pasted on a canvas, often without an edge: faces do not come in rectangles.

Where every face sits in a rectangle, the network learns to box rectangles, and finds whole
heads and shoulders in photographs.
"""

from __future__ import annotations

import cv2
import numpy as np

from fer_core.training.data import Image
from fer_core.training.geometry import Box


def paste(
    canvas: Image,
    patch: Image,
    face: Box,
    frame: tuple[int, int, int, int],
    p_soft: float,
    rng: np.random.Generator,
) -> None:
    """Put a patch on the canvas, faded in or with its edges.

    The fade lies between the face and the frame.

    Args:
        canvas: RGB uint8 (H, W, 3), changed in place.
        patch: RGB uint8, as large as the frame.
        face: Where the face is in the patch, x0, y0, x1, y1 in pixels.
        frame: Where the patch goes on the canvas, x0, y0, x1, y1 in pixels.
        p_soft: Share of patches that are faded in, 0..1.
        rng: Draws whether, and how wide.
    """
    x0, y0, x1, y1 = frame
    region = canvas[y0:y1, x0:x1]
    if rng.random() >= p_soft:
        region[:] = patch
        return
    height, width = canvas.shape[:2]
    share = rng.uniform(0.3, 1.0)
    sides = (x1 - x0, y1 - y0)
    ramps = []
    for axis, (length, starts_inside, ends_inside) in enumerate(
        ((sides[0], x0 > 0, x1 < width), (sides[1], y0 > 0, y1 < height))
    ):
        least = 0.03 * (face[axis + 2] - face[axis])
        places = np.arange(length, dtype=np.float32) + 0.5
        ramp = np.ones(length, np.float32)
        if starts_inside:
            ramp = np.minimum(ramp, places / max(1.0, least, share * face[axis]))
        if ends_inside:
            margin = share * (length - face[axis + 2])
            ramp = np.minimum(ramp, places[::-1] / max(1.0, least, margin))
        ramps.append(ramp)
    weight = np.outer(ramps[1], ramps[0])
    region[:] = cv2.blendLinear(patch, np.ascontiguousarray(region), weight, 1 - weight)
