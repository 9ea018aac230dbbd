"""A text as passages, each read, timed and asked about as a whole.

Opening files is in `opening`, the cut into passages in `segmentation`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from fer_core.texts.language import tell_language
from fer_core.texts.question import Question
from fer_core.texts.sentences import count_words, split_sentences

#: Unicode's classes of letters: left to right, right to left, Arabic.
_LETTERS = ("L", "R", "AL")


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
        encoding: How the letters of a plain file were read, by the name that the web has for it;
            "" where a file says that itself, as PDF, EPUB and DOCX do, and for pasted words.
    """

    title: str
    passages: tuple[Passage, ...]
    questions: tuple[Question, ...] = ()
    language: str = ""
    pages: int = 0
    encoding: str = ""

    @cached_property
    def words(self) -> float:
        return sum(passage.words for passage in self.passages)

    @cached_property
    def written_in(self) -> str:
        """The language of its words, a two-letter code; "" where it cannot be told."""
        return tell_language("\n".join(passage.text for passage in self.passages), self.language)

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
