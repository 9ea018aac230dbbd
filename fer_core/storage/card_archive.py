"""Cards with their answers as rows of an exported history, out and in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from fer_core.recall.cards import Card, Review
from fer_core.recall.errors import CardInvalid
from fer_core.storage.card_records import row_to_card, row_to_review
from fer_core.storage.queries import insert_rows, rows_of
from fer_core.storage.records import Row
from fer_core.storage.tables import cards, reviews


def card_rows(connection: Connection, owner: str) -> dict[str, list[dict[str, Any]]]:
    """Return a learner's cards that are not dropped, and the answers to them, by table."""
    kept = (cards.c.owner == owner, cards.c.dropped_at.is_(None))
    given = select(reviews).join(cards).where(*kept).order_by(reviews.c.at, reviews.c.review_id)
    return {
        "cards": list(rows_of(connection, select(cards).where(*kept).order_by(cards.c.card_id))),
        "reviews": list(rows_of(connection, given)),
    }


def add_cards(connection: Connection, given: Sequence[Row], answers: Sequence[Row]) -> int:
    """Add the cards that are not here with their answers; return how many.

    A card that is here stays as it is, with its own answers.

    Args:
        connection: In a writing transaction.
        given: Rows of the table `cards`, each value of its type.
        answers: Rows of the table `reviews`, the same.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: They hold what no card can hold.
    """
    here = set(connection.scalars(select(cards.c.card_id)))
    new = {row["card_id"]: row for row in given if row["card_id"] not in here}
    try:
        for row in new.values():
            _check_card(row_to_card(row))
    except CardInvalid as error:
        raise ValueError(error.message) from error
    known_answers = set(connection.scalars(select(reviews.c.review_id)))
    new_answers = [
        row for row in answers if row["card_id"] in new and row["review_id"] not in known_answers
    ]
    for row in new_answers:
        _check_review(row_to_review(row))
    insert_rows(connection, cards, list(new.values()))
    insert_rows(connection, reviews, new_answers)
    return len(new)


def _check_card(card: Card) -> None:
    for moment in (card.created_at, card.read_at, card.schedule.due_at, card.schedule.last_at):
        datetime.fromtimestamp(moment or 0.0, UTC)
    features = card.source.features
    if features is not None and not np.isfinite(features.vector()).all():
        raise ValueError("what was known about a passage is no number")
    if not all(isinstance(words, str) for words in (*card.choices, *card.terms)):
        raise TypeError("choices and key terms are words")


def _check_review(review: Review) -> None:
    datetime.fromtimestamp(review.at, UTC)
    datetime.fromtimestamp(review.before.due_at, UTC)
    if review.delay_s < 0:
        raise ValueError("an answer comes after the reading")
