"""The deck: a learner's cards in the history, what is due, and the answers to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)  # fmt: skip
from sqlalchemy.exc import IntegrityError

from fer_core.learner.profile import Given
from fer_core.recall.cards import Card, Rating, Review
from fer_core.recall.errors import CardNotFound, NothingToUndo, ReviewConflict
from fer_core.recall.probe import as_answer
from fer_core.recall.results import WeekResult, after_a_week
from fer_core.recall.scheduling import Queue, answered, end_of_today, make_queue
from fer_core.storage.card_records import (
    card_to_row,
    review_to_row,
    row_to_card,
    row_to_review,
    schedule_to_row,
)
from fer_core.storage.database import Database
from fer_core.storage.owners import scoped
from fer_core.storage.queries import insert_rows, rows_of
from fer_core.storage.records import Row
from fer_core.storage.tables import cards, reviews, sessions


class CardStore:
    """The cards of the learners in one history. All methods may be called from any thread.

    Each sees the cards of one `owner`; on the learner's own machine that is "". All raise
    `StorageError` while the database cannot be used. Get one as `SessionStore.cards`.

    Args:
        database: The history.
        clock: Returns seconds since the epoch.

    Examples:
        >>> from fer_core import SessionStore
        >>> from fer_core.recall.cards import Rating
        >>> from fer_core.recall.making import own_card
        >>> with SessionStore("sqlite:///history.sqlite", clock=lambda: 0.0) as store:
        ...     added = store.cards.add([own_card("Capital of Peru?", "Lima", at=0.0)])
        ...     card = store.cards.due(None).ready[0]
        ...     card = store.cards.answer(card.card_id, Rating.EASY, None)
        >>> added, card.back, round(card.schedule.due_at / 86_400)
        (1, 'Lima', 8)
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    # Looking

    def all(self, *, owner: str = "", text_id: str | None = None, search: str = "") -> list[Card]:
        """Return the cards that are not dropped, the latest first.

        Args:
            owner: Whose.
            text_id: Of this text only.
            search: Words that must all occur in front, back or the text's title.
        """
        query = _kept_cards(owner).order_by(cards.c.created_at.desc(), cards.c.card_id)
        if text_id is not None:
            query = query.where(cards.c.text_id == text_id)
        wanted = search.casefold().split()
        with self._database.reading() as connection:
            found = [row_to_card(row) for row in rows_of(connection, query)]
        return [card for card in found if not wanted or _has_words(card, wanted)]

    def get(self, card_id: str, *, owner: str = "") -> Card:
        """Return one card.

        Raises:
            CardNotFound: There is none of this owner, or it is dropped.
        """
        with self._database.reading() as connection:
            return _find(connection, card_id, owner)

    def due(self, zone: tzinfo | None, *, owner: str = "") -> Queue:
        """Return what is asked today.

        Args:
            zone: The learner's time zone, which says when today is over; None: this machine's.
            owner: Whose.
        """
        now = self._clock()
        tonight = end_of_today(now, zone)
        today = _kept_cards(owner).where(cards.c.due_at < tonight)
        later = select(func.min(cards.c.due_at)).where(
            cards.c.owner == owner, cards.c.dropped_at.is_(None), cards.c.due_at >= tonight
        )
        with self._database.reading() as connection:
            found = [row_to_card(row) for row in rows_of(connection, today)]
            next_at = connection.scalar(later)
        return make_queue(found, now, zone)._replace(next_at=next_at)

    def count_due(self, zone: tzinfo | None, *, owner: str = "") -> int:
        """Return how many cards are left for today, without reading them; see `due`."""
        return self._count(owner, cards.c.due_at < end_of_today(self._clock(), zone))

    def count(self, *, owner: str = "") -> int:
        """Return how many cards there are."""
        return self._count(owner)

    def _count(self, owner: str, *conditions: ColumnElement[bool]) -> int:
        query = _kept_cards(owner).where(*conditions)
        with self._database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(query.subquery())) or 0

    def reviews(self, *, owner: str = "", since: float = 0.0) -> list[tuple[Card, Review]]:
        """Return the answers given since a moment, oldest first, each with its card."""
        with self._database.reading() as connection:
            return _answered(connection, owner, since)

    def after_a_week(self, *, owner: str = "") -> WeekResult:
        """Return what came back a week or more after its passage was read."""
        return after_a_week(self.reviews(owner=owner))

    # Changing

    def add(self, new: Iterable[Card], *, owner: str = "") -> int:
        """Add cards; return how many are new. One that is here stays as it is.

        One that was dropped and is made again comes back.
        """
        rows = {card.card_id: card_to_row(owner, card) for card in self.named(new, owner=owner)}
        try:
            return self._add(rows)
        except IntegrityError:  # another process added one of them in this very moment
            return self._add(rows)

    def named(self, new: Iterable[Card], *, owner: str = "") -> list[Card]:
        """Return cards under the names that `add` keeps them under.

        A card's name comes of its words; two learners may have the same.
        """
        return [replace(card, card_id=scoped(owner, card.card_id)) for card in new]

    def _add(self, rows: Mapping[str, Row]) -> int:
        with self._database.writing() as connection:
            known = _known(connection, list(rows))
            insert_rows(connection, cards, [row for name, row in rows.items() if name not in known])
            back = [name for name, dropped in known.items() if dropped is not None]
            for name in back:
                _set(connection, name, dropped_at=None)
            return len(rows) - len(known) + len(back)

    def edit(self, card_id: str, front: str, back: str, *, owner: str = "") -> Card:
        """Give a card other words; its schedule stays.

        Raises:
            CardNotFound: There is no such card.
            CardInvalid: The words make no card.
        """
        with self._database.writing() as connection:
            edited = _find(connection, card_id, owner, to_change=True).edited(front, back)
            row = card_to_row(owner, edited)
            connection.execute(
                update(cards)
                .where(cards.c.card_id == card_id)
                .values({name: row[name] for name in ("front", "back", "choices")})
            )
            return edited

    def drop(self, card_id: str, *, owner: str = "") -> None:
        """Take a card out; `undo_drop` brings it back for 15 minutes, then it is erased.

        Raises:
            CardNotFound: There is no such card.
        """
        with self._database.writing() as connection:
            _find(connection, card_id, owner)
            _set(connection, card_id, dropped_at=self._clock())

    def undo_drop(self, card_id: str, *, owner: str = "") -> None:
        """Bring a dropped card back.

        Raises:
            CardNotFound: It is erased by now.
        """
        with self._database.writing() as connection:
            done = connection.execute(
                update(cards)
                .where(cards.c.card_id == card_id, cards.c.owner == owner)
                .values(dropped_at=None)
            )
            if done.rowcount == 0:
                raise CardNotFound

    # Answering

    def answer(
        self,
        card_id: str,
        rating: Rating,
        zone: tzinfo | None,
        *,
        at: float | None = None,
        review_id: str = "",
        owner: str = "",
    ) -> Card:
        """Take an answer; return the card with its next day.

        Args:
            card_id: The card.
            rating: How the answer came.
            zone: The learner's time zone.
            at: When, seconds since the epoch; now if None.
            review_id: A name for the answer. Sent again under its name it counts once.
            owner: Whose.

        Raises:
            CardNotFound: There is no such card.
            ReviewConflict: The name stands for another answer.
        """
        at = self._clock() if at is None else at
        with self._database.writing() as connection:
            card = _find(connection, card_id, owner, to_change=True)
            review_id = review_id and scoped(owner, review_id)
            known = _find_review(connection, review_id) if review_id else None
            if known is not None:
                if (known.card_id, known.rating) != (card_id, rating):
                    raise ReviewConflict
                return card
            schedule = answered(card.schedule, rating, at, zone)
            assert schedule.last_at is not None  # noqa: S101  (it has just been answered)
            name = review_id or f"{card_id}-{schedule.last_at:.6f}"
            while not review_id and _find_review(connection, name) is not None:
                name += "'"
            delay = max(0.0, schedule.last_at - card.read_at)
            review = Review(name, card_id, rating, schedule.last_at, delay, card.schedule)
            connection.execute(insert(reviews), [review_to_row(review)])
            _set(connection, card_id, **schedule_to_row(schedule))
            return replace(card, schedule=schedule)

    def undo_answer(self, card_id: str, *, owner: str = "") -> Card:
        """Take the last answer to a card back; return the card as it was before.

        Raises:
            CardNotFound: There is no such card.
            NothingToUndo: It has no answer.
        """
        with self._database.writing() as connection:
            card = _find(connection, card_id, owner, to_change=True)
            latest = next(
                rows_of(
                    connection,
                    select(reviews)
                    .where(reviews.c.card_id == card_id)
                    .order_by(reviews.c.at.desc(), reviews.c.review_id.desc())
                    .limit(1),
                ),
                None,
            )
            if latest is None:
                raise NothingToUndo
            review = row_to_review(latest)
            connection.execute(delete(reviews).where(reviews.c.review_id == review.review_id))
            _set(connection, card_id, **schedule_to_row(review.before))
            return replace(card, schedule=review.before)


def _kept_cards(owner: str) -> Select[Any]:
    return select(cards).where(cards.c.owner == owner, cards.c.dropped_at.is_(None))


def _has_words(card: Card, wanted: Sequence[str]) -> bool:
    held = [one.casefold() for one in (card.front, card.back, card.source.text_title)]
    return all(any(word in words for words in held) for word in wanted)


def _find(connection: Connection, card_id: str, owner: str, *, to_change: bool = False) -> Card:
    if "\0" in card_id:  # PostgreSQL would call the question wrong, not the answer empty
        raise CardNotFound
    query = _kept_cards(owner).where(cards.c.card_id == card_id)
    if to_change:  # two answers at once are taken one after the other; SQLite does so anyway
        query = query.with_for_update()
    row = next(rows_of(connection, query), None)
    if row is None:
        raise CardNotFound
    return row_to_card(row)


def _find_review(connection: Connection, review_id: str) -> Review | None:
    row = next(rows_of(connection, select(reviews).where(reviews.c.review_id == review_id)), None)
    return None if row is None else row_to_review(row)


def _known(connection: Connection, names: Sequence[str]) -> dict[str, float | None]:
    """Return which of these cards are here, each with when it was dropped."""
    known: dict[str, float | None] = {}
    for start in range(0, len(names), 500):
        some = names[start : start + 500]
        query = select(cards.c.card_id, cards.c.dropped_at).where(cards.c.card_id.in_(some))
        known |= {row[0]: row[1] for row in connection.execute(query)}
    return known


def _set(connection: Connection, card_id: str, **values: Any) -> None:
    connection.execute(update(cards).where(cards.c.card_id == card_id).values(values))


def _answered(connection: Connection, owner: str, since: float) -> list[tuple[Card, Review]]:
    held = {row["card_id"]: row_to_card(row) for row in rows_of(connection, _kept_cards(owner))}
    if not held:
        return []
    gone = sessions.c.owner == owner, sessions.c.deleted_at.is_not(None)
    deleted = set(connection.scalars(select(sessions.c.session_id).where(*gone)))
    for name, card in held.items():
        if card.source.session_id in deleted:  # it may come back; until then it teaches nothing
            held[name] = replace(card, source=replace(card.source, features=None))
    query = (
        select(reviews)
        .join(cards)
        .where(cards.c.owner == owner, cards.c.dropped_at.is_(None), reviews.c.at >= since)
        .order_by(reviews.c.at, reviews.c.review_id)
    )
    return [(held[row["card_id"]], row_to_review(row)) for row in rows_of(connection, query)]


def find_card_answers(
    connection: Connection, owner: str, since: float, before: float | None
) -> list[Given]:
    """Return the answers to cards as probes, oldest first; see `queries.find_answers`."""
    return [
        Given(*as_answer(card, review), session_id=f"cards {review.at // 86_400:.0f}")
        for card, review in _answered(connection, owner, since)
        if before is None or review.at < before
    ]
