"""Faces that lie on their side or stand on their head, in photos that lost their EXIF orientation.

The networks know upright faces best. Of a turned one they read the expression wrong, and earlier
ones found half; so a photo without any sure face is turned by each quarter and looked at again,
whole and small. Only where that shows a face is it searched as every photo is.

Measured with model 1.1 on 24 pictures each, all three turns (`benchmarks/turned.py --count 24`).
Found with the right box, before and with turning: heads of 200 px .99, 1.0; webcam frames .96, 1.0;
heads in scenes .96, .99; upright all of them. Read as upright: .79 to .96 of those found before,
.92 to 1.0 with turning. No upright picture was turned. Of 133 pictures without a face 3 are said to
show one, with turning and without. (Model 0.6: .32, .40, .46 before, .96, .97, .81 with turning.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter

import numpy as np

from fer_core.vision.crops import MAX_ENLARGEMENT, View, whole
from fer_core.vision.faces import Box, Detections, Timing
from fer_core.vision.image import RgbImage

#: A face this sure is upright: nine of ten upright ones are surer, nine of ten turned ones less.
SURE = 0.8
#: How sure the detector alone must be of a face in a turned copy for the photo to be searched.
SEEN = 0.5
#: How sure the search must be then, and by how much surer than before.
FOUND, SURER = 0.75, 0.05
#: Quarter turns anticlockwise, as `np.rot90` counts them.
QUARTERS = (1, 2, 3)


def look_view(width: int, height: int, photo_size: int, stride: int) -> View:
    """Return the view of a whole photo that is turned, at most as large as its main view."""
    size = min(photo_size, max(width, height) * MAX_ENLARGEMENT)
    return whole(width, height, round(max(size, stride)), stride)


def look_again(
    rgb: RgbImage,
    found: Detections,
    view: View,
    confidences_in: Callable[[Sequence[RgbImage]], Sequence[float]],
    search: Callable[[RgbImage], Detections],
) -> Detections:
    """Return what is found in a photo after turning it, or what was found before.

    Args:
        rgb: The photo, RGB, uint8, shape (height, width, 3).
        found: What was found in it as it is.
        view: Of the whole photo; see `look_view`.
        confidences_in: Returns how sure the detector is of a face in each small picture, 0..1.
        search: Finds faces in a photo.

    Returns:
        Boxes are in pixels of the photo as it is.
    """
    started = perf_counter()
    small = view.render(rgb)
    seen = confidences_in([np.ascontiguousarray(np.rot90(small, turn)) for turn in QUARTERS])
    found = replace(
        found, timing=found.timing + Timing(inference_ms=(perf_counter() - started) * 1e3)
    )
    best = int(np.argmax(seen))
    if seen[best] < SEEN:
        return found
    turn = QUARTERS[best]
    turned = search(np.ascontiguousarray(np.rot90(rgb, turn)))
    timing = found.timing + turned.timing
    if turned.surest < max(FOUND, found.surest + SURER):
        return replace(found, timing=timing)
    faces = tuple(
        replace(face, box=turned_back(face.box, turn, found.width, found.height))
        for face in turned.faces
    )
    return replace(found, faces=faces, timing=timing, blank=False)


def turned_back(box: Box, turn: int, width: int, height: int) -> Box:
    """Return where a box of a turned picture is in the picture itself.

    Args:
        box: In pixels of the turned picture.
        turn: In quarters anticlockwise, 1 to 3.
        width: Of the picture itself, in pixels.
        height: Of the picture itself, in pixels.

    Examples:
        >>> turned_back(Box(10, 20, 30, 40), 1, width=200, height=100)
        Box(x=140, y=10, width=40, height=30)
    """
    x, y, box_width, box_height = box
    if turn == 1:
        return Box(width - y - box_height, x, box_height, box_width)
    if turn == 2:
        return Box(width - x - box_width, height - y - box_height, box_width, box_height)
    return Box(y, height - x - box_width, box_height, box_width)
