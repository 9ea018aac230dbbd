"""Small drawings for a picture: label sprites and probability panels, and how they are blended in.

Text is set in the font that comes inside Pillow (Aileron, CC0), so pictures look the same on every
machine. Light text on a nearly opaque dark ground is readable on any background.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer_core.arrays import FloatArray
from fer_core.drawing.emoji import RgbaImage, emoji_sprite
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.vision.image import RgbImage

UNSURE_COLOUR = "#AEB7C2"
_PAPER = (17, 22, 29, 225)
_TEXT = (255, 255, 255, 255)
_TRACK = (62, 72, 84, 255)
#: Labels above this text size (pixels) are for large photos, drawn once; caching them would hold
#: megabytes each.
_LARGEST_CACHED = 40


def colour_of(emotion: Emotion | None) -> tuple[int, int, int]:
    """Return the RGB colour of a class, or of "unsure"."""
    red, green, blue = ImageColor.getrgb(emotion.colour if emotion else UNSURE_COLOUR)[:3]
    return red, green, blue


def label_sprite(emotion: Emotion | None, text: str, size: int, *, emoji: bool) -> RgbaImage:
    """Return a label: the emoji, then the text, on a rounded ground rimmed in the class's colour.

    Args:
        emotion: The class, or None for "unsure".
        text: May be empty: then the emoji stands alone, larger and without a ground.
        size: Text height, in pixels.
        emoji: Whether the emoji is shown.

    Returns:
        RGBA, uint8, shape (height, width, 4); read-only. Empty text without emoji has width 0.
    """
    if size <= _LARGEST_CACHED:
        return _cached_label(emotion, text, size, emoji)
    return _label(emotion, text, size, emoji)


def label_size(text: str, size: int, *, emoji: bool) -> tuple[int, int]:
    """Return the width and height that `label_sprite` would have, in pixels, without drawing it."""
    if not text:
        return (round(size * 1.8),) * 2 if emoji else (0, 0)
    face_width = round(size * 1.25) + round(size * 0.35) if emoji else 0
    return 2 * round(size * 0.4) + face_width + _text_width(text, size), round(size * 1.65)


def probability_panel(probabilities: FloatArray, size: int) -> RgbaImage:
    """Return a panel of five rows: emoji, bar, percent.

    Args:
        probabilities: Shape (5,), in class order, 0..1.
        size: Text height, in pixels.

    Returns:
        RGBA, uint8, shape (height, width, 4).
    """
    result = _empty_panel(size).copy()
    row, left, length = round(size * 1.4), round(size * 2.0), round(size * 5.0)
    bar = max(3, round(size * 0.55))
    for index, (emotion, probability) in enumerate(zip(EMOTIONS, probabilities, strict=True)):
        top = round(size * 0.35) + index * row + (row - bar) // 2
        filled = round(length * float(probability))
        result[top : top + bar, left : left + filled] = (*colour_of(emotion), 255)
        # The filled part is rimmed in white: a bar's length must not rest on its colour.
        result[top, left : left + filled] = _TEXT
        percent = _text(f"{float(probability):.0%}", size)
        y = round(size * 0.35) + index * row + (row - percent.shape[0]) // 2
        x = left + length + round(size * 0.4)
        _over(result, percent, x, y)
    return result


def blend(canvas: RgbImage, sprite: RgbaImage, x: int, y: int) -> None:
    """Blend a sprite into a picture in place, its top left at (x, y); what lies outside is cut."""
    height, width = canvas.shape[:2]
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + sprite.shape[1], width), min(y + sprite.shape[0], height)
    if left >= right or top >= bottom:
        return
    part = sprite[top - y : bottom - y, left - x : right - x]
    region = canvas[top:bottom, left:right]
    region[:] = _mixed(region, part)


def _mixed(below: RgbImage, above: RgbaImage) -> RgbImage:
    """Return `below` seen through `above`; in cv2's 8-bit arithmetic, twice as fast as numpy's."""
    alpha = cv2.merge([above[:, :, 3]] * 3)
    colour = cv2.multiply(above[:, :, :3], alpha, scale=1 / 255)
    rest = cv2.multiply(below, cv2.bitwise_not(alpha), scale=1 / 255)
    return np.asarray(cv2.add(colour, rest), np.uint8)


@lru_cache(maxsize=256)
def _cached_label(emotion: Emotion | None, text: str, size: int, emoji: bool) -> RgbaImage:
    return _label(emotion, text, size, emoji)


def _label(emotion: Emotion | None, text: str, size: int, emoji: bool) -> RgbaImage:
    if not text:
        return emoji_sprite(emotion, round(size * 1.8)) if emoji else np.zeros((0, 0, 4), np.uint8)
    words = _text(text, size)
    width, height = label_size(text, size, emoji=emoji)
    padding = round(size * 0.4)
    result = np.array(_rounded(width, height, size, colour_of(emotion)))
    if emoji:
        face = emoji_sprite(emotion, round(size * 1.25))
        _over(result, face, padding, (height - face.shape[0]) // 2)
    _over(result, words, width - padding - words.shape[1], (height - words.shape[0]) // 2)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=32)
def _empty_panel(size: int) -> RgbaImage:
    row, left, length = round(size * 1.4), round(size * 2.0), round(size * 5.0)
    width = left + length + round(size * 0.8) + _text("100%", size).shape[1]
    height = 5 * row + 2 * round(size * 0.35)
    result = np.array(_rounded(width, height, size, None))
    bar = max(3, round(size * 0.55))
    for index, emotion in enumerate(EMOTIONS):
        top = round(size * 0.35) + index * row
        face = emoji_sprite(emotion, round(size * 1.15))
        _over(result, face, round(size * 0.45), top + (row - face.shape[0]) // 2)
        result[top + (row - bar) // 2 :, left : left + length][:bar] = _TRACK
    result.flags.writeable = False
    return result


@lru_cache(maxsize=128)
def _rounded(
    width: int, height: int, size: int, rim: tuple[int, int, int] | None
) -> npt.NDArray[np.uint8]:
    """Return a rounded ground, drawn four times as large and averaged, for smooth corners."""
    image = Image.new("RGBA", (width * 4, height * 4), (*_PAPER[:3], 0))
    ImageDraw.Draw(image).rounded_rectangle(
        (0, 0, width * 4 - 1, height * 4 - 1),
        radius=size * 1.6,
        fill=_PAPER,
        outline=(*rim, 255) if rim else None,
        width=max(4, round(size * 0.4)) if rim else 0,
    )
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


@lru_cache(maxsize=512)
def _text(text: str, size: int) -> RgbaImage:
    """Return white text, as wide as it is and as high as any text of that size."""
    font = _font(size)
    ascent, descent = font.getmetrics()
    image = Image.new("RGBA", (_text_width(text, size), ascent + descent), (*_TEXT[:3], 0))
    ImageDraw.Draw(image).text((-font.getbbox(text)[0], 0), text, font=font, fill=_TEXT)
    result = np.asarray(image)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=512)
def _text_width(text: str, size: int) -> int:
    left, _, right, _ = _font(size).getbbox(text)
    return max(1, round(right - left))


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType; install its ordinary wheel.")
    return font


def _over(base: RgbaImage, sprite: RgbaImage, x: int, y: int) -> None:
    """Lay a sprite over another in place; that one becomes as opaque as the denser of both."""
    y = max(0, y)
    part = sprite[: base.shape[0] - y, : base.shape[1] - x]
    region = base[y : y + part.shape[0], x : x + part.shape[1]]
    if part.size == 0:
        return
    region[:, :, :3] = _mixed(region[:, :, :3], part)
    region[:, :, 3] = np.maximum(region[:, :, 3], part[:, :, 3])
