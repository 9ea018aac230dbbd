"""The time of this process: epoch seconds that never run back, whatever the system clock does."""

from __future__ import annotations

import time
from collections.abc import Callable

#: The system clock is this far ahead only after the machine slept, or was set by hand. Seconds.
SLEPT_S = 60.0


class EpochClock:
    """Tells seconds since the epoch, from a clock that only runs forward.

    On most systems that one stands still while the machine sleeps. Where the system clock is far
    ahead, the time jumps to it: a session in which nobody gave a sign meanwhile is then paused, as
    after any silence.

    Args:
        wall: The system clock, seconds since the epoch.
        steady: Seconds since any moment, never running back.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()

    def __call__(self) -> float:
        wall, steady = self._wall(), self._steady()
        if wall - (self._offset + steady) > SLEPT_S:
            self._offset = wall - steady
        return self._offset + steady


now = EpochClock()
