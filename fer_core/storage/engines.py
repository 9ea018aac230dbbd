"""Connections to the history's database, with what SQLite needs to be safe and quick."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from fer_core.config import Settings
from fer_core.errors import SettingsError

FILE_NAME = "history.sqlite"
#: A writer waits this long for another one, then tries again later.
BUSY_TIMEOUT_S = 2.0
#: A database server that does not answer within this is taken for gone, until the next try.
CONNECT_TIMEOUT_S = 3
#: The same for one that falls silent on an open connection: the system would wait 15 minutes.
UNANSWERED_TIMEOUT_MS = 5000
#: Connections of a process to a database server at once. One of them holds the process's lock.
CONNECTIONS = 16

#: An execution option of queries with thousands of numbers: to read them from text takes three
#: times as long.
AS_STORED = "fer_as_stored"

#: A process that stands still in the middle of a transaction holds up others for so long at most.
STANDSTILL_TIMEOUT_MS = 3000


def database_url(settings: Settings) -> str:
    """Return the URL of the history: FER_DATABASE_URL, or a file in the data directory."""
    if settings.database_url:
        return settings.database_url
    return URL.create("sqlite", database=str(settings.data_dir / FILE_NAME)).render_as_string()


def is_sqlite(settings: Settings) -> bool:
    """Tell whether the history is SQLite's, as it is unless FER_DATABASE_URL names another one."""
    return database_url(settings).startswith("sqlite")


def make_engine(url: str) -> Engine:
    """Return an engine whose transactions hold the write lock from their start.

    On SQLite, a transaction that reads first and writes later fails at once when somebody else
    writes in between; taking the lock first makes it wait instead. Reading goes through
    `reading`, which takes none.

    A SQLite address may be a path, relative or absolute or from the home folder on (`~`), or a URI
    (`sqlite:///file:/x.db?uri=true`).

    Raises:
        SettingsError: The URL cannot be understood, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() != "sqlite":
            # All connections stay open: a new one costs more than what is asked over it.
            engine = create_engine(
                parsed,
                pool_pre_ping=True,
                pool_size=CONNECTIONS,
                max_overflow=0,
                connect_args=_patience(parsed),
            )
            if parsed.get_backend_name() == "postgresql":
                _bound_standstills(engine)
                _take_as_stored(engine)
            return engine
        parsed = _with_whole_path(parsed)
        engine = create_engine(
            parsed, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
        )
    except ArgumentError:
        raise SettingsError("FER_DATABASE_URL is not a database URL that can be used.") from None
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"FER_DATABASE_URL needs {error.name}, which is not installed. For PostgreSQL: "
            "pip install -r requirements-postgres.txt (of the package: fer-study[postgres])."
        ) from None
    file = sqlite_file(engine)
    assert file is not None  # noqa: S101  (held by `_with_whole_path`)
    _prepare_sqlite(engine, file)
    return engine


def sqlite_file(engine: Engine) -> Path | None:
    """Return the file of a database; None where it is not SQLite's."""
    return _file_of(engine.url) if engine.dialect.name == "sqlite" else None


def _file_of(url: URL) -> Path | None:
    """Return the file that a SQLite URL names; None where it names none."""
    database = url.database or ""
    if database.startswith("file:"):  # a URI, see sqlite.org/uri.html
        if url.query.get("mode") == "memory":
            return None
        database = unquote(urlsplit(database).path)
        if os.name == "nt":
            database = database.lstrip("/")
    return None if database in ("", ":memory:") else Path(database)


def _with_whole_path(url: URL) -> URL:
    """Return a SQLite URL with its file's whole path: `~` means home, and the folder may change.

    Raises:
        SettingsError: It names no file.
    """
    file = _file_of(url)
    if file is None:
        raise SettingsError("FER_DATABASE_URL names no file: a history needs one.")
    try:
        whole = file.expanduser().absolute()
    except RuntimeError:
        raise SettingsError(
            "FER_DATABASE_URL begins with ~, and there is no such home folder."
        ) from None
    if not (url.database or "").startswith("file:"):
        return url.set(database=str(whole))
    # The driver reads a URI only where it is told so; without that it would be a file's name.
    query = {**url.query, "uri": "true"}
    return url.set(database="file:" + quote(whole.as_posix()), query=query)


def _patience(url: URL) -> dict[str, int]:
    """Return how long PostgreSQL may take to answer; what the URL says of it counts."""
    if url.drivername != "postgresql+psycopg":
        return {}
    usual = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": UNANSWERED_TIMEOUT_MS,
    }
    return {name: value for name, value in usual.items() if name not in url.query}


def _bound_standstills(engine: Engine) -> None:
    """Have PostgreSQL undo what a process that stands still has begun: others wait for its rows."""

    @event.listens_for(engine, "connect")
    def _bound(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = {STANDSTILL_TIMEOUT_MS}")
        connection.commit()


def _take_as_stored(engine: Engine) -> None:
    """Have what a query asks for by `AS_STORED` come in PostgreSQL's own form, not as text."""

    @event.listens_for(engine, "before_cursor_execute", named=True)
    def _choose(cursor: Any, context: Any, **_: object) -> None:
        if context is not None and AS_STORED in context.execution_options:
            cursor.format = 1  # psycopg.pq.Format.BINARY


def _prepare_sqlite(engine: Engine, file: Path) -> None:
    @event.listens_for(engine, "do_connect")
    def make_private_file(*_: object) -> None:
        if file.exists():
            _make_private(file)
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Created here, so that other users of the machine cannot read it.
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        # The driver's own transactions would start too late; `begin` below starts them.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # After a power cut, every commit that returned is there. One every two seconds is cheap.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, so that "erased" is true for the file as well.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _make_private(file: Path) -> None:
    """Take from others the right to read a history that something else has created.

    SQLite gives the files beside it the same rights when it makes them.
    """
    for each in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        with suppress(OSError):  # it is not there, or it is another user's
            if each.stat().st_mode & 0o077:
                each.chmod(0o600)


def reading(engine: Engine) -> Engine:
    """Return the same engine for what only reads.

    A server shows each statement what is committed by then, with a transaction around them or not:
    without one its beginning and its end need not be sent.
    """
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.execution_options(reading=True)
