"""PDF to headings and paragraphs: broken lines are put together again.

A PDF knows where letters stand and not what a paragraph is. The rules here are of thumb:
running heads and page numbers go, words broken at a line's end are joined, and a line
that ends early with a full stop ends its paragraph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from statistics import median

from fer_core.errors import TextScanned
from fer_core.texts.document import Block, BlockKind
from fer_core.texts.pdf_text import read_pages

#: With fewer letters a page on average, the pages are pictures.
SCANNED_BELOW_LETTERS = 20
#: A first or last line is a running head when this share of the odd or even pages have it.
RUNNING_HEAD_SHARE = 0.5
LEAST_PAGES_FOR_RUNNING_HEADS = 4
#: A line shorter than this share of the usual line, with a full stop, ends its paragraph.
SHORT_LINE_SHARE = 0.8
LONGEST_HEADING_WORDS = 12

_SENTENCE_ENDS = tuple('.!?…:。！？؟।”"»)')
_NUMBERED_HEADING = re.compile(
    r"^(?:(?:chapter|kapitel|chapitre|capítulo|part)\s+\S+|\d{1,2}(?:\.\d{1,2}){0,3}\.?)\s+\S", re.I
)
#: Browsers print a page without a title under its address.
_ADDRESS = re.compile(r"^\w+:(//\S+|blank)$")
_DIGITS = re.compile(r"\d+")
#: What stands beside a page's number: "Page 3 of 7", "Seite 3", "S. 3", "p. 3/7".
_PAGE_WORDS = frozenset(
    ["page", "pages", "p", "pp", "of", "seite", "s", "von", "página", "pág", "pag", "pagina", "de",
     "di", "sida", "side", "strona", "str", "stránka", "z", "oldal", "sayfa", "sivu"]
)  # fmt: skip
#: The ends of two lines that no space parts: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
_WITHOUT_SPACES = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]{2}"
)
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u00ad]$")


def pdf_to_blocks(
    data: bytes, progress: Callable[[float], object] | None = None
) -> tuple[str, list[Block], int]:
    """Return a PDF's title ("" if it has none), its blocks, and its number of pages.

    Args:
        data: The file.
        progress: Called after each page with the share done, 0..1.

    Raises:
        TextEncrypted: It needs a password.
        TextScanned: It holds pictures of pages.
        TextDamaged: It cannot be read as a PDF.
        TextTooLarge: It has more than 3,000 pages, or takes too much time or memory.
    """
    title, pages = read_pages(data, progress)
    letters = sum(sum(map(str.isalnum, page)) for page in pages)
    if letters < SCANNED_BELOW_LETTERS * len(pages):
        raise TextScanned
    lines = _without_running_heads([page.split("\n") for page in pages])
    return _ADDRESS.sub("", title), lines_to_blocks(lines), len(pages)


def _without_running_heads(pages: Sequence[Sequence[str]]) -> list[str]:
    """Return all lines, without those that stand at the edge of most odd or most even pages."""
    trimmed = [[line.strip() for line in page if line.strip()] for page in pages]
    heads: list[set[str]] = [set(), set()]
    if len(trimmed) >= LEAST_PAGES_FOR_RUNNING_HEADS:
        heads = [_running_heads(trimmed, parity) for parity in (0, 1)]
    lines: list[str] = []
    for number, page in enumerate(trimmed):
        own = heads[number % 2]
        while page and _shape(page[0]) in own:
            page.pop(0)
        while page and _shape(page[-1]) in own:
            page.pop()
        lines += page
    return lines


def _running_heads(pages: Sequence[Sequence[str]], parity: int) -> set[str]:
    """Return the shapes of the lines at the edge of most even (0) or odd (1) pages, from 0.

    A number in such a line must be the page's, counted on from wherever the book begins; beside it
    stand the word for a page or a title: "Question 3" at the top of page 3 is a question.
    """
    numbers: dict[str, Counter[int | None]] = {}
    chosen = range(parity, len(pages), 2)
    for number in chosen:
        page = pages[number]
        for line in {*page[:1], *page[-1:]}:
            found = _DIGITS.findall(line)[:3]
            offsets: set[int | None] = {
                int(digits) - number for digits in found if len(digits) <= 6
            }
            numbers.setdefault(_shape(line), Counter()).update(offsets or {None})
    least = max(2, RUNNING_HEAD_SHARE * len(chosen))
    return {
        shape
        for shape, offsets in numbers.items()
        if offsets.most_common(1)[0][1] >= least and ("#" not in shape or _may_number_pages(shape))
    }


def _may_number_pages(shape: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", shape) if word.casefold() not in _PAGE_WORDS]
    return len(words) != 1 and len(words) <= LONGEST_HEADING_WORDS


def _shape(line: str) -> str:
    return _DIGITS.sub("#", line)


def lines_to_blocks(lines: Sequence[str]) -> list[Block]:
    """Return the headings and paragraphs that printed lines make up."""
    usual = median(len(line) for line in lines) if lines else 0
    compounds = {word for line in lines for word in _COMPOUND.findall(line)}
    blocks: list[Block] = []
    paragraph: list[str] = []
    for position, line in enumerate(lines):
        if not paragraph and _is_heading(line, lines[position + 1 : position + 2], usual):
            level = min(6, line.split()[0].rstrip(".").count(".") + 2) if line[0].isdigit() else 1
            blocks.append(Block(BlockKind.HEADING, line, level))
            continue
        if paragraph:
            paragraph[-1:] = _joined(paragraph[-1], line, compounds)
        paragraph.append(line)
        if line.endswith(_SENTENCE_ENDS) and len(line) < SHORT_LINE_SHARE * usual:
            blocks.append(Block(BlockKind.PARAGRAPH, "".join(paragraph)))
            paragraph = []
    if paragraph:
        blocks.append(Block(BlockKind.PARAGRAPH, "".join(paragraph)))
    return blocks


def _joined(line: str, following: str, compounds: AbstractSet[str]) -> list[str]:
    """Return a line as it stands before the next one: its broken word open, or with a space.

    A hyphen at its end stays where the same compound is written with one within another line.
    """
    if _BROKEN_WORD.search(line) and following[:1].islower():
        around_break = _COMPOUND.search(line.split()[-1] + following.split()[0])
        is_compound = around_break is not None and around_break.group() in compounds
        return [line if is_compound else line[:-1]]
    if _WITHOUT_SPACES.match(line[-1:] + following[:1]):
        return [line]
    return [line, " "]


def _is_heading(line: str, following: Sequence[str], usual: float) -> bool:
    """Tell a heading: short, no full stop, numbered or in capitals or alone before longer lines."""
    words = line.split()
    if len(words) > LONGEST_HEADING_WORDS or line.endswith((".", ",", ";", ":", "-")):
        return False
    if not any(map(str.isalpha, line)) or not following:
        return False
    if _NUMBERED_HEADING.match(line) or (line.isupper() and len(line) > 3):
        return True
    return line[0].isupper() and len(line) < 0.6 * usual and len(following[0]) > 0.6 * usual
