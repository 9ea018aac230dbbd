"""Other servers on the same history: where a session was found, and who answers no more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from time import monotonic

from fer_core.errors import SessionElsewhere, StorageError
from fer_core.live.sharing import Sharing

#: Says that another server has passed a request on, see `passing_on`: it is not passed on again.
PASSED_ON = "X-Fer-Passed-On"
#: A server on the same network is there within this, or not at all. Seconds.
CONNECT_TIMEOUT_S = 0.5
#: One that answers nothing for so long is looked at: has it given any other sign? Seconds.
ANSWER_EXPECTED_S = 0.5
#: One that lives and takes no requests is on its way out, and lets its sessions go. It is not
#: waited for any longer than this. Seconds.
LETS_GO_WITHIN_S = 1.0
#: Sessions whose server is remembered.
MOST_KNOWN = 10_000


class Whereabouts:
    """Which server answered for a session last, so that the database need not be asked each time.

    It may be wrong: that server says so, and the database is asked. Safe for any number of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def check(self, session_id: str) -> None:
        """Return if nothing is known.

        Raises:
            SessionElsewhere: A server answered for it.
        """
        with self._lock:
            address, holder = self._known.get(session_id, ("", ""))
        if address:
            raise SessionElsewhere(address=address, holder=holder)

    def keep(self, session_id: str, where: SessionElsewhere) -> None:
        """Remember a server that has answered."""
        with self._lock:
            self._known[session_id] = where.address, where.holder
            self._known.move_to_end(session_id)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def forget(self, session_id: str) -> None:
        """Ask the database the next time."""
        with self._lock:
            self._known.pop(session_id, None)


class Patience:
    """How long one request or stream bears with the servers that should answer it.

    Args:
        sharing: The history that they share.
        session_id: The session that is asked for.
    """

    def __init__(self, sharing: Sharing, session_id: str) -> None:
        self._sharing = sharing
        self._session_id = session_id
        self._refused: dict[str, float] = {}

    def stands_still(self, holder: str) -> bool:
        """Tell whether a server that answers nothing has given no other sign either."""
        with suppress(StorageError):  # in an outage nobody can give a sign: it is waited for
            return self._sharing.is_late(holder)
        return False

    def refused(self, holder: str) -> None:
        """Take the session from a server that took no request for it, if it is not to be expected.

        That is at once where it is dead, with all that it held, or stands still; else when it had
        time to let go.

        Raises:
            StorageError: The history cannot be used now.
        """
        since = self._refused.setdefault(holder, monotonic())
        if self._sharing.bury(holder):
            return
        if monotonic() - since > LETS_GO_WITHIN_S or self._sharing.is_late(holder):
            self._sharing.take_from(holder, self._session_id)
