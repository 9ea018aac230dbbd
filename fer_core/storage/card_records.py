"""Between cards with their answers and the rows of their tables, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.recall.cards import Card, CardKind, Rating, Review, Schedule, Source, Stage
from fer_core.storage.records import Row, row_to_features

_SOURCE = ("session_id", "text_id", "text_title", "passage_id", "passage", "read_at")
_SCHEDULE = ("due_at", "step", "stability", "difficulty", "last_at")


def card_to_row(owner: str, card: Card) -> Row:
    """Return a card as a row of the table `cards`."""
    features = card.source.features
    row: Row = {
        "card_id": card.card_id,
        "owner": owner,
        "kind": str(card.kind),
        "front": card.front,
        "back": card.back,
        "choices": list(card.choices),
        "terms": list(card.terms),
        "created_at": card.created_at,
        "features": None if features is None else asdict(features),
        "dropped_at": None,
    }
    row |= {name: getattr(card.source, name) for name in _SOURCE}
    return {name: _kept(value) for name, value in (row | schedule_to_row(card.schedule)).items()}


def _kept(value: Any) -> Any:
    """Return a value without the characters that no database keeps: NUL, halves of a pair."""
    if isinstance(value, list):
        return [_kept(item) for item in value]
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    return value


def row_to_card(row: Mapping[str, Any]) -> Card:
    """Read what `card_to_row` wrote."""
    features = row_to_features("comprehension", row["features"])
    if features is not None and not isinstance(features, ComprehensionFeatures):
        raise TypeError("a card's features are those of comprehension")
    return Card(
        card_id=row["card_id"],
        kind=CardKind(row["kind"]),
        front=row["front"],
        back=row["back"],
        created_at=row["created_at"],
        schedule=row_to_schedule(row),
        choices=tuple(row["choices"]),
        terms=tuple(row["terms"]),
        source=Source(**{name: row[name] for name in _SOURCE}, features=features),
    )


def schedule_to_row(schedule: Schedule) -> Row:
    """Return a schedule as columns, or as JSON."""
    return {"stage": str(schedule.stage), **{name: getattr(schedule, name) for name in _SCHEDULE}}


def row_to_schedule(row: Mapping[str, Any]) -> Schedule:
    """Read what `schedule_to_row` wrote."""
    return Schedule(stage=Stage(row["stage"]), **{name: row[name] for name in _SCHEDULE})


def review_to_row(review: Review) -> Row:
    """Return an answer as a row of the table `reviews`."""
    return {
        "review_id": review.review_id,
        "card_id": review.card_id,
        "rating": int(review.rating),
        "at": review.at,
        "delay_s": review.delay_s,
        "before": schedule_to_row(review.before),
    }


def row_to_review(row: Mapping[str, Any]) -> Review:
    """Read what `review_to_row` wrote."""
    return Review(
        review_id=row["review_id"],
        card_id=row["card_id"],
        rating=Rating(row["rating"]),
        at=row["at"],
        delay_s=row["delay_s"],
        before=row_to_schedule(row["before"]),
    )
