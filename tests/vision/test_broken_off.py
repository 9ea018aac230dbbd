"""A picture whose file breaks off is shown as viewers show it, and said to be incomplete."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fer_core.errors import CorruptImage
from fer_core.vision.broken_off import Decoded
from fer_core.vision.decoding import decode_foreign
from fer_core.vision.image import RgbImage, decode_within

LIMITS: dict[str, Any] = {"max_bytes": 10_000_000, "max_pixels": 40_000_000}
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "jpeg": ("JPEG", {}),
    "png": ("PNG", {}),
    "gif": ("GIF", {"interlace": 0}),
    "webp": ("WEBP", {}),
    "webp without loss": ("WEBP", {"lossless": True}),
    "tiff": ("TIFF", {}),
}


@pytest.fixture
def photo(astronaut: RgbImage) -> Image.Image:
    return Image.fromarray(astronaut).resize((192, 192))


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def opened(data: bytes) -> Decoded:
    return decode_within(data, lambda _: None, least_lines=0.0, **LIMITS)


def part(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_the_lines_that_are_there_are_those_of_the_picture(
    photo: Image.Image, name: str, share: float
) -> None:
    data = encoded(photo, FORMS[name][0], **FORMS[name][1])
    whole, there = opened(data), opened(part(data, share))
    assert (whole.incomplete, whole.lines) == (False, 1.0)
    assert there.incomplete
    assert there.rgb.shape == (192, 192, 3)
    assert share - 0.25 < there.lines < share + 0.2
    sure = max(1, int(192 * there.lines) - 24)  # a block and its smoothing, one line of blocks up
    np.testing.assert_array_equal(there.rgb[:sure], whole.rgb[:sure])


def test_of_a_bmp_the_lower_lines_are_there(photo: Image.Image) -> None:
    data = encoded(photo, "BMP")
    there = opened(part(data, 0.4))
    assert there.incomplete
    np.testing.assert_array_equal(there.rgb[120:], np.asarray(photo)[120:])


def test_an_interlaced_gif_has_every_line_coarsely(photo: Image.Image) -> None:
    data = encoded(photo, "GIF", interlace=1)
    whole, there = opened(data).rgb.astype(int), opened(part(data, 0.6))
    assert there.incomplete
    assert np.abs(there.rgb - whole).mean() < 15
    np.testing.assert_array_equal(there.rgb[::4], whole[::4])


def test_a_progressive_jpeg_is_coarse(photo: Image.Image) -> None:
    there = opened(part(encoded(photo, "JPEG", progressive=True), 0.5))
    assert there.incomplete
    assert there.lines == 1
    assert np.abs(there.rgb.astype(int) - np.asarray(photo)).mean() < 12


def test_a_jpeg_that_lacks_nothing_but_its_end_mark_is_whole(photo: Image.Image) -> None:
    data = encoded(photo, "JPEG")
    assert not opened(data[:-2]).incomplete
    assert opened(data[: -len(data) // 100]).incomplete


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "I;16", "1"])
def test_every_kind_of_png_may_break_off(photo: Image.Image, mode: str) -> None:
    image = photo.convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    data = encoded(image, "PNG")
    whole, there = opened(data).rgb, opened(part(data, 0.6))
    assert there.incomplete
    np.testing.assert_array_equal(there.rgb[:64], whole[:64])


@pytest.mark.parametrize(
    ("form", "options"),
    [("TIFF", {"compression": "tiff_lzw"}), ("AVIF", {}), ("HEIF", {})],
    ids=["packed tiff", "avif", "heic"],
)
def test_what_no_viewer_shows_is_said_to_be_incomplete(
    photo: Image.Image, form: str, options: dict[str, Any]
) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    with pytest.raises(CorruptImage, match="damaged or incomplete"):
        opened(part(encoded(photo, form, **options), 0.9))


@pytest.mark.parametrize("name", FORMS)
def test_a_header_alone_is_no_picture(photo: Image.Image, name: str) -> None:
    data = encoded(photo, FORMS[name][0], **FORMS[name][1])
    with pytest.raises(CorruptImage):
        opened(data[:24])


def test_a_webp_that_claims_gigabytes_is_refused(photo: Image.Image) -> None:
    data = encoded(photo, "WEBP")
    with pytest.raises(CorruptImage):
        opened(data[:4] + b"\xf0\xff\xff\xff" + data[8:])


def test_a_frame_without_a_third_of_its_lines_is_refused(photo: Image.Image) -> None:
    data = encoded(photo, "JPEG")
    assert decode_foreign(part(data, 0.9), **LIMITS).shape == (192, 192, 3)
    with pytest.raises(CorruptImage):
        decode_foreign(part(data, 0.4), **LIMITS)
