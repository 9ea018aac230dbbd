"""Pictures whose file breaks off: what of them is there, as viewers show it.

A download that ended early still holds the lines before its end. A progressive JPEG and an
interlaced GIF or PNG hold all lines, coarsely. HEIC, AVIF and packed TIFF have what tells how to
read them, or their only piece, at the end: there is nothing to show.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import GifImagePlugin, Image, ImageFile

from fer_core.errors import CorruptImage, NotAnImage
from fer_core.vision.pixels import RgbImage, to_rgb

#: What people are told of a picture that is not whole.
INCOMPLETE = "The file of this picture breaks off. What is there was looked at; the rest is lost."

_JPEG_TABLE, _JPEG_END = b"\xff\xc4", b"\xff\xd9"
_RIFF_HEADER_BYTES = 8
#: Bytes left out at the end of a WebP that breaks off, until its decoder takes it twice.
_WEBP_LEFT_OUT = (0, 64, 256, 1024, 4096)
_GREY = 128
_ENDS = (slice(8), slice(-8, None))

_log = logging.getLogger(__name__)

Reopen = Callable[[bytes], Image.Image]


class Decoded(NamedTuple):
    """A picture, and how much of it its file holds.

    Attributes:
        rgb: RGB, uint8, shape (height, width, 3), contiguous. Lines that are lost are grey, black
            or white.
        incomplete: The file breaks off, or is damaged from some place on.
        lines: The share of its lines that are there, 0..1.
    """

    rgb: RgbImage
    incomplete: bool = False
    lines: float = 1.0


def what_is_there(image: Image.Image, data: bytes, reopen: Reopen) -> Decoded:
    """Return what could be decoded of a picture before its file broke off.

    Args:
        image: Opened from `data`; its decoder has raised an error.
        data: The file's bytes.
        reopen: Opens other bytes within the same limits.

    Raises:
        CorruptImage: Nothing of it is there.
    """
    try:
        if image.format in {"JPEG", "MPO"}:
            return _of_jpeg(data, reopen)
        if isinstance(image, ImageFile.ImageFile):
            return _of_lines(image, data)
    except Exception as error:  # a decoder may raise anything on hostile bytes
        _log.info("nor what is there of it: %s", type(error).__name__)
    raise CorruptImage


def is_short_webp(data: bytes) -> bool:
    """Tell whether a WebP has fewer bytes than it says; its decoder takes none of them then."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) < _webp_length(data)


def of_short_webp(
    data: bytes, reopen: Reopen, bound: Callable[[int], None], max_bytes: int
) -> Decoded:
    """Return what is there of a WebP that breaks off.

    Zeros take the place of what is lost. They decode to something, and a few bytes fewer in front
    of them to something else: up to the line where these two differ, the picture is the file's.

    Raises:
        ImageError: Nothing of it is there, or it claims too much.
    """
    length = _webp_length(data)
    if length > max_bytes:
        raise CorruptImage
    pictures: list[RgbImage] = []
    for left_out in _WEBP_LEFT_OUT:
        there = data[: len(data) - left_out]
        with suppress(OSError, CorruptImage, NotAnImage):
            image = reopen(there.ljust(length, b"\0"))
            bound(len(_WEBP_LEFT_OUT) * image.width * image.height)
            pictures.append(to_rgb(image, there))
        if len(pictures) == 2:
            break
    else:
        raise CorruptImage
    rgb, earlier = pictures
    alike = (rgb == earlier).all(axis=(1, 2))
    first = len(rgb) if alike.all() else int(np.argmin(alike))
    rgb[first:] = _GREY
    return Decoded(rgb, True, first / len(rgb))


def _webp_length(data: bytes) -> int:
    return int.from_bytes(data[4:8], "little") + _RIFF_HEADER_BYTES


def _of_jpeg(data: bytes, reopen: Reopen) -> Decoded:
    """Decode a JPEG that breaks off: its decoder fills the lines that are missing with grey."""
    # It may break off within a table of Huffman codes; what stands before that is whole.
    for there in (data, data[: data.rfind(_JPEG_TABLE)]):
        try:
            image = reopen(there + _JPEG_END)
            rgb = to_rgb(image, data)
        except Exception as error:  # as above
            _log.info("nor without its end: %s", type(error).__name__)
            continue
        lines = _lines_not_grey(rgb)
        if lines > 0:
            coarse = bool(image.info.get("progressive"))
            # Some cameras leave out the end's mark and nothing else.
            return Decoded(rgb, coarse or lines < 1 or _lacks_a_corner(rgb), lines)
    raise CorruptImage


def _lines_not_grey(rgb: RgbImage) -> float:
    """Return the share of lines, 0..1, before those that a JPEG decoder filled in: grey, at a side.

    After the EXIF orientation was applied, the end of the file may be at any side.
    """
    filled = np.abs(rgb.astype(np.int16) - _GREY).max(axis=2) <= 1
    rows, columns = filled.all(axis=1), filled.all(axis=0)
    sides = (rows, rows[::-1], columns, columns[::-1])
    missing = max(float(np.argmin(side)) / len(side) if not side.all() else 1.0 for side in sides)
    return 1.0 - missing


def _lacks_a_corner(rgb: RgbImage) -> bool:
    """Tell whether the block is filled in that a JPEG ends with, wherever its turn has put it."""
    corners = (rgb[rows, columns] for rows in _ENDS for columns in _ENDS)
    return any(bool((np.abs(one.astype(np.int16) - _GREY) <= 1).all()) for one in corners)


def _of_lines(image: ImageFile.ImageFile, data: bytes) -> Decoded:
    """Return the lines that Pillow had decoded; in those that are lost all values are zero."""
    interlaced = _is_interlaced(image)
    image.tile = []  # it has done what it can
    image.load()
    stored = np.asarray(image)
    there = np.asarray(stored.reshape(len(stored), -1).any(axis=1), np.bool_)
    if not there.any():
        raise CorruptImage
    lines = float(there.mean())
    if interlaced:
        if image.format == "PNG" and not there[1::2].any():
            raise CorruptImage  # only dots of a coarse grid
        lines = 1.0
        _fill_between(image, there)
    return Decoded(to_rgb(image, data), True, lines)


def _is_interlaced(image: ImageFile.ImageFile) -> bool:
    if isinstance(image, GifImagePlugin.GifImageFile):
        return any(bool(tile.args[1]) for tile in image.tile if isinstance(tile.args, tuple))
    return bool(image.info.get("interlace"))


def _fill_between(image: Image.Image, there: npt.NDArray[np.bool_]) -> None:
    """Give lines that have not come yet the one above, as viewers do."""
    last = int(np.argmax(there))
    for row in range(last, image.height):
        if there[row]:
            last = row
        else:
            image.paste(image.crop((0, last, image.width, last + 1)), (0, row))
