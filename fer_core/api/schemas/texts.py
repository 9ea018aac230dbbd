"""A file opened as a text: its passages, and how its letters were read."""

from __future__ import annotations

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen
from fer_core.api.schemas.sessions import MAX_PASSAGES, MAX_TEXT
from fer_core.texts.document import Document
from fer_core.texts.encodings import telling_words


class TextQuery(Frozen):
    """Which file it is, and how its letters are read."""

    name: str = Field(
        min_length=1,
        max_length=200,
        description="The file's name: its ending says how it is read, and its title where it has "
        "none",
    )
    encoding: str = Field(
        default="",
        max_length=40,
        description="Read the letters so, whatever they look like: a label of the Encoding "
        "Standard, such as `windows-1252` or `macintosh`. PDF, EPUB and DOCX know their own",
    )


class OpenedPassage(Frozen):
    """A piece of the text."""

    passage_id: str
    text: str
    section: str = Field(description="The heading above it")


class OpenedQuestion(Frozen):
    """One of the text's own questions."""

    passage_id: str
    prompt: str
    choices: list[str]
    correct: int = Field(description="Position of the right choice, from 0")


class ReadyText(Frozen):
    """What a session takes as its `text`."""

    title: str
    passages: list[OpenedPassage]
    questions: list[OpenedQuestion]


class OpenedTextOut(Frozen):
    """The text, ready for a session, and what tells whether its letters are right."""

    text: ReadyText
    words: int
    pages: int | None = Field(description="Of a file that has pages")
    language: str | None = Field(description="By the file's own word: a BCP 47 tag")
    encoding: str | None = Field(
        description="How its letters were read, by the web's name; null where the file says it"
    )
    telling_words: list[str] = Field(
        description="Words with letters beyond A to Z: where they look wrong, choose an `encoding`"
    )

    @classmethod
    def of(cls, document: Document) -> OpenedTextOut:
        """Describe an opened text."""
        return cls(
            text=ReadyText(
                title=document.title,
                passages=[
                    OpenedPassage(
                        passage_id=one.passage_id, text=one.text, section=one.section[:500]
                    )
                    for one in document.passages
                ],
                questions=[
                    OpenedQuestion(
                        passage_id=one.passage_id,
                        prompt=one.prompt,
                        choices=list(one.choices),
                        correct=one.correct,
                    )
                    for one in document.questions
                ],
            ),
            words=int(document.words),
            pages=document.pages or None,
            language=document.language or None,
            encoding=document.encoding or None,
            telling_words=telling_words(document),
        )


def fits_a_session(document: Document) -> bool:
    """Tell whether a session takes the whole text."""
    size = sum(len(one.text.encode()) + len(one.section.encode()) for one in document.passages)
    return len(document.passages) <= MAX_PASSAGES and size <= MAX_TEXT
