"""What the hostile pictures are made of: a drawn face, noise, and Pillow's encoders."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from pillow_heif import register_heif_opener

from fer_core.vision.self_test import draw_face

register_heif_opener(thumbnails=False)
#: The pictures are ours, however many pixels they have.
Image.MAX_IMAGE_PIXELS = None

Pixels = npt.NDArray[Any]
#: The seed of everything that looks random.
SEED = 20_261_126


def face(side: int = 320, height: int | None = None) -> Pixels:
    """Return the drawn face, uint8, shape (height or side, side, 3)."""
    return np.asarray(cv2.resize(draw_face(), (side, height or side)), np.uint8)


def noise(width: int, height: int, seed: int = SEED) -> Pixels:
    """Return random colours, uint8, shape (height, width, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(pixels: Pixels | Image.Image, form: str, **options: Any) -> bytes:
    """Return a picture as a file's bytes."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed_zeros(size: int) -> bytes:
    """Return a zlib stream that unpacks to so many zero bytes, made from a million of them."""
    million = 1_000_000
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(million)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(million)) + packer.flush(zlib.Z_FULL_FLUSH)
    # The last block is empty. Adler-32 of n zeros: the sum of bytes is 1, of sums n.
    end = b"\x03\0" + struct.pack(">HH", size % 65_521, 1)
    return first + again * (size // million - 1) + end


def png(width: int, height: int, depth: int, colour: int, body: bytes, *extra: bytes) -> bytes:
    """Return a PNG of these header fields around a zlib stream; `extra` chunks stand before it."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (chunk(b"IHDR", header), *extra, chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def damaged(data: bytes, seed: int, flips: int = 20) -> bytes:
    """Return the data with some bytes changed, the first twelve never."""
    rng = np.random.default_rng((SEED, seed))
    broken = bytearray(data)
    for at in rng.integers(12, len(data), flips):
        broken[at] = int(rng.integers(256))
    return bytes(broken)


def cut(data: bytes, share: float) -> bytes:
    """Return the first part of the data."""
    return data[: max(1, int(len(data) * share))]
