"""The locks under which running sessions are saved, or brought back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

#: Sessions that are worked on at the same time, at most.
AT_ONCE = 64


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
