"""What one process leaves to the next: sessions that run, and requests that may come again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from fer_core.errors import SessionElsewhere, StorageError
from fer_core.sessions.snapshot import State
from fer_core.storage import queries
from fer_core.storage.database import Database
from fer_core.storage.history import SessionSummary
from fer_core.storage.requests import (
    find_creation,
    find_summary,
    holder_of,
    holders,
    keep_summary,
    let_go,
    take_hold,
)
from fer_core.storage.saver import Saver

#: Who was found dead is not looked at again for so long: one that lost its line to the database,
#: and found another one, takes sessions anew. Seconds.
BURIED_FOR_S = 1.0


class Handover:
    """Sessions and requests that outlive a process. All methods may be called from any thread.

    Args:
        database: Where they are.
        saver: Saves the sessions that run here.
        clock: Returns seconds since the epoch.
    """

    def __init__(self, database: Database, saver: Saver, clock: Callable[[], float]) -> None:
        self._database = database
        self._saver = saver
        self._clock = clock
        self._burying = threading.Lock()
        self._buried = "", float("-inf")

    # Sessions that run

    def when_lost(self, tell: Callable[[str], object]) -> None:
        """Have it told when a session that is saved was erased elsewhere, or runs there now."""
        self._saver.on_lost = tell

    @property
    def is_shared(self) -> bool:
        """Whether other API processes may use the history too."""
        return self._database.holder.is_shared

    @property
    def own_name(self) -> str:
        """What this process is known by among those that use the history."""
        return self._database.holder.name

    def be_known(self) -> None:
        """Have other processes know that this one is there, and where.

        Raises:
            StorageError: The history cannot be used now.
        """
        self._database.hold()

    def take_over(self, summary: SessionSummary) -> bool:
        """Run a session here that ran elsewhere, if it does no more; False: it does.

        It does no more where its process is dead, has let it go, or has not saved it for long. The
        caller knows that this process does not run it either. One that is over is run by nobody.

        Args:
            summary: As it was found.

        Raises:
            StorageError: The history cannot be used now.
        """
        if summary.state is State.FINISHED:
            return True
        database, now = self._database, self._clock()
        holder = database.hold()
        is_held = summary.holder != holder and not summary.is_interrupted(now)
        if is_held and database.lives(summary.holder):
            return False
        with database.writing() as connection:
            return take_hold(connection, summary.session_id, summary.holder, holder, now)

    def announce(self, address: str) -> None:
        """Have other processes told where this one takes requests for the sessions that it runs."""
        self._database.holder.announce(address)

    def runs_at(self, holder: str) -> str:
        """Return where another process that holds a session takes requests.

        It is to be asked first, whatever its lock says: after a restart of the database nobody has
        one. Empty where it takes none, for nobody, and for this process.

        Raises:
            StorageError: The history cannot be used now.
        """
        if holder in ("", self._database.holder.name):
            return ""
        return self._database.address(holder)

    def bury(self, holder: str) -> bool:
        """Let a process that takes no requests hold nothing any more, if it is dead; tell whether.

        All of its learners come at once: the first one who finds it dead does it for them.

        Raises:
            StorageError: The history cannot be used now.
        """
        with self._burying:
            name, buried_at = self._buried
            if name == holder and monotonic() - buried_at < BURIED_FOR_S:
                return True
            if self._database.lives(holder):
                return False
            with self._database.writing() as connection:
                let_go(connection, holder)
            self._buried = holder, monotonic()
        return True

    def has_gone(self, holder: str) -> bool:
        """Tell whether a process that takes no requests is dead, or has let go of what it held.

        Raises:
            StorageError: The history cannot be used now.
        """
        return not self._database.lives(holder)

    def is_late(self, holder: str) -> bool:
        """Tell whether a process that answers nothing has given no other sign either.

        Raises:
            StorageError: The history cannot be used now.
        """
        return self._database.is_late(holder)

    def take_from(self, holder: str, session_id: str) -> None:
        """Let a process hold a session no more that takes no requests for it.

        What it writes from now on is refused: it cannot have the number that is next.

        Raises:
            StorageError: The history cannot be used now.
        """
        with self._database.writing() as connection:
            take_hold(connection, session_id, holder, "", self._clock())

    def be_sure(self) -> None:
        """See to it that what is followed here still runs here, where this process stood still."""
        if not self._database.holder.is_sure:
            self._saver.drop_what_was_taken()

    def is_unsaved(self, session_id: str) -> bool:
        """Tell whether something that was said in a session is not safe yet."""
        return self._saver.is_unsaved(session_id)

    def follows(self, session_id: str, owner: str) -> bool:
        """Tell whether a session of this owner is being saved as it goes."""
        return self._saver.follows(session_id, owner)

    def discard(self, session_id: str) -> None:
        """Save a session no more that could not be begun."""
        self._saver.forget(session_id)

    def release_the_dead(self) -> None:
        """Let nobody hold what processes held that have died: this one may be their heir.

        Of several that share a history those only that gave no sign for a while either: after a
        restart of the database nobody has a lock for a moment.

        Raises:
            StorageError: The history cannot be used now.
        """
        self._database.hold()
        with self._database.reading() as connection:
            named = holders(connection)
        dead = [
            name
            for name in named
            if not self._database.lives(name)
            and (not self.is_shared or self._database.is_late(name))
        ]
        if dead:
            with self._database.writing() as connection:
                for name in dead:
                    let_go(connection, name)

    def let_go_all(self) -> None:
        """Hold no session any more, as this process ends; where that fails, its death says so."""
        with suppress(StorageError), self._database.writing() as connection:
            let_go(connection, self._database.holder.name)

    # Requests that come again

    def creation(self, request: str) -> tuple[str, str] | None:
        """Return the digest and the session of a request that came before; None: it did not.

        Raises:
            StorageError: The history cannot be read now.
        """
        with self._database.reading() as connection:
            return find_creation(connection, request)

    def summary(self, session_id: str, *, owner: str = "") -> str | None:
        """Return what was answered when a session ended; None: nothing was.

        Raises:
            StorageError: The history cannot be read now.
        """
        with self._database.reading() as connection:
            return find_summary(connection, session_id, owner)

    def keep_summary(
        self, session_id: str, body: str, *, owner: str = "", erase: bool = False
    ) -> str:
        """Keep what is answered when a session ends; return what counts: the first that was kept.

        Args:
            session_id: The session.
            body: The answer.
            owner: Whose.
            erase: The session is not to be kept: it goes at once, and the answer in an hour.

        Raises:
            SessionElsewhere: Another process runs it by now.
            StorageError: The history cannot be changed now.
        """
        forget_at = self._clock() + queries.AFTER_END_S if erase else None
        with self._saver.hold(session_id):
            with self._database.writing() as connection:
                held_by = holder_of(connection, session_id)
                if held_by and held_by != self._database.holder.name:
                    raise SessionElsewhere(address=self._database.address(held_by), holder=held_by)
                known = find_summary(connection, session_id, owner)
                if erase:
                    queries.remove_sessions(connection, [session_id])
                counts = keep_summary(connection, session_id, owner, known or body, forget_at)
            if erase:
                self._saver.forget(session_id)
        return counts
