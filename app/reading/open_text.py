"""A session's text as it stands on the page: where the reader is, how it is set, what came in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import streamlit as st

from app.parts.reports import PassageView, ReaderAction, ReportQueue
from app.parts.sessions import session_registry
from app.reading.text_view import (
    ReaderPosition,
    Typography,
    count_parts,
    part_of,
    sentence_spans,
)
from fer_core.errors import ReadingFull, SessionFinished, SessionNotFound
from fer_core.live.per_session import PerSession
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.reading.highlights import latest_answers
from fer_core.reading.playback import Played
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.texts.document import Document, Passage

#: The page reports every two seconds; on a busy machine it takes its time. After a longer silence
#: nobody knows what was on the screen.
REPORTS_WITHIN_S = 5.0


@dataclass(slots=True, eq=False)
class OpenText:
    """The text of one session on the page.

    Attributes:
        running: The session.
        registry: Where it runs.
        position: Where in the text the page is.
        typography: How the text is set.
        reports: What has arrived from the browser.
        latest: What was on the screen by the last report.
        step: In the mode of one passage at a time: the one that is shown, from 0.
        step_at: In that mode: since when it is shown.
        wants_to_finish: The learner has pressed a button that ends the reading.
    """

    running: RunningSession
    registry: SessionRegistry
    position: ReaderPosition = field(default_factory=ReaderPosition)
    typography: Typography = field(default_factory=Typography)
    reports: ReportQueue = field(default_factory=ReportQueue)
    latest: PassageView | None = None
    step: int = 0
    step_at: float | None = None
    wants_to_finish: bool = False

    @property
    def session(self) -> StudySession:
        return self.running.session

    @property
    def tracker(self) -> ReadingTracker:
        """What was read so far."""
        if self.running.reading is None:
            raise LookupError("this session has no open text")
        return self.running.reading

    @property
    def document(self) -> Document:
        return self.tracker.document

    @property
    def with_camera(self) -> bool:
        """Whether the learner wanted the camera beside the text, and agreed to it."""
        return bool(self.session.info.consent_version)

    def take(self, news: Sequence[PassageView | Played | ReaderAction]) -> None:
        """Take what the browser reported."""
        known = {passage.passage_id for passage in self.document.passages}
        for item in news:
            if isinstance(item, PassageView):
                self.see(item)
                self.latest = item
            elif isinstance(item, Played):
                continue  # a text does not play
            elif item.kind == "finish":
                self.wants_to_finish = True
            elif item.kind != "part" and item.passage_id not in known:
                continue
            elif item.kind == "mark":
                self.toggle_mark(item.passage_id)
            elif item.kind == "lost":
                self.lost_at(item.passage_id, item.at)
            elif item.kind == "part":
                self.turn(item.by)
            elif item.kind == "highlight":
                self.highlight(item.passage_id, item.sentences)
            elif item.kind == "note":
                self.write_note(item.passage_id, item.words)

    def see(self, seen: PassageView) -> None:
        """Note what was on the screen."""
        if self.session.state is State.ACTIVE:
            # Full: the text stays readable, what was noted is kept. Finished: by another tab.
            with suppress(ReadingFull, SessionFinished):
                self.running.see(
                    seen.views(passage.passage_id for passage in self.document.passages)
                )

    def see_until(self, at: float) -> None:
        """Note that what was reported last has stayed on the screen since, where that is recent.

        The page reports every two seconds: without this the end of a reading would be missing.
        """
        if self.latest is not None and self.latest.end < at <= self.latest.end + REPORTS_WITHIN_S:
            self.see(replace(self.latest, start=self.latest.end, end=at, lines={}))
        self.latest = None

    def turn(self, by: int) -> None:
        """Go to the next or the earlier part of the text, where there is one."""
        part = min(max(self.position.part + by, 0), count_parts(self.document) - 1)
        if part != self.position.part:
            self.position = ReaderPosition(part, None, self.position.jump + 1)

    def jump(self, passage_id: str) -> None:
        """Go to a passage."""
        passage = self.passage(passage_id)
        self.position = ReaderPosition(part_of(passage), passage_id, self.position.jump + 1)
        self.step = passage.index

    def toggle_mark(self, passage_id: str) -> None:
        """Mark a passage as important, or take the mark away."""
        self.registry.annotations.toggle_mark(self.running, passage_id)

    def lost_at(self, passage_id: str, at: float | None = None) -> None:
        """Take a press of "I'm lost" on a passage, now or at a moment before."""
        with suppress(SessionNotFound):  # the page says so when it runs next
            self.registry.annotations.lose(self.running, passage_id, at)

    @property
    def lost(self) -> list[str]:
        """Passages that the learner got lost in, and has said nothing else of since."""
        latest = latest_answers(self.session.answers)
        return [name for name, answer in latest.items() if answer.is_lost]

    def highlight(self, passage_id: str, sentences: Iterable[int]) -> None:
        """Highlight sentences of a passage, or take that away where all of them are."""
        spans = sentence_spans(self.passage(passage_id))
        chosen = [spans[place] for place in sentences if 0 <= place < len(spans)]
        if chosen:
            note = self.tracker.note(passage_id)
            self.registry.annotations.set_note(self.running, note.toggled(chosen))

    def write_note(self, passage_id: str, words: str) -> None:
        """Keep the learner's note to a passage; an empty one takes it away."""
        note = self.tracker.note(passage_id).with_note(words)
        self.registry.annotations.set_note(self.running, note)

    def passage(self, passage_id: str) -> Passage:
        """Return a passage of the text by its name."""
        return next(one for one in self.document.passages if one.passage_id == passage_id)

    def correct(self, passage_id: str, clarity: int) -> None:
        """Take the learner's own word about a passage, 1 (not clear at all) to 5."""
        with suppress(SessionNotFound):  # the page says so when it runs next
            self.registry.annotations.correct(self.running, passage_id, clarity)


@st.cache_resource(show_spinner=False)
def _open_texts() -> PerSession[OpenText]:
    return PerSession(lambda running: OpenText(running, session_registry()))


def open_text_of(running: RunningSession) -> OpenText:
    """Return the text of a session as it stands on the page; only where one is open."""
    return _open_texts().of(running)
