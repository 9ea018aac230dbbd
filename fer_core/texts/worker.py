"""The task of the worker that opens texts: bytes in, passages out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fer_core.texts.document import Document
from fer_core.texts.docx import docx_to_blocks
from fer_core.texts.encoding import Decoded, read
from fer_core.texts.epub import epub_to_book
from fer_core.texts.errors import EncodingUnknown, TextEmpty
from fer_core.texts.formats import PACKED, TextFormat
from fer_core.texts.front_matter import FrontMatter, split_front_matter
from fer_core.texts.html import html_to_page
from fer_core.texts.markdown import markdown_to_blocks, pasted_to_blocks
from fer_core.texts.pdf import pdf_to_blocks
from fer_core.texts.saved_page import page_of_mhtml, page_of_web_archive
from fer_core.texts.segmentation import Block, BlockKind, segment

LONGEST_TITLE = 120
#: Titles that programs write when nobody gave one.
_NO_TITLE = re.compile(
    r"(?i)\A\W*(?:untitled|unbenannt|sans[ _]titre|senza[ _]titolo|sin[ _]título|document|dokument|"
    r"microsoft (?:word|powerpoint) - .*|powerpoint[ -]pr\S+|presentation|slide|title|titel|scan"
    r"\w*|new document|about:blank|.*\.(?:docx?|pptx?|odt|tex|dvi|indd|qxd|pdf|html?|rtf|pages))"
    r"[\d\s()_-]*\Z"
)


def open_file(
    value: dict[str, Any], data: bytes, progress: Callable[[float], None]
) -> tuple[Any, bytes]:
    """Open a text and return it as `Document.to_dict` writes it.

    Args:
        value: "format", "title" (the one to use where the text has none), whether the bytes are
            UTF-8 "decoded" already, and else the "encoding" that was chosen by hand ("": none).
        data: The file.
        progress: Called with the share done, 0..1.

    Raises:
        TextError: It cannot be read; the subclass and its message say why.
    """
    kind, title = TextFormat(value["format"]), str(value["title"])
    if kind in PACKED:
        document = _open_packed(kind, data, title, progress)
    else:
        html = kind is TextFormat.HTML
        if value["decoded"]:
            decoded = Decoded(data.decode(), "")
        else:
            decoded = read(data, html=html, encoding=str(value.get("encoding", "")))
        document = replace(_open_text(kind, decoded.text, title), encoding=decoded.encoding)
    return document.to_dict(), b""


def _open_packed(
    kind: TextFormat, data: bytes, title: str, progress: Callable[[float], None]
) -> Document:
    nothing = FrontMatter()
    if kind is TextFormat.PDF:
        own, blocks, pages = pdf_to_blocks(data, progress)
        return _assemble(_title(own) or title, blocks, nothing, pages=pages)
    if kind is TextFormat.EPUB:
        book = epub_to_book(data, progress)
        return _assemble(_title(book.title) or title, book.blocks, nothing, language=book.language)
    if kind in _SAVED_PAGES:
        markup, encoding = _SAVED_PAGES[kind](data)
        page = html_to_page(_page_text(markup, encoding))
        return _assemble(page.title or title, page.blocks, nothing, language=page.language)
    own, blocks = docx_to_blocks(data)
    return _assemble(_title(own) or title, blocks, nothing)


_SAVED_PAGES = {
    TextFormat.MHTML: page_of_mhtml,
    TextFormat.WEB_ARCHIVE: page_of_web_archive,
}


def _page_text(markup: bytes, encoding: str) -> str:
    try:
        return read(markup, html=True, encoding=encoding).text
    except EncodingUnknown:
        return read(markup, html=True).text


def _open_text(kind: TextFormat, text: str, title: str) -> Document:
    if kind is TextFormat.HTML:
        page = html_to_page(text)
        return _assemble(page.title or title, page.blocks, FrontMatter(), language=page.language)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front_matter, body = split_front_matter(text)
    readers = {TextFormat.MARKDOWN: markdown_to_blocks, TextFormat.PASTED: pasted_to_blocks}
    blocks = readers.get(kind, plain_to_blocks)(body)
    return _assemble(title, blocks, front_matter, language=front_matter.language)


def plain_to_blocks(text: str) -> list[Block]:
    """Return the paragraphs of a plain text: what empty lines set apart.

    A text without any empty line has a paragraph on each line.
    """
    paragraphs = re.split(r"\n(?:[^\S\n]*\n)+", text)
    if len([paragraph for paragraph in paragraphs if paragraph.strip()]) < 2:
        paragraphs = text.split("\n")
    return [
        Block(BlockKind.PARAGRAPH, paragraph.strip())
        for paragraph in paragraphs
        if paragraph.strip()
    ]


def _assemble(
    title: str,
    blocks: Sequence[Block],
    front_matter: FrontMatter,
    *,
    language: str = "",
    pages: int = 0,
) -> Document:
    """Cut the blocks into passages and attach the text's own questions."""
    passages = segment(blocks)
    if not any(character.isalnum() for passage in passages for character in passage.text):
        raise TextEmpty
    return Document(
        title=(front_matter.title or title or _first_words(blocks))[:LONGEST_TITLE],
        passages=passages,
        questions=front_matter.questions_for(passages),
        language=language,
        pages=pages,
    )


def _title(own: str) -> str:
    """Return a file's own title; "" where a program wrote what is none."""
    return "" if _NO_TITLE.match(own) else own


def _first_words(blocks: Sequence[Block]) -> str:
    """Return a title for a text without one: its first heading, or its first words."""
    heading = next((block.text for block in blocks if block.kind is BlockKind.HEADING), None)
    if heading:
        return " ".join(heading.split())
    words = blocks[0].text.split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")
