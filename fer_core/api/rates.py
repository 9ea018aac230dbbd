"""How often one caller may ask: a moving window for each, in memory.

The library limits (5.8.0) was tried in its place. Its memory storage reads the wall clock: a clock
put back by an hour refuses a caller for that hour. It never forgets a caller: 20,000 addresses left
20,000 lists after their windows had passed. A request costs 19 us instead of 6, and starts up to 25
threads a second. A storage of our own for it would be as long as this file.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from fer_core.errors import SettingsError

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([1-9]\d{0,5}) *(?:/|per) *([1-9]\d{0,3})? *(second|minute|hour|day)s?")
#: Callers remembered before those who are not asking any more are looked for.
_MANY_CALLERS = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in any stretch of so many seconds."""

    requests: int
    seconds: float


def parse_rate(text: str) -> Rate:
    """Read a rate such as "100/second".

    Raises:
        SettingsError: It cannot be read.
    """
    match = _RATE.fullmatch(text.strip())
    if match is None:
        raise SettingsError(
            "FER_API_RATE_LIMIT must look like 100/second, 600/minute or 10 per 5 seconds."
        )
    requests, multiple, unit = match.groups()
    return Rate(int(requests), int(multiple or 1) * _SECONDS[unit])


class RateLimiter:
    """Counts requests by caller. Safe for any number of threads.

    Args:
        rate: What each caller may.
        clock: Seconds that only go forward.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: dict[str, deque[float]] = {}

    @property
    def rate(self) -> Rate:
        return self._rate

    def ask(self, caller: str) -> float:
        """Count a request and return 0, or the seconds until the caller may ask again."""
        with self._lock:
            now = self._clock()
            if caller not in self._asked:
                self._make_room(now)
            asked = self._asked.setdefault(caller, deque(maxlen=self._rate.requests))
            if len(asked) == self._rate.requests:
                wait = asked[0] + self._rate.seconds - now
                if wait > 0:
                    return wait
            asked.append(now)
            return 0.0

    def left(self, caller: str) -> int:
        """Return how often a caller may ask at once now."""
        with self._lock:
            horizon = self._clock() - self._rate.seconds
            asked = self._asked.get(caller, ())
            return self._rate.requests - sum(1 for at in asked if at > horizon)

    def _make_room(self, now: float) -> None:
        if len(self._asked) < _MANY_CALLERS:
            return
        horizon = now - self._rate.seconds
        for caller in [name for name, asked in self._asked.items() if asked[-1] <= horizon]:
            del self._asked[caller]
