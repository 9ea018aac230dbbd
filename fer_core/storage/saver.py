"""The thread that saves running sessions every two seconds, whatever the disk does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from fer_core.errors import SessionNotFound, StorageError
from fer_core.sessions.snapshot import State
from fer_core.storage.database import Database
from fer_core.storage.follower import Follower, advance
from fer_core.storage.queries import keep_baseline, remove_deleted, remove_temporary
from fer_core.storage.requests import held_by, let_go
from fer_core.storage.session_locks import SessionLocks
from fer_core.storage.status import StoreStatus
from fer_core.storage.waiting import Addition, of_others
from fer_core.storage.writer import SessionLost, continue_stored, save

#: Between two saves of a running session. With the second that is not yet complete and the time
#: of a commit, a crash loses less than five.
SAVE_EVERY_S = 2.0
#: Between two tries to save while the database cannot be used.
TRY_AGAIN_S = 0.5
#: How long `close` waits for a save that is going on. Seconds.
JOIN_TIMEOUT_S = 5.0
#: Between two looks for deleted sessions whose time to come back is over.
REMOVE_EVERY_S = 60.0

_NOT_ALL = (
    "A session could not be saved. It goes on in memory and is tried again; the others are saved."
)

_log = logging.getLogger(__name__)


class Saver:
    """Follows running sessions and saves what is new in them.

    Args:
        database: Where to.
        clock: Returns seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._locks = SessionLocks(at_once=database.holder.is_shared)
        self._starting = threading.Lock()
        self._followers: dict[str, Follower] = {}
        self._waiting: dict[str, Addition] = {}
        self._status = StoreStatus()
        # Sessions that the last save left out.
        self._unsaved: set[str] = set()
        # The database could not be used when that was tried last.
        self._is_away = False
        self._lost: list[str] = []
        #: Called with the name of a session that this process must not run any more: it was erased
        #: elsewhere, or runs there. No lock is held.
        self.on_lost: Callable[[str], object] = lambda _: None
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> StoreStatus:
        return self._status

    def follow(self, follower: Follower) -> None:
        """Save a session from now on, until it is finished; see `SessionStore.follow`."""
        session_id = follower.session_id
        with self._locks.of(session_id):
            known = self._followers.get(session_id)
            if known is not None and known.session is follower.session:
                known.text = follower.text or known.text
                known.unsaved_document = follower.unsaved_document or known.unsaved_document
                known.keeps_text = follower.keeps_text or known.keeps_text
            else:
                self._followers[session_id] = follower
                follower.session.on_word(lambda: self.save_one(session_id))
        with self._starting:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(
                    target=self._run, name="history-writer", daemon=True
                )
                self._thread.start()
                self._wake.set()

    def save_one(self, session_id: str) -> bool:
        """Save one session at once: what was said in it must outlive this process.

        In an outage nobody is held up: it is saved as soon as it can be.

        Returns:
            Whether it is safe.
        """
        with self._locks.of(session_id):
            if session_id not in self._followers:
                return False
            if self._is_away:
                self._unsaved.add(session_id)
                return False
            is_safe = self._try_one(session_id)
        self._tell_lost()
        return is_safe

    def _try_one(self, session_id: str) -> bool:
        """Save one session, whatever the last try came to; tell whether it is safe."""
        try:
            with self._locks.of(session_id):
                self._save_or_keep(session_id)
        except StorageError as error:
            self.note_outage(error)
        return session_id in self._followers and session_id not in self._unsaved

    def _lose(self, session_id: str) -> None:
        del self._followers[session_id]
        self._unsaved.discard(session_id)
        self._lost.append(session_id)

    def _tell_lost(self) -> None:
        """Tell of the sessions that this process must not run any more; no lock may be held."""
        with suppress(IndexError):  # several threads may tell at once
            while True:
                self.on_lost(self._lost.pop())

    def drop_what_was_taken(self) -> None:
        """Lose the sessions that other processes have taken while this one stood still.

        Raises:
            StorageError: The database cannot be used now.
        """
        holder = self._database.hold()
        with self._locks.all():
            if not self._database.holder.is_sure:
                mine = {name for name, one in self._followers.items() if not one.is_new}
                with self._database.reading() as connection:
                    mine -= held_by(connection, holder)
                for session_id in mine:
                    self._lose(session_id)
                self._database.holder.be_sure()
        self._tell_lost()

    def follows(self, session_id: str, owner: str) -> bool:
        """Tell whether a session of this owner is being saved as it goes."""
        follower = self._followers.get(session_id)
        return follower is not None and follower.owner == owner

    def forget(self, session_id: str) -> None:
        """Stop saving a session."""
        with self._locks.of(session_id):
            self._followers.pop(session_id, None)
            self._waiting.pop(session_id, None)
            self._unsaved.discard(session_id)

    def forget_all(self, owner: str | None) -> None:
        """Stop saving the sessions of a learner; None: of everybody."""
        with self._locks.all():
            self._followers = of_others(self._followers, owner)
            self._waiting = of_others(self._waiting, owner)
            self._unsaved &= self._followers.keys()

    def save_now(self) -> bool:
        """Save every running session, one after the other; tell whether all of it is safe."""
        try:
            if not self._followers and not self._waiting and not self._status.saving:
                with self._database.writing():  # can it be used again?
                    pass
            for session_id in list(self._followers):
                with self._locks.of(session_id):
                    self._save_or_keep(session_id)
            self._add_waiting()
        except StorageError as error:
            self.note_outage(error)
            return False
        self._is_away = False
        if self._unsaved:
            self._note(_NOT_ALL)
            return False
        self._status = StoreStatus()
        return True

    def is_unsaved(self, session_id: str) -> bool:
        """Tell whether the last save left something of a session out."""
        return session_id in self._unsaved or session_id in self._waiting

    def _save_or_keep(self, session_id: str) -> None:
        """Save what is new in a session; note where it cannot be saved as it is.

        Raises:
            StorageError: The database cannot be used now.
        """
        follower = self._followers.get(session_id)
        if follower is None:  # forgotten meanwhile
            return
        try:
            self._save(follower)
            self._unsaved.discard(session_id)
        except SessionLost:
            self._lose(session_id)
        except StorageError:
            raise
        except Exception as error:  # what is wrong with one must not cost the others
            if self._status.saving:  # the first time only; without the rows themselves
                _log.warning("a session could not be saved: %s", type(error).__name__)
            self._unsaved.add(session_id)

    def _add_waiting(self) -> None:
        """Save what waited for the end of an outage, but for that of sessions not saved yet.

        Raises:
            StorageError: The database cannot be used now.
        """
        for session_id in list(self._waiting):
            with self._locks.of(session_id):
                addition = self._waiting.get(session_id)
                if addition is None or session_id in self._unsaved:
                    continue
                try:
                    self._add(addition)
                except (SessionNotFound, IntegrityError, DataError) as error:
                    _log.warning("the rest of a session could not be saved: %s", error)
                del self._waiting[session_id]

    def save_with(self, session_id: str, owner: str, write: Callable[[Connection], None]) -> None:
        """Save a session, then what belongs to it; in an outage, after it.

        Args:
            session_id: The session. What waits for it already is replaced.
            owner: Whose it is.
            write: Writes what is to be saved.

        Raises:
            SessionNotFound: `write` found no such session.
            StorageError: It cannot be saved now; it is as soon as it can be.
        """
        addition = Addition(owner, write)
        with self._locks.of(session_id):
            self._waiting.pop(session_id, None)
            try:
                self._try_one(session_id)
                if self.is_unsaved(session_id):
                    raise StorageError(self._status.message)
                self._add(addition)
            except StorageError as error:
                self._waiting[session_id] = addition
                self.note_outage(error)
                raise

    def _add(self, addition: Addition) -> None:
        with self._database.writing() as connection:
            addition.write(connection)

    def leave(self, session_id: str) -> bool:
        """Save a session once more, hold it and follow it no longer; False: it is followed on."""
        with self._locks.of(session_id):
            is_unsafe = session_id in self._followers and not self._try_one(session_id)
            if is_unsafe and session_id in self._followers:
                return False
            try:
                with self._database.writing() as connection:
                    let_go(connection, self._database.holder.name, session_id)
            except StorageError as error:
                self.note_outage(error)
                return False
            self.forget(session_id)
        self._tell_lost()
        return True

    def hold(self, session_id: str | None = None) -> AbstractContextManager[object]:
        """Return the lock under which a session is not saved, for erasing; None: none is."""
        return self._locks.all() if session_id is None else self._locks.of(session_id)

    def close(self) -> None:
        """Save what can be saved, and end the thread."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=JOIN_TIMEOUT_S)
        self.save_now()

    def note_outage(self, error: StorageError) -> None:
        """Remember that the history cannot be saved, and why."""
        self._is_away = True
        self._unsaved.update(list(self._followers))
        self._note(error.message)

    def _note(self, message: str) -> None:
        since = self._status.unsaved_since
        if since is None:
            since = self._clock()
            _log.warning("the history cannot be saved: %s", message)
        self._status = StoreStatus(False, message, since)

    def _run(self) -> None:
        removed_at = float("-inf")
        while not self._closed:
            self._wake.wait(TRY_AGAIN_S if self._is_away else SAVE_EVERY_S)
            self._wake.clear()
            try:
                self.save_now()
                self._tell_lost()
                if self._clock() - removed_at >= REMOVE_EVERY_S:
                    removed_at = self._clock()
                    with self._locks.all(), self._database.writing() as connection:
                        remove_deleted(connection, removed_at)
                        remove_temporary(connection, removed_at)
            except StorageError as error:
                self.note_outage(error)
            except Exception:
                # The thread must outlive any mistake in one save; the next one tries again.
                _log.exception("saving the history failed")

    def _save(self, follower: Follower) -> None:
        finished = follower.session.state is State.FINISHED
        holder = self._database.hold()
        with self._database.writing() as connection:
            if follower.is_new:
                continue_stored(connection, follower, self._clock(), holder)
            progress = save(connection, follower, self._clock(), holder)
            baseline = follower.session.baseline
            is_kept = follower.session.info.keep
            if is_kept and baseline is not None and progress.means_at != follower.means_at:
                keep_baseline(connection, follower.owner, baseline, self._clock())
        advance(follower, progress)
        if finished:
            del self._followers[follower.session_id]
