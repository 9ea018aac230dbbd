"""What a door keeps beside each running session: made when it is first asked for, gone with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from fer_core.live.running_session import RunningSession

T = TypeVar("T")


class PerSession(Generic[T]):
    """One thing for each running session, such as its camera. Safe for any number of threads.

    Args:
        make: Makes it for a session. It must not wait: others wait for it.
        release: Called with it when its session is let go.
    """

    def __init__(
        self,
        make: Callable[[RunningSession], T],
        release: Callable[[T], object] = lambda _: None,
    ) -> None:
        self._make = make
        self._release = release
        self._lock = threading.Lock()
        self._kept: dict[RunningSession, T] = {}

    def of(self, running: RunningSession) -> T:
        """Return what is kept beside this session."""
        with self._lock:
            if running in self._kept:
                return self._kept[running]
            made = self._kept[running] = self._make(running)
        running.on_close(lambda: self._let_go(running))
        return made

    def _let_go(self, running: RunningSession) -> None:
        with self._lock:
            made = self._kept.pop(running, None)
        if made is not None:
            self._release(made)

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)
