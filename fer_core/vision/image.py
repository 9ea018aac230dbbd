"""Bytes to RGB pixels: which files are taken, what is checked before decoding, what people hear.

Limits are checked against the file's header, so a decompression bomb costs nothing.
Colour profiles are ignored: a wide-gamut photo looks slightly paler, which the
model was trained to bear.
"""

from __future__ import annotations

import io
import logging
import warnings
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from fer_core.errors import (
    CorruptImage,
    EmptyFile,
    ImageTooLarge,
    NotAnImage,
    TooManyPixels,
)

RgbImage = npt.NDArray[np.uint8]

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000

#: "JPEG" includes MPO, the several-picture JPEG of phones' portraits; the first one counts.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "HEIF")

#: How files of these formats begin. A file that begins so and cannot be opened is damaged;
#: any other is no picture at all.
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")

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

    Takes JPEG, PNG, WebP, BMP, TIFF, GIF (first frame) and HEIC; grey, palette, alpha (laid on
    white), CMYK and 16-bit pictures become 8-bit RGB; the EXIF orientation is applied.

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
    check_size(data, max_bytes)
    _register_decoders()
    with warnings.catch_warnings():
        # Pillow warns of pictures that our own limit refuses or allows knowingly.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError:
            raise TooManyPixels from None
        except Exception as error:  # a decoder may raise anything on hostile bytes
            _log.info("a header could not be read: %s", type(error).__name__)
            raise (CorruptImage if _looks_like_image(data) else NotAnImage) from None
        width, height = image.size
        if width * height > max_pixels:
            raise TooManyPixels(
                f"This picture has {width * height / 1e6:.1f} megapixels; at most "
                f"{max_pixels / 1e6:g} are taken."
            )
        if width < 1 or height < 1:
            raise CorruptImage
        try:
            return _to_rgb(_upright(image))
        except Exception as error:  # as above
            _log.info("a picture could not be decoded: %s", type(error).__name__)
            raise CorruptImage from None


def check_size(data: bytes, max_bytes: int) -> None:
    """Check that a file has bytes, and not too many.

    Raises:
        EmptyFile: No bytes.
        ImageTooLarge: More than `max_bytes`.
    """
    if not data:
        raise EmptyFile
    if len(data) > max_bytes:
        raise ImageTooLarge(
            f"This file has {len(data) / 1e6:.2f} MB; at most {max_bytes / 1e6:g} MB are taken."
        )


def pixels_claimed(data: bytes) -> int:
    """Return how many pixels a picture's header claims; 0 where it cannot be read."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return image.width * image.height
    except Exception:  # a reader may raise anything on hostile bytes; `decode_image` explains
        return 0


@lru_cache(maxsize=1)
def _register_decoders() -> None:
    from pillow_heif import register_heif_opener

    Image.init()
    register_heif_opener(thumbnails=False)


def _looks_like_image(data: bytes) -> bool:
    return (
        data.startswith(_MAGIC)
        or (data[:2] == b"BM" and data[6:10] == bytes(4))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS)
    )


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF must not cost the picture
        return image


def _to_rgb(image: Image.Image) -> RgbImage:
    if image.mode.startswith("I") or image.mode == "F":
        grey = _deep_grey_to_8_bit(np.asarray(image))
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(paper, image)
    return np.array(image.convert("RGB"))


def _deep_grey_to_8_bit(grey: npt.NDArray[np.generic]) -> RgbImage:
    """Scale 16-bit, 32-bit or float grey to 0..255 by the range its values use."""
    values = np.nan_to_num(grey.astype(np.float64), posinf=0.0, neginf=0.0)
    top = float(values.max())
    if top <= 1.0 and np.issubdtype(grey.dtype, np.floating):
        white = 1.0
    elif top <= 255.0:
        white = 255.0
    elif top <= 65535.0:
        white = 65535.0
    else:
        white = top
    return np.clip(values * (255.0 / white) + 0.5, 0, 255).astype(np.uint8)
