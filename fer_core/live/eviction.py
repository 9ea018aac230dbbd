"""Which sessions leave memory so that others find room: they come back when they are asked for."""

from __future__ import annotations

from fer_core.errors import Busy
from fer_core.live.history import SessionHistory
from fer_core.live.memory import SessionMemory
from fer_core.live.running_session import Clock, RunningSession
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.storage.queries import AFTER_END_S


class Eviction:
    """Lets stored sessions leave memory. Safe for any number of threads.

    Args:
        memory: The sessions in memory.
        history: Where they are safe.
        clock: Returns seconds since the epoch.
        idle_s: A session that has given no sign for this long is let go, in seconds.
    """

    def __init__(
        self, memory: SessionMemory, history: SessionHistory, clock: Clock, idle_s: float
    ) -> None:
        self._memory = memory
        self._history = history
        self._clock = clock
        self._idle_s = idle_s

    def add(self, running: RunningSession) -> RunningSession:
        """Take a session into memory; where that is full, another one leaves.

        Returns:
            The session that is in memory under this name now.

        Raises:
            Busy: None of the others may leave.
        """
        self.let_idle_go()
        while True:
            try:
                return self._memory.add(running)
            except Busy:
                if not self._make_room(running):
                    raise

    def _make_room(self, wanted: RunningSession) -> bool:
        """Let another session leave memory for this one; tell whether one could."""
        if self._history.store is None:
            return False
        left_before = self._clock() - SILENT_AFTER_S
        for running in self._memory.who_makes_room(wanted.owner, left_before):
            running.interrupt()
            if self._history.leave(running):
                self._memory.drop(running)
                return True
        return False

    def let_idle_go(self) -> None:
        """Let every session go that has given no sign for too long, once it is safe.

        One that is not to be kept goes for good, and sooner.
        """
        now = self._clock()
        for running in self._memory.all():
            if running.is_stored and not running.keep and not running.is_finished:
                if self._memory.drop_if_silent(running, now - AFTER_END_S):
                    self._memory.drop(running, erased=True)
                    self._history.forget(running)
                continue
            horizon = now - self._idle_s
            # Who goes on saving it keeps it in memory, and its owner out.
            if running.last_sign >= horizon or not self._history.leave(running):
                continue
            if not self._memory.drop_if_silent(running, horizon):  # a sign came meanwhile
                self._history.follow(running, is_stored=True)
