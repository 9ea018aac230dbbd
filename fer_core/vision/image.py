"""Bytes to RGB pixels: which files are taken, what is checked before decoding, what people hear.

Limits are checked against the file's header, so a decompression bomb costs nothing.
Colour profiles are ignored: a wide-gamut photo looks slightly paler, which the
model was trained to bear.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from fer_core.errors import (
    CorruptImage,
    EmptyFile,
    ImageError,
    ImageTooLarge,
    NotAnImage,
    TooManyPixels,
)
from fer_core.sizes import over, too_large
from fer_core.vision.broken_off import (
    Decoded,
    Reopen,
    is_short_webp,
    of_short_webp,
    what_is_there,
)
from fer_core.vision.pixels import RgbImage as RgbImage
from fer_core.vision.pixels import to_rgb

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000

#: "JPEG" includes MPO, the several-picture JPEG of phones' portraits; the first one counts.
#: AVIF and HEIF may begin alike; Pillow asks AVIF first, which knows its own.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "HEIF")

#: How files of these formats begin. A file that begins so and cannot be opened is damaged;
#: any other is no picture at all.
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8")
_HEIF_BRANDS = (
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
    *(b"avif", b"avis"),
)
LARGEST_COMMENT_BYTES = 16_000_000
#: Least share of a picture's lines that must be there, where nobody can be told that some are lost:
#: a camera's frame with half a face would be read as another face, or as nobody.
LEAST_LINES = 2 / 3

_log = logging.getLogger(__name__)


def check_rgb(rgb: npt.NDArray[np.generic]) -> None:
    """Check that an array is a picture as everything here takes it: RGB, uint8, (h, w, 3).

    Raises:
        NotAnImage: It is not.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise NotAnImage("A picture must be RGB, 8 bits a channel.")


def decode_image(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS
) -> RgbImage:
    """Decode one picture.

    Takes JPEG, PNG, WebP, BMP, TIFF, GIF (first frame), AVIF and HEIC; grey, palette, alpha (laid
    on white), CMYK, LAB and 16-bit pictures become 8-bit RGB; the EXIF orientation is applied. Of a
    picture whose file breaks off, up to a third of the lines may be lost; see `broken_off`.

    Args:
        data: The file's bytes.
        max_bytes: Most bytes taken.
        max_pixels: Most pixels taken, width x height.

    Returns:
        RGB, uint8, shape (height, width, 3), contiguous.

    Raises:
        EmptyFile: No bytes.
        ImageTooLarge: More than `max_bytes`.
        NotAnImage: Not one of the formats.
        TooManyPixels: More than `max_pixels`, by the header.
        CorruptImage: Begins like a picture and cannot be decoded.

    Examples:
        >>> from pathlib import Path
        >>> from fer_core import decode_image
        >>> picture = decode_image(Path("me.jpg").read_bytes())
        >>> picture.shape, picture.dtype.name
        ((512, 512, 3), 'uint8')
    """
    return decode_within(data, lambda _: None, max_bytes=max_bytes, max_pixels=max_pixels).rgb


def decode_within(
    data: bytes,
    bound: Callable[[int], None],
    *,
    max_bytes: int,
    max_pixels: int,
    least_lines: float = LEAST_LINES,
) -> Decoded:
    """Decode one picture, as `decode_image`, and tell `bound` how many pixels it claims, first.

    Args:
        data: The file's bytes.
        bound: Called with the pixels that are to be decoded.
        max_bytes: Most bytes taken.
        max_pixels: Most pixels taken, width x height.
        least_lines: Least share of the lines that must be there; 0: any.
    """
    check_size(len(data), max_bytes)
    _register_decoders()
    with warnings.catch_warnings():
        # Pillow warns of pictures that our own limit refuses or allows knowingly.
        warnings.simplefilter("ignore")
        decoded = _decoded(data, bound, partial(_opened, max_pixels=max_pixels), max_bytes)
    if decoded.lines < least_lines or not decoded.lines:
        raise CorruptImage
    return decoded


def _decoded(data: bytes, bound: Callable[[int], None], opened: Reopen, max_bytes: int) -> Decoded:
    try:
        if is_short_webp(data):
            return of_short_webp(data, opened, bound, max_bytes)
        image = opened(data)
        bound(image.width * image.height)
        try:
            return Decoded(to_rgb(image, data))
        except MemoryError:
            raise
        except Exception as error:  # a decoder may raise anything on hostile bytes
            _log.info("a picture could not be decoded: %s", type(error).__name__)
            return what_is_there(image, data, opened)
    except MemoryError:
        raise TooManyPixels from None
    except ImageError:
        raise
    except Exception as error:  # as above
        _log.info("a picture could not be decoded: %s", type(error).__name__)
        raise CorruptImage from None


def _opened(data: bytes, max_pixels: int) -> Image.Image:
    """Read a picture's header and check the size that it claims."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except Exception as error:  # as above
        _log.info("a header could not be read: %s", type(error).__name__)
        raise (CorruptImage if _looks_like_image(data) else NotAnImage) from None
    width, height = image.size
    if width * height > max_pixels:
        raise TooManyPixels(
            f"This picture has {over(width * height / 1e6, max_pixels / 1e6)} megapixels; "
            f"at most {max_pixels / 1e6:g} are taken."
        )
    if width < 1 or height < 1:
        raise CorruptImage
    return image


def check_size(size: int, max_bytes: int) -> None:
    """Check that a file of `size` bytes has some, and not too many.

    Raises:
        EmptyFile: No bytes.
        ImageTooLarge: More than `max_bytes`.
    """
    if not size:
        raise EmptyFile
    if size > max_bytes:
        raise ImageTooLarge(too_large("This file", size, max_bytes))


@lru_cache(maxsize=1)
def _register_decoders() -> None:
    from pillow_heif import register_heif_opener

    Image.init()
    # Image editors write the history of a picture into it: 2 MB are not rare, 1 MB is the default.
    PngImagePlugin.MAX_TEXT_CHUNK = LARGEST_COMMENT_BYTES
    register_heif_opener(thumbnails=False)


def _looks_like_image(data: bytes) -> bool:
    return (
        data.startswith(_MAGIC)
        or (data[:2] == b"BM" and data[6:10] == bytes(4))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS)
    )
