"""decode_image takes what people have and refuses the rest in their words."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from fer_core.config import PROJECT_ROOT
from fer_core.errors import (
    CorruptImage,
    EmptyFile,
    ImageError,
    ImageTooLarge,
    NotAnImage,
    TooManyPixels,
)
from fer_core.vision.image import check_size, decode_image

LEFT, RIGHT = (200, 30, 30), (20, 60, 220)


def two_halves(width: int = 64, height: int = 32) -> Image.Image:
    """Return a picture that is red on the left and blue on the right."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, : width // 2] = LEFT
    pixels[:, width // 2 :] = RIGHT
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def assert_halves(rgb: np.ndarray, tolerance: int = 12) -> None:
    height, width = rgb.shape[:2]
    assert np.abs(rgb[height // 2, width // 4].astype(int) - LEFT).max() <= tolerance
    assert np.abs(rgb[height // 2, 3 * width // 4].astype(int) - RIGHT).max() <= tolerance


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_common_format_becomes_rgb(kind: str) -> None:
    rgb = decode_image(encoded(two_halves(), kind))
    assert rgb.shape == (32, 64, 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert_halves(rgb)


def test_a_phone_s_heic_becomes_rgb() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    rgb = decode_image(encoded(two_halves(128, 64), "HEIF", quality=95))
    assert rgb.shape == (64, 128, 3)
    assert_halves(rgb, tolerance=40)


@pytest.mark.parametrize("brand", [b"avif", b"mif1"])
def test_avif_becomes_rgb(brand: bytes) -> None:
    data = encoded(two_halves(128, 64), "AVIF", quality=90)
    rgb = decode_image(data[:8] + brand + data[12:])
    assert rgb.shape == (64, 128, 3)
    assert_halves(rgb, tolerance=40)


def test_a_heic_of_the_common_brand_is_not_taken_for_avif() -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    data = encoded(two_halves(128, 64), "HEIF", quality=95)
    assert_halves(decode_image(data[:8] + b"mif1" + data[12:]), tolerance=40)


def test_a_gif_gives_its_first_frame() -> None:
    second = Image.new("RGB", (64, 32), (0, 255, 0))
    data = encoded(two_halves(), "GIF", save_all=True, append_images=[second])
    assert_halves(decode_image(data))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    upright = two_halves()
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    stored = upright.transpose(undo) if undo is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    rgb = decode_image(encoded(stored, "JPEG", exif=exif, quality=95, subsampling=0))
    assert rgb.shape == (32, 64, 3)
    assert_halves(rgb)


def test_broken_exif_does_not_cost_the_picture() -> None:
    data = encoded(two_halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert_halves(decode_image(data))


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "RGBA", "CMYK", "YCbCr"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    kind = {"CMYK": "JPEG", "YCbCr": "JPEG"}.get(mode, "PNG")
    rgb = decode_image(encoded(two_halves().convert(mode), kind))
    assert rgb.shape == (32, 64, 3)
    left, right = rgb[:, :32].mean(axis=(0, 1)), rgb[:, 32:].mean(axis=(0, 1))
    assert np.abs(left - right).max() > 5


def test_transparent_parts_lie_on_white() -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert (decode_image(encoded(image, "PNG")) == 255).all()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_tones(kind: str) -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[None, :].repeat(4, axis=0)
    rgb = decode_image(encoded(Image.fromarray(ramp), kind))
    assert np.abs(rgb[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_float_tiff_keeps_its_tones() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :].repeat(4, axis=0)
    rgb = decode_image(encoded(Image.fromarray(ramp), "TIFF"))
    assert np.abs(rgb[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_an_empty_file_is_called_empty() -> None:
    with pytest.raises(EmptyFile):
        decode_image(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"hello, world\n" * 50,
        b"BMW is a maker of cars",
        b"%PDF-1.7 ...",
        b"PK\x03\x04 zip",
        b"<svg xmlns=''/>",
        b"\0\0\0\x18ftypmp42" + bytes(100),
        b"\0" * 1000,
    ],
)
def test_what_is_no_picture_is_called_so(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        decode_image(data)


def test_a_text_is_no_picture_after_ultralytics_has_changed_pillow() -> None:
    pytest.importorskip("ultralytics", reason="needs requirements-train.txt")
    code = (
        "import fer_core.training, ultralytics\n"
        "from fer_core import decode_image\n"
        "try: decode_image(b'hello, world' * 50)\n"
        "except Exception as error: print(type(error).__name__)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    assert output.stdout.split()[-1] == "NotAnImage"


def test_a_png_may_carry_megabytes_of_comments_and_profile() -> None:
    comments = PngImagePlugin.PngInfo()
    comments.add_itxt("XML:com.adobe.xmp", "history " * 300_000, zip=True)
    data = encoded(two_halves(), "PNG", pnginfo=comments, icc_profile=bytes(2_000_000))
    assert_halves(decode_image(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_half_a_picture_is_called_damaged(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with pytest.raises(CorruptImage):
        decode_image(data[: len(data) // 2])


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [2, 40])
def test_a_jpeg_without_its_end_is_read(progressive: bool, missing: int) -> None:
    data = encoded(two_halves(256, 128), "JPEG", quality=95, progressive=progressive)
    whole, there = decode_image(data), decode_image(data[:-missing])
    assert there.shape == whole.shape
    assert np.abs(there[:96].astype(int) - whole[:96]).max() <= 4


def test_the_lines_that_a_jpeg_lacks_are_grey() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG")
    whole, there = decode_image(data), decode_image(data[: len(data) * 3 // 4])
    np.testing.assert_array_equal(there[:160], whole[:160])
    assert (there[224:] == 128).all()


def test_a_progressive_jpeg_that_breaks_off_anywhere_late_is_read(astronaut: np.ndarray) -> None:
    data = encoded(Image.fromarray(astronaut), "JPEG", progressive=True)
    whole = decode_image(data).astype(int)
    for share in np.linspace(0.5, 1.0, 60):
        there = decode_image(data[: int(len(data) * share)])
        assert np.abs(there - whole).mean() < 6


def test_a_jpeg_that_lies_on_its_side_may_lack_its_end_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", exif=exif)
    there = decode_image(data[: len(data) * 3 // 4])
    assert (there[:, :32] == 128).all()
    with pytest.raises(CorruptImage):
        decode_image(data[: len(data) // 2])


def test_too_many_bytes_are_refused_before_anything_is_read() -> None:
    with pytest.raises(ImageTooLarge, match="at most 1 MB"):
        decode_image(b"\xff\xd8\xff" + bytes(1_000_001), max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("size", "limit", "said"),
    [
        (1_000_001, 1_000_000, "1.000001 MB; at most 1 MB"),
        (10_049_999, 10_000_000, "10.05 MB; at most 10 MB"),
        (12_345_678, 10_000_000, "12.3 MB; at most 10 MB"),
        (600_000, 500_000, "0.6 MB; at most 0.5 MB"),
    ],
)
def test_a_size_is_told_so_that_it_is_above_the_limit(size: int, limit: int, said: str) -> None:
    with pytest.raises(ImageTooLarge) as refused:
        check_size(size, limit)
    assert refused.value.message == f"This file has {said} are taken."


def test_a_picture_that_is_a_little_too_large_is_told_so() -> None:
    with pytest.raises(TooManyPixels, match=r"0\.010001 megapixels; at most 0\.01 are taken"):
        decode_image(encoded(Image.new("L", (73, 137)), "PNG"), max_pixels=10_000)


def png_bomb(width: int, height: int) -> bytes:
    """Return a small PNG whose header promises a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7_000, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(TooManyPixels):
        decode_image(png_bomb(side, side))


@given(data=st.binary(max_size=400))
def test_no_bytes_ever_raise_anything_but_our_own_errors(data: bytes) -> None:
    with pytest.raises(ImageError):
        decode_image(data)


@given(cut=st.integers(0, 600), flips=st.lists(st.integers(0, 600), max_size=8))
def test_damaged_jpegs_decode_or_raise_our_own_errors(cut: int, flips: list[int]) -> None:
    data = bytearray(encoded(two_halves(), "JPEG"))
    for position in flips:
        data[position % len(data)] ^= 0x5A
    with suppress(ImageError):
        rgb = decode_image(bytes(data[: max(1, len(data) - cut)]))
        assert rgb.ndim == 3
        assert rgb.shape[2] == 3
