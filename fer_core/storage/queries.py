"""What is asked of the tables, and the small changes to them; each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, insert, or_, select, update

from fer_core.affect.baseline import Baseline
from fer_core.errors import SessionNotFound
from fer_core.learner.profile import Given, UsualLevels
from fer_core.sessions.snapshot import State
from fer_core.storage import records
from fer_core.storage.card_queries import leave_sessions, remove_cards, remove_dropped
from fer_core.storage.engines import AS_STORED
from fer_core.storage.history import (
    SessionSummary,
    StoredSession,
    row_to_stored_passage,
    row_to_summary,
)
from fer_core.storage.tables import (
    SESSION_TABLES,
    answers,
    creations,
    events,
    learners,
    markers,
    owners,
    passage_notes,
    passages,
    sessions,
    summaries,
    texts,
    timeline,
    views,
)

#: A deleted session can be brought back for this long.
UNDO_S = 15 * 60.0
#: What is not to be kept stays for so long after the end of its session or its last sign, so that
#: a client whose answer was lost, or a page that is loaded again, still finds it. Seconds.
AFTER_END_S = 3600.0
#: The same for the words of a text whose session is kept and that nobody ended, from when it was
#: last run: a closed lid is no end.
LEFT_S = 12 * 3600.0
#: Rows in one statement; bounds its memory.
LINES_AT_ONCE = 500


def rows_of(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    """Yield each row that a query finds as a plain dictionary."""
    found = connection.execute(query)
    names = tuple(found.keys())
    for some in found.partitions(LINES_AT_ONCE):
        for row in some:
            yield dict(zip(names, row, strict=True))


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows to a table."""
    for start in range(0, len(rows), LINES_AT_ONCE):
        connection.execute(insert(table), rows[start : start + LINES_AT_ONCE])


def find_sessions(
    connection: Connection,
    owner: str,
    search: str,
    since: float | None,
    until: float | None,
    text_id: str | None,
    limit: int | None,
    *,
    kept_only: bool,
) -> list[SessionSummary]:
    """Return sessions that are not deleted, newest first; see `SessionStore.sessions`."""
    query = (
        select(sessions)
        .where(sessions.c.owner == owner, sessions.c.deleted_at.is_(None))
        .order_by(sessions.c.started_at.desc(), sessions.c.session_id)
    )
    # One that is not to be kept is listed while it runs.
    listed = sessions.c.kept
    query = query.where(
        listed if kept_only else or_(listed, sessions.c.state != str(State.FINISHED))
    )
    if since is not None:
        query = query.where(sessions.c.started_at >= since)
    if until is not None:
        query = query.where(sessions.c.started_at < until)
    if text_id is not None:
        query = query.where(sessions.c.text_id == text_id)
    wanted = search.casefold().split()
    # Not in SQL: SQLite's lower() knows the letters A to Z only, PostgreSQL's those of its locale.
    found = (row for row in rows_of(connection, query) if _has_words(row, wanted))
    return [row_to_summary(row) for row in islice(found, limit)]


def _has_words(row: Mapping[str, Any], wanted: Sequence[str]) -> bool:
    held = [row[name].casefold() for name in ("title", "goal", "note", "text_title")]
    held += [str(tag).casefold() for tag in row["tags"] or ()]
    return all(any(word in words for words in held) for word in wanted)


def _session_row(connection: Connection, session_id: str, owner: str) -> dict[str, Any]:
    found = list(
        rows_of(
            connection,
            select(sessions).where(
                sessions.c.session_id == session_id,
                sessions.c.owner == owner,
                sessions.c.deleted_at.is_(None),
            ),
        )
    )
    if not found:
        raise SessionNotFound
    return found[0]


def find_session(connection: Connection, session_id: str, owner: str) -> SessionSummary:
    """Return one session as `find_sessions` does.

    Raises:
        SessionNotFound: There is no such session of this owner.
    """
    return row_to_summary(_session_row(connection, session_id, owner))


def load_session(connection: Connection, session_id: str, owner: str) -> StoredSession:
    """Return everything kept of a session.

    Raises:
        SessionNotFound: There is no such session of this owner.
    """
    session = _session_row(connection, session_id, owner)

    def rows(table: Table, order: str) -> Iterator[Mapping[str, Any]]:
        query = select(table).where(table.c.session_id == session_id).order_by(table.c[order])
        return rows_of(connection, query)

    seconds = (
        select(*(timeline.c[name] for name in records.BUCKET_COLUMNS))
        .where(timeline.c.session_id == session_id)
        .order_by(timeline.c.at)
        .execution_options(**{AS_STORED: True})
    )
    return StoredSession(
        summary=row_to_summary(session),
        rows=tuple(map(records.row_to_bucket, connection.execute(seconds))),
        events=tuple(records.row_to_event(row) for row in rows(events, "sequence")),
        answers=tuple(records.row_to_answer(row) for row in rows(answers, "position")),
        views=tuple(records.row_to_view(row) for row in rows(views, "position")),
        markers=tuple(records.row_to_marker(row) for row in rows(markers, "at")),
        passages=tuple(row_to_stored_passage(row) for row in rows(passages, "position")),
        marked=tuple(session["marked"]),
        document=next(map(records.row_to_document, rows(texts, "session_id")), None),
        notes=tuple(map(records.row_to_note, rows(passage_notes, "passage_id"))),
    )


def find_answers(
    connection: Connection, owner: str, since: float, before: float | None
) -> list[Given]:
    """Return the answers of a learner's sessions that are not deleted, oldest first.

    Args:
        connection: To the history.
        owner: Whose.
        since: Answered then or later, seconds since the epoch.
        before: In sessions that started before this moment; None: in all.
    """
    query = (
        select(answers)
        .join(sessions)
        .where(
            sessions.c.owner == owner,
            sessions.c.deleted_at.is_(None),
            sessions.c.kept,
            answers.c.answered_at >= since,
        )
        .order_by(answers.c.answered_at, answers.c.probe_id)
    )
    if before is not None:
        query = query.where(sessions.c.started_at < before)
    return [
        Given(*records.row_to_answer(row), row["session_id"]) for row in rows_of(connection, query)
    ]


def find_usual(connection: Connection, owner: str, before: float | None, limit: int) -> UsualLevels:
    """Return the means of the three indicators in a learner's latest sessions that had them."""

    def latest(name: str) -> tuple[float, ...]:
        mean = sessions.c[name]
        query = (
            select(mean)
            .where(
                sessions.c.owner == owner,
                sessions.c.deleted_at.is_(None),
                sessions.c.kept,
                mean.is_not(None),
            )
            .order_by(sessions.c.started_at.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(sessions.c.started_at < before)
        return tuple(connection.scalars(query))

    return UsualLevels(*(latest(name) for name in records.INDICATORS))


def find_paces(connection: Connection, owner: str, before: float | None, limit: int) -> list[float]:
    """Return words a minute on passages of a learner's sessions, the latest session first."""
    query = (
        select(passages)
        .join(sessions)
        .where(
            sessions.c.owner == owner,
            sessions.c.deleted_at.is_(None),
            sessions.c.kept,
            passages.c.seconds > 0,
        )
        .order_by(sessions.c.started_at.desc(), passages.c.position)
        .limit(limit)
    )
    if before is not None:
        query = query.where(sessions.c.started_at < before)
    paces = [records.row_to_passage(row).wpm for row in rows_of(connection, query)]
    return [pace for pace in paces if pace is not None]


def change_session(connection: Connection, session_id: str, owner: str, **values: Any) -> None:
    """Set columns of a session.

    Raises:
        SessionNotFound: There is no such session of this owner.
    """
    done = connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id, sessions.c.owner == owner)
        .values(values)
    )
    if done.rowcount == 0:
        raise SessionNotFound


def replace_passages(
    connection: Connection, session_id: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Write how each passage was read anew."""
    connection.execute(delete(passages).where(passages.c.session_id == session_id))
    insert_rows(connection, passages, rows)


def remove_sessions(connection: Connection, session_ids: Sequence[str]) -> None:
    """Remove sessions for good, with all that belongs to them."""
    leave_sessions(connection, session_ids)
    for session_id in session_ids:
        for table in (*SESSION_TABLES, creations, summaries):
            connection.execute(delete(table).where(table.c.session_id == session_id))
        connection.execute(delete(sessions).where(sessions.c.session_id == session_id))


def remove_deleted(connection: Connection, now: float) -> None:
    """Remove for good what was deleted longer ago than it can be brought back."""
    old = connection.scalars(
        select(sessions.c.session_id).where(sessions.c.deleted_at < now - UNDO_S)
    )
    remove_sessions(connection, list(old))
    remove_dropped(connection, now - UNDO_S)


def remove_temporary(connection: Connection, now: float) -> None:
    """Remove for good what was here only so that a restart loses nothing.

    That is: sessions that are not to be kept, and the words of texts that are not, some time after
    their end or the last sign of a process that ran them; summaries of sessions that are gone.
    """
    over = sessions.c.saved_until < now - AFTER_END_S
    left = sessions.c.saved_until < now - LEFT_S
    past = or_(left, and_(over, sessions.c.state == str(State.FINISHED)))
    gone = connection.scalars(select(sessions.c.session_id).where(~sessions.c.kept, over))
    remove_sessions(connection, list(gone))
    connection.execute(
        delete(texts).where(
            ~texts.c.kept, texts.c.session_id.in_(select(sessions.c.session_id).where(past))
        )
    )
    connection.execute(delete(summaries).where(summaries.c.forget_at < now))


def remove_everything(connection: Connection, owner: str | None) -> None:
    """Remove all sessions and cards of a learner and what is known of them; None: everybody's."""
    whose = select(sessions.c.session_id)
    about, last = delete(learners), delete(summaries)
    if owner is not None:
        whose = whose.where(sessions.c.owner == owner)
        about = about.where(learners.c.owner == owner)
        last = last.where(summaries.c.owner == owner)
    remove_sessions(connection, list(connection.scalars(whose)))
    remove_cards(connection, owner)
    connection.execute(about)
    connection.execute(last)
    if owner is None:
        connection.execute(delete(owners))


def find_learner(connection: Connection, owner: str) -> dict[str, Any]:
    """Return the row of a learner; an empty one if nothing is known."""
    nothing: dict[str, Any] = {"baseline": None, "baseline_at": None, "answers_from": 0.0}
    query = select(learners).where(learners.c.owner == owner)
    return next(rows_of(connection, query), nothing)


def set_learner(connection: Connection, owner: str, **values: Any) -> None:
    """Set what is known of a learner."""
    done = connection.execute(update(learners).where(learners.c.owner == owner).values(values))
    if done.rowcount == 0:
        connection.execute(insert(learners).values({"owner": owner, "answers_from": 0.0, **values}))


def keep_baseline(connection: Connection, owner: str, baseline: Baseline, now: float) -> None:
    """Keep what is usual for a learner; later sessions start from it."""
    kept = baseline.to_dict()
    if find_learner(connection, owner)["baseline"] != kept:
        set_learner(connection, owner, baseline=kept, baseline_at=now)
