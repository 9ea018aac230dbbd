"""What one process leaves to the next: sessions that run, and requests that may come again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fer_core.errors import SessionElsewhere, StorageError
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

    # Sessions that run

    def when_lost(self, tell: Callable[[str], object]) -> None:
        """Have it told when a session that is saved was erased elsewhere, or runs there now."""
        self._saver.on_lost = tell

    def take_over(self, summary: SessionSummary) -> bool:
        """Run a session here that ran elsewhere, if it does no more; tell whether it does.

        It does no more where its process is dead, has let it go, or has not saved it for long.

        Args:
            summary: As it was found.

        Raises:
            StorageError: The history cannot be used now.
        """
        database, now = self._database, self._clock()
        if not summary.is_interrupted(now) and database.lives(summary.holder):
            return False
        holder = database.hold()
        with database.writing() as connection:
            return take_hold(connection, summary.session_id, summary.holder, holder, now)

    def announce(self, address: str) -> None:
        """Have other processes told where this one takes requests for the sessions that it runs."""
        self._database.holder.announce(address)

    def runs_at(self, summary: SessionSummary) -> str:
        """Return where the other process that runs a session takes requests.

        Empty where none does, where it takes none, and where it runs here.

        Raises:
            StorageError: The history cannot be used now.
        """
        holder = summary.holder
        if holder in ("", self._database.holder.name) or summary.is_interrupted(self._clock()):
            return ""
        address = self._database.address(holder)
        return address if address and self._database.lives(holder) else ""

    def release_the_dead(self) -> None:
        """Let nobody hold what processes held that have died: this one may be their heir.

        Raises:
            StorageError: The history cannot be used now.
        """
        self._database.hold()
        with self._database.reading() as connection:
            named = holders(connection)
        dead = [name for name in named if not self._database.lives(name)]
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
        with self._saver.hold():
            with self._database.writing() as connection:
                held_by = holder_of(connection, session_id)
                if held_by and held_by != self._database.holder.name:
                    raise SessionElsewhere(address=self._database.address(held_by))
                known = find_summary(connection, session_id, owner)
                if erase:
                    queries.remove_sessions(connection, [session_id])
                counts = keep_summary(connection, session_id, owner, known or body, forget_at)
            if erase:
                self._saver.forget(session_id)
        return counts
