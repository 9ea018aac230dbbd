"""From an opened picture to 8-bit RGB: what its modes, its deep values and its transparency mean.

Values deeper than 8 bits are scaled by the depth that they use, because a camera's 10 to 14 bits
often lie unscaled in a file of 16. Pictures are turned into RGB a few rows at a time: the largest
one taken must fit into a worker's memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, TiffImagePlugin

RgbImage = npt.NDArray[np.uint8]
#: Shape (height, width) or (height, width, 3), of any type of numbers.
Samples = npt.NDArray[Any]

#: White in 8, 10, 12, 14 and 16 bits; the least of them that holds every value of a picture counts.
_WHITES = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)
#: Floats run from 0 to 1; highlights may be brighter than white, and are cut.
_BRIGHTEST_FLOAT = 16.0
_ROWS = 256
_TIFF_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0
_ORIENTATION = 0x0112
#: EXIF orientations as (transposed first, then upside down, then mirrored).
_TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def to_rgb(image: Image.Image, data: bytes) -> RgbImage:
    """Turn an opened picture into RGB, upright by its EXIF orientation.

    Transparent parts lie on white.

    Args:
        image: Opened from `data`; its pixels are read here.
        data: The file's bytes.

    Returns:
        RGB, uint8, shape (height, width, 3), contiguous.

    Raises:
        Exception: Whatever a decoder raises on damaged bytes.
    """
    if _is_deep_colour(image):
        samples, premultiplied = _deep_colour(image, data)
        if samples is not None:
            return _upright(_deep_to_rgb(samples, premultiplied), _orientation(image))
    image.load()
    if image.mode.startswith("I") or image.mode == "F":
        return _upright(_deep_grey_to_rgb(image), _orientation(image))
    return _shallow_to_rgb(_transposed(image))


def _shallow_to_rgb(image: Image.Image) -> RgbImage:
    if image.mode == "LAB":
        # Pillow knows the way only through colour profiles.
        to_srgb = ImageCms.buildTransform(
            ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
        )
        image = ImageCms.applyTransform(image, to_srgb) or image
    if image.mode == "La":
        image = image.convert("LA")
    see_through = image.has_transparency_data or image.mode == "RGBa"
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    for top, bottom in _strips(image.height):
        # The whole picture converted at once would be in memory four times.
        strip = image.crop((0, top, image.width, bottom))
        if not see_through:
            rgb[top:bottom] = np.asarray(strip.convert("RGB"))
            continue
        rgba = np.asarray(strip.convert("RGBA"), np.float32)
        rgb[top:bottom] = (rgba[..., :3] - 255) * (rgba[..., 3:] * np.float32(1 / 255)) + 255.5
    return rgb


def _deep_grey_to_rgb(image: Image.Image) -> RgbImage:
    """Scale grey of 16 or 32 bits or floats."""
    grey = np.asarray(image)
    key = image.info.get("transparency")
    hidden = grey == key if isinstance(key, int) else None
    inverted = _tag(image, _TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO
    rgb = np.empty((*grey.shape, 3), np.uint8)
    white = _white_of(grey)
    for top, bottom in _strips(len(grey)):
        shades = _scaled(grey[top:bottom], white)
        if inverted:
            shades = 1 - shades
        if hidden is not None:
            shades[hidden[top:bottom]] = 1.0
        rgb[top:bottom] = (shades * 255 + 0.5)[..., None]
    return rgb


def _is_deep_colour(image: Image.Image) -> bool:
    """Tell whether Pillow would keep only the upper 8 of 16 bits of each colour."""
    if image.mode not in {"RGB", "RGBA"}:
        return False
    if isinstance(image, PngImagePlugin.PngImageFile):
        return any(";16" in str(tile[3]) for tile in image.tile)
    bits = _tag(image, TiffImagePlugin.BITSPERSAMPLE)
    return isinstance(bits, tuple) and 16 in bits


def _deep_colour(image: Image.Image, data: bytes) -> tuple[Samples | None, bool]:
    """Decode 16 bits a colour; return them as (height, width, 3 or 4), BGR, and whether the colours
    are multiplied by their transparency; None where OpenCV cannot read them.
    """
    # Pillow's reading tells whether the file is whole: OpenCV fills what is missing with black.
    image.load()
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    samples = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if samples is None or samples.dtype != np.uint16 or samples.ndim != 3:
        return None, False
    if samples.shape[:2] != (image.height, image.width) or samples.shape[2] not in {3, 4}:
        return None, False
    extra = _tag(image, TiffImagePlugin.EXTRASAMPLES)
    key = image.info.get("transparency")
    if isinstance(key, tuple) and samples.shape[2] == 3:
        shown = (samples != np.array(key[::-1], np.uint16)).any(axis=2)
        samples = np.dstack([samples, np.where(shown, 65535, 0).astype(np.uint16)])
    if samples.shape[2] == 4 and extra == (0,):
        samples = samples[..., :3]
    return np.asarray(samples), extra == (1,)


def _deep_to_rgb(bgra: Samples, premultiplied: bool) -> RgbImage:
    """Scale 16-bit colours, shape (height, width, 3 or 4), and lay them on white."""
    colours = bgra[..., 2::-1]
    white = _white_of(colours)
    alpha_white = white
    if bgra.shape[2] == 4 and bgra[..., 3].max() > white:
        alpha_white = _white_of(bgra[..., 3])
    rgb = np.empty((*bgra.shape[:2], 3), np.uint8)
    for top, bottom in _strips(len(bgra)):
        shades = _scaled(colours[top:bottom], white)
        if bgra.shape[2] == 4:
            alpha = _scaled(bgra[top:bottom, :, 3:], alpha_white)
            shades = shades + (1 - alpha) if premultiplied else shades * alpha + (1 - alpha)
        rgb[top:bottom] = np.clip(shades, 0, 1) * 255 + 0.5
    return rgb


def _white_of(samples: Samples) -> float:
    """Return the value that stands for white, judged by the brightest of a picture."""
    top = max(
        float(np.nan_to_num(samples[first:last], posinf=0.0, neginf=0.0).max())
        for first, last in _strips(len(samples))
    )
    if np.issubdtype(samples.dtype, np.floating) and top < _BRIGHTEST_FLOAT:
        return 1.0
    return next((white for white in _WHITES if top <= white), top)


def _scaled(samples: Samples, white: float) -> npt.NDArray[np.float32]:
    """Return values as shares of white, 0..1."""
    values = np.nan_to_num(samples.astype(np.float32), posinf=0.0, neginf=0.0)
    return np.asarray(np.clip(values * np.float32(1 / white), 0, 1), np.float32)


def _strips(height: int) -> Iterator[tuple[int, int]]:
    for top in range(0, height, _ROWS):
        yield top, min(top + _ROWS, height)


def _tag(image: Image.Image, number: int) -> Any:
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return None
    return image.tag_v2.get(number)


def _transposed(image: Image.Image) -> Image.Image:
    """Turn a picture upright, in place: a copy of the largest takes 160 MB."""
    with suppress(Exception):  # broken EXIF must not cost the picture
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # as above
        return 1


def _upright(rgb: RgbImage, orientation: int) -> RgbImage:
    transposed, upside_down, mirrored = _TURNS.get(orientation, (False, False, False))
    if transposed:
        rgb = rgb.transpose(1, 0, 2)
    if upside_down:
        rgb = rgb[::-1]
    if mirrored:
        rgb = rgb[:, ::-1]
    return np.ascontiguousarray(rgb)
