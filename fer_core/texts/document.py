"""A text as passages: words, sentences, and the cut into pieces that can be read one by one.

Opening files is in `opening`; here everything is already plain blocks. The cut
loses no character but white space, and doubles none. It needs no language model:
it works on punctuation and on Unicode's properties.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from fer_core.texts.question import Question

#: A paragraph with fewer words is joined to its neighbour: at 238 words a minute it is read in 6 s,
#: too short for an estimate of pace.
SHORTEST_PASSAGE_WORDS = 25
#: A longer paragraph is split at sentences. 180 words are 45 s of reading, within the 60 s that
#: one stay on screen counts at most.
LONGEST_PASSAGE_WORDS = 180

#: Characters that make one word in scripts written without spaces: characters per word for Chinese
#: and Japanese from IReST (Trauzettel-Klosinski & Dietz 2012: 255 against 158 and 357 against 193
#: a minute); for the scripts of South-East Asia a stated choice.
HAN_CHARACTERS_PER_WORD = 1.6
KANA_CHARACTERS_PER_WORD = 1.85
SOUTH_EAST_ASIAN_CHARACTERS_PER_WORD = 4.5

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_SOUTH_EAST_ASIAN = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af]+"
)

_SENTENCE_END = re.compile(
    r"""(?:[.!?…؟۔।॥։።][.!?…]*["'”’»›)\]]*(?=\s))"""  # the sign, and a space after it
    r"""|(?:[。！？｡][」』”’）】]*)"""  # full-width signs need no space
)
#: A full stop after one of these ends no sentence; the commonest of five languages suffice, as a
#: missed abbreviation costs half a sentence in a count.
_ABBREVIATIONS = frozenset(
    [
        "dr", "mr", "mrs", "ms", "prof", "st", "vs", "etc", "fig", "figs", "eq", "pp", "ed",
        "eds", "approx", "dept", "jr", "sr", "e.g", "i.e", "cf", "z.b", "d.h", "u.a", "bzw",
        "usw", "nr", "abb", "kap", "bspw", "vgl", "ca", "p.ej", "mm", "mme", "chap",
    ]
)  # fmt: skip
_LETTER_OR_DIGIT = re.compile(r"\w")
_PARAGRAPH = re.compile(r"(?s).+?(?=\n\s*\n|\Z)")


#: Unicode's classes of letters: left to right, right to left, Arabic.
_LETTERS = ("L", "R", "AL")


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


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading above a passage; level 1 (largest) to 6."""

    level: int
    text: str


@dataclass(frozen=True)
class Passage:
    """One piece of text that is timed, estimated and asked about as a whole.

    Attributes:
        passage_id: "p1", "p2", ... in the order of the text.
        index: Position in the text, from 0.
        text: The words; joined paragraphs stay apart by an empty line.
        headings: The headings that stand directly above it, from the top.
        section: The nearest heading above, wherever it stands; "" before the first.
        span: Of a video's passage: from and until which of its seconds; see `video`. Its text says
            that in words, and its section is the chapter's title.
    """

    passage_id: str
    index: int
    text: str
    headings: tuple[Heading, ...] = ()
    section: str = ""
    span: tuple[float, float] | None = None

    @cached_property
    def words(self) -> float:
        """Length in words; see `count_words`. A video has none to read."""
        return 0.0 if self.span is not None else count_words(self.text)

    @cached_property
    def direction(self) -> str:
        """Which way it is written, by its first letter: "ltr" or "rtl"."""
        kinds = (unicodedata.bidirectional(letter) for letter in self.text)
        return "rtl" if next((kind for kind in kinds if kind in _LETTERS), "L") != "L" else "ltr"

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return split_sentences(self.text)


@dataclass(frozen=True)
class Document:
    """A text opened for reading.

    Attributes:
        title: From the file's own title, its first heading, or its name.
        passages: In order; at least one.
        questions: The text's own questions, each about one passage.
        language: The file's own statement, as a BCP 47 tag; "" where it makes none.
        pages: Pages of the file, where it has pages; else 0.
    """

    title: str
    passages: tuple[Passage, ...]
    questions: tuple[Question, ...] = ()
    language: str = ""
    pages: int = 0

    @cached_property
    def words(self) -> float:
        return sum(passage.words for passage in self.passages)

    @property
    def is_video(self) -> bool:
        """Whether it is a video: its passages are spans of time, and there is nothing to read."""
        return self.passages[0].span is not None

    @cached_property
    def text_id(self) -> str:
        """A name for the same text in later sessions: 16 hexadecimal digits of a digest.

        It is made from the words alone, so the same text as PDF and as Markdown may differ, but
        the same file under two names does not. The text itself is never stored.
        """
        digest = sha256()
        for passage in self.passages:
            digest.update("".join(passage.text.split()).encode())
        if self.is_video:  # all of one length have the same minutes
            digest.update(self.title.encode())
        return digest.hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Document:
        """Read what `to_dict` wrote."""
        passages = (
            Passage(
                **{
                    **one,
                    "headings": tuple(Heading(**each) for each in one["headings"]),
                    "span": one["span"] and tuple(one["span"]),
                }
            )
            for one in data["passages"]
        )
        questions = (
            Question(**{**one, "choices": tuple(one["choices"])}) for one in data["questions"]
        )
        return cls(**{**data, "passages": tuple(passages), "questions": tuple(questions)})


def count_words(text: str) -> float:
    """Return the length of a text in words, of whatever script.

    Where words are written apart, each run of non-space characters with a letter or digit counts
    one. Characters of scripts without spaces count a fraction each, so that reading speeds in words
    a minute compare across languages.
    """
    unspaced = 0.0
    if _UNSPACED.search(text):
        unspaced = (
            len(_HAN.findall(text)) / HAN_CHARACTERS_PER_WORD
            + len(_KANA.findall(text)) / KANA_CHARACTERS_PER_WORD
            + len(_SOUTH_EAST_ASIAN.findall(text)) / SOUTH_EAST_ASIAN_CHARACTERS_PER_WORD
        )
        text = _UNSPACED.sub(" ", text)
    return unspaced + sum(1 for token in text.split() if _LETTER_OR_DIGIT.search(token))


def split_sentences(text: str) -> tuple[str, ...]:
    """Split a text into its sentences, stripped; empty ones do not occur."""
    return tuple(
        piece for start, end in _sentence_spans(text) if (piece := text[start:end].strip())
    )


def paragraph_spans(text: str) -> list[list[tuple[int, int]]]:
    """Return where each sentence of each paragraph stands, without the white space around it.

    Args:
        text: Of a passage; an empty line parts its paragraphs.

    Returns:
        First character and the one after the last, in order and apart; no paragraph is empty.
    """
    found = []
    for paragraph in _PARAGRAPH.finditer(text):
        first, words = paragraph.start(), paragraph.group()
        spans = []
        for start, end in _sentence_spans(words):
            piece = words[start:end]
            left = len(piece) - len(piece.lstrip())
            if kept := piece.strip():
                spans.append((first + start + left, first + start + left + len(kept)))
        if spans:
            found.append(spans)
    return found


def _sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return spans that follow one another and cover the text without a gap."""
    spans = []
    start = 0
    cuts = [match.end() for match in _SENTENCE_END.finditer(text) if not _goes_on(text, match)]
    cuts += [match.end() for match in re.finditer(r"\n\s*\n", text)]
    for cut in sorted(cuts):
        if text[start:cut].strip():
            spans.append((start, cut))
            start = cut
    if text[start:].strip() or not spans:
        spans.append((start, len(text)))
    else:
        spans[-1] = (spans[-1][0], len(text))
    return spans


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Tell whether a full stop ends no sentence: abbreviation, initial, or a small letter next."""
    sign = match.group().rstrip("\"'”’»›)]")
    if sign.strip(".…"):
        return False
    before = text[max(0, match.start() - 20) : match.start()].split()
    word = before[-1].lstrip("([\"'“„«").casefold() if before else ""
    if sign == "." and (word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())):
        return True
    following = text[match.end() : match.end() + 12].lstrip()
    return bool(following) and following[0].islower()


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
    for start, end in _sentence_spans(paragraph):
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
