"""Boxes on a scene, as corners in pixels."""

from __future__ import annotations

Box = tuple[float, float, float, float]

#: Letterbox grey, as at inference.
PADDING = 114
#: A face smaller than this on its short side, in pixels of the input, carries no label.
SMALLEST_FACE = 12.0


def intersection(first: Box, second: Box) -> Box:
    """Return what two boxes share; its sides are negative where they share nothing."""
    return (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )


def area(box: Box) -> float:
    """Return a box's area in square pixels, 0 for one of negative sides."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
