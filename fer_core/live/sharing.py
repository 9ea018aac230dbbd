"""What changes for running sessions where several API processes share one history.

One of them runs a session. The others ask it, before they look at what it has stored.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NoReturn

from fer_core.errors import Busy, SessionElsewhere, SessionNotFound, StorageError
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session_info import new_session_id
from fer_core.sessions.snapshot import State
from fer_core.storage.history import SessionSummary
from fer_core.storage.store import SessionStore


class Sharing:
    """One process's part in a history that others may use too. Safe for any number of threads.

    Args:
        store: The history; None: there is none, and nobody shares it.
    """

    def __init__(self, store: SessionStore | None) -> None:
        self._store = store

    @property
    def is_shared(self) -> bool:
        """Whether other API processes may use the history too."""
        return self._store is not None and self._store.handover.is_shared

    def new_session_id(self, *, memory_only: bool = False) -> str:
        """Return a name for a session that cannot be guessed.

        One that is never stored cannot be looked up: where other processes share the history, its
        name says which one has it.
        """
        name = new_session_id()
        if memory_only and self._store is not None and self.is_shared:
            with suppress(StorageError):  # in an outage nobody can ask for it either
                self._store.handover.be_known()
            return f"{name}.{self._store.handover.own_name}"
        return name

    def refuse_elsewhere(self, session_id: str, owner: str) -> SessionSummary | None:
        """Return what is stored of a session if no other process is to be asked about it first.

        Returns:
            None where nothing is, or nobody shares the history.

        Raises:
            SessionElsewhere: One that takes requests holds it.
            StorageError: The history cannot be read now.
        """
        if self._store is None or not self.is_shared:
            return None
        summary = None
        try:
            summary = self._store.summary(session_id, owner=owner)
        except SessionNotFound:
            holder = session_id.partition(".")[2]
            if self._store.handover.has_gone(holder):  # and with it what it had in memory
                return None
        else:
            holder = "" if summary.state is State.FINISHED else summary.holder
        address = self._store.handover.runs_at(holder)
        if address:
            raise SessionElsewhere(address=address, holder=holder)
        return summary

    def comes_here(self, summary: SessionSummary, now: float) -> bool:
        """Tell whether a session that is not in memory is to go on here, or is just being read.

        Whoever only wants to see it waits for that: to read it twice would take twice as long.
        """
        if self._store is None or summary.state is State.FINISHED:
            return False
        return summary.may_go_on(now) or summary.holder == self._store.handover.own_name

    def refuse_taken(self, session_id: str, owner: str) -> NoReturn:
        """Say why a session could not be taken over: another process was quicker a moment ago.

        Raises:
            SessionElsewhere: One holds it.
            Busy: It has been taken from that one since: asked again, it is there.
            SessionNotFound, StorageError: As `SessionRegistry.get`.
        """
        self.refuse_elsewhere(session_id, owner)
        store = self._store if self.is_shared else None
        if store is not None and not store.summary(session_id, owner=owner).holder:
            raise Busy
        raise SessionElsewhere

    def bury(self, holder: str) -> bool:
        """Let a process that takes no requests hold nothing any more, if it is dead; tell whether.

        Raises:
            StorageError: The history cannot be used now.
        """
        return self._store is None or self._store.handover.bury(holder)

    def is_late(self, holder: str) -> bool:
        """Tell whether a process that answers nothing has given no other sign either.

        Raises:
            StorageError: The history cannot be used now.
        """
        return self._store is None or self._store.handover.is_late(holder)

    def take_from(self, holder: str, session_id: str) -> None:
        """Let a process hold a session no more that takes no requests for it.

        Raises:
            StorageError: The history cannot be used now.
        """
        if self._store is not None:
            self._store.handover.take_from(holder, session_id)

    def be_sure(self) -> None:
        """See to it that what runs here has not been taken over while this process stood still."""
        if self._store is not None and self._store.status.saving:
            with suppress(StorageError):  # in an outage nobody can have taken anything
                self._store.handover.be_sure()

    def is_unsaved(self, running: RunningSession) -> bool:
        """Tell whether something that was said in a session is not safe yet.

        What runs and is not saved as it goes has just been lost to another process.
        """
        if self._store is None or not running.is_stored:
            return False
        handover, session_id = self._store.handover, running.session_id
        is_followed = running.is_finished or handover.follows(session_id, running.owner)
        return not is_followed or handover.is_unsaved(session_id)

    def discard(self, running: RunningSession) -> None:
        """Save a session no more that could not be begun."""
        if self._store is not None:
            self._store.handover.discard(running.session_id)
