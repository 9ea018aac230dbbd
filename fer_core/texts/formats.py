"""Kinds of text that can be opened, told by what a file begins with, then by its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from fer_core.texts.errors import TextTypeUnknown


class TextFormat(StrEnum):
    """How a file is read."""

    PLAIN = "plain"
    PASTED = "pasted"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    EPUB = "epub"
    DOCX = "docx"
    MHTML = "mhtml"
    WEB_ARCHIVE = "webarchive"


_BY_EXTENSION = {
    ".txt": TextFormat.PLAIN,
    ".text": TextFormat.PLAIN,
    ".md": TextFormat.MARKDOWN,
    ".markdown": TextFormat.MARKDOWN,
    ".html": TextFormat.HTML,
    ".htm": TextFormat.HTML,
    ".xhtml": TextFormat.HTML,
    ".pdf": TextFormat.PDF,
    ".epub": TextFormat.EPUB,
    ".docx": TextFormat.DOCX,
    ".mhtml": TextFormat.MHTML,
    ".mht": TextFormat.MHTML,
    ".webarchive": TextFormat.WEB_ARCHIVE,
}
#: Offered by file choosers, without the dot.
EXTENSIONS: tuple[str, ...] = tuple(extension[1:] for extension in _BY_EXTENSION)
#: Files of these kinds hold pictures and fonts beside the text.
PACKED = frozenset(
    [
        *(TextFormat.PDF, TextFormat.EPUB, TextFormat.DOCX),
        *(TextFormat.MHTML, TextFormat.WEB_ARCHIVE),
    ]
)
#: An EPUB's first member says so, unpacked.
_EPUB_MARK = b"mimetypeapplication/epub+zip"


def format_of(name: str, data: bytes) -> TextFormat:
    """Return how a file is read.

    Raises:
        TextTypeUnknown: It is of no kind that can be opened.
    """
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return TextFormat.PDF
    if data.startswith(b"PK") and data[30:80].startswith(_EPUB_MARK):
        return TextFormat.EPUB
    kind = _BY_EXTENSION.get(PurePath(name).suffix.lower())
    if kind is None:
        raise TextTypeUnknown
    return kind


def leaves_letters_open(name: str, data: bytes) -> bool:
    """Tell whether a file is one whose bytes may stand for different letters: not a packed one."""
    try:
        return format_of(name, data) not in PACKED
    except TextTypeUnknown:
        return False
