"""The time of this process: epoch seconds that never run back, whatever the system clock does."""

from __future__ import annotations

import time

_OFFSET = time.time() - time.monotonic()


def now() -> float:
    """Return seconds since the epoch."""
    return _OFFSET + time.monotonic()
