"""Which process holds a session, and whether that process still lives.

Each process that uses a history has a name, and a lock that the operating system or PostgreSQL lets
go the moment it dies. The name stands with every session that it runs: whoever finds a name whose
lock is free takes the session over at once, without waiting for a silence. For PostgreSQL, where
several API processes may share a history, see `server_holder`.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from fer_core.errors import SettingsError
from fer_core.storage.server_holder import ServerHolder


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

    @property
    def is_shared(self) -> bool:
        """Whether other API processes may use the history too."""

    @property
    def is_sure(self) -> bool:
        """Whether nobody can have taken this process for one that stands still."""

    def be_sure(self) -> None:
        """Note that what this process holds was looked up."""

    def is_late(self, name: str) -> bool:
        """Tell whether a process has given no sign for longer than it should."""

    def close(self) -> None:
        """Let go: nobody finds it alive any more."""


class _Alone:
    """What is the same wherever no other API process can use the history."""

    is_shared = False
    is_sure = True

    def be_sure(self) -> None:
        """Do nothing."""

    def is_late(self, _name: str) -> bool:
        """Return False: nobody says when a sign was given."""
        return False


#: To ask is to take the lock for a moment: tabs that ask at once would take each other for the
#: process that they ask for.
_asking = threading.Lock()


class FileHolder(_Alone):
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
        with _asking:
            try:
                lock.acquire()
            except (Timeout, OSError):  # it is held, or cannot be found out
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


class UnknownHolder(_Alone):
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
