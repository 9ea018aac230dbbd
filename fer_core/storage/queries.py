"""What is asked of the tables, and the small changes to them; each in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table, delete, insert, select, update

from fer_core.affect.indicators import Features
from fer_core.affect.signals import Baseline
from fer_core.errors import SessionNotFound
from fer_core.learner.probes import Answer
from fer_core.storage import records
from fer_core.storage.history import (
    SessionSummary,
    StoredSession,
    line_to_stored_passage,
    line_to_summary,
)
from fer_core.storage.tables import (
    SESSION_TABLES,
    answers,
    events,
    learners,
    passages,
    sessions,
    texts,
    timeline,
    views,
)

#: A deleted session can be brought back for this long.
UNDO_S = 15 * 60.0
#: Lines in one statement; bounds its memory.
LINES_AT_ONCE = 500


def lines_of(connection: Connection, query: Select[Any]) -> Iterator[dict[str, Any]]:
    """Yield each line that a query finds as a plain dictionary."""
    for line in connection.execute(query):
        yield dict(line._mapping)


def insert_lines(connection: Connection, table: Table, lines: Sequence[dict[str, Any]]) -> None:
    """Add lines to a table."""
    for start in range(0, len(lines), LINES_AT_ONCE):
        connection.execute(insert(table), lines[start : start + LINES_AT_ONCE])


def find_sessions(
    connection: Connection,
    owner: str,
    search: str,
    since: float | None,
    until: float | None,
    text_id: str | None,
    limit: int | None,
) -> list[SessionSummary]:
    """Return sessions that are not deleted, newest first; see `SessionStore.sessions`."""
    query = (
        select(sessions)
        .where(sessions.c.owner == owner, sessions.c.deleted_at.is_(None))
        .order_by(sessions.c.started_at.desc(), sessions.c.session_id)
    )
    if since is not None:
        query = query.where(sessions.c.started_at >= since)
    if until is not None:
        query = query.where(sessions.c.started_at < until)
    if text_id is not None:
        query = query.where(sessions.c.text_id == text_id)
    wanted = search.casefold().split()
    # Not in SQL: SQLite's lower() knows the letters A to Z only, PostgreSQL's those of its locale.
    found = (line for line in lines_of(connection, query) if _has_words(line, wanted))
    return [line_to_summary(line) for line in islice(found, limit)]


def _has_words(line: Mapping[str, Any], wanted: Sequence[str]) -> bool:
    held = [line[name].casefold() for name in ("title", "goal", "note", "text_title")]
    return all(any(word in words for words in held) for word in wanted)


def _session_line(connection: Connection, session_id: str, owner: str) -> dict[str, Any]:
    found = list(
        lines_of(
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
    return line_to_summary(_session_line(connection, session_id, owner))


def load_session(connection: Connection, session_id: str, owner: str) -> StoredSession:
    """Return everything kept of a session.

    Raises:
        SessionNotFound: There is no such session of this owner.
    """
    session = _session_line(connection, session_id, owner)

    def lines(table: Table, order: str) -> Iterator[Mapping[str, Any]]:
        query = select(table).where(table.c.session_id == session_id).order_by(table.c[order])
        return lines_of(connection, query)

    return StoredSession(
        summary=line_to_summary(session),
        rows=tuple(records.line_to_row(line) for line in lines(timeline, "at")),
        events=tuple(records.line_to_event(line) for line in lines(events, "sequence")),
        answers=tuple(records.line_to_answer(line) for line in lines(answers, "position")),
        views=tuple(records.line_to_view(line) for line in lines(views, "position")),
        passages=tuple(line_to_stored_passage(line) for line in lines(passages, "position")),
        marked=tuple(session["marked"]),
        document=next(map(records.line_to_document, lines(texts, "session_id")), None),
    )


def find_answers(
    connection: Connection, owner: str, since: float, before: float | None
) -> list[tuple[Answer, Features | None]]:
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
            answers.c.answered_at >= since,
        )
        .order_by(answers.c.answered_at, answers.c.probe_id)
    )
    if before is not None:
        query = query.where(sessions.c.started_at < before)
    return [records.line_to_answer(line) for line in lines_of(connection, query)]


def find_paces(connection: Connection, owner: str, before: float | None, limit: int) -> list[float]:
    """Return words a minute on passages of a learner's sessions, the latest session first."""
    query = (
        select(passages)
        .join(sessions)
        .where(sessions.c.owner == owner, sessions.c.deleted_at.is_(None), passages.c.seconds > 0)
        .order_by(sessions.c.started_at.desc(), passages.c.position)
        .limit(limit)
    )
    if before is not None:
        query = query.where(sessions.c.started_at < before)
    paces = [records.line_to_passage(line).wpm for line in lines_of(connection, query)]
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
    connection: Connection, session_id: str, lines: Sequence[dict[str, Any]]
) -> None:
    """Write how each passage was read anew."""
    connection.execute(delete(passages).where(passages.c.session_id == session_id))
    insert_lines(connection, passages, lines)


def remove_sessions(connection: Connection, session_ids: Sequence[str]) -> None:
    """Remove sessions for good, with all that belongs to them."""
    for session_id in session_ids:
        for table in SESSION_TABLES:
            connection.execute(delete(table).where(table.c.session_id == session_id))
        connection.execute(delete(sessions).where(sessions.c.session_id == session_id))


def remove_deleted(connection: Connection, now: float) -> None:
    """Remove for good what was deleted longer ago than it can be brought back."""
    old = connection.scalars(
        select(sessions.c.session_id).where(sessions.c.deleted_at < now - UNDO_S)
    )
    remove_sessions(connection, list(old))


def remove_everything(connection: Connection, owner: str | None) -> None:
    """Remove all sessions of a learner and what is known of them; None: everybody's."""
    whose = select(sessions.c.session_id)
    about = delete(learners)
    if owner is not None:
        whose = whose.where(sessions.c.owner == owner)
        about = about.where(learners.c.owner == owner)
    remove_sessions(connection, list(connection.scalars(whose)))
    connection.execute(about)


def find_learner(connection: Connection, owner: str) -> dict[str, Any]:
    """Return the line of a learner; an empty one if nothing is known."""
    nothing: dict[str, Any] = {"baseline": None, "baseline_at": None, "answers_from": 0.0}
    query = select(learners).where(learners.c.owner == owner)
    return next(lines_of(connection, query), nothing)


def set_learner(connection: Connection, owner: str, **values: Any) -> None:
    """Set what is known of a learner."""
    done = connection.execute(update(learners).where(learners.c.owner == owner).values(values))
    if done.rowcount == 0:
        connection.execute(insert(learners).values({"owner": owner, "answers_from": 0.0, **values}))


def keep_first_baseline(connection: Connection, owner: str, baseline: Baseline, now: float) -> None:
    """Keep a baseline if the learner has none; later sessions start from it."""
    if find_learner(connection, owner)["baseline"] is None:
        set_learner(connection, owner, baseline=baseline.to_dict(), baseline_at=now)
