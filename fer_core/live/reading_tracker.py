"""A session and its open text: what was read so far, what can be asked, what it amounted to."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fer_core.affect.indicators import ComprehensionFeatures, Estimate
from fer_core.learner.evaluation import Evaluation, evaluate
from fer_core.learner.personalise import learn
from fer_core.learner.probes import ReadPassage
from fer_core.learner.profile import examples_of
from fer_core.reading.attribution import PassageReading
from fer_core.reading.highlights import Highlight, find_highlights
from fer_core.reading.notes import PassageNote
from fer_core.reading.stretches import Stretches
from fer_core.reading.text_reading import Reading, read_stretches
from fer_core.sessions.markers import counted_views
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.storage.history import TextLabel
from fer_core.texts.document import Document


@dataclass(frozen=True, slots=True)
class ReadingResult:
    """How a text was read, when all is said.

    Attributes:
        reading: Time, pace, visits and expression by passage.
        estimates: Comprehension of each passage that was seen.
        highlights: The passages marked, in the order of the text.
        evaluation: What the camera added, over all of the learner's answers.
    """

    reading: Reading
    estimates: Mapping[str, Estimate]
    highlights: tuple[Highlight, ...]
    evaluation: Evaluation


class ReadingTracker:
    """Follows one text through one session: what was on the screen, marked and put right.

    Safe for any number of threads.

    Args:
        document: The text.
        session: The session; its profile tells the learner's earlier answers and pace.
        marked: Passages that the learner marked as important before.
        notes: What the learner highlighted and wrote before.
    """

    def __init__(
        self,
        document: Document,
        session: StudySession,
        marked: Iterable[str] = (),
        notes: Iterable[PassageNote] = (),
    ) -> None:
        self.document = document
        self._session = session
        self._marked = list(marked)
        self._notes = {note.passage_id: note for note in notes}
        self._lock = threading.Lock()
        self._stretches = Stretches(passage.passage_id for passage in document.passages)
        self._latest: tuple[object, Reading] | None = None

    @property
    def label(self) -> TextLabel:
        """What the history keeps of the text in any case."""
        document = self.document
        return TextLabel(document.text_id, document.title, document.words, document.is_video)

    @property
    def marked(self) -> tuple[str, ...]:
        """Passages that the learner marked as important, in the order of marking."""
        with self._lock:
            return tuple(self._marked)

    def toggle_mark(self, passage_id: str) -> None:
        """Mark a passage as important, or take the mark away."""
        with self._lock:
            if passage_id in self._marked:
                self._marked.remove(passage_id)
            else:
                self._marked.append(passage_id)

    @property
    def notes(self) -> tuple[PassageNote, ...]:
        """What the learner highlighted and wrote, in the order of the text."""
        with self._lock:
            names = (passage.passage_id for passage in self.document.passages)
            return tuple(self._notes[name] for name in names if name in self._notes)

    def note(self, passage_id: str) -> PassageNote:
        """Return what the learner added to a passage; an empty one where that is nothing."""
        with self._lock:
            return self._notes.get(passage_id, PassageNote(passage_id))

    def set_note(self, note: PassageNote) -> None:
        """Keep what the learner added to a passage; an empty one takes it away."""
        with self._lock:
            self._notes.pop(note.passage_id, None)
            if note:
                self._notes[note.passage_id] = note

    def reading(self) -> Reading:
        """Work out how the text was read so far.

        Several are asked for in a row: the latest one is kept until there is something new.
        """
        session = self._session
        with self._lock:
            excluded = session.excluded
            grown = self._stretches.update(counted_views(session.views, excluded))
            state = session.rows()[-1:], session.baseline, session.state, excluded
            if grown or self._latest is None or self._latest[0] != state:
                paces = session.profile.paces_wpm
                running = session.state is not State.FINISHED
                reading = read_stretches(
                    self.document, self._stretches, session.signals(), paces, running=running
                )
                self._latest = state, reading
            return self._latest[1]

    def features(self, passage_id: str) -> ComprehensionFeatures | None:
        """Return what is known about a passage; None if it was never on the screen."""
        return self.reading().features().get(passage_id)

    def follow(self) -> None:
        """Let text and pace of the passage in view enter the live estimate."""
        reading = self.reading()
        seen = [passage for passage in reading.passages if passage.seen]
        if seen:
            current = max(seen, key=_last_seen)
            self._session.set_reading(reading.features().get(current.passage_id))

    def askable(self) -> list[ReadPassage]:
        """Return the passages stayed with so far, and how far the reader has gone on since each."""
        reading = self.reading()
        comprehension, _ = self._session.weights
        return askable(reading.passages, reading.estimates(comprehension))

    def result(self) -> ReadingResult:
        """Return what the reading amounted to, with the answers that came after its end."""
        given = self._session.given
        examples, _ = examples_of(given)
        profile = self._session.profile
        evaluation = evaluate([*profile.examples, *examples])
        personal = learn(profile.comprehension, examples)
        reading = self.reading()
        estimates = reading.estimates(personal, with_camera=evaluation.uses_camera)
        answers = [one.answer for one in given]
        return ReadingResult(
            reading,
            estimates,
            find_highlights(
                reading,
                estimates,
                answers,
                self.marked,
                self._session.info.started_at,
                self._session.views,
            ),
            evaluation,
        )


def askable(
    passages: Sequence[PassageReading], estimates: Mapping[str, Estimate]
) -> list[ReadPassage]:
    """Return what the choice of a probe needs about each passage that was stayed with.

    A passage was left behind by as many passages as were on the screen later than it.

    Args:
        passages: How each was read.
        estimates: Comprehension by passage.
    """
    visited = sorted((one for one in passages if one.visits > 0), key=_last_seen)
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
