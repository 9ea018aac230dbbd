"""Bytes made to hurt: each gets a documented answer, none gets a 5xx, and the next photo works."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image, PngImagePlugin

from tests.api.conftest import encoded
from tests.api.learner import Learner

URL = "/api/v1/analyses"
SMALL = np.full((64, 64, 3), 127, np.uint8)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\0" * 5_000_000)
    return buffer.getvalue()


def png_with_text_bomb() -> bytes:
    """Return a PNG whose compressed comment unpacks to 50 MB."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "x" * 50_000_000, zip=True)
    return encoded(SMALL, "PNG", pnginfo=info)


def tiff_that_points_at_itself() -> bytes:
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 0) + struct.pack("<I", 8)


def gif_claiming(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff;"


def jpeg_with_broken_exif() -> bytes:
    return encoded(SMALL, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 200)


def bmp_claiming(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header


def png_that_ends_before_the_pixels() -> bytes:
    return encoded(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8), "PNG")[:40]


HOSTILE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "pdf": b"%PDF-1.7\n1 0 obj<<>>endobj",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run",
    "zip": zipped(),
    "gzip": zlib.compress(b"\0" * 1_000_000),
    "elf": b"\x7fELF" + b"\0" * 100,
    "html": b"<html><script>alert(1)</script></html>",
    "pickle": b"\x80\x04\x95\x00\x00\x00",
    "tiff loop": tiff_that_points_at_itself(),
    "gif giant": gif_claiming(65535, 65535),
    "bmp giant": bmp_claiming(2**31 - 1, 2**31 - 1),
    "bmp negative": bmp_claiming(-64, -64),
    "png cut": png_that_ends_before_the_pixels(),
    "only a header": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "webp empty": b"RIFF\x04\0\0\0WEBP",
    "heic empty": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "avif": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    "nulls": b"\0" * 100_000,
    "one byte": b"\xff",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_as_documented(
    client: FlaskClient, photo: bytes, name: str
) -> None:
    answer = client.post(URL, data=HOSTILE[name], content_type="image/jpeg")
    assert answer.status_code in {415, 422}
    assert answer.get_json()["code"] in {"not_an_image", "corrupt_image", "too_many_pixels"}
    assert b"/etc" not in answer.data
    assert client.post(URL, data=photo, content_type="image/jpeg").status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        encoded(SMALL) + zipped(),
        encoded(SMALL, "GIF") + b"*/=1;alert(1)//",
        encoded(SMALL, "PNG") + b"<?php system($_GET[0]); ?>",
        jpeg_with_broken_exif(),
    ],
    ids=["jpeg and zip", "gif and script", "png and php", "broken exif"],
)
def test_pictures_that_are_something_else_too_are_pictures(
    client: FlaskClient, data: bytes
) -> None:
    answer = client.post(URL, data=data, content_type="image/jpeg")
    assert answer.status_code == 200
    assert answer.get_json()["results"][0]["image"] == {"width": 64, "height": 64}


def test_a_comment_that_unpacks_to_a_giant_does_no_harm(client: FlaskClient) -> None:
    answer = client.post(URL, data=png_with_text_bomb(), content_type="image/png")
    assert answer.status_code in {200, 422}


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_odd_shapes_are_pictures(client: FlaskClient, size: tuple[int, int]) -> None:
    for mode in ("photo", "frame"):
        data = encoded(np.full((size[1], size[0], 3), 90, np.uint8), "PNG")
        answer = client.post(f"{URL}?mode={mode}", data=data, content_type="image/png")
        assert answer.status_code == 200
        assert answer.get_json()["results"][0]["image"] == {"width": size[0], "height": size[1]}


def form_part(disposition: bytes, headers: bytes = b"") -> bytes:
    start = b"--b\r\nContent-Disposition: form-data" + disposition + headers
    return start + b"\r\n\r\nx\r\n--b--\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"--b\r\n\r\n--b--\r\n",
        b"--b--\r\n",
        b"no boundary at all",
        form_part(b""),
        form_part(b'; name="file"'),
        form_part(b'; name="file[]"; filename="a"'),
        form_part(b'; name="__proto__"; filename="a"'),
        form_part(b'; name="file"; filename="a"', b"\r\nX: " + b"y" * 70_000),
        form_part(b'; name="file"; filename="a"').removesuffix(b"\r\n--b--\r\n"),
    ],
)
def test_broken_forms_are_malformed(client: FlaskClient, body: bytes) -> None:
    answer = client.post(URL, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in {400, 413, 415}
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "image/", "image/*", "a" * 5000],
)
def test_odd_content_types_get_documented_answers(client: FlaskClient, content_type: str) -> None:
    answer = client.post(URL, data=b"x", content_type=content_type)
    assert answer.status_code in {400, 413, 415}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Captured-At": "now"},
        {"X-Captured-At": "2026-13-01T00:00:00Z"},
        {"X-Captured-At": "9999-12-31T23:59:59Z"},
        {"X-Captured-At": "0001-01-01T00:00:00+14:00"},
        {"X-Captured-At": "2026-01-01T00:00:00"},
        {"X-Captured-At": "1767225600"},
        {"X-Captured-At": "NaN"},
        {"X-Frame-Id": ""},
        {"X-Frame-Id": "x" * 65},
    ],
)
def test_forged_frame_headers_are_malformed(
    learner: Learner, photo: bytes, headers: dict[str, str]
) -> None:
    learner.start()
    answer = learner.frame(photo, None, **headers)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")


def test_a_text_full_of_traps_is_only_text(learner: Learner) -> None:
    content = "<script>alert(1)</script>\n\n{{7*7}} %s ${x} '; DROP TABLE sessions; --\n\n" * 30
    text = learner.start(text={"content": content}, retention="keep").get_json()["text"]
    assert "{{7*7}}" in text["passages"][0]["text"]
    assert learner.post("/finish").status_code == 200


def test_a_picture_of_a_page_of_json_is_no_trick(client: FlaskClient) -> None:
    with Image.new("RGB", (8, 8)) as tiny:
        buffer = io.BytesIO()
        tiny.save(buffer, "JPEG", comment=b'{"faces": []}')
    answer = client.post(URL, data=buffer.getvalue(), content_type="application/json")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "since",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.9999999Z"],
)
def test_years_that_utc_cannot_write_are_malformed(learner: Learner, since: str) -> None:
    learner.start()
    answer = learner.get("/timeline", since=since)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")
