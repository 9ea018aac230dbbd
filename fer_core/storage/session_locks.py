"""The locks under which running sessions are saved, or brought back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

#: Sessions that are worked on at the same time, at most.
AT_ONCE = 64
#: Nobody waits for a turn any longer. Seconds.
TURN_S = 2.0


class SessionLocks:
    """One lock for each session, or one for all. A thread may take again what it has.

    Who has the lock of a session must not ask for that of another one, nor for all.

    Args:
        at_once: Whether several sessions may be worked on at once. SQLite saves one after the
            other: who waits for it here waits in order.
    """

    def __init__(self, *, at_once: bool) -> None:
        self._locks = [threading.RLock() for _ in range(AT_ONCE if at_once else 1)]

    def of(self, session_id: str) -> threading.RLock:
        """Return the lock of a session, which a few others may share."""
        return self._locks[hash(session_id) % len(self._locks)]

    @contextmanager
    def all(self) -> Iterator[None]:
        """Take all locks: no session is worked on meanwhile."""
        with ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            yield


class Turns:
    """One thread at a time reads a session back.

    After the death of another process many come back at once. Side by side they would all be there
    at the end; one after the other the first ones are there early, and the last one no later. A
    database that hangs is waited for side by side: no turn is waited for any longer than `TURN_S`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Begin when nobody else is at it, or they take too long."""
        is_own = self._lock.acquire(timeout=TURN_S)
        try:
            yield
        finally:
            if is_own:
                self._lock.release()
