"""When a card comes back: FSRS (Free Spaced Repetition Scheduler, version 6), by calendar days.

FSRS (Ye et al. 2022) keeps two numbers for a card, stability and difficulty, and asks again when
the chance to recall it has fallen to 90 %. The formulas are the package's, `fsrs`. What is ours:
days are those of the learner's calendar. A card of yesterday evening counts as one day old this
morning, and is due from the first minute of its day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

import fsrs

from fer_core.recall.cards import Card, Rating, Schedule, Stage
from fer_core.time_zones import day_of, start_of

#: With no card ready, one that comes back within this is shown now: a learner who has just answered
#: does not wait ten minutes for the last card. Seconds.
AHEAD_S = 20 * 60.0

#: No chance in the intervals: the same answers give the same days, and a deck of one learner's
#: texts needs no spreading.
_SCHEDULER = fsrs.Scheduler(enable_fuzzing=False)
_STATES = {
    Stage.NEW: fsrs.State.Learning,
    Stage.LEARNING: fsrs.State.Learning,
    Stage.REVIEW: fsrs.State.Review,
    Stage.RELEARNING: fsrs.State.Relearning,
}
_STAGES = {
    fsrs.State.Learning: Stage.LEARNING,
    fsrs.State.Review: Stage.REVIEW,
    fsrs.State.Relearning: Stage.RELEARNING,
}
_DAY = timedelta(days=1)


class Queue(NamedTuple):
    """The cards of a day.

    Attributes:
        ready: To be asked now, in this order.
        later: Due later today: short first intervals that are not over.
        next_at: When the next card that is neither is due, seconds since the epoch; None: no card.
    """

    ready: tuple[Card, ...]
    later: tuple[Card, ...]
    next_at: float | None

    @property
    def due_today(self) -> int:
        """How many cards are left for today."""
        return len(self.ready) + len(self.later)


def end_of_today(now: float, zone: tzinfo | None) -> float:
    """Return when the learner's day is over, in seconds since the epoch."""
    return start_of(day_of(now, zone) + _DAY, zone)


def answered(schedule: Schedule, rating: Rating, at: float, zone: tzinfo | None) -> Schedule:
    """Return a card's schedule after an answer.

    Args:
        schedule: Before it.
        rating: How the answer came.
        at: When, seconds since the epoch; an answer before the last one counts as one at its time.
        zone: The learner's.
    """
    at = at if schedule.last_at is None else max(at, schedule.last_at)
    today = _as_utc(day_of(at, zone))
    card = _as_fsrs(schedule, today, zone)
    card, _ = _SCHEDULER.review_card(card, fsrs.Rating(int(rating)), today)
    wait = card.due - today
    return Schedule(
        due_at=at + wait.total_seconds() if wait < _DAY else start_of(card.due.date(), zone),
        stage=_STAGES[card.state],
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        last_at=at,
    )


def waits(schedule: Schedule, now: float, zone: tzinfo | None) -> dict[Rating, float]:
    """Return how long each rating would send a card away: what its button promises.

    In seconds; from one day on whole days of the calendar, whatever the hour.
    """
    promised = {}
    for rating in Rating:
        due_at = answered(schedule, rating, now, zone).due_at
        days = (day_of(due_at, zone) - day_of(now, zone)).days
        promised[rating] = due_at - now if due_at - now < 3600 or days < 1 else days * 86_400.0
    return promised


def wait_in_words(seconds: float) -> str:
    """Return an interval as a button shows it.

    >>> wait_in_words(60), wait_in_words(600), wait_in_words(1.6 * 86400), wait_in_words(9e6)
    ('1 min', '10 min', '2 days', '3 months')
    """
    minutes, days = round(seconds / 60), round(seconds / 86_400)
    if seconds < 5400:
        return f"{max(1, minutes)} min"
    if seconds < 43_200:
        return f"{round(seconds / 3600)} h"
    if days < 60:
        return "1 day" if days <= 1 else f"{days} days"
    return f"{round(days / 30.4)} months" if days < 730 else f"{days / 365.25:.1f} years"


def chance(schedule: Schedule, now: float, zone: tzinfo | None) -> float | None:
    """Return the chance that a card is recalled now, 0..1; None before its first answer."""
    if schedule.last_at is None or schedule.stability is None:
        return None
    today = _as_utc(day_of(now, zone))
    return float(_SCHEDULER.get_card_retrievability(_as_fsrs(schedule, today, zone), today))


def _as_fsrs(schedule: Schedule, today: datetime, zone: tzinfo | None) -> fsrs.Card:
    return fsrs.Card(
        card_id=0,
        state=_STATES[schedule.stage],
        step=schedule.step,
        stability=schedule.stability,
        difficulty=schedule.difficulty,
        due=today,
        last_review=None if schedule.last_at is None else _as_utc(day_of(schedule.last_at, zone)),
    )


def make_queue(cards: Iterable[Card], now: float, zone: tzinfo | None) -> Queue:
    """Sort out what is asked today.

    First what is being learnt and is due, as it is forgotten soonest; then reviews, the most
    overdue first; then new cards in the order of their making.

    Args:
        cards: In any order.
        now: Seconds since the epoch.
        zone: The learner's.
    """
    tonight = end_of_today(now, zone)
    ready, later, coming = [], [], []
    for card in cards:
        schedule = card.schedule
        short = schedule.stage in (Stage.LEARNING, Stage.RELEARNING)
        if schedule.due_at <= now or (schedule.due_at < tonight and not short):
            ready.append(card)
        elif schedule.due_at < tonight:
            later.append(card)
        else:
            coming.append(schedule.due_at)
    ready.sort(key=_turn)
    later.sort(key=lambda card: (card.schedule.due_at, card.card_id))
    if not ready:
        ready = [card for card in later if card.schedule.due_at <= now + AHEAD_S]
        later = later[len(ready) :]
    return Queue(tuple(ready), tuple(later), min(coming, default=None))


def _turn(card: Card) -> tuple[int, float, float, str]:
    stage = card.schedule.stage
    order = {Stage.LEARNING: 0, Stage.RELEARNING: 0, Stage.REVIEW: 1, Stage.NEW: 2}[stage]
    return order, card.schedule.due_at, card.created_at, card.card_id


def _as_utc(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
