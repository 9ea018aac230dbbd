"""Databases to test on, and sessions to save in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from fer_core.storage.engines import make_engine
from fer_core.storage.schema import upgrade
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import metadata
from tests.storage.sessions import START

POSTGRES = "FER_TEST_POSTGRES_URL"


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = START + 100_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind that is supported."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.sqlite'}"
    if not os.environ.get(POSTGRES):
        pytest.skip(f"no PostgreSQL here: {POSTGRES} is not set")
    without_tables = request.node.get_closest_marker("without_tables") is not None
    return new_postgres() if without_tables else empty_postgres()


def new_postgres(suffix: str = "") -> str:
    """Return the URL of a database without tables, of this test process's own."""
    address = os.environ[POSTGRES].replace("postgresql://", "postgresql+psycopg://")
    name = f"fer_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}{suffix}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(address).set(database=name).render_as_string(hide_password=False)


@cache
def _migrated_postgres() -> str:
    url = new_postgres("_made")
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    return url


def empty_postgres() -> str:
    """Return the URL of this test process's database with the tables of this version, all empty.

    A new one for each test would run all migrations again.
    """
    url = _migrated_postgres()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # What an earlier test left open would hold the tables.
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    engine.dispose()
    return url


@pytest.fixture
def open_store(clock: Clock) -> Iterator[Callable[[str], SessionStore]]:
    """Return a function that opens a store and closes it after the test."""
    opened: list[SessionStore] = []

    def open_one(url: str) -> SessionStore:
        store = SessionStore(url, clock)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(url: str, open_store: Callable[[str], SessionStore]) -> SessionStore:
    return open_store(url)
