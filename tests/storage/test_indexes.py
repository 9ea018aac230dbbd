"""What a server asks again and again is found by an index, however much is stored."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from fer_core.storage.database import Database
from fer_core.storage.owners import OwnerStore
from fer_core.storage.queries import remove_deleted, remove_sessions, remove_temporary
from fer_core.storage.requests import held_by, holders, let_go, take_hold
from fer_core.storage.tables import metadata
from tests.storage.conftest import POSTGRES, empty_postgres

#: Columns of a session that each save of it changes.
CHANGING = {"saved_until", "elapsed_s", "active_s", "studied_s", "frames", "observed_s", "valid_s"}


@pytest.fixture
def database() -> Iterator[Database]:
    if not os.environ.get(POSTGRES):
        pytest.skip(f"no PostgreSQL here: {POSTGRES} is not set")
    database = Database(empty_postgres())
    yield database
    database.close()


def plans(database: Database, ask: Callable[[Database], object]) -> list[str]:
    """Return how PostgreSQL does what is asked; whole tables are read only where it must."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        asked.append((statement, values))

    event.listen(database._engine, "before_cursor_execute", note)
    ask(database)
    event.remove(database._engine, "before_cursor_execute", note)
    with database.writing() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            for statement, values in asked
            if statement.startswith(("SELECT", "UPDATE", "DELETE"))
        ]


def writing(change: Callable[[Connection], object]) -> Callable[[Database], object]:
    def ask(database: Database) -> None:
        with database.writing() as connection:
            change(connection)

    return ask


def running(**whose: str) -> Callable[[Database], object]:
    return lambda database: OwnerStore(database, lambda: 0.0).running(**whose)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(writing(lambda connection: let_go(connection, "77")), id="a process died"),
        pytest.param(writing(lambda connection: held_by(connection, "77")), id="what it holds"),
        pytest.param(writing(holders), id="who holds anything"),
        pytest.param(
            writing(lambda connection: take_hold(connection, "s1", "77", "78", 0.0)),
            id="taking over",
        ),
        pytest.param(lambda database: database.lives("77"), id="whether it lives"),
        pytest.param(lambda database: database.is_late("77"), id="whether it is late"),
        pytest.param(running(owner="a"), id="what an owner runs"),
        pytest.param(running(key_id="k"), id="what a key runs"),
        pytest.param(
            writing(lambda connection: remove_deleted(connection, 0.0)),
            id="erasing what is deleted",
        ),
        pytest.param(
            writing(lambda connection: remove_temporary(connection, 0.0)),
            id="erasing what is not kept",
        ),
        pytest.param(
            writing(lambda connection: remove_sessions(connection, ["s1"])), id="erasing a session"
        ),
    ],
)
def test_no_whole_table_is_read(database: Database, ask: Callable[[Database], object]) -> None:
    found = plans(database, ask)
    assert found
    assert [plan for plan in found if "Seq Scan" in plan] == []


def test_no_index_holds_what_each_save_changes() -> None:
    # Else PostgreSQL writes to every index of the row with each save, and not to the row alone.
    indexed = {
        column.name for index in metadata.tables["sessions"].indexes for column in index.columns
    }
    assert indexed & CHANGING == set()
