"""Which process holds a session, and whether that process still lives.

Each process that uses a history has a name, and a lock that the operating system or PostgreSQL lets
go the moment it dies. The name stands with every session that it runs: whoever finds a name whose
lock is free takes the session over at once, without waiting for a silence.

A process may also stand still, or lose its way to the database, and keep the lock. In PostgreSQL
the lock therefore counts together with a lease of ten seconds, which the process renews as it
saves. Who comes late is refused by the number that each taking over raises, see `take_hold`.
"""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Double, Engine, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from fer_core.errors import SettingsError
from fer_core.storage.tables import processes

#: A process that has not renewed its lease for this long runs nothing any more. Seconds.
LEASE_S = 10.0
#: How often it does, while it runs a session. Seconds.
RENEW_EVERY_S = 2.0
#: The database's own clock, the same for all: now, in seconds since the epoch.
_NOW = func.extract("epoch", func.clock_timestamp()).cast(Double)


class Holder(Protocol):
    """This process among those that use one history."""

    @property
    def name(self) -> str:
        """What it is known by; empty where it could not be made known."""

    def lives(self, name: str) -> bool:
        """Tell whether a process of this name may still be there."""

    def ensure(self) -> None:
        """See to it that others find this process alive."""

    def announce(self, address: str) -> None:
        """Be an API process that others reach at this address.

        Raises:
            SettingsError: There is one, and this database takes no second one.
        """

    def address(self, name: str) -> str:
        """Return where a process is reached; empty: nobody knows."""

    def close(self) -> None:
        """Let go: nobody finds it alive any more."""


class FileHolder:
    """For SQLite: a lock on a file beside the database, where the system frees it at the end.

    Args:
        database: The database's file.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._name = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._held: FileLock | None = None
        self._alone: FileLock | None = None
        self._closed = False

    def _file(self, name: str) -> Path:
        return self._database.with_name(f"{self._database.name}-{name}.lock")

    @property
    def name(self) -> str:
        return self._name

    def ensure(self) -> None:
        """Take the lock, if it is not held yet.

        Raises:
            OSError: The folder cannot be written to.
        """
        with self._lock:
            if self._held is None and not self._closed:
                lock = _lock_on(self._file(self._name))
                lock.acquire()
                self._held = lock

    def lives(self, name: str) -> bool:
        """Tell whether a process of this name may still be there; clear away what it left."""
        file = self._file(name)
        if name == self._name:
            return True
        if not name.isalnum() or not file.exists():
            return False
        lock = _lock_on(file)
        try:
            lock.acquire()
        except Timeout:
            return True
        except OSError:  # it cannot be found out
            return True
        file.unlink(missing_ok=True)
        lock.release()
        return False

    def announce(self, _address: str) -> None:
        """Be the one API process on this history.

        Raises:
            SettingsError: There is another one.
        """
        lock = _lock_on(self._file("api"))
        try:
            self._database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.acquire()
        except Timeout:
            raise SettingsError(
                "Another API process uses this history, and SQLite takes one. Stop that one, or "
                "let both use PostgreSQL: FER_DATABASE_URL."
            ) from None
        except OSError:  # then the history cannot be used either, and says so
            return
        with self._lock:
            self._alone = lock

    def address(self, _name: str) -> str:
        """Return nothing."""
        return ""

    def close(self) -> None:
        """Free the lock and remove its file."""
        with self._lock:
            locks = {self._name: self._held, "api": self._alone}
            self._held, self._alone, self._closed = None, None, True
        for name, lock in locks.items():
            if lock is not None:
                self._file(name).unlink(missing_ok=True)
                lock.release()


def _lock_on(file: Path) -> FileLock:
    # Taken in one thread and freed in another; others of this machine must not read even its name.
    return FileLock(file, blocking=False, mode=0o600, thread_local=False)


class ServerHolder:
    """For PostgreSQL: an advisory lock, which the server frees when the connection breaks; a lease.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key = secrets.randbits(62)
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._address = ""
        self._renewed_at = float("-inf")

    @property
    def name(self) -> str:
        return str(self._key)

    def ensure(self) -> None:
        """Take the lock, again where the connection was lost, and renew the lease.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        with self._lock:
            if time.monotonic() - self._renewed_at < RENEW_EVERY_S:
                return
            if self._connection is not None:
                try:
                    self._renew(self._connection)
                    return
                except SQLAlchemyError:
                    self._let_go()
            if self._connection is None:
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
        began = time.monotonic()
        values = {"address": self._address, "alive_until": _NOW + LEASE_S}
        connection.execute(
            insert(processes)
            .values(name=self.name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
        )
        self._renewed_at = began

    def announce(self, address: str) -> None:
        """Have others told where this process is reached, at the next renewal."""
        with self._lock:
            self._address, self._renewed_at = address, float("-inf")

    def address(self, name: str) -> str:
        """Return where a process is reached; empty: nobody knows.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        query = select(processes.c.address).where(processes.c.name == name)
        with self._engine.begin() as connection:
            return connection.scalar(query) or ""

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
        with self._engine.begin() as connection:  # the end of the transaction frees it again
            if connection.scalar(lease) is False:
                return False
            free = connection.scalar(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": int(name)}
            )
        return not free

    def close(self) -> None:
        """Free the lock, and end the lease."""
        with self._lock, suppress(SQLAlchemyError):  # its end without us is the same
            if self._connection is not None:
                gone = delete(processes).where(processes.c.name == self.name)
                self._connection.execute(gone)
                # The server notices the end of a connection a moment after it.
                unlock = text("SELECT pg_advisory_unlock(:key)")
                self._connection.execute(unlock, {"key": self._key})
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        self._renewed_at = float("-inf")
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # back in the pool it would keep the lock
            connection.close()


class UnknownHolder:
    """For other databases: nobody can tell who lives, and a silence alone says so."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(8)

    @property
    def name(self) -> str:
        return self._name

    def ensure(self) -> None:
        """Do nothing."""

    def lives(self, _name: str) -> bool:
        """Return True: it may."""
        return True

    def announce(self, _address: str) -> None:
        """Do nothing."""

    def address(self, _name: str) -> str:
        """Return nothing."""
        return ""

    def close(self) -> None:
        """Do nothing."""


def make_holder(engine: Engine, sqlite_file: Path | None) -> Holder:
    """Return this process's holder for a database.

    Args:
        engine: The database.
        sqlite_file: Its file, where it is SQLite.
    """
    if sqlite_file is not None:
        return FileHolder(sqlite_file)
    if engine.dialect.name == "postgresql":
        return ServerHolder(engine)
    return UnknownHolder()
