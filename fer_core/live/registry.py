"""All running sessions of a process, whichever door they came through: the page or the API.

Each rule about sessions in memory stands once: here how they start, are found, end, are put right,
erased and let go; in `running_session` when one counts as left; in `history` what becomes of them
where nothing can be saved.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from fer_core.config import Settings
from fer_core.errors import (
    Busy,
    HistoryNotShrunk,
    SessionElsewhere,
    SessionNotFound,
    StorageError,
)
from fer_core.learner.probes import Answer, clarity_correction, lost_answer
from fer_core.live.endings import Endings
from fer_core.live.history import SessionHistory, open_store
from fer_core.live.memory import IDLE_S, MOST_SESSIONS, SessionMemory
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.live.running_session import Clock, RunningSession
from fer_core.live.sweeper import Sweeper
from fer_core.reading.notes import PassageNote
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.markers import SessionMarkers
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.requests import Creation
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document

Changed = TypeVar("Changed")


class SessionRegistry:
    """The running sessions of one process. Safe for any number of threads.

    All but those that stay in memory are followed by the history, come back from it after a restart
    and go on at the next sign of their learner; they may run in another process, which then alone
    changes them. Without a history everything goes on in memory, and `history.status` says so.

    Args:
        store: Where sessions are saved; None keeps everything in memory only. `close` closes it.
        clock: Returns seconds since the epoch.
        most: Sessions in memory at once.
        idle_s: A session that has given no sign for this long is let go, in seconds.
        problem: Why there is no store; None where none is wanted.
    """

    def __init__(
        self,
        store: SessionStore | None,
        clock: Clock,
        *,
        most: int = MOST_SESSIONS,
        idle_s: float = IDLE_S,
        problem: StorageError | None = None,
    ) -> None:
        self.history = SessionHistory(store, problem)
        self.clock = clock
        self._idle_s = idle_s
        self._bringing_back = threading.RLock()
        self._memory = SessionMemory(most)
        self.endings = Endings(self)
        self._sweeper = Sweeper(self.sweep)
        if store is not None:
            store.handover.when_lost(self._drop_lost)

    @classmethod
    def open(cls, settings: Settings, clock: Clock) -> SessionRegistry:
        """Open a registry on the history that the settings name; see `open_store`."""
        store, problem = open_store(settings)
        return cls(store, clock, problem=problem)

    def __enter__(self) -> SessionRegistry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Starting

    def start(
        self,
        info: SessionInfo,
        document: Document | None = None,
        *,
        keep_text: bool = False,
        caller: str = "",
        creation: Creation | None = None,
    ) -> RunningSession:
        """Start a session with what the history knows of the learner; it is stored at once.

        One that is to be forgotten takes nothing from the history.

        Args:
            info: What is fixed; make its id with `new_session_id`.
            document: The text that is read, if any.
            keep_text: Whether the history keeps its words after its end as well.
            caller: On whose account it takes a place in memory.
            creation: The request for it, where that may come again.

        Raises:
            Busy: Too many sessions are in memory.
        """
        profile = self.history.profile() if info.keep else None
        session = StudySession(info, profile)
        running = RunningSession(session, self.clock, caller=caller)
        if document is not None:
            running.open_text(document)
        self._add(running)
        self.history.follow(running, keep_text=keep_text, creation=creation)
        self.history.save_one(running)
        return running

    def open_text(
        self, running: RunningSession, document: Document, *, keep_text: bool = False
    ) -> ReadingTracker:
        """Open the text of a session that came back without its words.

        Args:
            running: The session.
            document: The text.
            keep_text: Whether the history keeps its words from now on.
        """
        reading = running.open_text(document)
        if not running.is_finished:
            self.history.follow(running, keep_text=keep_text, is_stored=running.stored is not None)
        return reading

    def _add(self, running: RunningSession) -> RunningSession:
        self._let_idle_go()
        while True:
            try:
                return self._memory.add(running)
            except Busy:
                if not self._make_room(running):
                    raise

    def _make_room(self, wanted: RunningSession) -> bool:
        """Let another session leave memory for this one: it comes back when it is asked for.

        Returns:
            Whether one could.
        """
        if self.history.store is None:
            return False
        left_before = self.clock() - SILENT_AFTER_S
        for running in self._memory.who_makes_room(wanted.caller, left_before):
            running.interrupt()
            if self.history.leave(running):
                self._memory.drop(running)
                return True
        return False

    # Finding

    def get(self, session_id: str) -> RunningSession:
        """Return a session to look at: a running one, or one of the history.

        Asking for a running session is a sign of its learner.

        Raises:
            SessionNotFound: There is none with this id.
            StorageError: The history cannot be read now.
        """
        running = self._in_memory(session_id)
        return self.history.load(session_id, self.clock) if running is None else running

    def get_to_change(self, session_id: str, caller: str = "") -> RunningSession:
        """Return a session that frames, answers and commands may go to.

        One that was cut off is brought back from the history, and runs here from now on: it goes on
        with the next sign of its learner. A finished one comes back to be looked at and put right.

        Args:
            session_id: Its name.
            caller: On whose account it takes a place in memory, if it comes back.

        Raises:
            SessionElsewhere: It runs in another process.
            SessionNotFound, StorageError: As `get`.
            Busy: Too many sessions are in memory.
        """
        running = self._in_memory(session_id)
        if running is not None:
            return running
        back = self.history.load(session_id, self.clock)
        back.caller = caller
        if back.is_finished:
            with suppress(Busy):
                return self._add(back)
            return back
        with self._bringing_back:  # one at a time: two threads would hold it against each other
            running = self._memory.find(session_id)
            return self._bring_back(back) if running is None else running

    def _bring_back(self, back: RunningSession) -> RunningSession:
        if not self.history.take_over(back):
            raise SessionElsewhere
        try:
            self._add(back)
        except Busy:
            self.history.leave(back)
            raise
        back.runs_here = True
        self.history.follow(back, is_stored=True)
        return back

    def find(self, session_id: str) -> RunningSession | None:
        """Return a session that is in memory, without asking the history and without a sign."""
        return self._memory.find(session_id)

    def latest(self, running: RunningSession) -> RunningSession:
        """Return what runs here under a session's name now; without that the session itself.

        A look at a session that was cut off does not move; when somebody goes on with the session,
        it runs as another object. This is no sign of the learner: a stream of events stays open
        when its reader is gone.
        """
        return self._memory.find(running.session_id) or running

    def running(self) -> list[RunningSession]:
        """Return the sessions in memory, but for those that are over and safe in the history."""
        sessions = self._memory.all()
        for running in sessions:
            running.pause_if_lost()
        return [running for running in sessions if not self._is_safe(running)]

    def _in_memory(self, session_id: str) -> RunningSession | None:
        """Return a session that is in memory, having noted that somebody came for it.

        Raises:
            SessionNotFound: Another program has erased it.
        """
        if "\0" in session_id:  # PostgreSQL would call the question wrong, not the answer empty
            raise SessionNotFound
        running = self._memory.find(session_id)
        if running is not None:
            running.look()
            self._drop_if_erased(running)
        return running

    def _is_safe(self, running: RunningSession) -> bool:
        """Tell whether a session is over and saved: then what the history says of it counts."""
        return running.keep and running.is_finished and self.history.status.saving

    def _drop_if_erased(self, running: RunningSession) -> None:
        """Let a finished session go that another program has erased.

        Raises:
            SessionNotFound: It was.
        """
        if self._is_safe(running) and self.history.has_lost(running.session_id):
            self._memory.drop(running, erased=True)
            raise SessionNotFound

    # The end, and what comes after it

    def finish(self, running: RunningSession) -> None:
        """End a session; what it amounted to goes to the history. Finishing twice changes nothing.

        One that is not to be kept stays until its door has shown it, and erases it, or for an hour.
        """
        running.session.finish(self.clock())
        self._save(running)

    def correct(self, running: RunningSession, passage_id: str, value: int) -> None:
        """Take the learner's own word about a passage, while the session runs and after its end.

        Where its text is not open, it is kept, and teaches nothing.

        Args:
            running: The session.
            passage_id: The passage.
            value: 1 (not clear at all) to 5 (completely clear).

        Raises:
            SessionNotFound: Another program has erased the session.
        """
        self._correct(running, clarity_correction(passage_id, value, self.clock()))

    def lose(self, running: RunningSession, passage_id: str) -> None:
        """Take a press of "I'm lost" on a passage. Raises as `correct`."""
        self._correct(running, lost_answer(passage_id, self.clock()))

    def _correct(self, running: RunningSession, answer: Answer) -> None:
        self._drop_if_erased(running)
        running.answer(answer.probe, answer.value, answer.answered_at, is_correction=True)
        if running.is_finished:
            self.history.follow(running, is_stored=True)
            self._save(running)

    def change_markers(
        self, running: RunningSession, change: Callable[[SessionMarkers, float], Changed]
    ) -> Changed:
        """Let the learner's markers be changed, while the session runs and after its end.

        Args:
            running: The session.
            change: Changes them; gets the latest moment that can be marked: now, or the end of a
                session that is over. What it raises comes out, and what it returns.

        Raises:
            SessionNotFound: Another program has erased the session.
        """
        self._drop_if_erased(running)
        over = running.is_finished
        if not over:
            running.sign()
        changed = change(running.session.markers, running.session.since if over else self.clock())
        if over:
            self.history.follow(running, is_stored=True)
            self._save(running)
        return changed

    def toggle_mark(self, running: RunningSession, passage_id: str) -> None:
        """Mark a passage of the open text as important, or take the mark away, and keep that."""
        if running.reading is None:
            return
        running.reading.toggle_mark(passage_id)
        if running.is_finished:
            self._save(running)
        else:
            self.history.save_marks(running)

    def set_note(self, running: RunningSession, note: PassageNote) -> None:
        """Keep what the learner highlighted in a passage of the open text and wrote to it."""
        if running.reading is None:
            return
        running.reading.set_note(note)
        if running.is_finished:
            self._save(running)
        else:
            self.history.save_notes(running)

    def judge_goal(self, running: RunningSession, outcome: GoalOutcome | None) -> None:
        """Take the learner's word on whether the goal was reached; None takes it back.

        Raises:
            SessionNotFound: Another program has erased the session.
            StorageError: The history cannot be changed now; the word holds in memory.
        """
        running.goal_outcome = outcome
        self.history.save_goal_outcome(running)

    def _save(self, running: RunningSession) -> None:
        if not self.history.save(running):
            self._memory.drop(running, erased=True)

    # Erasing and letting go

    def erase(self, session_id: str) -> None:
        """Erase a session, from memory and from the history.

        Raises:
            SessionNotFound: There is none with this id.
            StorageError: The history cannot be changed now; then nothing is erased.
        """
        if "\0" in session_id:
            raise SessionNotFound
        running = self._memory.find(session_id)
        had_summary = self.endings.forget(session_id)
        if running is None or (running.is_stored and self.history.store is not None):
            try:
                self.history.erase(session_id)
            except SessionNotFound:
                if running is not None:
                    self._memory.drop(running, erased=True)
                if not had_summary:
                    raise
        if running is not None:
            self._memory.drop(running, erased=True)

    def drop(self, running: RunningSession) -> None:
        """Let a session go from memory that is gone from the history."""
        self._memory.drop(running, erased=True)

    def _drop_lost(self, session_id: str) -> None:
        """Let a session go that another program has erased, or runs now."""
        running = self._memory.find(session_id)
        if running is not None:
            self.drop(running)

    def erase_all(self) -> None:
        """Erase every session, here and in the history, and what they taught about the learner.

        Raises:
            HistoryNotShrunk: All is erased; only the history's file keeps its size for now.
            StorageError: The history cannot be changed now; then nothing is erased.
        """
        try:
            self.history.erase_all()
        except HistoryNotShrunk:
            self._drop_all()
            raise
        self._drop_all()

    def _drop_all(self) -> None:
        self.endings.clear()
        for running in self._memory.all():
            self._memory.drop(running, erased=True)
            self.history.forget(running)  # one that was started meanwhile is followed

    def watch(self) -> None:
        """Sweep every half a minute from now on, in a thread of its own, until `close`."""
        self._sweeper.start()

    def sweep(self) -> None:
        """Pause the sessions that were left, as of their last sign; let go of the idle ones."""
        for running in self._memory.all():
            running.pause_if_lost()
        self._let_idle_go()

    def _let_idle_go(self) -> None:
        horizon = self.clock() - self._idle_s
        for running in self._memory.all():
            # Who goes on saving it keeps it in memory, and its owner out.
            if running.last_sign >= horizon or not self.history.leave(running):
                continue
            if not self._memory.drop_if_silent(running, horizon):  # a sign came meanwhile
                self.history.follow(running, is_stored=True)

    def close(self) -> None:
        """End the sweeps, stop what runs as of its last sign, and close the history.

        Time from the last sign to the end of the process does not count, and the next sign goes on.
        """
        self._sweeper.stop()
        sessions = self._memory.all()
        for running in sessions:
            running.interrupt()
        self.history.close()
        for running in sessions:
            self._memory.drop(running)


def new_session_id() -> str:
    """Return a name for a session that cannot be guessed."""
    return secrets.token_urlsafe(16)
