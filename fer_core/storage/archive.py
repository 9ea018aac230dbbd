"""The whole history as one ZIP: CSV and Parquet for other programs, JSON to bring it back.

    manifest.json            format, schema, when, how many sessions
    README.txt               what is in here
    json/learner.json        what is known over all sessions
    json/sessions/0001.json  one file a session, whole
    json/cards.json          review cards and the answers to them
    csv/<table>.csv          the same as tables
    parquet/<table>.parquet

Sessions are written and read one at a time, so memory does not grow with the history.
"""

from __future__ import annotations

import json
import lzma
import math
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import JSON, Boolean, Column, Connection, Double, Integer, Table, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from fer_core.affect.baseline import Baseline
from fer_core.errors import HistoryFileInvalid, HistoryFileTooNew
from fer_core.spreadsheet import ENCODING, TableWriter
from fer_core.storage.archive_files import MANIFEST, ArchiveFiles
from fer_core.storage.card_archive import add_cards, card_rows
from fer_core.storage.database import Database
from fer_core.storage.queries import insert_rows, load_session, rows_of, set_learner
from fer_core.storage.schema import newest_revision, revisions
from fer_core.storage.tables import (
    CARD_TABLES,
    SESSION_TABLES,
    cards,
    learners,
    reviews,
    sessions,
    texts,
)

FORMAT = "fer-history"
CARDS_FILE = "json/cards.json"
MOST_SESSIONS = 100_000
#: Of the whole, unpacked.
LARGEST_ARCHIVE_BYTES = 20_000_000_000

Progress = Callable[[float], object]

#: A session in a file runs nowhere, and what is in a file was to be kept.
_OF_NOBODY = {"holder": "", "kept": True}
#: What columns mean that a file of an earlier version lacks.
_WHEN_MISSING = {("texts", "kept"): True}

#: What reading a file that is no whole export can raise, down to rows that contradict each other.
_INVALID = (
    zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError, EOFError,
    RuntimeError, OSError, OverflowError, IntegrityError, DataError, zlib.error, lzma.LZMAError,
)  # fmt: skip

_README = """Your history, exported by the app that wrote it.

csv/ and parquet/ hold the same tables for other programs:
  sessions   one row a session, with the learner's title, goal and note
  timeline   one row a second (or ten, in old parts of long sessions)
  events     what happened: pauses, breaks, questions
  answers    what you answered, and what was known then
  views      what was on the screen when
  markers    moments that you marked, and ranges that you left out
  passages   how each passage was read
  texts      the texts that you asked to keep
  passage_notes  what you highlighted, from which character to which, and your notes
  cards      your review cards, with when each is due
  reviews    how you answered them, and how long after reading
json/ holds everything once more, to be imported again.

Times are seconds since 1970-01-01 UTC. Empty cells are numbers that could not be had.
Numbers and your own words only: no pictures were ever stored.
Estimates for self-reflection. Not medical, not a measure of ability.
"""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    Attributes:
        added: Sessions that are new here.
        known: Sessions that were here already and stay as they are.
        cards: Review cards that are new here.
    """

    added: int
    known: int
    cards: int = 0


def export_history(
    database: Database,
    out: IO[bytes],
    now: float,
    owner: str = "",
    progress: Progress | None = None,
) -> int:
    """Write everything of a learner as a ZIP; return how many sessions it holds.

    Deleted sessions are left out.

    Args:
        database: The history.
        out: Where to, open for writing bytes.
        now: Seconds since the epoch.
        owner: Whose.
        progress: Called with the share done, 0..1.

    Raises:
        StorageError: The history cannot be read now.
    """
    with database.reading() as connection, ExitStack() as stack:
        archive = stack.enter_context(zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tables = {
            table.name: stack.enter_context(_TableFiles(folder, table))
            for table in (sessions, *SESSION_TABLES, *CARD_TABLES)
        }
        query = (
            select(sessions)
            .where(sessions.c.owner == owner, sessions.c.deleted_at.is_(None), sessions.c.kept)
            .order_by(sessions.c.started_at, sessions.c.session_id)
        )
        found = [row | _OF_NOBODY for row in rows_of(connection, query)]
        for number, session in enumerate(found, start=1):
            whole: dict[str, Any] = {"session": session}
            tables["sessions"].write([session])
            for table in SESSION_TABLES:
                wanted = table.c.session_id == session["session_id"]
                if table is texts:
                    wanted &= texts.c.kept
                rows = list(
                    rows_of(
                        connection,
                        select(table).where(wanted).order_by(*table.primary_key.columns),
                    )
                )
                tables[table.name].write(rows)
                whole[table.name] = rows
            archive.writestr(f"json/sessions/{number:04d}.json", _dump(whole))
            if progress is not None:
                progress(number / len(found))
        deck = card_rows(connection, owner)
        for name, rows in deck.items():
            tables[name].write(rows)
        archive.writestr(CARDS_FILE, _dump(deck))
        about = list(rows_of(connection, select(learners).where(learners.c.owner == owner)))
        archive.writestr("json/learner.json", _dump(about[0] if about else None))
        for name, files in tables.items():
            files.close()
            archive.write(files.csv_path, f"csv/{name}.csv")
            archive.write(files.parquet_path, f"parquet/{name}.parquet")
        archive.writestr("README.txt", _README)
        manifest = {
            "format": FORMAT,
            "schema": newest_revision(),
            "exported_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
            "sessions": len(found),
        }
        archive.writestr(MANIFEST, _dump(manifest))
        return len(found)


def import_history(
    database: Database, file: IO[bytes], owner: str = "", progress: Progress | None = None
) -> ImportResult:
    """Bring an exported history in; a session that is here already stays as it is.

    All of it comes in, or nothing. What is known of the learner (baseline, reset) is taken over
    only where nothing is known here.

    Args:
        database: The history to add to.
        file: A ZIP that `export_history` wrote, open for reading.
        owner: Whose it will be.
        progress: Called with the share done, 0..1.

    Raises:
        HistoryFileInvalid: It is no such file, or a damaged one.
        HistoryFileTooNew: A newer version of the app wrote it.
        StorageError: The history cannot be changed now.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            files = ArchiveFiles(archive)
            members = _check(files)
            with database.writing() as connection:
                here = set(connection.scalars(select(sessions.c.session_id)))
                known = 0
                for number, name in enumerate(members, start=1):
                    whole = files.load(name)
                    session_id = whole["session"]["session_id"]
                    if session_id in here:
                        known += 1
                    else:
                        here.add(session_id)
                        session = {**whole["session"], "owner": owner, "deleted_at": None}
                        session |= _OF_NOBODY
                        connection.execute(insert(sessions), [_checked(sessions, session)])
                        for table in SESSION_TABLES:
                            rows = [
                                _checked(table, {**row, "session_id": session_id})
                                for row in whole.get(table.name, [])
                            ]
                            insert_rows(connection, table, rows)
                        _read_back(connection, session_id, owner)
                    if progress is not None:
                        progress(number / len(members))
                new_cards = _import_cards(connection, files, owner)
                about = files.load("json/learner.json")
                if about is not None:
                    _take_over_learner(connection, owner, _checked(learners, about))
                return ImportResult(len(members) - known, known, new_cards)
    except _INVALID:
        raise HistoryFileInvalid from None


def _import_cards(connection: Connection, files: ArchiveFiles, owner: str) -> int:
    """Bring in the cards that are not here, with their answers; return how many.

    Exports up to version 1.0 have none.
    """
    if not files.has(CARDS_FILE):
        return 0
    deck = files.load(CARDS_FILE)
    given = [_checked(cards, {**row, "owner": owner, "dropped_at": None}) for row in deck["cards"]]
    answers = [_checked(reviews, row) for row in deck["reviews"]]
    return add_cards(connection, given, answers)


def _read_back(connection: Connection, session_id: str, owner: str) -> None:
    """Read an imported session as the pages will: they would fail on it, and on all others' list.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: It holds what no session can hold.
    """
    stored = load_session(connection, session_id, owner)
    datetime.fromtimestamp(stored.summary.info.started_at, UTC)
    for _, features in stored.answers:
        if features is not None and not np.isfinite(features.vector()).all():
            raise ValueError("what was known at an answer is no number")


def _take_over_learner(connection: Connection, owner: str, about: dict[str, Any]) -> None:
    if next(rows_of(connection, select(learners).where(learners.c.owner == owner)), None) is None:
        values = {name: value for name, value in about.items() if name != "owner"}
        if values["baseline"] is not None:
            Baseline.from_dict(values["baseline"])
        for moment in (values["baseline_at"], values["answers_from"]):
            datetime.fromtimestamp(moment or 0.0, UTC)
        set_learner(connection, owner, **values)


def _check(files: ArchiveFiles) -> list[str]:
    """Return the names of the sessions' files, having looked at everything that can be too much."""
    manifest = files.load(MANIFEST)
    if manifest["format"] != FORMAT:
        raise HistoryFileInvalid
    if manifest["schema"] not in revisions():
        raise HistoryFileTooNew
    names = files.sessions()
    if len(names) != manifest["sessions"] or len(names) > MOST_SESSIONS:
        raise HistoryFileInvalid
    if sum(map(files.size, names)) > LARGEST_ARCHIVE_BYTES:
        raise HistoryFileInvalid("This file unpacks to more than can be a history.")
    return names


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _checked(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the columns of a table, each of its type.

    Columns that a newer schema added are filled with what they mean when missing.

    Raises:
        ValueError: A value is of another type, or a column that must be there is not.
    """
    checked: dict[str, Any] = {}
    for column in table.columns:
        value = row.get(column.name, _WHEN_MISSING.get((table.name, column.name)))
        if value is None:
            if not column.nullable:
                raise ValueError(f"{table.name}.{column.name} is missing")
        elif not isinstance(value, _python_types(column)) or (
            isinstance(value, bool) != isinstance(column.type, Boolean)
            and not isinstance(column.type, JSON)
        ):
            raise ValueError(f"{table.name}.{column.name} has a value of another type")
        elif isinstance(value, float) and not math.isfinite(value):  # 1e999 is written so
            raise ValueError(f"{table.name}.{column.name} is no number")
        checked[column.name] = value
    return checked


def _python_types(column: Column[Any]) -> tuple[type, ...]:
    if isinstance(column.type, JSON):
        return (dict, list)
    if isinstance(column.type, Boolean):
        return (bool,)
    if isinstance(column.type, Integer):
        return (int,)
    if isinstance(column.type, Double):
        return (int, float)
    return (str,)


class _TableFiles:
    """One table being written as CSV and as Parquet."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._table = table
        self._names = [column.name for column in table.columns]
        self.csv_path = folder / f"{table.name}.csv"
        self.parquet_path = folder / f"{table.name}.parquet"
        self._schema = pa.schema([(column.name, _arrow_type(column)) for column in table.columns])
        self._csv_file = self.csv_path.open("w", encoding=ENCODING, newline="")
        self._csv = TableWriter(self._csv_file, self._names)
        self._parquet = pq.ParquetWriter(self.parquet_path, self._schema, compression="zstd")

    def __enter__(self) -> _TableFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        plain = [{name: _flat(row[name]) for name in self._names} for row in rows]
        for row in plain:
            self._csv.write([row[name] for name in self._names])
        self._parquet.write_table(pa.Table.from_pylist(plain, schema=self._schema))

    def close(self) -> None:
        if not self._csv_file.closed:
            self._csv_file.close()
            self._parquet.close()


def _flat(value: Any) -> Any:
    return _dump(value) if isinstance(value, dict | list) else value


def _arrow_type(column: Column[Any]) -> pa.DataType:
    if isinstance(column.type, Boolean):
        return pa.bool_()
    if isinstance(column.type, Integer):
        return pa.int64()
    if isinstance(column.type, Double):
        return pa.float64()
    return pa.string()
