"""The emoji of the five classes and of "unsure", drawn by ourselves as vectors at any size.

Pictures get these rather than a font's emoji: a machine without an emoji font would draw empty
boxes, and colour fonts hold bitmaps of one size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from fer_core.emotions import Emotion

RgbaImage = npt.NDArray[np.uint8]
Point = tuple[float, float]

#: Side of the master drawing, in pixels; sprites are area-averaged from it, which anti-aliases.
_MASTER = 512
_SKIN = "#FFCC33"
_SKIN_ANGRY = "#F2683C"
_SKIN_UNSURE = "#E4E8ED"
_INK = "#2B2118"
_WHITE = "#FFFFFF"
_TEAR = "#2F9BE8"
_BLUSH = "#F59A5B"


@lru_cache(maxsize=256)
def emoji_sprite(emotion: Emotion | None, size: int) -> RgbaImage:
    """Return an expression's emoji.

    Args:
        emotion: The class, or None for "unsure".
        size: Side of the square, in pixels, at least 1.

    Returns:
        RGBA with straight alpha, uint8, shape (size, size, 4); read-only, shared by callers.
    """
    master = _master(emotion).astype(np.float32)
    # Averaging straight alpha would bleed the transparent black into the edge.
    master[:, :, :3] *= master[:, :, 3:] / 255
    small = cv2.resize(master, (size, size), interpolation=cv2.INTER_AREA)
    alpha = small[:, :, 3:]
    small[:, :, :3] = np.divide(
        small[:, :, :3] * 255, alpha, out=np.zeros_like(small[:, :, :3]), where=alpha > 0
    )
    result: RgbaImage = np.clip(np.rint(small), 0, 255).astype(np.uint8)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=8)
def _master(emotion: Emotion | None) -> RgbaImage:
    image = Image.new("RGBA", (_MASTER, _MASTER), (0, 0, 0, 0))
    _FACES[emotion](_Pen(image))
    return np.asarray(image)


class _Pen:
    """Draws on a unit square: (0, 0) top left, (1, 1) bottom right."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def ellipse(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill an ellipse of that centre and those half axes."""
        corners = (x - width, y - height, x + width, y + height)
        self._draw.ellipse([value * _MASTER for value in corners], fill=colour)

    def shape(self, points: list[Point], colour: str) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * _MASTER, y * _MASTER) for x, y in points], fill=colour)

    def stroke(self, points: list[Point], width: float = 0.06, colour: str = _INK) -> None:
        """Draw a line with round joints and ends."""
        pixels = [(x * _MASTER, y * _MASTER) for x, y in points]
        self._draw.line(pixels, fill=colour, width=round(width * _MASTER), joint="curve")
        for x, y in points:
            self.ellipse(x, y, width / 2, width / 2, colour)


def _arc(x: float, y: float, width: float, height: float, start: int, end: int) -> list[Point]:
    """Return points along an ellipse, degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * step / 24) for step in range(25)]
    return [(x + width * math.cos(angle), y + height * math.sin(angle)) for angle in angles]


def _head(pen: _Pen, skin: str) -> None:
    # A white rim around a dark one is seen on any background.
    pen.ellipse(0.5, 0.5, 0.5, 0.5, _WHITE)
    pen.ellipse(0.5, 0.5, 0.47, 0.47, _INK)
    pen.ellipse(0.5, 0.5, 0.435, 0.435, skin)


def _eyes(pen: _Pen, y: float, width: float = 0.055, height: float = 0.075) -> None:
    for x in (0.34, 0.66):
        pen.ellipse(x, y, width, height, _INK)


def _angry(pen: _Pen) -> None:
    _head(pen, _SKIN_ANGRY)
    _eyes(pen, 0.48)
    pen.stroke([(0.21, 0.30), (0.43, 0.40)], 0.075)
    pen.stroke([(0.79, 0.30), (0.57, 0.40)], 0.075)
    pen.stroke(_arc(0.5, 0.80, 0.19, 0.13, 200, 340), 0.065)


def _happy(pen: _Pen) -> None:
    _head(pen, _SKIN)
    for x in (0.22, 0.78):
        pen.ellipse(x, 0.57, 0.075, 0.055, _BLUSH)
    for x in (0.33, 0.67):
        pen.stroke(_arc(x, 0.45, 0.085, 0.10, 200, 340), 0.06)
    mouth = _arc(0.5, 0.58, 0.25, 0.25, 0, 180)
    pen.shape(mouth, _INK)
    pen.stroke([*mouth, mouth[0]], 0.04)
    pen.shape([(0.29, 0.585), (0.71, 0.585), (0.68, 0.65), (0.32, 0.65)], _WHITE)


def _natural(pen: _Pen) -> None:
    _head(pen, _SKIN)
    _eyes(pen, 0.42)
    pen.stroke([(0.32, 0.68), (0.68, 0.68)], 0.065)


def _sad(pen: _Pen) -> None:
    _head(pen, _SKIN)
    _eyes(pen, 0.47)
    pen.stroke([(0.20, 0.37), (0.39, 0.28)], 0.055)
    pen.stroke([(0.80, 0.37), (0.61, 0.28)], 0.055)
    pen.stroke(_arc(0.5, 0.84, 0.19, 0.16, 205, 335), 0.065)
    pen.shape([(0.24, 0.56), (0.315, 0.72), (0.165, 0.72)], _TEAR)
    pen.ellipse(0.24, 0.735, 0.078, 0.078, _TEAR)


def _surprised(pen: _Pen) -> None:
    _head(pen, _SKIN)
    for x in (0.33, 0.67):
        pen.ellipse(x, 0.43, 0.105, 0.115, _WHITE)
        pen.ellipse(x, 0.43, 0.06, 0.07, _INK)
        pen.stroke(_arc(x, 0.30, 0.11, 0.09, 210, 330), 0.045)
    pen.ellipse(0.5, 0.735, 0.12, 0.145, _INK)


def _unsure(pen: _Pen) -> None:
    _head(pen, _SKIN_UNSURE)
    pen.stroke([*_arc(0.5, 0.37, 0.16, 0.155, 185, 405), (0.5, 0.58), (0.5, 0.62)], 0.105)
    pen.ellipse(0.5, 0.775, 0.065, 0.065, _INK)


_FACES: dict[Emotion | None, Callable[[_Pen], None]] = {
    Emotion.ANGRY: _angry,
    Emotion.HAPPY: _happy,
    Emotion.NATURAL: _natural,
    Emotion.SAD: _sad,
    Emotion.SURPRISED: _surprised,
    None: _unsure,
}
