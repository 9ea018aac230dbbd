"""The whole history as one ZIP: CSV and Parquet for other programs, JSON to bring it back.

    manifest.json            format, schema, when, how many sessions
    README.txt               what is in here
    json/learner.json        what is known over all sessions
    json/sessions/0001.json  one file a session, whole
    json/cards.json          review cards and the answers to them
    csv/<table>.csv          the same as tables
    parquet/<table>.parquet

Sessions are written (`archive_export`) and read (`archive_import`) one at a time, so memory does
not grow with the history.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO

from fer_core.storage.archive_export import export_history
from fer_core.storage.archive_import import ImportResult, import_history
from fer_core.storage.database import Database


class Archive:
    """Exports and imports histories. All methods may be called from any thread.

    Args:
        database: The history.
        clock: Returns seconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def export(
        self, *, owner: str = "", progress: Callable[[float], object] | None = None
    ) -> bytes:
        """Return everything of a learner as a ZIP with CSV, JSON and Parquet; see `archive`.

        Args:
            owner: Whose.
            progress: Called with the share done, 0..1.
        """
        out = BytesIO()
        export_history(self._database, out, self._clock(), owner, progress)
        return out.getvalue()

    def import_file(
        self,
        file: IO[bytes],
        *,
        owner: str = "",
        progress: Callable[[float], object] | None = None,
    ) -> ImportResult:
        """Bring in what `export` wrote, here or on another machine; all of it, or nothing.

        Args:
            file: The ZIP, open for reading.
            owner: Whose it will be.
            progress: Called with the share done, 0..1.

        Raises:
            HistoryFileInvalid: It is no such file, or a damaged one.
            HistoryFileTooNew: A newer version of the app wrote it.
        """
        return import_history(self._database, file, owner, progress)
