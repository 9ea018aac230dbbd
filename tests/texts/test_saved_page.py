"""Pages that a browser saved in one file."""

from __future__ import annotations

import base64
import plistlib

import pytest

from fer_core.texts.errors import TextDamaged
from fer_core.texts.worker import open_file

PAGE = "<title>Bees</title><p>Café = a house".encode("windows-1252")


def opened(kind: str, data: bytes) -> tuple[str, str]:
    answer, _ = open_file({"format": kind, "title": "file"}, data, lambda _share: None)
    return answer["title"], answer["passages"][0]["text"]


def mhtml(coding: str, body: bytes, end: bytes = b"\r\n") -> bytes:
    lines = [
        *(b"MIME-Version: 1.0", b"Content-Type: multipart/related;", b'\tboundary="B-1"', b""),
        *(b"", b"--B-1", b"Content-Type: image/png", b"", b"picture", b"--B-1"),
        b"Content-Type: text/html; charset=windows-1252",
        *(b"Content-Transfer-Encoding: " + coding.encode(), b"", body, b"--B-1--", b""),
    ]
    return end.join(lines)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("quoted-printable", b"<title>Bees</title><p>Caf=E9 =3D =\r\na house"),
        ("base64", base64.encodebytes(PAGE)),
        ("8bit", PAGE),
    ],
)
def test_the_page_of_an_mhtml_file_is_read(coding: str, body: bytes, end: bytes) -> None:
    assert opened("mhtml", mhtml(coding, body, end)) == ("Bees", "Café = a house")


def test_the_page_of_a_web_archive_is_read() -> None:
    page = {"WebResourceData": PAGE, "WebResourceTextEncodingName": "windows-1252"}
    data = plistlib.dumps({"WebMainResource": page}, fmt=plistlib.FMT_BINARY)
    assert opened("webarchive", data) == ("Bees", "Café = a house")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("mhtml", b"no headers"),
        ("mhtml", b"Subject: x\n\nwords"),
        ("mhtml", b"Content-Type: multipart/related; boundary=B\n\n--B\n--B\n--B--"),
        ("webarchive", b"bplist00junk"),
        ("webarchive", plistlib.dumps({"WebMainResource": [1]})),
        ("webarchive", plistlib.dumps({"WebMainResource": {"WebResourceData": "words"}})),
    ],
)
def test_what_holds_no_page_is_damaged(kind: str, data: bytes) -> None:
    with pytest.raises(TextDamaged):
        opened(kind, data)
