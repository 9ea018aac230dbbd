"""How much of the last minute was observed, with a usable face, and in front of the screen."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

#: Windows that coverage is taken over: indicators, and the chart. Seconds.
WINDOW_S = 60.0
CHART_WINDOW_S = 10.0


@dataclass(frozen=True, slots=True)
class Covered:
    """Seconds observed, with exactly one usable face, in front of the screen, bent to the desk."""

    observed_s: float = 0.0
    valid_s: float = 0.0
    facing_s: float = 0.0
    desk_s: float = 0.0


class CoverageWindow:
    """The last 60 seconds, second by second.

    Attributes:
        begins_at: When the session started or went on: no window reaches further back.
    """

    def __init__(self) -> None:
        self.begins_at = -math.inf
        self._seconds: deque[tuple[float, Covered]] = deque()

    def begin(self, at: float) -> None:
        """Let the windows begin at this moment."""
        self.begins_at = at
        self._seconds.clear()

    def add(self, end: float, covered: Covered) -> None:
        """Take the second that ended at this moment."""
        self._seconds.append((end, covered))
        while self._seconds and self._seconds[0][0] <= end - WINDOW_S:
            self._seconds.popleft()

    def length_s(self, at: float, window_s: float = WINDOW_S) -> float:
        """Return a window's length: shorter while the session is young, at least 10 s."""
        return min(window_s, max(CHART_WINDOW_S, at - self.begins_at))

    def covered(self, at: float, window_s: float = WINDOW_S) -> Covered:
        """Return the sums over the window that ends now."""
        observed = valid = facing = desk = 0.0
        for end, item in reversed(self._seconds):
            if end <= at - window_s:
                break
            observed += item.observed_s
            valid += item.valid_s
            facing += item.facing_s
            desk += item.desk_s
        return Covered(observed, valid, facing, desk)

    def coverage(self, at: float, window_s: float = WINDOW_S) -> float:
        """Return the share of the window with a usable face, 0..1."""
        return min(1.0, self.covered(at, window_s).valid_s / self.length_s(at, window_s))
