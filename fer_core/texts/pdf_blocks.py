"""Printed lines put together again: headings, paragraphs, lists, notes at the foot of a page.

A PDF knows where letters stand and not what a paragraph is. A paragraph ends where the next line
stands further below than usual, is indented after a full stop, or follows a line that ends early.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from statistics import median

from fer_core.texts.pdf_text import Line
from fer_core.texts.segmentation import Block, BlockKind
from fer_core.texts.sentences import count_words

#: Of the usual distance between lines: from here on there is white between two of them.
_WHITE = 1.3
#: Letters of a heading are larger than the text's by this, those of a note smaller.
_LARGER, _SMALLER = 1.1, 0.94
#: A space, in heights of a letter.
_SPACE = 0.25
#: An indented line begins so far from its column's edge, in heights of a letter.
_INDENT = 0.6
LONGEST_HEADING_WORDS = 14
_LEAST_LETTERS = 3

_SENTENCE_ENDS = tuple('.!?…:。！？؟।”"»)')
_NO_HEADING_ENDS = (".", ",", ";", ":", "-", "…")
_NUMBERED_HEADING = re.compile(
    r"^(?:(?:chapter|kapitel|chapitre|capítulo|part)\s+\S+|\d{1,2}(?:\.\d{1,2}){0,3}\.?)\s+[^\W\d_]",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\A[•◦▪‣·●○■□☐–—*-]\s+(?=\S)")
_NUMBER = re.compile(r"\A\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_NOTE = re.compile(r"\A(?:\d{1,3}|[*†‡§]|[¹²³⁰-⁹]{1,3}|\[\d{1,3}\])[.)]?\s*(?=[^\W\d_]|[“„«\"'(])")
#: The ends of two lines that no space parts: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
_WITHOUT_SPACES = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]{2}"
)
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
#: After a hyphen left open these stand for themselves: "Vor- und Nachteile".
_AFTER_OPEN_HYPHEN = frozenset(
    "und oder bzw. sowie bis and or to et ou y o e en of".split()  # noqa: SIM905
)


def lines_to_blocks(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Return the headings and paragraphs that printed lines make up.

    Args:
        pages: Lines in the order of reading, page by page.
    """
    builder = _Builder(_Usual.of(pages))
    for lines in pages:
        body, notes = _split_notes(lines, builder.usual)
        for place, line in enumerate(body):
            builder.take(line, body[place + 1] if place + 1 < len(body) else None)
        builder.end_page(notes)
    builder.close()
    return builder.blocks


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is usual in a text: size of letters, distance of lines in sizes, weight; its compounds.

    Attributes:
        larger: Sizes of headings, the largest first.
    """

    size: float
    pitch: float
    bold: bool
    larger: tuple[float, ...]
    compounds: AbstractSet[str]

    @staticmethod
    def of(pages: Sequence[Sequence[Line]]) -> _Usual:
        sizes: Counter[float] = Counter()
        pitches: list[float] = []
        bold = letters = 0
        for lines in pages:
            above: Line | None = None
            for line in lines:
                count = len(line.text)
                sizes[_rounded(line.size)] += count
                letters += count
                bold += count * line.bold
                if above is not None and above.bottom < line.bottom and above.size > 0:
                    pitches.append((line.bottom - above.bottom) / above.size)
                above = line
        size = sizes.most_common(1)[0][0] if sizes else 10.0
        # Half of all distances at least are those within a paragraph; the small ones are certain.
        pitches.sort()
        pitch = median(pitches[: 1 + 3 * len(pitches) // 4]) if pitches else 1.2
        larger = tuple(sorted((one for one in sizes if one > _LARGER * size), reverse=True))
        words = (line.text for lines in pages for line in lines)
        compounds = {word for text in words if "-" in text for word in _COMPOUND.findall(text)}
        return _Usual(size, pitch, 2 * bold > letters, larger, compounds)


def _rounded(size: float) -> float:
    return round(2 * size) / 2


def _split_notes(lines: Sequence[Line], usual: _Usual) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return a page's lines, and the notes at the foot of its columns.

    They have smaller letters, a number before them, and nothing below them.
    """
    body: list[Line] = []
    notes: list[Line] = []
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and lines[end].size < _SMALLER * usual.size:
            end += 1
        is_last = end == len(lines) or lines[end].bottom < lines[place].bottom
        if end > place and is_last and _NOTE.match(lines[place].text):
            notes += lines[place:end]
            place = end
        else:
            body.append(lines[place])
            place += 1
    return body, notes


@dataclass(slots=True)
class _Builder:
    """Takes lines and makes blocks of them."""

    usual: _Usual
    blocks: list[Block] = field(default_factory=list)
    _open: list[Line] = field(default_factory=list)
    _items: list[str] = field(default_factory=list)
    _heading: bool = False
    _waiting: list[str] = field(default_factory=list)
    _new_page: bool = False

    def take(self, line: Line, following: Line | None) -> None:
        """Take the next line of the text; `following` is the one after it on its page."""
        if self._open and self._begins_anew(line):
            self._end()
        if not self._open:
            self._heading = False
        elif self._heading and not self._stands_out(line):
            self._end()
        if not self._open:
            self._heading = self._stands_out(line) or self._is_titled(line, following)
        self._open.append(line)
        self._new_page = False

    def end_page(self, notes: Sequence[Line]) -> None:
        """Keep the notes of a page until the paragraph that goes on over its end is whole."""
        note: list[Line] = []
        for line in notes:
            if note and _NOTE.match(line.text):
                self._waiting.append(self._joined(note))
                note = []
            note.append(line)
        if note:
            self._waiting.append(self._joined(note))
        self._new_page = True

    def close(self) -> None:
        """End what is open."""
        self._end()
        self._end_list()
        self._end_notes()

    def _begins_anew(self, line: Line) -> bool:
        before = self._open[-1]
        if self._heading:
            return abs(line.size - before.size) > 0.05 * before.size or line.bold != before.bold
        ended = before.text.endswith(_SENTENCE_ENDS)
        early = _ends_early(before, line)
        if _is_item(line) and (ended or early or _is_item(self._open[0])):
            return True
        follows = not self._new_page and before.bottom < line.bottom
        if follows:
            size = max(before.size, 1.0)
            if abs(line.size - before.size) > 0.07 * size and (ended or early):
                return True
            if line.bottom - before.bottom > _WHITE * self.usual.pitch * size:
                return True
        indented = line.left > line.margins[0] + _INDENT * line.size
        hanging = _is_item(self._open[0]) or self._open[0].left < self._open[-1].left - 1
        if ended and indented and not hanging and line.left > before.left + 0.3 * line.size:
            return True
        return ended and early

    def _stands_out(self, line: Line) -> bool:
        """Tell a heading by its letters: few words, larger or bolder than the text."""
        text, usual = line.text, self.usual
        if count_words(text) > LONGEST_HEADING_WORDS or not any(map(str.isalpha, text)):
            return False
        letters = sum(map(str.isalpha, text))
        if line.size > _LARGER * usual.size and not text.endswith((",", ";")):
            return letters >= _LEAST_LETTERS or not text.isascii()  # not a sum's large sign
        is_text = _BULLET.match(text) or text.endswith(_NO_HEADING_ENDS)
        return line.bold and not usual.bold and not is_text

    def _is_titled(self, line: Line, following: Line | None) -> bool:
        """Tell a heading in the text's own letters: numbered or in capitals, then a longer line."""
        text = line.text
        if len(text.split()) > LONGEST_HEADING_WORDS or text.endswith(_NO_HEADING_ENDS):
            return False
        if following is None or following.text[:1].isdigit() or len(following.text) < len(text):
            return False
        if self._items:
            return False
        is_capitals = text.isupper() and sum(map(str.isalpha, text)) > 3
        return is_capitals or bool(_NUMBERED_HEADING.match(text))

    def _end(self) -> None:
        """End the paragraph, heading or item that is open."""
        if not self._open:
            return
        lines, self._open = self._open, []
        text = self._joined(lines)
        if self._heading:
            self._end_list()
            self._end_notes()
            self.blocks.append(Block(BlockKind.HEADING, text, self._level(lines[0])))
        elif _is_item(lines[0]):
            self._items.append(text)
        else:
            self._end_list()
            self.blocks.append(Block(BlockKind.PARAGRAPH, text))
            self._end_notes()
        self._heading = False

    def _end_list(self) -> None:
        if self._items:
            self.blocks.append(Block(BlockKind.PARAGRAPH, "\n".join(self._items)))
            self._items = []

    def _end_notes(self) -> None:
        self.blocks += [Block(BlockKind.PARAGRAPH, note) for note in self._waiting]
        self._waiting = []

    def _level(self, line: Line) -> int:
        sizes = self.usual.larger
        size = _rounded(line.size)
        level = sizes.index(size) + 1 if size in sizes else len(sizes) + 1
        if size not in sizes and line.text[:1].isdigit():
            level += line.text.split()[0].rstrip(".").count(".")
        return min(6, level)

    def _joined(self, lines: Sequence[Line]) -> str:
        parts: list[str] = []
        for line in lines:
            if parts:
                parts[-1:] = joined(parts[-1], line.text, self.usual.compounds)
            parts.append(line.text)
        return "".join(parts)


def _ends_early(line: Line, following: Line) -> bool:
    """Tell whether the next line's first word would have had room at a line's end."""
    word, (left, right) = following.words[0], line.margins
    room = line.left - left if line.is_right_to_left else right - line.right
    return _SPACE * line.size + word.right - word.left < room


def _is_item(line: Line) -> bool:
    return bool(_BULLET.match(line.text) or _NUMBER.match(line.text))


def joined(line: str, following: str, compounds: AbstractSet[str]) -> list[str]:
    """Return a line as it stands before the next one: its broken word open, or with a space.

    A hyphen at its end stays where the same compound is written with one within another line,
    before a capital, and where a part of the word was left open.
    """
    if _BROKEN_WORD.search(line) and following[:1].isalnum():
        first = following.split()[0]
        if first.casefold() in _AFTER_OPEN_HYPHEN:
            return [line, " "]
        if not following[0].islower():
            return [line]
        around_break = _COMPOUND.search(line.split()[-1] + first)
        is_compound = around_break is not None and around_break.group() in compounds
        return [line if is_compound else line[:-1]]
    if _WITHOUT_SPACES.match(line[-1:] + following[:1]):
        return [line]
    return [line, " "]
