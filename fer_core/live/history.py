"""The history as running sessions need it: whether it is there, is away for now, or never was."""

from __future__ import annotations

import logging
from contextlib import suppress

from fer_core.config import Settings
from fer_core.errors import FerError, SessionNotFound, SettingsError, StorageError
from fer_core.learner.profile import LearnerProfile
from fer_core.live.running_session import Clock, RunningSession
from fer_core.live.sharing import Sharing
from fer_core.storage.engines import is_sqlite
from fer_core.storage.history import SessionSummary
from fer_core.storage.requests import Creation
from fer_core.storage.status import StoreStatus
from fer_core.storage.store import SessionStore

#: Added to what keeps the history from being used, while the process goes on without it.
IN_MEMORY = "Until then sessions are kept in memory only."
NOT_WANTED = "Sessions are kept in memory only."

_log = logging.getLogger(__name__)


class CannotShare(StorageError):
    """Why this program cannot open a database server's history, however long it waits."""


class SessionHistory:
    """What becomes of sessions on disk. Those that stay in memory are left alone.

    One that is not to be kept is there only while it runs, so that a restart loses nothing.

    Args:
        store: Where they are saved; None keeps everything in memory.
        problem: Why there is no store; None where none is wanted.
    """

    def __init__(self, store: SessionStore | None, problem: StorageError | None = None) -> None:
        self.store = store
        #: What other processes on the same history change.
        self.sharing = Sharing(store)
        self._problem = problem

    @property
    def status(self) -> StoreStatus:
        """Whether sessions are being saved, and if not, why, in words."""
        if self.store is not None:
            return self.store.status
        if self._problem is not None:
            return StoreStatus(saving=False, message=f"{self._problem.message} {IN_MEMORY}")
        return StoreStatus(saving=False, message=NOT_WANTED)

    def store_to_read(self) -> SessionStore | None:
        """Return the store; None where none is wanted.

        Raises:
            StorageError: There should be one, but it could not be opened.
        """
        if self._problem is not None:
            raise self._problem
        return self.store

    # Reading

    def profile(self, owner: str = "") -> LearnerProfile | None:
        """Return what is known of an owner; None while that cannot be read."""
        if self.store is None:
            return None
        try:
            return self.store.learner.profile(owner=owner)
        except StorageError as error:
            _log.warning("a session starts without the learner's history: %s", error.message)
            return None

    def load(self, session_id: str, clock: Clock, owner: str = "") -> RunningSession:
        """Return a session as it was saved, with its text where its words were kept.

        Raises:
            SessionNotFound: This owner has none with this id.
            StorageError: The history cannot be read now.
        """
        store = self.store_to_read()
        if store is None:
            raise SessionNotFound
        stored = store.load(session_id, owner=owner)
        session = store.restored(stored, owner=owner)
        running = RunningSession(session, clock, stored=stored, runs_here=False, owner=owner)
        if stored.document is not None:
            running.open_text(stored.document)
        return running

    def load_summary(self, session_id: str, owner: str = "") -> SessionSummary:
        """Return a session as it stands in the list. Raises as `load`."""
        store = self.store_to_read()
        if store is None or "\0" in session_id:
            raise SessionNotFound
        return store.summary(session_id, owner=owner)

    def take_over(
        self, session_id: str, owner: str = "", found: SessionSummary | None = None
    ) -> bool:
        """Run a session of the history here, if it runs nowhere else; tell whether.

        Args:
            session_id: Its name.
            owner: Whose it is.
            found: What was found of it a moment ago.

        Raises:
            SessionNotFound: This owner has none with this id.
            StorageError: The history cannot be used now.
        """
        store = self.store_to_read()
        if store is None:
            raise SessionNotFound
        return store.handover.take_over(found or store.summary(session_id, owner=owner))

    def announce(self, address: str) -> None:
        """Be the API process, or one of them, that takes requests for what it runs.

        Args:
            address: Where; empty: not for other processes.

        Raises:
            SettingsError: There is one, and the history takes no second one; or this one cannot
                open what the others share.
        """
        if isinstance(self._problem, CannotShare):
            # In memory alone it would be asked for the sessions of the others, and know none.
            raise SettingsError(self._problem.message)
        if self.store is not None:
            self.store.handover.announce(address)

    def has_lost(self, running: RunningSession) -> bool:
        """Tell whether a session that was saved is there no more: another program erased it."""
        if self.store is None:
            return False
        try:
            self.store.summary(running.session_id, owner=running.owner)
        except SessionNotFound:
            return True
        except StorageError as error:  # what is in memory is still right
            _log.warning("a finished session is shown from memory: %s", error.message)
        return False

    # Saving

    def follow(
        self,
        running: RunningSession,
        *,
        keep_text: bool = False,
        is_stored: bool = False,
        creation: Creation | None = None,
    ) -> None:
        """Save a session from now on, until it is finished.

        Args:
            running: The session.
            keep_text: Whether the words of its text stay after its end.
            is_stored: It was saved before: gone from the history, it must not come back.
            creation: The request that started it, where that may come again.
        """
        if self.store is None:
            return
        reading = running.reading
        self.store.follow(
            running.session,
            owner=running.owner,
            text=None if reading is None else reading.label,
            document=None if reading is None else reading.document,
            keep_text=keep_text,
            is_stored=is_stored,
            creation=creation,
        )
        if running.erased:  # at this very moment
            self.forget(running)

    def go_on(self, running: RunningSession) -> None:
        """Save a session that `load` brought back here, from where it stands in the history."""
        if self.store is not None and running.stored is not None:
            self.store.go_on(running.session, running.stored, owner=running.owner)
            if running.erased:  # at this very moment
                self.forget(running)

    def save(self, running: RunningSession) -> bool:
        """Save a finished session, and how its text was read; in an outage, after it.

        Returns:
            False where another program has erased it.
        """
        if self.store is None or not running.is_stored:
            return True
        reading = running.reading
        if reading is None:
            self.store.save_now()
            return True
        result = reading.result()
        try:
            self.store.save_reading(
                running.session_id,
                result.reading,
                result.estimates,
                result.highlights,
                reading.marked,
                reading.notes,
                owner=running.owner,
            )
        except SessionNotFound:
            return False
        except StorageError as error:
            _log.warning("how the text was read is not in the history yet: %s", error.message)
        return True

    def save_marks(self, running: RunningSession) -> None:
        """Save which passages are marked; where that fails now, the end of the reading does it."""
        if self.store is not None and running.is_stored and running.reading is not None:
            with suppress(StorageError, SessionNotFound):
                self.store.own_words.set_marked(
                    running.session_id, running.reading.marked, owner=running.owner
                )

    def leave(self, running: RunningSession) -> bool:
        """Save a session once more and follow it no longer; False: that cannot be done now."""
        return not running.is_stored or self.store is None or self.store.leave(running.session_id)

    def save_one(self, running: RunningSession) -> bool:
        """Save what was said in a session before that is answered; tell whether it is safe."""
        return self.store is not None and self.store.save_one(running.session_id)

    # Requests that come again

    def creation(self, request: str) -> tuple[str, str] | None:
        """Return the digest and the session of a request that came before; None: it did not.

        Raises:
            StorageError: The history cannot be read now.
        """
        return None if self.store is None else self.store.handover.creation(request)

    def summary(self, session_id: str, owner: str = "") -> str | None:
        """Return what was answered when a session ended; None: nothing is known of that now."""
        if self.store is None:
            return None
        try:
            return self.store.handover.summary(session_id, owner=owner)
        except StorageError as error:
            _log.warning("what was answered at an end cannot be read: %s", error.message)
            return None

    def keep_summary(self, running: RunningSession, body: str) -> str:
        """Keep what is answered when a session ends; return what counts: the first that was.

        One that is not to be kept is removed. Where that fails, it goes with time.

        Raises:
            SessionElsewhere: Another process runs it by now.
            StorageError: Other processes share the history, and it cannot be changed now.
        """
        if self.store is None or not running.is_stored:
            return body
        try:
            return self.store.handover.keep_summary(
                running.session_id, body, owner=running.owner, erase=not running.keep
            )
        except StorageError as error:
            # Asked again, perhaps elsewhere, the answer must be the same.
            if self.sharing.is_shared:
                raise
            _log.warning("what was answered at an end is in memory only: %s", error.message)
            return body

    def save_notes(self, running: RunningSession) -> None:
        """Save highlights and notes; where that fails now, the end of the reading does it."""
        if self.store is not None and running.is_stored and running.reading is not None:
            with suppress(StorageError, SessionNotFound):
                self.store.save_now()  # the session may be younger than its last save
                self.store.own_words.set_notes(
                    running.session_id, running.reading.notes, owner=running.owner
                )

    def save_goal_outcome(self, running: RunningSession) -> None:
        """Save whether the goal was reached.

        Raises:
            SessionNotFound: Another program has erased the session.
            StorageError: The history cannot be changed now.
        """
        if self.store is not None and running.is_stored:
            self.store.own_words.set_goal_outcome(
                running.session_id, running.goal_outcome, owner=running.owner
            )

    # Erasing

    def erase(self, session_id: str, owner: str = "") -> None:
        """Erase a session that was saved, or is being saved.

        Raises:
            SessionNotFound: This owner has none with this id.
            StorageError: The history cannot be changed now.
        """
        store = self.store_to_read()
        if store is None:
            raise SessionNotFound
        store.erase(session_id, owner=owner)

    def forget(self, running: RunningSession) -> None:
        """See to it that a session that is gone from memory is not saved any more."""
        if self.store is not None and running.is_stored:
            with suppress(SessionNotFound, StorageError):
                self.store.erase(running.session_id, owner=running.owner)

    def erase_all(self, owner: str = "") -> None:
        """Erase everything of an owner. Raises as `SessionStore.erase_all`."""
        store = self.store_to_read()
        if store is not None:
            store.erase_all(owner=owner)

    def close(self) -> None:
        """Save what can be saved, and let go of the store."""
        if self.store is not None:
            self.store.close()


def open_store(settings: Settings) -> tuple[SessionStore | None, StorageError | None]:
    """Open the history that the settings name; without one return why.

    Where that cannot be done (a newer version wrote it, its address is wrong), sessions go on in
    memory, and `SessionHistory.status` says so: the page and the API alike.
    """
    try:
        return SessionStore.open(settings), None
    except StorageError as error:
        problem = error
    except FerError as error:
        problem = StorageError(error.message)
    if not is_sqlite(settings):
        problem = CannotShare(problem.message)
    _log.warning("sessions are kept in memory only: %s", problem.message)
    return None, problem
