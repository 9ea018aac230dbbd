"""How an exported history comes in: all of it or nothing, and what is here already stays."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

import numpy as np
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from fer_core.affect.baseline import Baseline
from fer_core.errors import HistoryFileInvalid, HistoryFileTooNew
from fer_core.storage.archive_files import (
    CARDS_FILE,
    FORMAT,
    LEARNER_FILE,
    MANIFEST,
    OF_NOBODY,
    ArchiveFiles,
    Progress,
)
from fer_core.storage.archive_rows import checked_row
from fer_core.storage.card_archive import add_cards
from fer_core.storage.database import Database
from fer_core.storage.queries import insert_rows, load_session, rows_of, set_learner
from fer_core.storage.schema import revisions
from fer_core.storage.tables import (
    SESSION_TABLES,
    cards,
    learners,
    reviews,
    sessions,
)

MOST_SESSIONS = 100_000
#: Of the whole, unpacked.
LARGEST_ARCHIVE_BYTES = 20_000_000_000

#: What reading a file that is no whole export can raise, down to rows that contradict each other.
_INVALID = (
    zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError, EOFError,
    RuntimeError, OSError, OverflowError, IntegrityError, DataError, zlib.error, lzma.LZMAError,
)  # fmt: skip


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
                        session |= OF_NOBODY
                        connection.execute(insert(sessions), [checked_row(sessions, session)])
                        for table in SESSION_TABLES:
                            rows = [
                                checked_row(table, {**row, "session_id": session_id})
                                for row in whole.get(table.name, [])
                            ]
                            insert_rows(connection, table, rows)
                        _read_back(connection, session_id, owner)
                    if progress is not None:
                        progress(number / len(members))
                new_cards = _import_cards(connection, files, owner)
                about = files.load(LEARNER_FILE)
                if about is not None:
                    _take_over_learner(connection, owner, checked_row(learners, about))
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
    given = [
        checked_row(cards, {**row, "owner": owner, "dropped_at": None}) for row in deck["cards"]
    ]
    answers = [checked_row(reviews, row) for row in deck["reviews"]]
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
