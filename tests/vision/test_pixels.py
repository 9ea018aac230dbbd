"""Modes, depths and transparency come out as a viewer shows them, to the shade."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from fer_core.vision.image import RgbImage, decode_image

#: A shade of grey in each column.
RAMP = np.arange(256, dtype=np.uint8)[None].repeat(8, 0)
#: Another shade of red, green and blue in each column.
COLOURS = np.dstack([RAMP, RAMP[:, ::-1], np.roll(RAMP, 77, 1)])
GREY = np.repeat(RAMP[..., None], 3, axis=2)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def deep(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Return 8-bit shades in so many bits, in 16-bit numbers."""
    return np.asarray(np.round(pixels * ((2**bits - 1) / 255)), np.uint16)


def with_opencv(ending: str, pixels: np.ndarray) -> bytes:
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}
    if pixels.ndim == 3:
        pixels = pixels[..., order[pixels.shape[2]]]
    return cv2.imencode(ending, pixels)[1].tobytes()


def assert_shades(rgb: RgbImage, expected: np.ndarray, tolerance: int = 1) -> None:
    assert rgb.dtype == np.uint8
    assert rgb.shape == expected.shape
    assert np.abs(rgb.astype(int) - expected).max() <= tolerance


def png(colour: int, depth: int, samples: np.ndarray, hidden: bytes = b"") -> bytes:
    """Return a PNG of 16-bit samples, shape (height, width, channels), with a hidden colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    height, width = samples.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)),
            chunk(b"tRNS", hidden) if hidden else b"",
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_the_bits_of_a_camera_in_a_file_of_16_keep_their_brightness(bits: int, ending: str) -> None:
    assert_shades(decode_image(with_opencv(ending, deep(RAMP, bits))), GREY)
    assert_shades(decode_image(with_opencv(ending, deep(COLOURS, bits))), COLOURS)


@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("bits", [12, 16])
def test_deep_colours_under_deep_transparency_lie_on_white(bits: int, ending: str) -> None:
    alpha = np.full(RAMP.shape, 255, np.uint8)
    alpha[:3] = 0
    alpha[3:5] = 102
    data = with_opencv(ending, deep(np.dstack([COLOURS, alpha]), bits))
    expected = COLOURS.astype(float)
    expected[:3] = 255
    expected[3:5] = 255 * 0.6 + COLOURS[3:5] * 0.4
    assert_shades(decode_image(data), np.round(expected))


def test_deep_grey_under_transparency_lies_on_white() -> None:
    alpha = np.full(RAMP.shape, 255, np.uint8)
    alpha[:2] = 0
    data = png(4, 16, deep(np.dstack([RAMP, alpha]), 16))
    expected = GREY.copy()
    expected[:2] = 255
    assert_shades(decode_image(data), expected)


@pytest.mark.parametrize(("colour", "pixels"), [(0, RAMP[..., None]), (2, COLOURS)])
def test_one_deep_colour_may_be_the_one_that_is_not_there(colour: int, pixels: np.ndarray) -> None:
    samples = deep(pixels, 16)
    hidden = samples[0, 40].astype(">u2").tobytes()
    expected = np.broadcast_to(pixels, COLOURS.shape).copy()
    expected[:, 40] = 255
    assert_shades(decode_image(png(colour, 16, samples, hidden)), expected)


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_one_shallow_colour_may_be_the_one_that_is_not_there(mode: str) -> None:
    image = Image.fromarray(COLOURS).convert(mode)
    hidden = image.getpixel((40, 0))
    expected = np.asarray(image.convert("RGB")).copy()
    expected[(expected == expected[0, 40]).all(axis=2)] = 255
    assert_shades(decode_image(encoded(image, "PNG", transparency=hidden)), expected)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_deep_pictures_are_turned_upright_too(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turns = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]
    data = encoded(Image.fromarray(deep(RAMP, 16)), "PNG", exif=exif)
    assert_shades(decode_image(data), np.rot90(GREY, turns))


def test_a_tiff_in_which_white_is_zero_is_no_negative() -> None:
    data = bytearray(encoded(Image.fromarray(deep(RAMP, 16)), "TIFF"))
    at = data.index(struct.pack("<HHI", 262, 3, 1)) + 8
    data[at] = 0
    assert_shades(decode_image(bytes(data)), 255 - GREY)


@pytest.mark.parametrize("brightest", [1.0, 1.4, 255.0])
def test_floats_run_to_one_and_highlights_are_cut(brightest: float) -> None:
    values = np.linspace(0, brightest, 256, dtype=np.float32)[None].repeat(4, 0)
    white = 255.0 if brightest == 255.0 else 1.0
    expected = np.clip(np.round(values / white * 255), 0, 255)[..., None].repeat(3, 2)
    assert_shades(decode_image(encoded(Image.fromarray(values), "TIFF")), expected)


def test_values_that_are_no_numbers_are_black() -> None:
    values = np.full((4, 4), np.nan, np.float32)
    values[0, 0] = 1.0
    rgb = decode_image(encoded(Image.fromarray(values), "TIFF"))
    assert rgb[0, 0].tolist() == [255, 255, 255]
    assert rgb[1:].max() == 0


def test_lab_becomes_the_colours_that_it_means() -> None:
    profiles = (ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"))
    to_lab = ImageCms.buildTransform(*profiles, "RGB", "LAB")
    flat = Image.new("RGB", (16, 16), (180, 90, 60))
    lab = ImageCms.applyTransform(flat, to_lab)
    assert lab is not None
    rgb = decode_image(encoded(lab, "TIFF"))
    assert_shades(rgb, np.full((16, 16, 3), (180, 90, 60)), tolerance=4)


def test_cmyk_becomes_the_colours_that_it_means() -> None:
    image = Image.new("RGB", (16, 16), (200, 30, 90)).convert("CMYK")
    for kind in ("JPEG", "TIFF"):
        rgb = decode_image(encoded(image, kind))
        assert_shades(rgb, np.full((16, 16, 3), (200, 30, 90)), tolerance=4)


def test_half_see_through_colours_are_paler() -> None:
    rgba = np.dstack([COLOURS, np.full(RAMP.shape, 51, np.uint8)])
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {})):
        rgb = decode_image(encoded(Image.fromarray(rgba), kind, **options))
        assert_shades(rgb, np.round(255 * 0.8 + COLOURS * 0.2))
