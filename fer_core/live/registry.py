"""All running sessions of a process, whichever door they came through: the page or the API.

Each rule about sessions in memory stands once: here how they start, are found, end, are put right
and erased; in `running_session` when one counts as left; in `eviction` which leave memory; in
`annotations` what learners add to them; in `history` what becomes of them where nothing can be
saved.
"""

from __future__ import annotations

from contextlib import suppress

from fer_core.config import Settings
from fer_core.errors import Busy, HistoryNotShrunk, SessionNotFound, StorageError
from fer_core.live.annotations import Annotations
from fer_core.live.endings import Endings
from fer_core.live.eviction import Eviction
from fer_core.live.history import SessionHistory, open_store
from fer_core.live.memory import IDLE_S, MOST_SESSIONS, SessionMemory
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.live.running_session import Clock, RunningSession
from fer_core.live.sweeper import Sweeper
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.requests import Creation
from fer_core.storage.session_locks import SessionLocks, Turns
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document


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
        # One thread at a time for each session: two would hold it against each other.
        self._bringing_back = SessionLocks(at_once=True)
        self._reading_back = Turns()
        self._memory = SessionMemory(most)
        self._eviction = Eviction(self._memory, self.history, clock, idle_s)
        self.endings = Endings(self)
        #: Markers, marks, notes and the goal.
        self.annotations = Annotations(self)
        self._sweeper = Sweeper(self.sweep)
        if store is not None:
            store.handover.when_lost(self._memory.drop_lost)

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
        owner: str = "",
        creation: Creation | None = None,
    ) -> RunningSession:
        """Start a session with what the history knows of the learner; it is stored at once.

        One that is to be forgotten takes nothing from the history.

        Args:
            info: What is fixed; make its id with `new_session_id`.
            document: The text that is read, if any.
            keep_text: Whether the history keeps its words after its end as well.
            owner: Whose it is; empty: the learner's of this machine.
            creation: The request for it, where that may come again.

        Raises:
            Busy: Too many sessions are in memory.
        """
        profile = self.history.profile(owner) if info.keep else None
        session = StudySession(info, profile)
        running = RunningSession(session, self.clock, owner=owner)
        if document is not None:
            running.open_text(document)
            keep_text = keep_text or document.is_video  # all of it is times, and the own titles
        self._eviction.add(running)
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

    # Finding

    def get(self, session_id: str, owner: str = "") -> RunningSession:
        """Return a session to look at: a running one, or one of the history.

        Asking for a running session is a sign of its learner.

        Raises:
            SessionNotFound: This owner has none with this id.
            StorageError: The history cannot be read now.
        """
        running = self._in_memory(session_id, owner)
        return self.history.load(session_id, self.clock, owner) if running is None else running

    def check(self, session_id: str, owner: str) -> None:
        """Return if an owner has a session, which is no sign of its learner. Raises as `get`."""
        running = self._memory.find(session_id)
        if running is None:
            self.history.load_summary(session_id, owner)
        elif running.owner != owner:
            raise SessionNotFound

    def refuse_elsewhere(self, session_id: str, owner: str = "") -> bool:
        """Return if no other process is to be asked about a session first: may it go on here?

        Raises:
            SessionElsewhere: One that takes requests holds it.
            StorageError: The history cannot be read now.
        """
        if "\0" in session_id or self._memory.find(session_id) is not None:
            return False
        found = self.history.sharing.refuse_elsewhere(session_id, owner)
        return found is not None and self.history.sharing.comes_here(found, self.clock())

    def get_to_change(
        self, session_id: str, owner: str = "", *, ask: bool = False
    ) -> RunningSession:
        """Return a session that frames, answers and commands may go to.

        One that was cut off is brought back from the history and runs here from now on, with the
        next sign of its learner. A finished one comes back to be looked at and put right.

        Args:
            session_id: Its name.
            owner: Whose it is.
            ask: Where another process holds it that takes requests, that one is to be asked.

        Raises:
            SessionElsewhere: It runs in another process.
            SessionNotFound, StorageError: As `get`.
            Busy: Too many sessions are in memory.
        """
        running = self._in_memory(session_id, owner)
        if running is not None:
            return running
        found = self.history.sharing.refuse_elsewhere(session_id, owner) if ask else None
        with self._bringing_back.of(session_id):
            running = self._in_memory(session_id, owner)
            if running is not None:
                return running
            if not self.history.take_over(session_id, owner, found):
                self.history.sharing.refuse_taken(session_id, owner)
            with self._reading_back.turn():  # it runs here by now: who is asked for it comes here
                back = self.history.load(session_id, self.clock, owner)
            if not back.is_finished:
                return self._bring_back(back)
        with suppress(Busy):
            return self._eviction.add(back)
        return back

    def _bring_back(self, back: RunningSession) -> RunningSession:
        try:
            self._eviction.add(back)
        except Busy:
            self.history.leave(back)
            raise
        back.runs_here = True
        self.history.go_on(back)
        return back

    def find(self, session_id: str) -> RunningSession | None:
        """Return a session that is in memory, without asking the history and without a sign."""
        return self._memory.find(session_id)

    def latest(self, running: RunningSession) -> RunningSession:
        """Return what runs here under a session's name now; without that the session itself.

        A look at one that was cut off does not move: who goes on with it runs another object. This
        is no sign of the learner: a stream stays open when its reader is gone.
        """
        return self._memory.find(running.session_id) or running

    def running(self, owner: str = "") -> list[RunningSession]:
        """Return an owner's sessions in memory, without those over and safe in the history."""
        sessions = self._memory.all(owner)
        for running in sessions:
            running.pause_if_lost()
        return [running for running in sessions if not self._is_safe(running)]

    def _in_memory(self, session_id: str, owner: str) -> RunningSession | None:
        """Return a session that is in memory, having noted that somebody came for it.

        Raises:
            SessionNotFound: It is another owner's, or another program has erased it.
        """
        if "\0" in session_id:  # PostgreSQL would call the question wrong, not the answer empty
            raise SessionNotFound
        running = self._memory.find(session_id)
        if running is not None:
            if running.owner != owner:
                raise SessionNotFound
            self.history.sharing.be_sure()
            if running.erased and not running.is_finished:
                return None
            running.look()
            self.refuse_erased(running)
        return running

    def _is_safe(self, running: RunningSession) -> bool:
        """Tell whether a session is over and saved: then what the history says of it counts."""
        return running.keep and running.is_finished and self.history.status.saving

    def refuse_erased(self, running: RunningSession) -> None:
        """Let a finished session go that another program has erased.

        Raises:
            SessionNotFound: It was.
        """
        if self._is_safe(running) and self.history.has_lost(running):
            self._memory.drop(running, erased=True)
            raise SessionNotFound

    # The end, and what comes after it

    def finish(self, running: RunningSession) -> None:
        """End a session; what it amounted to goes to the history. Finishing twice changes nothing.

        One that is not to be kept stays until its door has shown it, and erases it, or for an hour.
        """
        running.session.finish(self.clock())
        self.save(running)

    def save(self, running: RunningSession) -> None:
        """Save a finished session at once; one that another program has erased leaves memory."""
        if not self.history.save(running):
            self._memory.drop(running, erased=True)

    # Erasing and letting go

    def erase(self, session_id: str, owner: str = "") -> None:
        """Erase a session, from memory and from the history.

        Raises:
            SessionNotFound: This owner has none with this id.
            StorageError: The history cannot be changed now; then nothing is erased.
        """
        if "\0" in session_id:
            raise SessionNotFound
        running = self._memory.find(session_id)
        if running is not None and running.owner != owner:
            raise SessionNotFound
        had_summary = self.endings.forget(session_id, owner)
        if running is None or (running.is_stored and self.history.store is not None):
            try:
                self.history.erase(session_id, owner)
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

    def erase_all(self, owner: str = "") -> None:
        """Erase every session of an owner, here and in the history, and what they taught.

        Raises:
            HistoryNotShrunk: All is erased; only the history's file keeps its size for now.
            StorageError: The history cannot be changed now; then nothing is erased.
        """
        try:
            self.history.erase_all(owner)
        except HistoryNotShrunk:
            self._drop_all(owner)
            raise
        self._drop_all(owner)

    def _drop_all(self, owner: str) -> None:
        self.endings.clear(owner)
        for running in self._memory.all(owner):
            self._memory.drop(running, erased=True)
            self.history.forget(running)  # one that was started meanwhile is followed

    def watch(self) -> None:
        """Sweep every half a minute from now on, in a thread of its own, until `close`."""
        self._sweeper.start()

    def sweep(self) -> None:
        """Pause the sessions that were left, as of their last sign; let go of the idle ones."""
        for running in self._memory.all():
            running.pause_if_lost()
        self._eviction.let_idle_go()

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
