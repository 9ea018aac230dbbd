"""The text of a session over HTTP: opened once, and read along with what was on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fer_core.affect.indicators import ComprehensionFeatures, Estimate
from fer_core.api.schemas.sessions import TextIn
from fer_core.study.documents import open_document, open_pasted
from fer_core.study.probes import Question, ReadPassage
from fer_core.study.reading import PassageReading, Reading, read
from fer_core.study.session import StudySession
from fer_core.study.text import Document, Passage


def open_text(text: TextIn) -> Document:
    """Make a document of what a client sent.

    Raises:
        TextError: It cannot be read.
    """
    if text.passages is None:
        content = text.content or ""
        if text.format == "html":
            return open_document(f"{text.title or 'Untitled text'}.html", content.encode())
        return open_pasted(content, text.title)
    return Document(
        title=text.title or "Untitled text",
        passages=tuple(
            Passage(passage.passage_id, index, passage.text, section=passage.section)
            for index, passage in enumerate(text.passages)
        ),
        questions=tuple(
            Question(
                question.prompt, tuple(question.choices), question.correct, question.passage_id
            )
            for question in text.questions
        ),
    )


class ReadingDesk:
    """A session and its open text: what was read so far, and what can be asked about it.

    Args:
        document: The text.
        session: The session.
        earlier_wpm: Words a minute on passages of the learner's earlier sessions.
    """

    def __init__(
        self, document: Document, session: StudySession, earlier_wpm: Sequence[float] = ()
    ) -> None:
        self.document = document
        self._session = session
        self._earlier_wpm = tuple(earlier_wpm)

    def reading(self) -> Reading:
        """Work out how the text was read so far."""
        session = self._session
        return read(self.document, session.views, session.signals(), self._earlier_wpm)

    def estimates(self, reading: Reading) -> dict[str, Estimate]:
        """Estimate the comprehension of each passage that was seen, 0..100."""
        comprehension, _ = self._session.coefficients
        return reading.estimates(comprehension)

    def features(self, passage_id: str) -> ComprehensionFeatures | None:
        """Return what is known about a passage; None if it was never on the screen."""
        return self.reading().features().get(passage_id)

    def follow(self) -> None:
        """Let text and pace of the passage in view enter the live estimate."""
        reading = self.reading()
        seen = [passage for passage in reading.passages if passage.last_seen is not None]
        if seen:
            current = max(seen, key=_last_seen)
            self._session.set_reading(reading.features().get(current.passage_id))

    def askable(self) -> list[ReadPassage]:
        """Return the passages read so far, with how far the reader has gone on since each."""
        reading = self.reading()
        return askable(reading.passages, self.estimates(reading))


def askable(
    passages: tuple[PassageReading, ...], estimates: Mapping[str, Estimate]
) -> list[ReadPassage]:
    """Return what the choice of a probe needs about each passage that was stayed with.

    A passage was left behind by as many passages as were on the screen later than it.

    Args:
        passages: How each was read.
        estimates: Comprehension by passage.
    """
    visited = sorted((p for p in passages if p.visits > 0), key=_last_seen)
    found = []
    for position, passage in enumerate(visited):
        estimate = estimates.get(passage.passage_id)
        if estimate is None or estimate.low is None or estimate.high is None:
            continue
        found.append(
            ReadPassage(
                passage.passage_id, len(visited) - 1 - position, estimate.high - estimate.low
            )
        )
    return found


def _last_seen(passage: PassageReading) -> float:
    return passage.last_seen or 0.0
