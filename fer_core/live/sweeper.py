"""A thread that does one thing every half a minute, whatever goes wrong in it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

#: Between two sweeps. Seconds.
SWEEP_EVERY_S = 30.0

_log = logging.getLogger(__name__)


class Sweeper:
    """Calls a function again and again from `start` to `stop`.

    Args:
        sweep: What to do.
        every_s: Seconds from the end of one call to the next.
    """

    def __init__(self, sweep: Callable[[], object], every_s: float = SWEEP_EVERY_S) -> None:
        self._sweep = sweep
        self._every_s = every_s
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a second start changes nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="session-sweeper", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """End the thread; it is not started again."""
        self._stopped.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout=10.0)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self._sweep()
            except Exception:
                # The thread must outlive any mistake in one sweep; the next one tries again.
                _log.exception("looking after the sessions failed")
