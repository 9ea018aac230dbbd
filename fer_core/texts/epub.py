"""EPUB to headings and paragraphs: the chapters in the order in which the book is read."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from lzma import LZMAError
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring

from fer_core.system_files import is_left_by_system
from fer_core.texts.encoding import decode
from fer_core.texts.errors import TextDamaged, TextEncrypted, TextTooLarge
from fer_core.texts.html import html_to_page
from fer_core.texts.segmentation import Block

#: Unpacked bytes of all chapters; the longest novels have 10 MB.
MOST_BYTES = 60_000_000
MOST_CHAPTERS = 5000
_CONTAINER = "META-INF/container.xml"
_LOCKED = "This book is locked by its seller and cannot be opened here."
_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


class EpubBook(NamedTuple):
    """What a book says: its title, its language tag (or ""), its blocks, its chapters."""

    title: str
    language: str
    blocks: list[Block]
    chapters: int


def epub_to_book(data: bytes, progress: Callable[[float], object] | None = None) -> EpubBook:
    """Return an EPUB's text.

    Args:
        data: The file.
        progress: Called after each chapter with the share done, 0..1.

    Raises:
        TextDamaged: It cannot be read as an EPUB.
        TextEncrypted: Its chapters are locked (DRM).
        TextTooLarge: It unpacks to too much.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read(archive, progress)
    except (zipfile.BadZipFile, zlib.error, LZMAError, ParseError, KeyError, NotImplementedError,
            RuntimeError, OSError, ValueError, EOFError) as error:  # fmt: skip
        raise TextDamaged from error


def _read(archive: zipfile.ZipFile, progress: Callable[[float], object] | None) -> EpubBook:
    budget = _Budget(archive)
    names = [name for name in archive.namelist() if not is_left_by_system(name)]
    # A person who packs a book again puts a folder around it.
    root = min((name for name in names if name.endswith(_CONTAINER)), key=len)
    root = root.removesuffix(_CONTAINER)
    container = fromstring(budget.read(root + _CONTAINER))  # noqa: S314  (expat bounds entities)
    files = (one.get("full-path") for one in container.iter() if _is(one, "rootfile"))
    place = next(files, None)
    if place is None:
        raise TextDamaged
    place = root + place
    package = fromstring(budget.read(place))  # noqa: S314
    items = {one.get("id"): one for one in package.iter() if _is(one, "item")}
    spine = [one.get("idref") for one in package.iter() if _is(one, "itemref")][:MOST_CHAPTERS]
    chapters = [items[name] for name in spine if name in items]
    locked = f"{root}META-INF/encryption.xml" in names
    blocks: list[Block] = []
    for number, chapter in enumerate(chapters, 1):
        href = unquote((chapter.get("href") or "").split("#")[0])
        is_text = (chapter.get("media-type") or _CHAPTERS[0]) in _CHAPTERS
        # The table of contents is a chapter of some books, and no text.
        if is_text and "nav" not in (chapter.get("properties") or "").split():
            name = posixpath.normpath(posixpath.join(posixpath.dirname(place), href))
            blocks += _chapter(budget, name, locked=locked)
        if progress is not None:
            progress(number / len(chapters))
    if not blocks:
        raise TextEncrypted(_LOCKED) if locked else TextDamaged
    return EpubBook(_said(package, "title"), _said(package, "language")[:35], blocks, len(chapters))


def _chapter(budget: _Budget, name: str, *, locked: bool) -> list[Block]:
    """Return a chapter's blocks; none where the book lacks it: the others are still to be read."""
    try:
        text = decode(budget.read(name), html=True)
    except KeyError:
        return []
    except TextDamaged:
        raise (TextEncrypted(_LOCKED) if locked else TextDamaged) from None
    return html_to_page(text, whole_page=False).blocks


class _Budget:
    """Reads members until they have unpacked to too much, whatever their headers claim."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_BYTES

    def read(self, name: str) -> bytes:
        with self._archive.open(name) as file:
            data = file.read(self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TextTooLarge
        return data


def _is(element: Element, name: str) -> bool:
    return element.tag.rsplit("}", 1)[-1] == name


def _said(package: Element, name: str) -> str:
    words = next((one.text for one in package.iter() if _is(one, name) and one.text), "")
    return " ".join((words or "").split())
