"""The time of this process: epoch seconds that never run back, whatever the system clock does."""

from __future__ import annotations

import time
from collections.abc import Callable

#: The system clock is this far ahead only after the machine slept, or was set by hand. Seconds.
SLEPT_S = 60.0


class EpochClock:
    """Tells seconds since the epoch, from a clock that only runs forward.

    On most systems that one stands still while the machine sleeps, so that a session does not count
    the night. `catch_up` makes good for it when no session runs.

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
        return self._offset + self._steady()

    def catch_up(self) -> None:
        """Go on to the system's time if that is far ahead; never go back."""
        ahead = self._wall() - self()
        if ahead > SLEPT_S:
            self._offset += ahead


now = EpochClock()
