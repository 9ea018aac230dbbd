"""The cut of a text's blocks into passages that can be read one by one.

It loses no character but white space, and doubles none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fer_core.texts.document import Heading, Passage
from fer_core.texts.sentences import count_words, sentence_spans

#: A paragraph with fewer words is joined to its neighbour: at 238 words a minute it is read in 6 s,
#: too short for an estimate of pace.
SHORTEST_PASSAGE_WORDS = 25
#: A longer paragraph is split at sentences. 180 words are 45 s of reading, within the 60 s that
#: one stay on screen counts at most.
LONGEST_PASSAGE_WORDS = 180


class BlockKind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """One heading or paragraph, as the file has it, in plain text.

    Attributes:
        kind: Heading or paragraph.
        text: Not empty, no markup.
        level: Of a heading, 1 (largest) to 6; 0 for a paragraph.
    """

    kind: BlockKind
    text: str
    level: int = 0


def segment(blocks: Iterable[Block]) -> tuple[Passage, ...]:
    """Cut blocks into passages: paragraphs, with long ones split and tiny ones joined.

    A tiny paragraph joins the next one of its section, the last one the one before. Paragraphs are
    never joined across a heading. A heading with nothing below it becomes a passage of its own, so
    that nothing is lost.

    Args:
        blocks: The document in order.

    Returns:
        Passages whose headings and texts, one after the other, are the blocks' characters but white
        space.
    """
    passages: list[Passage] = []
    headings: list[Heading] = []
    section = ""
    pending: list[str] = []

    def add(texts: Sequence[str]) -> None:
        for text in texts:
            number = len(passages) + 1
            passages.append(Passage(f"p{number}", number - 1, text, tuple(headings), section))
            headings.clear()

    for block in blocks:
        if not block.text.strip():
            continue
        if block.kind is BlockKind.PARAGRAPH:
            pending.append(block.text.strip())
            continue
        if pending:
            add(_cut(pending))
            pending.clear()
        section = " ".join(block.text.split())
        headings.append(Heading(min(max(block.level, 1), 6), section))
    if pending:
        add(_cut(pending))
    elif headings:
        last = headings.pop()
        add(_cut([last.text]))
    return tuple(passages)


def _cut(paragraphs: Sequence[str]) -> list[str]:
    """Cut the paragraphs of one section into passage texts."""
    pieces: list[str] = []
    lengths: list[float] = []
    for paragraph in paragraphs:
        for piece in _split_long(paragraph):
            length = count_words(piece)
            fits = bool(pieces) and lengths[-1] + length <= LONGEST_PASSAGE_WORDS
            if fits and lengths[-1] < SHORTEST_PASSAGE_WORDS:
                pieces[-1] += "\n\n" + piece
                lengths[-1] += length
            else:
                pieces.append(piece)
                lengths.append(length)
    if (
        len(pieces) > 1
        and lengths[-1] < SHORTEST_PASSAGE_WORDS
        and lengths[-2] + lengths[-1] <= LONGEST_PASSAGE_WORDS
    ):
        tail = pieces.pop()
        pieces[-1] += "\n\n" + tail
    return pieces


def _split_long(paragraph: str) -> list[str]:
    """Split a paragraph that is too long into parts of about equal length, at sentences."""
    total = count_words(paragraph)
    if total <= LONGEST_PASSAGE_WORDS:
        return [paragraph]
    parts = -(-total // LONGEST_PASSAGE_WORDS)
    aim = total / parts
    pieces: list[str] = []
    current = ""
    current_words = 0.0
    for start, end in sentence_spans(paragraph):
        for unit in _break_up(paragraph[start:end]):
            words = count_words(unit)
            # The nearer of the two ends is taken, but never one over the limit.
            overshoots = current_words + words / 2 > aim
            if current.strip() and (overshoots or current_words + words > LONGEST_PASSAGE_WORDS):
                pieces.append(current.strip())
                current, current_words = "", 0.0
            current += unit
            current_words += words
    if current.strip():
        pieces.append(current.strip())
    return pieces


def _break_up(sentence: str) -> list[str]:
    """Break one endless "sentence" (a table, a text without full stops) between words."""
    if count_words(sentence) <= LONGEST_PASSAGE_WORDS:
        return [sentence]
    units = re.findall(r"\s*\S{1,200}", sentence)
    pieces: list[str] = []
    current: list[str] = []
    words = 0.0
    for unit in units:
        length = count_words(unit)
        if current and words + length > LONGEST_PASSAGE_WORDS:
            pieces.append("".join(current))
            current, words = [], 0.0
        current.append(unit)
        words += length
    pieces.append("".join(current))
    return pieces
