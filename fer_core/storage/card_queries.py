"""What becomes of cards when sessions, or everything, are erased; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from fer_core.storage.tables import cards, reviews


def leave_sessions(connection: Connection, session_ids: Sequence[str]) -> None:
    """Take what sessions measured off their cards: the sessions are erased, the cards stay."""
    for session_id in session_ids:
        connection.execute(
            update(cards)
            .where(cards.c.session_id == session_id)
            .values(session_id="", features=None)
        )


def remove_cards(connection: Connection, owner: str | None) -> None:
    """Remove all cards of a learner with their answers; None: everybody's."""
    if owner is None:
        connection.execute(delete(reviews))
        connection.execute(delete(cards))
        return
    whose = select(cards.c.card_id).where(cards.c.owner == owner)
    connection.execute(delete(reviews).where(reviews.c.card_id.in_(whose)))
    connection.execute(delete(cards).where(cards.c.owner == owner))


def remove_dropped(connection: Connection, before: float) -> None:
    """Remove for good the cards that were dropped before a moment, seconds since the epoch."""
    old = select(cards.c.card_id).where(cards.c.dropped_at < before)
    connection.execute(delete(reviews).where(reviews.c.card_id.in_(old)))
    connection.execute(delete(cards).where(cards.c.dropped_at < before))
