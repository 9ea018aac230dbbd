"""One database: brought to this version's schema, and its errors told in words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from fer_core.errors import HistoryNotShrunk, StorageError
from fer_core.storage.engines import make_engine, reading, sqlite_file
from fer_core.storage.holders import make_holder
from fer_core.storage.schema import upgrade
from fer_core.storage.tables import metadata

#: What a database raises when it cannot be used now; all of it may pass.
DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error, OSError)


class Database:
    """Reading and writing transactions on the history.

    Args:
        url: A SQLAlchemy URL.

    Raises:
        DatabaseTooNew: A newer version of the app wrote it.
        SettingsError: The URL cannot be used.

    Attributes:
        holder: This process among those that use the database.
    """

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self.holder = make_holder(self._engine, sqlite_file(self._engine))
        self._reading = reading(self._engine)
        self._prepared = False
        self._preparing = threading.Lock()
        self._failure: StorageError | None = None

    def close(self) -> None:
        self.holder.close()
        self._engine.dispose()

    def prepare(self) -> None:
        """Bring the database to this version's schema, if that has not been done.

        Raises:
            DatabaseTooNew: A newer version of the app wrote it.
            StorageError: It cannot be used now.
        """
        before = self._failure
        with self._preparing:
            if self._prepared:
                return
            if self._failure is not None and self._failure is not before:
                # Who waited for an attempt that failed does not make one more, each in its turn.
                raise StorageError(self._failure.message)
            try:
                upgrade(self._engine)
            except DATABASE_ERRORS as error:
                self._failure = StorageError(explain(error))
                raise self._failure from error
            self._prepared = True

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Enter a transaction that holds the write lock; it is committed at the end.

        Raises:
            StorageError: The database cannot be changed now.
        """
        self.prepare()
        try:
            with self._engine.begin() as connection:
                yield connection
        except (IntegrityError, DataError):
            # The rows are wrong, not the database; whoever made them says so.
            raise
        except DATABASE_ERRORS as error:
            raise StorageError(explain(error)) from error

    def hold(self) -> str:
        """See to it that others find this process alive, and return its name.

        Raises:
            StorageError: The database cannot be used now.
        """
        self.prepare()
        with _explained():
            self.holder.ensure()
        return self.holder.name

    def lives(self, name: str) -> bool:
        """Tell whether a process of this name may still be there.

        Raises:
            StorageError: The database cannot be used now.
        """
        with _explained():
            return self.holder.lives(name)

    def address(self, name: str) -> str:
        """Return where a process of this name is reached; empty: nobody knows.

        Raises:
            StorageError: The database cannot be used now.
        """
        with _explained():
            return self.holder.address(name)

    def is_late(self, name: str) -> bool:
        """Tell whether a process has given no sign for longer than it should.

        Raises:
            StorageError: The database cannot be used now.
        """
        with _explained():
            return self.holder.is_late(name)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Enter a transaction that only reads.

        Raises:
            StorageError: The database cannot be read now.
        """
        self.prepare()
        with _explained(), self._reading.begin() as connection:
            yield connection

    def shrink(self) -> None:
        """Give the space of what was erased back to the disk.

        Raises:
            HistoryNotShrunk: Somebody else is using the database.
        """
        try:
            with self._engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                if connection.dialect.name == "sqlite":
                    # SQLite does it outside a transaction only.
                    driver = connection.connection.driver_connection
                    assert driver is not None  # noqa: S101  (the connection is open)
                    driver.rollback()
                    driver.execute("VACUUM")
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                elif connection.dialect.name == "postgresql":
                    for table in metadata.sorted_tables:
                        connection.execute(text(f'VACUUM FULL "{table.name}"'))
        except DATABASE_ERRORS as error:
            raise HistoryNotShrunk from error


@contextmanager
def _explained() -> Iterator[None]:
    """Tell a database's errors in words: as `StorageError`."""
    try:
        yield
    except DATABASE_ERRORS as error:
        raise StorageError(explain(error)) from error


def explain(error: BaseException) -> str:
    """Return what a database's error means for the learner."""
    words = str(error).casefold()
    if "full" in words or "no space" in words or "enospc" in words:
        reason = "The disk is full: make room on it."
    elif "locked" in words or "busy" in words or "lock timeout" in words:
        reason = "Another program is using the history."
    elif "readonly" in words or "unable to open" in words or "permission" in words:
        reason = "The history's folder cannot be written to."
    elif "malformed" in words or "not a database" in words:
        reason = "The history's file is damaged."
    else:
        reason = "The history's database does not answer."
    return f"{reason} Sessions go on in memory and are saved as soon as they can be."
