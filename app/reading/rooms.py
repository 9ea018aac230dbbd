"""The texts being read in this process, kept beside their sessions so that a reload loses nothing.

Texts are kept in memory only, unless the learner asks otherwise; the history keeps how they were
read.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import streamlit as st

from app.live.clock import now
from app.reading.reports import PassageView, ReaderAction, ReportQueue
from app.reading.text_view import ReaderPosition, Typography, count_parts, part_of
from fer_core.errors import ReadingFull, SessionFinished, SessionNotFound, StorageError
from fer_core.learner.probes import clarity_correction
from fer_core.live.reading_tracker import ReadingResult, ReadingTracker
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document

#: Texts in memory at once; a book of 300 pages takes about 5 MB.
MOST_ROOMS = 32

#: The page reports every two seconds; on a busy machine it takes its time. After a longer silence
#: nobody knows what was on the screen.
REPORTS_WITHIN_S = 5.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class ReadingRoom:
    """One text being read in one session.

    Attributes:
        document: The text.
        session: The session.
        desk: What was read so far.
        with_camera: Whether the learner wants the camera beside the text.
        position: Where in the text the page is.
        typography: How the text is set.
        reports: What has arrived from the browser.
        latest: What was on the screen by the last report.
        step_at: In the mode of one passage at a time: since when the present one is shown.
    """

    document: Document
    session: StudySession
    desk: ReadingTracker
    with_camera: bool
    position: ReaderPosition = field(default_factory=ReaderPosition)
    typography: Typography = field(default_factory=Typography)
    reports: ReportQueue = field(default_factory=ReportQueue)
    latest: PassageView | None = None
    step: int = 0
    step_at: float | None = None

    @property
    def session_id(self) -> str:
        return self.session.info.session_id

    @property
    def marked(self) -> list[str]:
        """Passages marked as important."""
        return list(self.desk.marked)

    def take(self, news: list[PassageView | ReaderAction]) -> None:
        """Take what the browser reported."""
        known = {passage.passage_id for passage in self.document.passages}
        for item in news:
            if isinstance(item, PassageView):
                shares = {name: share for name, share in item.shares.items() if name in known}
                self.see(shares, item.start, item.end)
                self.latest = PassageView(item.start, item.end, shares)
            elif item.kind != "part" and item.passage_id not in known:
                continue
            elif item.kind == "mark":
                self.toggle_mark(item.passage_id)
            elif item.kind == "lost":
                self.lost_at(item.passage_id)
            elif item.kind == "part":
                self.turn(item.by)

    def see(self, shares: Mapping[str, float], start: float, end: float) -> None:
        """Note what was on the screen."""
        if self.session.state is State.ACTIVE:
            for name, share in shares.items():
                # Full: the text stays readable, what was noted is kept. Finished: by another tab.
                with suppress(ReadingFull, SessionFinished):
                    self.session.mark_passage(name, share, start, end)

    def see_until(self, at: float) -> None:
        """Note that what was reported last has stayed on the screen since, where that is recent.

        The page reports every two seconds: without this the end of a reading would be missing.
        """
        if self.latest is not None and self.latest.end < at <= self.latest.end + REPORTS_WITHIN_S:
            self.see(self.latest.shares, self.latest.end, at)
        self.latest = None

    def turn(self, by: int) -> None:
        """Go to the next or the earlier part of the text, where there is one."""
        part = min(max(self.position.part + by, 0), count_parts(self.document) - 1)
        if part != self.position.part:
            self.position = ReaderPosition(part, None, self.position.jump + 1)

    def jump(self, passage_id: str) -> None:
        """Go to a passage."""
        passage = next(one for one in self.document.passages if one.passage_id == passage_id)
        self.position = ReaderPosition(part_of(passage), passage_id, self.position.jump + 1)
        self.step = passage.index

    def toggle_mark(self, passage_id: str) -> None:
        """Mark a passage as important, or take the mark away."""
        self.desk.toggle_mark(passage_id)

    def lost_at(self, passage_id: str) -> None:
        """Take "lost me here" as the answer "not clear at all"."""
        self.correct(passage_id, 1)

    def correct(self, passage_id: str, clarity: int) -> None:
        """Take the learner's own word about a passage, 1 (not clear at all) to 5."""
        at = now()
        features = self.desk.features(passage_id)
        asked = clarity_correction(passage_id, clarity, at).probe
        self.session.answer(asked, clarity, at, features=features, is_correction=True)

    def result(self) -> ReadingResult:
        """Return what the reading amounted to."""
        return self.desk.result()


class ReadingRooms:
    """All texts being read in this process. Safe for any number of threads.

    Args:
        store: The history; None keeps everything in memory only.
    """

    def __init__(self, store: SessionStore | None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._rooms: dict[str, ReadingRoom] = {}

    def open(
        self,
        document: Document,
        session: StudySession,
        *,
        with_camera: bool,
        keep_text: bool = False,
        marked: Sequence[str] = (),
    ) -> ReadingRoom:
        """Open a text for a session, new or brought back.

        Args:
            document: The text.
            session: The session.
            with_camera: Whether the camera is beside it.
            keep_text: Whether the history keeps the words as well.
            marked: Passages that were marked as important before.
        """
        session_id = session.info.session_id
        session.use_questions(document.questions)
        room = ReadingRoom(
            document,
            session,
            ReadingTracker(document, session, marked),
            with_camera,
        )
        if self._store is not None:
            label = TextLabel(document.text_id, document.title, document.words)
            self._store.follow(session, text=label, document=document if keep_text else None)
        with self._lock:
            self._rooms[session_id] = room
            while len(self._rooms) > MOST_ROOMS:
                del self._rooms[next(iter(self._rooms))]
        return room

    def get(self, session_id: str) -> ReadingRoom | None:
        """Return the text of a session; None if it is not in memory."""
        with self._lock:
            return self._rooms.get(session_id)

    def forget_all(self) -> None:
        """Close every text, as their learner erases everything."""
        with self._lock:
            self._rooms.clear()

    def keep_marks(self, room: ReadingRoom) -> None:
        """Save which passages are marked; where that fails now, the end of the reading does it."""
        if self._store is None or not room.session.info.keep:
            return
        with suppress(StorageError, SessionNotFound):
            self._store.save_marked(room.session_id, room.marked)

    def keep(self, room: ReadingRoom) -> str:
        """Save how a finished text was read; return what went wrong, "" if nothing."""
        if self._store is None or not room.session.info.keep:
            return ""
        result = room.result()
        self._store.follow(room.session, is_stored=True)
        try:
            self._store.save_reading(
                room.session_id,
                result.reading,
                result.estimates,
                result.highlights,
                room.marked,
            )
        except SessionNotFound:
            return "This session has been erased from the history."
        except StorageError as error:
            return error.message
        return ""


@st.cache_resource(show_spinner=False)
def _rooms(_store: SessionStore | None) -> ReadingRooms:
    return ReadingRooms(_store)


def reading_rooms(store: SessionStore | None) -> ReadingRooms:
    """Return the texts being read in this process."""
    return _rooms(store)
