"""Pages that a browser saved with all their parts in one file: MHTML and Safari's web archive.

The page itself is taken out; pictures, styles and frames beside it stay where they are.
"""

from __future__ import annotations

import base64
import binascii
import plistlib
import quopri
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from xml.parsers.expat import ExpatError

from fer_core.texts.errors import TextDamaged

_HEADERS_END = re.compile(rb"\r?\n\r?\n")
#: Longer headers are none.
_LONGEST_HEADERS = 20_000
_MOST_PARTS = 5000


def page_of_mhtml(data: bytes) -> tuple[bytes, str]:
    """Return the first page of an MHTML file, and its encoding ("" if it is not said).

    Raises:
        TextDamaged: There is none in it.
    """
    headers, body = _headers_of(data)
    boundary = headers.get_boundary()
    parts = [(headers, body)] if boundary is None else _parts(body, boundary)
    for part, content in parts:
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            coding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
            return _decoded(content, coding), part.get_content_charset() or ""
    raise TextDamaged


def page_of_web_archive(data: bytes) -> tuple[bytes, str]:
    """Return the page of Safari's web archive, and its encoding ("" if it is not said).

    Raises:
        TextDamaged: There is none in it.
    """
    try:
        page = plistlib.loads(data)["WebMainResource"]
        content, encoding = page["WebResourceData"], page.get("WebResourceTextEncodingName", "")
    except (plistlib.InvalidFileException, ExpatError, KeyError, TypeError, AttributeError,
            ValueError, OverflowError, RecursionError) as error:  # fmt: skip
        raise TextDamaged from error
    if not isinstance(content, bytes):
        raise TextDamaged
    return content, encoding if isinstance(encoding, str) else ""


def _headers_of(part: bytes) -> tuple[Message, bytes]:
    """Return the headers of a message or of a part of one, and what follows them."""
    end = _HEADERS_END.search(part, 0, _LONGEST_HEADERS)
    if end is None:
        raise TextDamaged
    return message_from_bytes(part[: end.end()]), part[end.end() :]


def _parts(body: bytes, boundary: str) -> Iterator[tuple[Message, bytes]]:
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    start = body.find(mark)
    for _ in range(_MOST_PARTS):
        if start < 0:
            return
        start += len(mark)
        end = body.find(b"\n" + mark, start)
        part = body[start : None if end < 0 else end].removeprefix(b"\r").removeprefix(b"\n")
        if not part.startswith(b"--"):
            yield _headers_of(part)
        start = end + 1 if end >= 0 else -1


def _decoded(content: bytes, coding: str) -> bytes:
    if coding == "quoted-printable":
        return quopri.decodestring(content)
    if coding == "base64":
        try:
            return base64.b64decode(content)
        except binascii.Error as error:
            raise TextDamaged from error
    return content
