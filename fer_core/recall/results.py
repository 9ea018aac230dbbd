"""What came back after a week: the share of cards that were recalled, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from fer_core.recall.cards import Card, Review

WEEK_S = 7 * 86_400.0
#: Both sides; 1.96 standard deviations.
_Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Returned:
    """One card's first answer a week or more after its passage was read."""

    card: Card
    review: Review

    @property
    def recalled(self) -> bool:
        return self.review.rating.recalled


@dataclass(frozen=True, slots=True)
class WeekResult:
    """What came back after a week.

    Attributes:
        answers: One for each card that was asked then, the latest first.
        low: Lower end of the share's 95 % interval (Wilson 1927), 0..1; None without answers.
        high: Upper end.
    """

    answers: tuple[Returned, ...]
    low: float | None
    high: float | None

    @property
    def asked(self) -> int:
        return len(self.answers)

    @property
    def recalled(self) -> int:
        return sum(answer.recalled for answer in self.answers)

    @property
    def share(self) -> float | None:
        """Of the cards asked, those recalled, 0..1; None without answers."""
        return self.recalled / self.asked if self.answers else None

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.share is None or self.low is None or self.high is None:
            return "No card has been asked a week after its passage was read yet."
        return (
            f"{self.recalled} of {self.asked} came back a week or more after reading: "
            f"{self.share:.0%} ({self.low:.0%} to {self.high:.0%}, 95 % interval)."
        )


def after_a_week(answered: Iterable[tuple[Card, Review]]) -> WeekResult:
    """Return what came back: of each card its first answer a week or more after reading.

    A card may have been answered in between, which helps: it is the result of reading and
    reviewing, not of reading alone.

    Args:
        answered: Cards with their answers, in any order.
    """
    first: dict[str, Returned] = {}
    for card, review in answered:
        if review.delay_s < WEEK_S:
            continue
        known = first.get(card.card_id)
        if known is None or review.at < known.review.at:
            first[card.card_id] = Returned(card, review)
    found = sorted(first.values(), key=lambda one: (-one.review.at, one.card.card_id))
    low, high = wilson(sum(one.recalled for one in found), len(found))
    return WeekResult(tuple(found), low, high)


def wilson(hits: int, n: int) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a share (Wilson 1927), which holds for small n too.

    >>> low, high = wilson(9, 10)
    >>> round(low, 2), round(high, 2)
    (0.6, 0.98)
    """
    if n == 0:
        return None, None
    share, z2 = hits / n, _Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)
