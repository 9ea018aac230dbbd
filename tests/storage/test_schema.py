"""The schema is what the migrations make; older histories are brought up, newer ones refused."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Boolean, Column, Double, Integer, MetaData, insert, select, text

from fer_core.errors import DatabaseTooNew, SettingsError
from fer_core.storage.engines import make_engine
from fer_core.storage.schema import newest_revision, revisions, upgrade
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import metadata
from tests.storage.conftest import Clock
from tests.storage.sessions import TEXT, full_session

pytestmark = pytest.mark.without_tables
HISTORIES = Path(__file__).parent / "histories"


def test_the_migrations_make_exactly_the_tables_of_this_version(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def some_value(column: Column[Any]) -> object:
    if isinstance(column.type, Double):
        return 1.5
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 3
    if column.name in ("data", "question", "features", "baseline"):
        return {"a": 1}
    if column.name in ("marked", "passages", "questions", "tags", "sentences"):
        return []
    return {"state": "finished", "session_id": "old"}.get(column.name, "word")


@pytest.mark.parametrize("revision", revisions())
def test_a_history_of_every_earlier_schema_is_brought_up_with_its_rows(
    url: str, revision: str
) -> None:
    engine = make_engine(url)
    upgrade(engine, revision)
    earlier = MetaData()
    with engine.begin() as connection:
        earlier.reflect(connection)
        tables = [table for table in earlier.sorted_tables if table.name != "alembic_version"]
        typed = metadata.tables
        rows = {}
        for table in tables:
            # Reflected JSON of SQLite has lost its name, so types come from this version.
            known = typed.get(table.name, table)
            rows[table.name] = {column.name: some_value(known.c[column.name]) for column in table.c}
            connection.execute(insert(known), [rows[table.name]])
    upgrade(engine)
    with engine.begin() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest_revision()
        for table in tables:
            row = connection.execute(select(typed[table.name])).one()._mapping
            assert {name: row[name] for name in rows[table.name]} == rows[table.name]
    engine.dispose()


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_a_history_written_by_an_earlier_version_opens_with_all_that_was_in_it(
    tmp_path: Path, clock: Clock, revision: str
) -> None:
    # The dump of a database that the app of that time wrote; add one with each new schema.
    file = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((HISTORIES / f"{revision}.sql").read_text(encoding="utf-8"))
    with SessionStore(f"sqlite:///{file}", clock) as store:
        stored = store.load("s1")
        assert sum(row.width_s for row in stored.rows) > 45
        assert [answer.value for answer, _ in stored.answers] == [1, 7, 2, None]
        assert len(stored.passages) == len(TEXT.passages)
        assert stored.summary.text is not None
        assert (stored.summary.text.title, stored.summary.note) == (TEXT.title, "Went well")
        assert (stored.marked, stored.document) == (("p1",), None)
        assert store.learner.profile().comprehension.answers == 2
        store.follow(full_session("s2"), document=TEXT)
        assert store.save_now()
        assert store.load("s2").document == TEXT


def test_opening_a_history_twice_changes_nothing(url: str, clock: Clock) -> None:
    for _ in range(2):
        with SessionStore(url, clock) as store:
            assert store.sessions() == []


def test_a_history_from_a_newer_version_is_refused_and_left_alone(url: str, clock: Clock) -> None:
    engine = make_engine(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="newer version"):
        SessionStore(url, clock)
    with engine.begin() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "9999"
    engine.dispose()


def test_several_that_open_a_new_history_at_once_all_succeed(url: str) -> None:
    failures: list[BaseException] = []

    def open_one() -> None:
        try:
            engine = make_engine(url)
            upgrade(engine)
            engine.dispose()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("address", ["nonsense", "sqlite://", "oracle+nothing://x"])
def test_an_address_that_cannot_be_used_is_named(address: str) -> None:
    with pytest.raises(SettingsError, match="FER_DATABASE_URL"):
        make_engine(address)
