"""How much each owner, and all owners of a key together, may have; and the headers that say so.

Sessions and rows are counted in the database, whichever server they came through. Streams and
frames are counted here: each server gives as many. Without keys nothing is counted.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Response, g

from fer_core.api.callers import Caller
from fer_core.api.problems import TooManyRequests
from fer_core.api.rates import Rate, RateLimiter
from fer_core.config import Quota
from fer_core.errors import StorageError
from fer_core.live.registry import SessionRegistry
from fer_core.sessions.snapshot import State
from fer_core.storage.owners import OwnerStore, own_of_key

#: When there may be room again, in seconds: a session ends, or is paused three minutes after its
#: learner left; a stream is closed; old sessions are erased.
SESSIONS_AGAIN_S, STREAMS_AGAIN_S, ROWS_AGAIN_S = 60, 10, 3600
#: All rows of a key may be millions, and take the database a second: they are not counted anew
#: for so long, in seconds, while more than so many are left. That is a minute of 1,600 sessions.
COUNT_HOLDS_S, COUNT_HOLDS_ROWS = 60.0, 100_000


class QuotaExceeded(TooManyRequests):
    code = "quota_exceeded"
    default_message = "There is as much of this owner as may be."


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a quota.

    Attributes:
        name: Of the quota, as it stands in the headers.
        most: How much there may be.
        left: How much more.
        within_s: The stretch of time that it counts for; None: at any one time.
        again_s: When there is more, in seconds.
    """

    name: str
    most: int
    left: int
    within_s: float | None = None
    again_s: float | None = None


def note(allowance: Allowance) -> None:
    """Have an answer say what is left of a quota."""
    g.setdefault("allowances", {})[allowance.name] = allowance


def add_headers(response: Response) -> None:
    """Say what is left (draft-ietf-httpapi-ratelimit-headers-10), where anything is counted."""
    allowances: dict[str, Allowance] = g.get("allowances", {})
    if not allowances:
        return
    policies, limits = [], []
    for one in allowances.values():
        window = "" if one.within_s is None else f";w={math.ceil(one.within_s)}"
        again = "" if one.again_s is None else f";t={math.ceil(one.again_s)}"
        policies.append(f'"{one.name}";q={one.most}{window}')
        limits.append(f'"{one.name}";r={max(0, one.left)}{again}')
    response.headers["RateLimit-Policy"] = ", ".join(policies)
    response.headers["RateLimit"] = ", ".join(limits)


class Quotas:
    """Counts. Safe for any number of threads.

    Args:
        owner: What each owner that a key has made may have.
        key: What all owners of a key together may have.
        registry: Where sessions run.
        monotonic: Seconds that only go forward.
    """

    def __init__(
        self,
        owner: Quota,
        key: Quota,
        registry: SessionRegistry,
        monotonic: Callable[[], float],
    ) -> None:
        self._owner = owner
        self._key = key
        self._registry = registry
        self._monotonic = monotonic
        #: Of each key: when its rows were counted, and how many they were.
        self._counted: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._starting: Counter[str] = Counter()
        self._frames = {
            name: RateLimiter(Rate(quota.frames, 1.0), monotonic)
            for name, quota in (("owner", owner), ("key", key))
            if quota.frames
        }

    def _of(self, caller: Caller) -> list[tuple[str, str, Quota]]:
        """Return what counts: for whom, under which name, and how much."""
        if not caller.has_quota:
            return []
        of_key = ("key", caller.key_id, self._key)
        if caller.owner == own_of_key(caller.key_id):
            return [of_key]  # it may stand for many learners, as keys did before there were owners
        return [("owner", caller.owner, self._owner), of_key]

    @contextmanager
    def session(self, caller: Caller, *, stored: bool) -> Iterator[None]:
        """Hold a place for a session while it is started.

        Args:
            caller: For whom.
            stored: It will be in the history.

        Raises:
            QuotaExceeded: There are as many sessions, or rows, as may be.
        """
        names = [f"{kind} {name}" for kind, name, _ in self._of(caller)]
        with self._lock:
            places = {name: self._starting[name] for name in names}
            self._starting.update(names)
        try:
            for kind, name, quota in self._of(caller):
                self._refuse_sessions(kind, name, quota, places[f"{kind} {name}"])
                if stored:
                    self._refuse_rows(kind, name, quota)
            yield
        finally:
            with self._lock:
                self._starting.subtract(names)
                self._starting += Counter()  # those of nobody leave

    def _refuse_sessions(self, kind: str, name: str, quota: Quota, starting: int) -> None:
        if quota.sessions is None:
            return
        left = quota.sessions - self._running(kind, name) - starting
        note(Allowance(f"{kind}-sessions", quota.sessions, left - 1))
        if left <= 0:
            raise QuotaExceeded(
                f"This {kind} has {quota.sessions} sessions that run, as many as may be. Finish or "
                "pause one; those that were left are paused after three minutes.",
                retry_after_s=SESSIONS_AGAIN_S,
            )

    def _running(self, kind: str, name: str) -> int:
        # What is in memory here is paused now if its learner has left; elsewhere, a little later.
        here = self._registry.running(name) if kind == "owner" else []
        active = sum(one.session.state is State.ACTIVE for one in here)
        try:
            store = self._registry.history.store_to_read()
            if store is None:
                return active
            if kind == "key":
                return store.owners.running(key_id=name)
            known = [one.session_id for one in here]
            return active + store.owners.running(owner=name, besides=known)
        except StorageError:
            return active  # in an outage sessions start all the same

    def _refuse_rows(self, kind: str, name: str, quota: Quota) -> None:
        if quota.rows is None:
            return
        try:
            store = self._registry.history.store_to_read()
            if store is None:
                return
            most = quota.rows
            if kind == "owner":
                rows = store.owners.rows(most, owner=name)
            else:
                rows = self._rows_of_key(store.owners, name, most)
        except StorageError:
            return
        note(Allowance(f"{kind}-rows", most, most - rows))
        if rows >= most:
            raise QuotaExceeded(
                f"This {kind} has {most} rows in the history, as many as may be. Erase sessions, "
                "or start one with retention memory.",
                retry_after_s=ROWS_AGAIN_S,
            )

    def _rows_of_key(self, owners: OwnerStore, key_id: str, most: int) -> int:
        now = self._monotonic()
        counted_at, rows = self._counted.get(key_id, (float("-inf"), most))
        if now - counted_at >= COUNT_HOLDS_S or most - rows <= COUNT_HOLDS_ROWS:
            rows = owners.rows(most, key_id=key_id)
            self._counted[key_id] = now, rows
        return rows

    def rows(self, caller: Caller) -> None:
        """Refuse what would be stored where there are as many rows as may be.

        Raises:
            QuotaExceeded: There are.
        """
        for kind, name, quota in self._of(caller):
            self._refuse_rows(kind, name, quota)

    def frame(self, caller: Caller) -> None:
        """Count a frame.

        Raises:
            QuotaExceeded: There were as many in the last second as may be.
        """
        for kind, name, quota in self._of(caller):
            if quota.frames is None:
                continue
            wait_s = self._frames[kind].ask(name) if quota.frames else 1.0
            left = self._frames[kind].left(name) if quota.frames else 0
            note(Allowance(f"{kind}-frames", quota.frames, left, 1.0, 1.0))
            if wait_s > 0:
                raise QuotaExceeded(
                    f"This {kind} may send {quota.frames} frames a second. Skip some.",
                    retry_after_s=math.ceil(wait_s),
                )

    def stream(self, caller: Caller, held: Callable[[str, str], int]) -> None:
        """Refuse one more stream where there are as many as may be.

        Args:
            caller: For whom.
            held: Returns how many are open, of an "owner" or a "key" of this name.

        Raises:
            QuotaExceeded: There are.
        """
        for kind, name, quota in self._of(caller):
            if quota.streams is None:
                continue
            left = quota.streams - held(kind, name)
            note(Allowance(f"{kind}-streams", quota.streams, left - 1))
            if left <= 0:
                raise QuotaExceeded(
                    f"This {kind} has {quota.streams} event streams open, as many as may be.",
                    retry_after_s=STREAMS_AGAIN_S,
                )
