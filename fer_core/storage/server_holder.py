"""A process among several that share a PostgreSQL: its lock, its lease, and its heartbeat.

PostgreSQL frees the lock when the process dies. A process may also stand still, or lose its way to
the database, and keep the lock: so it counts together with a lease of ten seconds, which is renewed
twice a second by a thread of its own. Who is late with that and answers no request is not waited
for: its sessions are taken from it, under the next number (`requests.take_hold`), and what it
writes afterwards is refused. It finds out before it goes on: see `is_sure`.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection, Double, Engine, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from fer_core.storage.engines import reading
from fer_core.storage.tables import processes

#: A process that has not renewed its lease for this long runs nothing any more. Seconds.
LEASE_S = 10.0
#: How often it does. Seconds.
RENEW_EVERY_S = 0.5
#: Who has not for this long is late: two renewals are missing. Seconds.
LATE_S = 1.5
#: Processes that ended without a word are forgotten after so long. Seconds.
FORGET_AFTER_S = 3600.0
#: A machine's clock may differ from the database's by this much before that is told. Seconds.
CLOCK_OFF_S = 2.0
#: The database's own clock, the same for all: now, in seconds since the epoch.
_NOW = func.extract("epoch", func.clock_timestamp()).cast(Double)

_log = logging.getLogger(__name__)


class ServerHolder:
    """This process among those that share a PostgreSQL. All methods may be called from any thread.

    Args:
        engine: The database.
        monotonic: Seconds that only go forward.
        clock: Returns seconds since the epoch, as sessions on this machine are dated.
    """

    is_shared = True

    def __init__(
        self,
        engine: Engine,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._monotonic = monotonic
        self._clock = clock
        self._is_clock_off = False
        self._key = secrets.randbits(62)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._address = ""
        self._told = ""
        self._renewed_at: float | None = None
        self._was_late = False
        self._ended = threading.Event()
        self._heart: threading.Thread | None = None

    @property
    def name(self) -> str:
        return str(self._key)

    def ensure(self) -> None:
        """Have the lock and a lease that was renewed just now; they are kept up from then on.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        with self._lock:
            if self._heart is None:
                self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
                self._heart.start()
            is_told = self._connection is not None and self._told == self._address
            if not is_told or self._silent_for() > LATE_S:
                self._renew_or_connect()

    def _beat(self) -> None:
        while not self._ended.wait(RENEW_EVERY_S):
            # An outage is told by whoever wants to save; here the next beat tries again.
            with suppress(SQLAlchemyError), self._lock:
                if not self._ended.is_set():
                    self._renew_or_connect()

    def _silent_for(self) -> float:
        return 0.0 if self._renewed_at is None else self._monotonic() - self._renewed_at

    def _renew_or_connect(self) -> None:
        if self._connection is not None:
            try:
                self._renew(self._connection)
                return
            except SQLAlchemyError:
                self._let_go()
        connection = self._engine.connect()
        try:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": self._key})
            self._renew(connection)
        except SQLAlchemyError:
            connection.invalidate()
            raise
        self._connection = connection

    def _renew(self, connection: Connection) -> None:
        began, address = self._monotonic(), self._address
        self._was_late = self._was_late or self._silent_for() > LATE_S
        values = {"address": address, "alive_until": _NOW + LEASE_S}
        alive_until = connection.execute(
            insert(processes)
            .values(name=self.name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
            .returning(processes.c.alive_until)
        ).scalar_one()
        self._renewed_at, self._told = began, address
        self._compare_clocks(alive_until - LEASE_S, self._monotonic() - began)

    def _compare_clocks(self, database_s: float, took_s: float) -> None:
        """Tell, once each time, that this machine's clock is not the others'.

        A session that goes on where the clock is behind stands still until that has caught up.
        """
        off_s = self._clock() - database_s
        is_off = abs(off_s) > CLOCK_OFF_S + took_s
        if is_off and not self._is_clock_off:
            way = "ahead of" if off_s > 0 else "behind"
            _log.warning(
                "this machine's clock is %.0f s %s the database's: set both by NTP", abs(off_s), way
            )
        self._is_clock_off = is_off

    @property
    def is_sure(self) -> bool:
        """Whether nobody can have taken this process for one that stands still."""
        return not self._was_late and self._silent_for() <= LATE_S

    def be_sure(self) -> None:
        """Note that what this process holds was looked up, after the lease was renewed."""
        self._was_late = False

    def announce(self, address: str) -> None:
        """Have others told where this process is reached, at the latest with its next session."""
        with self._lock:
            self._address = address

    def address(self, name: str) -> str:
        """Return where a process is reached; empty: nobody knows.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        query = select(processes.c.address).where(processes.c.name == name)
        with self._reading.connect() as connection:
            return connection.scalar(query) or ""

    def is_late(self, name: str) -> bool:
        """Tell whether a process has not renewed its lease when it should have.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        in_time = processes.c.alive_until > _NOW + (LEASE_S - LATE_S)
        with self._reading.connect() as connection:
            return not connection.scalar(select(in_time).where(processes.c.name == name))

    def lives(self, name: str) -> bool:
        """Tell whether a process of this name may still be there.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        if name == self.name:
            return True
        if not name.isdecimal():
            return False
        lease = select(processes.c.alive_until > _NOW).where(processes.c.name == name)
        # The end of the statement is that of its transaction, and frees the lock again. It is
        # shared: two that ask at once must not take each other for the process.
        query = select(lease.scalar_subquery(), func.pg_try_advisory_xact_lock_shared(int(name)))
        with self._reading.connect() as connection:
            in_time, is_free = connection.execute(query).one()
        return in_time is not False and not is_free

    def close(self) -> None:
        """Free the lock, and end the lease."""
        self._ended.set()
        with self._lock:
            if self._connection is not None:
                gone = (processes.c.name == self.name) | (
                    processes.c.alive_until < _NOW - FORGET_AFTER_S
                )
                with suppress(SQLAlchemyError):  # its end without us is the same
                    # The server notices the end of a connection a moment after it.
                    unlock = text("SELECT pg_advisory_unlock(:key)")
                    self._connection.execute(unlock, {"key": self._key})
                    self._connection.execute(delete(processes).where(gone))
            self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # back in the pool it would keep the lock
            connection.close()
