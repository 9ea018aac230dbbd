"""What has held for minutes: a negative expression, or a look that stands out. Method E."""

from __future__ import annotations

from fer_core.affect.baseline import Baseline, Channel
from fer_core.affect.signals import MIN_COVERAGE
from fer_core.face.looks import Look
from fer_core.face.looks_tracker import Looks

#: How long something must hold, and how far valence must lie below the own usual, in own standard
#: deviations. Of nine pairs this one finds 95 % of drops at fewest false alarms
#: (benchmarks/break_rule.py). Seconds.
HOLDS_FOR_S = 4 * 60.0
NEGATIVE_SDS = 1.5
#: What comes after a longer silence is another stretch. Seconds.
GAP_S = 10 * 60.0


class Stretch:
    """Follows how long something has held without a break, and on how much that rests."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._coverage_sum = 0.0
        self._count = 0
        self._until = 0.0

    def take(self, at: float, coverage: float, *, holds: bool) -> None:
        """Take one second.

        Args:
            at: End of the second.
            coverage: Share of the last 60 s with a usable face; below .5 the stretch ends.
            holds: Whether it holds now.
        """
        if not holds or coverage < MIN_COVERAGE:
            self._since = None
            return
        if self._since is None or at - self._until > GAP_S:
            self._since, self._coverage_sum, self._count = at, 0.0, 0
        self._coverage_sum += coverage
        self._count += 1
        self._until = at

    def clear(self) -> None:
        self._since = None

    @property
    def length_s(self) -> float:
        """Seconds that it has held so far; 0 if it does not."""
        return 0.0 if self._since is None else self._until - self._since

    @property
    def mean_coverage(self) -> float:
        """Mean coverage of the stretch, 0..1; 0 without one."""
        return self._coverage_sum / self._count if self._since is not None else 0.0


class NegativeStretch(Stretch):
    """Follows how long valence has stayed below the learner's usual."""

    def push(self, at: float, valence: float | None, coverage: float, baseline: Baseline) -> None:
        """Take one second.

        Args:
            at: End of the second.
            valence: Smoothed with a half-life of 60 s, -1..1; None if there is none.
            coverage: As `take`.
            baseline: The learner's usual.
        """
        usual = baseline.usual[Channel.VALENCE]
        low = valence is not None and valence <= usual.median - NEGATIVE_SDS * usual.spread
        self.take(at, coverage, holds=low)


class LooksStretch(Stretch):
    """Follows how long a learner has looked more bored or less engaged than is usual for them."""

    def __init__(self) -> None:
        super().__init__()
        self.look: Look | None = None

    def push(self, at: float, looks: Looks | None) -> None:
        """Take how they look at the end of a second; None: it is not known."""
        look = None if looks is None else looks.stands_out
        self.look = look or self.look
        self.take(at, 0.0 if looks is None else looks.coverage, holds=look is not None)
