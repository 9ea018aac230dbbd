"""A picture made to hold its decoder costs one clear error, and nobody else notices."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from fer_core.errors import CorruptImage, EmptyFile, ImageTooLarge, NotAnImage, TooManyPixels
from fer_core.vision import decoding
from fer_core.vision.decoding import decode_foreign, is_plain
from fer_core.vision.image import RgbImage, decode_image

LIMITS = {"max_bytes": 10_000_000, "max_pixels": 40_000_000}


def encoded(rgb: RgbImage, form: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, form, **options)
    return file.getvalue()


def scan_bomb(pixels: int, scans: int) -> bytes:
    """Return a progressive JPEG whose last scan comes again and again: kilobytes for minutes."""
    rgb = np.full((pixels, pixels), 90, np.uint8)
    data = encoded(rgb, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def chunk_bomb(chunks: int) -> bytes:
    """Return a PNG with that many comments before its pixels."""
    data = encoded(np.zeros((8, 8, 3), np.uint8), "PNG")
    body = b"tEXtk\x00v"
    chunk = b"\x00\x00\x00\x03" + body + zlib.crc32(body).to_bytes(4, "big")
    return data[:33] + chunk * chunks + data[33:]


def test_a_camera_frame_is_plain_and_a_bomb_is_not(astronaut: RgbImage) -> None:
    assert is_plain(encoded(astronaut))
    assert is_plain(encoded(astronaut, progressive=True))
    assert not is_plain(scan_bomb(64, 20))
    assert not is_plain(encoded(astronaut, "PNG"))
    assert not is_plain(encoded(np.zeros((2000, 2000, 3), np.uint8)))


@pytest.mark.parametrize(
    "before",
    [
        b"\xff\xfe\x00\x02" * 100,
        (b"\xff\xe1\xff\xff" + bytes(65_533)) * 2,
        b"\xff" * 1000,
        b"\xff\xfe\x00\x00" * 10,
    ],
    ids=["many segments", "long ones", "padding", "segments of no length"],
)
def test_a_jpeg_with_much_before_its_pixels_is_not_plain(
    astronaut: RgbImage, before: bytes
) -> None:
    data = encoded(astronaut)
    assert not is_plain(data[:2] + before + data[2:])
    assert not is_plain(data[:2] + before)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_pixels_from_the_worker_are_those_decoded_here(astronaut: RgbImage, form: str) -> None:
    data = encoded(np.tile(astronaut, (4, 3, 1)), form)
    there = decode_foreign(data, **LIMITS)
    np.testing.assert_array_equal(there, decode_image(data, **LIMITS))
    there[0, 0] = 1  # the caller's own, to draw on


def test_a_jpeg_of_thousands_of_scans_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LONGEST_S", 0.5)
    with pytest.raises(CorruptImage, match="too long"):
        decode_foreign(scan_bomb(3000, 3000), **LIMITS)


def test_a_png_of_many_chunks_costs_this_process_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LONGEST_S", 5.0)
    try:
        assert decode_foreign(chunk_bomb(100_000), **LIMITS).shape == (8, 8, 3)
    except CorruptImage as error:
        assert "too long" in error.message  # noqa: PT017  (either answer is one)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyFile),
        (b"x" * 10_000_001, ImageTooLarge),
        (b"words", NotAnImage),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), CorruptImage),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode_foreign(data, **LIMITS)


def test_too_many_pixels_are_refused_by_the_worker_too() -> None:
    data = encoded(np.zeros((3000, 3000), np.uint8), "PNG")
    with pytest.raises(TooManyPixels, match=r"9\.0 megapixels"):
        decode_foreign(data, max_bytes=10_000_000, max_pixels=8_000_000)


#: Prints by how many KiB eight photos of 12 megapixels, decoded in four threads, grew the process
#: that asked for them, once they are gone.
MEMORY_OF_PHOTOS = """
import io, sys
from concurrent.futures import ThreadPoolExecutor
from fer_core.allocator import give_memory_back
give_memory_back()
from fer_core.vision.decoding import decode_foreign

def held():
    return int(open("/proc/self/status").read().split("VmRSS:")[1].split()[0])

data = sys.stdin.buffer.read()
def once(_):
    return decode_foreign(data, max_bytes=10**7, max_pixels=4 * 10**7).shape
once(0)
before = held()
with ThreadPoolExecutor(4) as pool:
    assert set(pool.map(once, range(8))) == {(3000, 4000, 3)}
print(held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc")
def test_eight_large_photos_leave_the_process_as_small_as_it_was(astronaut: RgbImage) -> None:
    large = np.asarray(Image.fromarray(astronaut).resize((4000, 3000)))
    answer = subprocess.run(
        [sys.executable, "-c", MEMORY_OF_PHOTOS],
        input=encoded(large),
        capture_output=True,
        check=True,
        env={**os.environ},
    )
    assert int(answer.stdout) < 60_000
