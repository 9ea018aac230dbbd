"""How sessions end for a door that is asked twice: the same answer, after a restart too."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from fer_core.errors import SessionNotFound
from fer_core.live.running_session import RunningSession
from fer_core.storage.queries import AFTER_END_S

if TYPE_CHECKING:
    from fer_core.live.registry import SessionRegistry

#: Answers kept in memory, for as long as the history keeps what is not to be kept; it has those of
#: sessions that are stored.
KEPT_ANSWERS = 256


class Endings:
    """Ends sessions, and keeps what was answered. Safe for any number of threads.

    Args:
        registry: Where the sessions are.
    """

    def __init__(self, registry: SessionRegistry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def sum_up(
        self,
        session_id: str,
        describe: Callable[[RunningSession], str],
        owner: str = "",
        *,
        ask: bool = False,
    ) -> str:
        """End a session and return what is answered to that; asked again, the same is answered.

        One that is not to be kept is gone afterwards; its answer stays for an hour.

        Args:
            session_id: The session.
            describe: Says what a finished session amounted to.
            owner: Whose it is.
            ask: See `SessionRegistry.get_to_change`.

        Raises:
            SessionElsewhere, SessionNotFound, StorageError, Busy: As
                `SessionRegistry.get_to_change`.
        """
        if "\0" in session_id:
            raise SessionNotFound
        known = self._known(session_id, owner)
        if known is not None:
            return known
        try:
            running = self._registry.get_to_change(session_id, owner, ask=ask)
        except SessionNotFound:
            known = self._known(session_id, owner)  # another request was quicker
            if known is None:
                raise
            return known
        with running.ending:
            known = self._known(session_id, owner)
            return self._end(running, describe) if known is None else known

    def _end(self, running: RunningSession, describe: Callable[[RunningSession], str]) -> str:
        registry = self._registry
        registry.finish(running)
        body = registry.history.keep_summary(running, describe(running))
        with self._lock:
            self._kept[running.owner, running.session_id] = registry.clock(), body
            while len(self._kept) > KEPT_ANSWERS:
                self._kept.popitem(last=False)
        if not running.keep:
            registry.drop(running)
        return body

    def _known(self, session_id: str, owner: str) -> str | None:
        with self._lock:
            kept_at, body = self._kept.get((owner, session_id), (float("-inf"), ""))
        if self._registry.clock() - kept_at < AFTER_END_S:
            return body
        return self._registry.history.summary(session_id, owner)

    def forget(self, session_id: str, owner: str = "") -> bool:
        """Forget what is in memory of a session; tell whether there was something."""
        with self._lock:
            return self._kept.pop((owner, session_id), None) is not None

    def clear(self, owner: str = "") -> None:
        """Forget everything of an owner that is in memory."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == owner]:
                del self._kept[key]
