"""The locks under which running sessions are saved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

#: Sessions that PostgreSQL saves at the same time, at most.
AT_ONCE = 64


class SaveLocks:
    """One lock for each session, or one for all. A thread may take again what it has.

    Who has the lock of a session must not ask for that of another one, nor for all.

    Args:
        at_once: Whether the database saves several sessions at once. SQLite does not: who waits
            for it here waits in order.
    """

    def __init__(self, *, at_once: bool) -> None:
        self._locks = [threading.RLock() for _ in range(AT_ONCE if at_once else 1)]

    def of(self, session_id: str) -> threading.RLock:
        """Return the lock under which a session is saved."""
        return self._locks[hash(session_id) % len(self._locks)]

    @contextmanager
    def all(self) -> Iterator[None]:
        """Take all locks: nothing is saved meanwhile."""
        with ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock)
            yield
