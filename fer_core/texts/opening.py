"""Opening a text: TXT, Markdown, HTML and PDF to headings and paragraphs.

Only text comes out. Nothing in a file is run, fetched or resolved, and what a library
says about a broken file becomes one of the messages in `errors`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

import charset_normalizer

from fer_core.errors import TextDamaged, TextEmpty, TextTooLarge, TextTypeUnknown
from fer_core.texts.document import Block, BlockKind, Document, segment
from fer_core.texts.front_matter import FrontMatter, split_front_matter
from fer_core.texts.html import html_to_blocks
from fer_core.texts.markdown import markdown_to_blocks
from fer_core.texts.pdf import pdf_to_blocks

#: A book of 1,000 pages as text is 3 MB; a PDF with pictures can be large and still be quick.
LARGEST_TEXT_BYTES = 20_000_000
LARGEST_PDF_BYTES = 200_000_000
LONGEST_TITLE = 120

Progress = Callable[[float], object]

_EXTENSIONS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
}
#: Offered by file choosers, without the dot.
EXTENSIONS: tuple[str, ...] = tuple(extension[1:] for extension in _EXTENSIONS)
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: Encodings of texts from before Unicode that are still about. Offered everything, the guess
#: prefers rarities such as a Macintosh's Cyrillic.
_OLD_ENCODINGS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_HTML_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.I)


def open_document(name: str, data: bytes, progress: Progress | None = None) -> Document:
    """Open a file as passages.

    Args:
        name: The file's name; its ending decides how it is read.
        data: The file.
        progress: Called with the share done, 0..1, as a PDF's pages are read.

    Raises:
        TextError: The file cannot be read; the subclass and its message say why.
    """
    kind = "pdf" if data[:1024].lstrip().startswith(b"%PDF-") else _kind_of(name)
    limit = LARGEST_PDF_BYTES if kind == "pdf" else LARGEST_TEXT_BYTES
    if len(data) > limit:
        raise TextTooLarge(
            f"This file has {len(data) / 1e6:.0f} MB; the most that can be opened is "
            f"{limit / 1e6:.0f} MB."
        )
    if not data.strip():
        raise TextEmpty
    fallback_title = PurePath(name).stem.replace("_", " ").strip() or "Untitled text"
    if kind == "pdf":
        title, blocks, pages = pdf_to_blocks(data, progress)
        return _assemble(title or fallback_title, blocks, FrontMatter(), pages=pages)
    if kind == "html":
        page = html_to_blocks(_decode(data, html=True))
        return _assemble(
            page.title or fallback_title, page.blocks, FrontMatter(), language=page.language
        )
    return _open_plain(_decode(data), fallback_title, markdown=kind == "markdown")


def open_pasted(text: str, title: str = "") -> Document:
    """Open a pasted text; Markdown headings and front matter in it are understood.

    Raises:
        TextError: There are no words in it, or its front matter cannot be read.
    """
    if len(text) > LARGEST_TEXT_BYTES:
        raise TextTooLarge
    return _open_plain(text, title.strip() or "", markdown=True)


def _open_plain(text: str, title: str, *, markdown: bool) -> Document:
    front_matter, body = split_front_matter(_normal_newlines(text))
    blocks = markdown_to_blocks(body) if markdown else plain_to_blocks(body)
    return _assemble(title, blocks, front_matter, language=front_matter.language)


def plain_to_blocks(text: str) -> list[Block]:
    """Return the paragraphs of a plain text: what empty lines set apart.

    A text without any empty line has a paragraph on each line.
    """
    paragraphs = re.split(r"\n[^\S\n]*\n\s*", text)
    if len([paragraph for paragraph in paragraphs if paragraph.strip()]) < 2:
        paragraphs = text.split("\n")
    return [
        Block(BlockKind.PARAGRAPH, paragraph.strip())
        for paragraph in paragraphs
        if paragraph.strip()
    ]


def _kind_of(name: str) -> str:
    kind = _EXTENSIONS.get(PurePath(name).suffix.lower())
    if kind is None:
        raise TextTypeUnknown
    return kind


def _decode(data: bytes, *, html: bool = False) -> str:
    """Decode bytes by their mark, their own statement, UTF-8, or the best guess.

    Raises:
        TextDamaged: They are no text in any encoding.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_strictly(data, encoding)
    if html and (declared := _HTML_CHARSET.search(data[:2048])):
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        guess = charset_normalizer.from_bytes(data[:200_000], cp_isolation=_OLD_ENCODINGS).best()
        if guess is None:
            raise TextDamaged from None
        return _decode_strictly(data, guess.encoding)
    if "\x00" in text:
        raise TextDamaged("This file is not a text, whatever its name says.")
    return text


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise TextDamaged from None


def _normal_newlines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _assemble(
    title: str,
    blocks: Iterable[Block],
    front_matter: FrontMatter,
    *,
    language: str = "",
    pages: int = 0,
) -> Document:
    """Cut the blocks into passages and attach the text's own questions."""
    blocks = list(blocks)
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


def _first_words(blocks: Sequence[Block]) -> str:
    """Return a title for a text without one: its first heading, or its first words."""
    heading = next((block.text for block in blocks if block.kind is BlockKind.HEADING), None)
    if heading:
        return " ".join(heading.split())
    words = blocks[0].text.split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")
