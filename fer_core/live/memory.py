"""The sessions in memory by name, and how many there is room for."""

from __future__ import annotations

import threading

from fer_core.errors import Busy
from fer_core.live.running_session import RunningSession

#: Sessions in memory at once. One with eight hours in it takes 8 MB, an open book of 300 pages
#: about 5 MB more.
MOST_SESSIONS = 64
#: A session that has given no sign for this long is let go, in seconds.
IDLE_S = 12 * 3600.0


class SessionMemory:
    """Sessions by name. Safe for any number of threads; nothing in it waits.

    Args:
        most: At most so many.
    """

    def __init__(self, most: int = MOST_SESSIONS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._sessions: dict[str, RunningSession] = {}

    def find(self, session_id: str) -> RunningSession | None:
        """Return the session of this name; None: it is not in memory."""
        with self._lock:
            return self._sessions.get(session_id)

    def all(self) -> list[RunningSession]:
        """Return every session, the oldest in memory first."""
        with self._lock:
            return list(self._sessions.values())

    def add(self, running: RunningSession) -> RunningSession:
        """Take a session in; return the one of its name that was there before, if one was.

        Where there is no room, the finished sessions are let go.

        Raises:
            Busy: All of them run.
        """
        done: list[RunningSession] = []
        with self._lock:
            known = self._sessions.get(running.session_id)
            if known is not None:
                return known
            if len(self._sessions) >= self._most:
                done = [one for one in self._sessions.values() if one.is_finished]
                for one in done:
                    del self._sessions[one.session_id]
            full = len(self._sessions) >= self._most
            if not full:
                self._sessions[running.session_id] = running
        for one in done:
            one.close()
        if full:
            raise Busy("Too many sessions are running. Finish or delete one.")
        return running

    def drop(self, running: RunningSession, *, erased: bool = False) -> None:
        """Let a session go.

        Args:
            running: The session, in memory or not.
            erased: It is gone from the history too.
        """
        with self._lock:
            if self._sessions.get(running.session_id) is running:
                del self._sessions[running.session_id]
        running.close(erased=erased)

    def drop_if_silent(self, running: RunningSession, since: float) -> bool:
        """Let a session go unless it has given a sign since a moment; tell whether it went."""
        with self._lock:
            if running.last_sign >= since:
                return False
            self._sessions.pop(running.session_id, None)
        running.close()
        return True
