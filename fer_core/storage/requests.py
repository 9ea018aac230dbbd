"""Requests that may come again: what started a session, and what was answered at its end."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from fer_core.storage.tables import creations, sessions, summaries


@dataclass(frozen=True, slots=True)
class Creation:
    """A request that started a session, and that may come again.

    Attributes:
        request: Stands for who asked under which key; a hash, at most 80 characters.
        digest: Of what was asked for.
    """

    request: str
    digest: str


def find_creation(connection: Connection, request: str) -> tuple[str, str] | None:
    """Return the digest and the session of a request that came before; None: it did not."""
    row = connection.execute(
        select(creations.c.digest, creations.c.session_id).where(creations.c.request == request)
    ).first()
    return None if row is None else (row.digest, row.session_id)


def keep_creation(connection: Connection, session_id: str, creation: Creation) -> None:
    """Remember which request started a session; what it started earlier is gone."""
    connection.execute(delete(creations).where(creations.c.request == creation.request))
    connection.execute(
        insert(creations).values(
            request=creation.request, digest=creation.digest, session_id=session_id
        )
    )


def find_summary(connection: Connection, session_id: str, owner: str) -> str | None:
    """Return what was answered when a session ended; None: nothing was."""
    return connection.scalar(
        select(summaries.c.body).where(
            summaries.c.session_id == session_id, summaries.c.owner == owner
        )
    )


def keep_summary(
    connection: Connection, session_id: str, owner: str, body: str, forget_at: float | None
) -> str:
    """Keep what is answered when a session ends; return what counts: the first that was kept."""
    known = find_summary(connection, session_id, owner)
    if known is not None:
        return known
    connection.execute(
        insert(summaries).values(session_id=session_id, owner=owner, body=body, forget_at=forget_at)
    )
    return body


def forget_summary(connection: Connection, session_id: str, owner: str) -> bool:
    """Forget what was answered when a session ended; tell whether there was something."""
    done = connection.execute(
        delete(summaries).where(summaries.c.session_id == session_id, summaries.c.owner == owner)
    )
    return bool(done.rowcount)


def take_hold(
    connection: Connection, session_id: str, before: str, holder: str, now: float
) -> bool:
    """Let a process run a session that another one ran, or none did, under the next number.

    Args:
        connection: In a writing transaction.
        session_id: The session.
        before: Who held it when that was asked; empty: nobody.
        holder: Who takes it.
        now: Seconds since the epoch.

    Returns:
        Whether it could: False where a third one was quicker, or the session is gone.
    """
    done = connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id, sessions.c.holder == before)
        .values(holder=holder, fence=sessions.c.fence + 1, saved_until=now)
    )
    return bool(done.rowcount)


def holder_of(connection: Connection, session_id: str) -> str:
    """Return who holds a session; empty: nobody does, or there is none."""
    query = select(sessions.c.holder).where(sessions.c.session_id == session_id)
    return connection.scalar(query) or ""


def held_by(connection: Connection, holder: str) -> set[str]:
    """Return which sessions a process holds."""
    return set(connection.scalars(select(sessions.c.session_id).where(sessions.c.holder == holder)))


def let_go(connection: Connection, holder: str, session_id: str | None = None) -> None:
    """Let a process hold a session no more; None: let it hold none."""
    held = update(sessions).where(sessions.c.holder == holder)
    if session_id is not None:
        held = held.where(sessions.c.session_id == session_id)
    connection.execute(held.values(holder=""))


def holders(connection: Connection) -> list[str]:
    """Return who holds sessions, by name."""
    return list(
        connection.scalars(select(sessions.c.holder).where(sessions.c.holder != "").distinct())
    )
