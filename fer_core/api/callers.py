"""Who asks, and for whom: what a key, a session token or neither of them opens."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import g

from fer_core.api.problems import ApiError
from fer_core.errors import OwnerNotFound, StorageError
from fer_core.storage.owners import OwnerStore

#: How long an owner who was found is taken for there, so that not every frame asks the database.
#: Erased at another server, one is gone here after this. Seconds.
FOUND_FOR_S = 10.0
#: So many are remembered.
MOST_FOUND = 10_000


class OutOfScope(ApiError):
    code = "out_of_scope"
    default_message = "This session token does not open this. It is for one session or one owner."


class KeyNeeded(ApiError):
    code = "key_needed"
    default_message = "Owners and session tokens are for keys. Make one with: fer api keys new"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        owner: Whose data is meant; empty: the learner's of this machine.
        key_id: The key that was sent, or that made the token; empty: neither was.
        session_id: The only session that a token opens; None: all of the owner.
        expires_at: When the token ends, seconds since the epoch; None: it is none.
    """

    owner: str = ""
    key_id: str = ""
    session_id: str | None = None
    expires_at: float | None = None

    @property
    def has_token(self) -> bool:
        return self.expires_at is not None

    @property
    def has_quota(self) -> bool:
        """Whether it is one among many: the learner of this machine may have all there is."""
        return bool(self.key_id and self.owner)


#: Asks on the machine itself.
NOBODY = Caller()


def caller() -> Caller:
    """Return who asks, in a request that was let in."""
    asking: Caller = g.get("caller", NOBODY)
    return asking


class KnownOwners:
    """Tells whether an owner is a key's, mostly without asking the database.

    Args:
        store: Where they are; raises `StorageError` where there is no history.
        monotonic: Seconds that only go forward.
    """

    def __init__(self, store: Callable[[], OwnerStore], monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._found: OrderedDict[tuple[str, str], float] = OrderedDict()

    def check(self, owner_id: str, key_id: str) -> None:
        """Return if a key has made this owner.

        Raises:
            OwnerNotFound: It has not.
            StorageError: That cannot be found out now.
        """
        now, name = self._monotonic(), (owner_id, key_id)
        with self._lock:
            found_at = self._found.get(name, float("-inf"))
        if now - found_at < FOUND_FOR_S:
            return
        try:
            self._store().get(owner_id, key_id)
        except OwnerNotFound:
            self.forget(owner_id)
            raise
        except StorageError:
            if found_at > float("-inf"):
                return  # sessions go on through an outage
            raise
        with self._lock:
            self._found[name] = now
            self._found.move_to_end(name)
            while len(self._found) > MOST_FOUND:
                self._found.popitem(last=False)

    def forget(self, owner_id: str) -> None:
        """Ask the database the next time: the owner is erased."""
        with self._lock:
            for name in [name for name in self._found if name[0] == owner_id]:
                del self._found[name]
