"""What an indicator usually is for this learner: their own recent median."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median

#: Values are taken together in steps of this length. Seconds.
STEP_S = 10.0
#: How far back a session looks. Seconds: a whole stretch of study and more.
WINDOW_S = 1800.0
#: A session's own values say what is usual from here on; before, earlier sessions must. Seconds.
LEAST_S = 300.0
#: An earlier session's mean weighs as much as this much of the running one. Seconds.
EARLIER_WEIGHT_S = 120.0


class OwnUsual:
    """Follows one indicator. Not thread-safe: its session locks.

    Args:
        earlier: Its mean, 0..100, in each of the latest sessions.
    """

    def __init__(self, earlier: Sequence[float] = ()) -> None:
        self._earlier = [mean for mean in earlier for _ in range(round(EARLIER_WEIGHT_S / STEP_S))]
        self._recent: deque[float] = deque(maxlen=round(WINDOW_S / STEP_S))
        self._sum, self._seconds = 0.0, 0.0
        self._value = self._median()
        self._is_known = True

    @property
    def value(self) -> float | None:
        """What is usual, 0..100; None: not known. It is found when it is asked for."""
        if not self._is_known:
            self._value, self._is_known = self._median(), True
        return self._value

    def push(self, value: float | None, seconds: float) -> None:
        """Take the indicator's value over some seconds; None changes nothing."""
        if value is None:
            return
        self._sum += value * seconds
        self._seconds += seconds
        if self._seconds >= STEP_S:
            self._recent.append(self._sum / self._seconds)
            self._sum = self._seconds = 0.0
            self._is_known = False

    def _median(self) -> float | None:
        if not self._earlier and len(self._recent) * STEP_S < LEAST_S:
            return None
        return median([*self._earlier, *self._recent])
