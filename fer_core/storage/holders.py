"""Which process holds a session, and whether that process still lives.

Each process that uses a history has a name, and a lock that the operating system or PostgreSQL lets
go the moment it dies. The name stands with every session that it runs: whoever finds a name whose
lock is free takes the session over at once, without waiting for a silence.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError


class Holder(Protocol):
    """This process among those that use one history."""

    @property
    def name(self) -> str:
        """What it is known by; empty where it could not be made known."""

    def lives(self, name: str) -> bool:
        """Tell whether a process of this name may still be there."""

    def ensure(self) -> None:
        """See to it that others find this process alive."""

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

    def close(self) -> None:
        """Free the lock and remove its file."""
        with self._lock:
            held, self._held, self._closed = self._held, None, True
        if held is not None:
            self._file(self._name).unlink(missing_ok=True)
            held.release()


def _lock_on(file: Path) -> FileLock:
    # Taken in one thread and freed in another; others of this machine must not read even its name.
    return FileLock(file, blocking=False, mode=0o600, thread_local=False)


class ServerHolder:
    """For PostgreSQL: an advisory lock, which the server frees when the connection breaks.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._key = secrets.randbits(62)
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    @property
    def name(self) -> str:
        return str(self._key)

    def ensure(self) -> None:
        """Take the lock, again where the connection was lost.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        with self._lock:
            if self._connection is not None:
                try:
                    self._connection.execute(text("SELECT 1"))
                except SQLAlchemyError:
                    self._let_go()
            if self._connection is None:
                connection = self._engine.connect()
                try:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": self._key})
                except SQLAlchemyError:
                    connection.invalidate()
                    raise
                self._connection = connection

    def lives(self, name: str) -> bool:
        """Tell whether a process of this name may still be there.

        Raises:
            SQLAlchemyError: The database cannot be used now.
        """
        if name == self.name:
            return True
        if not name.isdecimal():
            return False
        with self._engine.begin() as connection:  # the end of the transaction frees it again
            free = connection.scalar(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": int(name)}
            )
        return not free

    def close(self) -> None:
        """Free the lock."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
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
