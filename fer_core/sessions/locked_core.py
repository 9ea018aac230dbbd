"""A session's core behind a lock, and what is done after each of the learner's words."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fer_core.sessions.core import SessionCore
from fer_core.sessions.session_info import SessionInfo


class LockedCore:
    """What the parts of a session share.

    Args:
        info: What is fixed.
        core: Everything else; used only while the lock is held.
    """

    def __init__(self, info: SessionInfo, core: SessionCore) -> None:
        self.info = info
        self._core = core
        self._lock = threading.RLock()
        self._on_word: Callable[[], object] = lambda: None

    def on_word(self, call: Callable[[], object]) -> None:
        """Have something done after each command, answer and question: saving it, before it counts.

        Args:
            call: Called in the thread that gave it, without the session's lock.
        """
        self._on_word = call
