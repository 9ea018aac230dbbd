"""The sessions in memory by name, and how many there is room for."""

from __future__ import annotations

import threading
from collections import Counter

from fer_core.errors import Busy
from fer_core.live.running_session import RunningSession

#: Sessions in memory at once. One with eight hours in it takes 8 MB, an open book of 300 pages
#: about 5 MB more.
MOST_SESSIONS = 64
#: Of those, sessions that are never stored: at most so many of one owner. They cannot make room.
MOST_MEMORY_ONLY = 16
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

    def all(self, owner: str | None = None) -> list[RunningSession]:
        """Return every session, or those of one owner, the oldest in memory first."""
        with self._lock:
            sessions = list(self._sessions.values())
        return [one for one in sessions if owner is None or one.owner == owner]

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
            self._refuse_too_many_unstored(running)
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

    def _refuse_too_many_unstored(self, running: RunningSession) -> None:
        others = self._sessions.values()
        unstored = sum(one.owner == running.owner and not one.is_stored for one in others)
        if not running.is_stored and unstored >= MOST_MEMORY_ONLY:
            raise Busy(
                f"At most {MOST_MEMORY_ONLY} sessions can be in memory only. Finish or delete one, "
                "or use another retention."
            )

    def who_makes_room(self, owner: str, silent_since: float) -> list[RunningSession]:
        """Return the stored sessions that may leave memory for another, the most silent first.

        Those are the ones that were left, and those of owners with more places than this one has.

        Args:
            owner: For whom a place is wanted.
            silent_since: Who gave no sign since then was left, seconds since the epoch.
        """
        with self._lock:
            sessions = list(self._sessions.values())
        places = Counter(one.owner for one in sessions)
        may_go = [
            one
            for one in sessions
            if one.is_stored
            and (one.last_sign < silent_since or places[one.owner] > places[owner] + 1)
        ]
        return sorted(may_go, key=lambda one: one.last_sign)

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

    def drop_lost(self, session_id: str) -> None:
        """Let a session go that another program has erased, or runs now."""
        running = self.find(session_id)
        if running is not None:
            self.drop(running, erased=True)

    def drop_if_silent(self, running: RunningSession, since: float) -> bool:
        """Let a session go unless it has given a sign since a moment; tell whether it went."""
        with self._lock:
            if running.last_sign >= since:
                return False
            self._sessions.pop(running.session_id, None)
        running.close()
        return True
