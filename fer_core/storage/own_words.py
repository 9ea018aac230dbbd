"""What a learner adds to the history by hand: tags, goals reached, marks and notes on passages."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert

from fer_core.reading.notes import PassageNote
from fer_core.sessions.goal import GoalOutcome
from fer_core.storage import queries
from fer_core.storage.database import Database
from fer_core.storage.records import note_to_row
from fer_core.storage.tables import passage_notes
from fer_core.storage.writer import clean

MOST_TAGS, LONGEST_TAG = 10, 30


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags without "#" and extra spaces, each once whatever its case, in their order.

    At most ten of at most 30 characters; what is beyond that is cut off.
    """
    found: dict[str, str] = {}
    for tag in tags:
        words = " ".join(clean(tag).replace("#", " ").split())[:LONGEST_TAG].strip()
        if words:
            found.setdefault(words.casefold(), words)
    return tuple(found.values())[:MOST_TAGS]


class OwnWords:
    """The learner's additions. All methods may be called from any thread.

    They raise `SessionNotFound` where there is no such session of this owner, and `StorageError`
    while the database cannot be used.

    Args:
        database: The history.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_tags(self, session_id: str, tags: Iterable[str], *, owner: str = "") -> None:
        """Give a session other tags; see `tidy_tags`."""
        with self._database.writing() as connection:
            queries.change_session(connection, session_id, owner, tags=list(tidy_tags(tags)))

    def set_goal_outcome(
        self, session_id: str, outcome: GoalOutcome | None, *, owner: str = ""
    ) -> None:
        """Note whether the goal of a session was reached; None: not said."""
        value = None if outcome is None else str(outcome)
        with self._database.writing() as connection:
            queries.change_session(connection, session_id, owner, goal_outcome=value)

    def set_marked(self, session_id: str, marked: Iterable[str], *, owner: str = "") -> None:
        """Note which passages the learner has marked as important so far."""
        with self._database.writing() as connection:
            queries.change_session(connection, session_id, owner, marked=list(marked))

    def set_notes(self, session_id: str, notes: Iterable[PassageNote], *, owner: str = "") -> None:
        """Replace all highlights and notes on the text of a session."""
        with self._database.writing() as connection:
            queries.find_session(connection, session_id, owner)
            replace_notes(connection, session_id, notes)


def replace_notes(connection: Connection, session_id: str, notes: Iterable[PassageNote]) -> None:
    """Write the highlights and notes on a session's text anew, in the caller's transaction."""
    connection.execute(delete(passage_notes).where(passage_notes.c.session_id == session_id))
    rows = [note_to_row(session_id, note) for note in notes if note]
    if rows:
        connection.execute(insert(passage_notes), rows)
