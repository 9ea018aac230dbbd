"""Yawns: a mouth that opens wide and stays so, longer than any word.

A yawn lasts about six seconds (Provine 1986: 5.9 s), a wide-open vowel a few tenths of one.
Singing or a bite may look like one, and a hand before the mouth hides it: what is counted is
mouths that stay wide open.
"""

from __future__ import annotations

from collections import deque

#: Opening of the lips from which the mouth is wide open, in eye distances (about 3.5 cm), and below
#: which it has closed again.
WIDE_FROM, CLOSED_BELOW = 0.38, 0.22
#: How long it stays wide open in a yawn. Seconds.
LEAST_S, MOST_S = 1.5, 12.0
#: A gap in what is seen longer than this ends it. Seconds.
_MOST_GAP_S = 1.0


class YawnTracker:
    """Counts yawns, frame by frame.

    Args:
        window_s: How far back `within` can look, seconds.
    """

    def __init__(self, window_s: float = 600.0) -> None:
        self._window_s = window_s
        self._wide_at: float | None = None
        self._wide_s = 0.0
        self._yet: float | None = None
        self._yawns: deque[float] = deque()

    def push(self, at: float, opening: float) -> bool:
        """Take one frame; tell whether a yawn ends in it.

        Args:
            at: When it was captured, seconds.
            opening: Of the lips, in eye distances.
        """
        if self._yet is not None and at - self._yet > _MOST_GAP_S:
            self._wide_at = None
        step = 0.0 if self._yet is None else min(at - self._yet, _MOST_GAP_S)
        self._yet = at
        if opening >= WIDE_FROM:
            if self._wide_at is None:
                self._wide_at, self._wide_s = at, 0.0
            else:
                self._wide_s += step
            return False
        if self._wide_at is None:
            return False
        if opening >= CLOSED_BELOW and at - self._wide_at <= MOST_S:
            return False
        ended = LEAST_S <= self._wide_s <= MOST_S
        self._wide_at = None
        if ended:
            self._yawns.append(at)
            while self._yawns[0] < at - self._window_s:
                self._yawns.popleft()
        return ended

    def within(self, at: float, seconds: float) -> int:
        """Return how many yawns ended in the last so many seconds."""
        return sum(1 for ended in self._yawns if at - seconds < ended <= at)

    def reset(self) -> None:
        """Forget a yawn in the making, after a pause."""
        self._wide_at = self._yet = None
