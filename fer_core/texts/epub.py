"""EPUB to headings and paragraphs: the chapters in the order in which the book is read."""

from __future__ import annotations

import posixpath
import re
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
_CHAPTER_ENDINGS = (".xhtml", ".html", ".htm")
#: "A & B" and "&nbsp;": XML knows five names and numbers.
_STRAY_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")


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
    containers = sorted((name for name in names if name.endswith(_CONTAINER)), key=len)
    root = containers[0].removesuffix(_CONTAINER) if containers else ""
    place = root + _package_of(budget, containers[0]) if containers else _any_package(names)
    package = _xml(budget.read(place))
    items = {one.get("id"): one for one in package.iter() if _is(one, "item")}
    spine = [one.get("idref") for one in package.iter() if _is(one, "itemref")]
    listed = [items[name] for name in spine if name in items]
    chapters = [one for one in listed or items.values() if _is_chapter(one)][:MOST_CHAPTERS]
    locked = f"{root}META-INF/encryption.xml" in names
    blocks: list[Block] = []
    for number, chapter in enumerate(chapters, 1):
        href = unquote((chapter.get("href") or "").split("#")[0])
        name = posixpath.normpath(posixpath.join(posixpath.dirname(place), href))
        blocks += _chapter(budget, name, locked=locked)
        if progress is not None:
            progress(number / len(chapters))
    if not blocks:
        raise TextEncrypted(_LOCKED) if locked else TextDamaged
    return EpubBook(_said(package, "title"), _said(package, "language")[:35], blocks, len(chapters))


def _package_of(budget: _Budget, container: str) -> str:
    """Return where a book's package is, as its container says."""
    files = (one for one in _xml(budget.read(container)).iter() if _is(one, "rootfile"))
    place = next((one.get("full-path") for one in files), None)
    if place is None:
        raise TextDamaged
    return place


def _any_package(names: list[str]) -> str:
    place = next((name for name in names if name.lower().endswith(".opf")), None)
    if place is None:
        raise TextDamaged
    return place


def _xml(data: bytes) -> Element:
    """Parse XML; what is only wrong by an ampersand is mended."""
    try:
        return fromstring(data)  # noqa: S314  (expat bounds entities)
    except ParseError:
        return fromstring(_STRAY_AMPERSAND.sub(b"&amp;", data))  # noqa: S314


def _is_chapter(item: Element) -> bool:
    """Whether an item of a book is text, which its table of contents is not."""
    if "nav" in (item.get("properties") or "").split():
        return False
    name = (item.get("href") or "").split("#")[0].lower()
    kind = item.get("media-type")
    return kind is None or kind in _CHAPTERS or name.endswith(_CHAPTER_ENDINGS)


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
        # Books are put together on systems for which "A.html" is "a.html", and "/" is "\\".
        self._places = {_folded(name): name for name in reversed(archive.namelist())}

    def read(self, name: str) -> bytes:
        known = self._archive.NameToInfo
        with self._archive.open(name if name in known else self._places[_folded(name)]) as file:
            data = file.read(self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TextTooLarge
        return data


def _folded(name: str) -> str:
    return name.replace("\\", "/").casefold()


def _is(element: Element, name: str) -> bool:
    return element.tag.rsplit("}", 1)[-1] == name


def _said(package: Element, name: str) -> str:
    words = next((one.text for one in package.iter() if _is(one, name) and one.text), "")
    return " ".join((words or "").split())
