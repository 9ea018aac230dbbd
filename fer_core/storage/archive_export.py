"""How a history is written as one ZIP: session by session, so that memory does not grow."""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from fer_core.storage.archive_files import (
    CARDS_FILE,
    FORMAT,
    LEARNER_FILE,
    MANIFEST,
    OF_NOBODY,
    Progress,
)
from fer_core.storage.archive_tables import TableFiles, as_json
from fer_core.storage.card_archive import card_rows
from fer_core.storage.database import Database
from fer_core.storage.queries import rows_of
from fer_core.storage.schema import newest_revision
from fer_core.storage.tables import (
    CARD_TABLES,
    SESSION_TABLES,
    learners,
    sessions,
    texts,
)

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
            table.name: stack.enter_context(TableFiles(folder, table))
            for table in (sessions, *SESSION_TABLES, *CARD_TABLES)
        }
        query = (
            select(sessions)
            .where(sessions.c.owner == owner, sessions.c.deleted_at.is_(None), sessions.c.kept)
            .order_by(sessions.c.started_at, sessions.c.session_id)
        )
        found = [row | OF_NOBODY for row in rows_of(connection, query)]
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
            archive.writestr(f"json/sessions/{number:04d}.json", as_json(whole))
            if progress is not None:
                progress(number / len(found))
        deck = card_rows(connection, owner)
        for name, rows in deck.items():
            tables[name].write(rows)
        archive.writestr(CARDS_FILE, as_json(deck))
        about = list(rows_of(connection, select(learners).where(learners.c.owner == owner)))
        archive.writestr(LEARNER_FILE, as_json(about[0] if about else None))
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
        archive.writestr(MANIFEST, as_json(manifest))
        return len(found)
