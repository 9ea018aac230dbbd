"""What a PDF prints beside its text: running heads, page numbers, stamps, watermarks.

They are told by what they do from page to page, odd and even pages apart: a number that counts the
pages, or the same words at the same place, set apart from the text. The question at the top of each
page of a worksheet does neither.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from fer_core.texts.pdf_text import Line, PdfPage

#: A line is a running head when this share of the odd or even pages have it.
RUNNING_HEAD_SHARE = 0.5
LEAST_PAGES_FOR_RUNNING_HEADS = 4
#: The lines at the edge of a page that can be one: a head, its second line, a number.
_LINES_AT_EDGE = 3
#: A head stands at the same height on each page, in points, and so far from the text, in heights of
#: its letters; or in letters of another size.
_SAME_HEIGHT = 4.0
_APART = 0.9
_OTHER_SIZE = 0.08
_LONGEST_HEAD_WORDS = 14
_DIGITS = re.compile(r"\d+")
#: The number of a page by itself: "3", "- 3 -", "Page 3 of 7".
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|p|s|página|pagina)\W+)?\d{1,3}\W*(?:(?:(?:of|von|de|di)\W|/)\W*\d{1,3})?\W*",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"[ivxlc]{1,8}|[IVXLC]{1,8}")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
#: What stands beside a page's number: "Page 3 of 7", "Seite 3", "S. 3", "p. 3/7".
_PAGE_WORDS = frozenset(
    ["page", "pages", "p", "pp", "of", "seite", "s", "von", "página", "pág", "pag", "pagina", "de",
     "di", "sida", "side", "strona", "str", "stránka", "z", "oldal", "sayfa", "sivu"]
)  # fmt: skip
#: Sentences, questions, lines to fill in and choices are text, however often they are repeated.
_TEXT = re.compile(r"[.?!:。？！…]\s*\Z|__|\.\.\.|[☐□▢]|\A\s*(?:\(?[A-Za-z\d]{1,2}[.)]|[•–-])\s")


def without_heads(pages: Sequence[PdfPage]) -> list[list[Line]]:
    """Return the lines of each page without what is printed beside the text."""
    stamps = _stamps(pages)
    kept = [
        [line for line in page.lines if line.angle == 0 or _shape(line.text) not in stamps]
        for page in pages
    ]
    if len(pages) < LEAST_PAGES_FOR_RUNNING_HEADS:
        kept = _without_numbers(kept)
        if len(pages) > 1:
            _take_out(kept, on_all=True)
        return kept
    for parity in (0, 1):
        _take_out(kept[parity::2])
    return kept


def _without_numbers(pages: list[list[Line]]) -> list[list[Line]]:
    """Return few pages without their numbers, where each has its own alone below its text."""
    lowest = [max(page, key=lambda line: line.bottom, default=None) for page in pages]
    numbers = [line for line in lowest if line is not None and _PAGE_NUMBER.fullmatch(line.text)]
    if len(numbers) < len(pages):
        return pages
    for number, (page, line) in enumerate(zip(pages, numbers, strict=True), start=1):
        above = max((other.bottom for other in page if other is not line), default=line.bottom)
        if number not in _numbers(line.text)[:1] or line.top - above < _APART * line.size:
            return pages
    return [
        [line for line in page if line is not number]
        for page, number in zip(pages, numbers, strict=True)
    ]


def _stamps(pages: Sequence[PdfPage]) -> set[str]:
    """Return what is written across the pages or along their edge: on most of them, or askew."""
    askew = {
        _shape(line.text)
        for page in pages
        for line in page.lines
        if line.angle % 90 in range(10, 81)
    }
    counted = Counter(
        shape
        for page in pages
        for shape in {_shape(line.text) for line in page.lines if line.angle != 0}
    )
    least = max(2, RUNNING_HEAD_SHARE * len(pages))
    return askew | {shape for shape, count in counted.items() if count >= least}


def _take_out(pages: Sequence[list[Line]], *, on_all: bool = False) -> None:
    """Take running heads out of the odd or the even pages, from their edges inwards.

    Args:
        pages: The odd or the even ones; all, where they are few.
        on_all: Take out only what stands on all of them in smaller letters.
    """
    for edge in (0, -1):
        for _ in range(_LINES_AT_EDGE):
            heads = _heads(pages, edge, on_all=on_all)
            if not heads:
                break
            for number, page in enumerate(pages):
                if (number, edge) in heads:
                    page.remove(heads[number, edge])


def _heads(pages: Sequence[list[Line]], edge: int, *, on_all: bool) -> dict[tuple[int, int], Line]:
    """Return the running heads that stand at the upper (0) or lower (-1) edge now, by page."""
    candidates: dict[str, list[_Candidate]] = defaultdict(list)
    for number, page in enumerate(pages):
        upright = [line for line in page if line.angle == 0]
        if not upright:
            continue
        line = (min if edge == 0 else max)(upright, key=lambda line: line.bottom)
        others = [other for other in upright if other is not line]
        row = [one for one in upright if abs(one.bottom - line.bottom) < 0.3 * line.size]
        for one in row:
            text = [other for other in others if other not in row]
            candidates[_shape(one.text)].append(_candidate(number, one, text, edge))
    least = max(2, RUNNING_HEAD_SHARE * len(pages))
    heads: dict[tuple[int, int], Line] = {}
    for shape, found in candidates.items():
        if len(found) < least:
            continue
        if on_all:
            small = all(one.small for one in found) and len(found) == len(pages)
            found = _repeated(found, least) if small else []
        elif not _count_pages(shape, found, least):
            found = _repeated(found, least)
        heads.update({(one.page, edge): one.line for one in found})
    return heads


class _Candidate(NamedTuple):
    """A line that may be a running head.

    Attributes:
        page: Its place among the odd or the even pages.
        line: It.
        apart: Whether white is between it and the text, or it has smaller letters.
        small: Whether it has smaller letters.
        large: Whether it has larger letters.
    """

    page: int
    line: Line
    apart: bool
    small: bool
    large: bool = False


def _count_pages(shape: str, found: Sequence[_Candidate], least: float) -> bool:
    """Tell whether a number in a line grows with the pages, from wherever the book begins.

    Beside it stand the word for a page, or a title apart from the text: "Question 3" on page 3 is a
    question, and the title of a slide has large letters.
    """
    if "#" not in shape:
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", shape) if word.casefold() not in _PAGE_WORDS]
    if len(words) > _LONGEST_HEAD_WORDS:
        return False
    if words:
        if _TEXT.search(found[0].line.text):
            return False
        found = [one for one in found if one.small or (len(words) > 1 and not one.large)]
    offsets: Counter[int] = Counter()
    for number, line, *_ in found:
        # Every second page is here: its number is twice its place.
        offsets.update({one - 2 * number for one in _numbers(line.text)})
    return bool(offsets) and offsets.most_common(1)[0][1] >= least


def _repeated(found: list[_Candidate], least: float) -> list[_Candidate]:
    """Return the lines of the same words that stand apart from the text at the same height."""
    text = found[0].line.text
    if _TEXT.search(text) or len(text.split()) > _LONGEST_HEAD_WORDS:
        return []
    if len({one.line.text for one in found}) > 1:
        return []  # another number than the page's: an answer, a date
    usual = sorted(one.line.bottom for one in found)[len(found) // 2]
    found = [one for one in found if one.apart and abs(one.line.bottom - usual) <= _SAME_HEIGHT]
    return found if len(found) >= least else []


def _candidate(page: int, line: Line, others: Sequence[Line], edge: int) -> _Candidate:
    """Look at how a line stands to the text beside it."""
    if not others:
        return _Candidate(page, line, apart=True, small=False)
    nearest = min(others, key=lambda other: abs(other.bottom - line.bottom))
    small = line.size < (1 - _OTHER_SIZE) * nearest.size
    if line.size > (1 + _OTHER_SIZE) * nearest.size:
        # A title stands at the same height in each chapter.
        return _Candidate(page, line, apart=False, small=False, large=True)
    white = nearest.top - line.bottom if edge == 0 else line.top - nearest.bottom
    return _Candidate(page, line, apart=small or white >= _APART * nearest.size, small=small)


def _numbers(line: str) -> list[int]:
    if _ROMAN.fullmatch(line.strip()):
        values = [_ROMAN_VALUES[letter] for letter in line.strip().lower()]
        return [sum(-one if one < after else one for one, after in pairwise([*values, 0]))]
    return [int(one) for one in _DIGITS.findall(line)[:3] if len(one) <= 6]


def _shape(line: str) -> str:
    return "#" if _ROMAN.fullmatch(line.strip()) else _DIGITS.sub("#", line)
