"""Starting a session over HTTP: what was asked for, once however often it is asked.

What a request started is committed together with the session, so that it counts after a restart
too. Beside that, requests that are here at the same time wait for each other in memory.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from fer_core.affect.breaks import BreakPlan
from fer_core.api.problems import ApiError
from fer_core.api.schemas.sessions import SessionRequest
from fer_core.api.text_input import open_material
from fer_core.errors import ConsentMissing, SessionElsewhere, SessionNotFound, StorageError
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.requests import Creation
from fer_core.time_zones import zone_named

#: Creations remembered for clients that repeat them.
KEPT_CREATIONS = 256


class IdempotencyConflict(ApiError):
    code = "idempotency_conflict"
    default_message = "This Idempotency-Key was used for another request. Send a new one."


@dataclass(slots=True)
class _Creation:
    """What one idempotency key stands for.

    Attributes:
        digest: Of the request.
        owner: Whose it is.
        lock: Held while the session is started: of a request that is here twice, one waits.
        session_id: The session; empty until it is started.
    """

    digest: str
    owner: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    session_id: str = ""


_NOT_STARTED = (
    "The session was not started: the history that the servers share does not answer. Try again in "
    "a moment. A session that is kept in memory only can be started."
)


class Creations:
    """Starts sessions for requests. Safe for any number of threads.

    Args:
        registry: Where they are started.
    """

    def __init__(self, registry: SessionRegistry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Creation] = OrderedDict()

    def create(
        self,
        request: SessionRequest,
        owner: str = "",
        idempotency_key: str | None = None,
        *,
        place: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> RunningSession:
        """Start a session, or return the one that the same request started before.

        Args:
            request: What was asked for.
            owner: Whose it will be; each has idempotency keys of their own.
            idempotency_key: The same key and request give the same session.
            place: Holds a place for a new session while it is started; raises where there is none.

        Raises:
            ConsentMissing: The learner has not agreed.
            IdempotencyConflict: The key was used for another request.
            TextError: The text cannot be read.
            TimeZoneUnknown: There is no such zone.
            StorageError: Other servers share the history, and it cannot be used now.
            Busy: Too many sessions are in memory.
        """
        if request.consent is None:
            raise ConsentMissing
        if idempotency_key is None:
            with place():
                return self._start(request, owner, None)
        key = hashlib.sha256(f"{owner} {idempotency_key}".encode()).hexdigest()
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        creation = Creation(key, digest)

        def start() -> RunningSession:
            with place():
                return self._start(request, owner, creation)

        return self._once(creation, owner, start)

    def clear(self, owner: str = "") -> None:
        """Forget every key of an owner, as all of their sessions are erased."""
        with self._lock:
            for key in [key for key, kept in self._kept.items() if kept.owner == owner]:
                del self._kept[key]

    def _once(
        self, asked: Creation, owner: str, start: Callable[[], RunningSession]
    ) -> RunningSession:
        key = asked.request
        with self._lock:
            creation = self._kept.setdefault(key, _Creation(asked.digest, owner))
            while len(self._kept) > KEPT_CREATIONS:
                self._kept.popitem(last=False)
        if creation.digest != asked.digest:
            raise IdempotencyConflict
        with creation.lock:
            try:
                running = self._registry.find(creation.session_id) or self._before(asked, owner)
                running = running or start()
            except BaseException:
                with self._lock:  # what came to nothing binds nobody
                    if self._kept.get(key) is creation:
                        del self._kept[key]
                raise
            creation.session_id = running.session_id
            return running

    def _before(self, asked: Creation, owner: str) -> RunningSession | None:
        """Return the session that the request started before, in this process or an earlier one.

        Raises:
            IdempotencyConflict: The key was used for another request.
        """
        try:
            known = self._registry.history.creation(asked.request)
        except StorageError:
            return None  # in an outage it is not known; sessions start all the same
        if known is None:
            return None
        digest, session_id = known
        if digest != asked.digest:
            raise IdempotencyConflict
        try:
            return self._registry.get_to_change(session_id, owner)
        except SessionElsewhere:
            return self._registry.get(session_id, owner)
        except SessionNotFound:
            return None  # erased at this very moment

    def _start(
        self, request: SessionRequest, owner: str, creation: Creation | None
    ) -> RunningSession:
        consent = request.consent
        zone_named(request.time_zone)
        document = open_material(request)
        sharing = self._registry.history.sharing
        info = SessionInfo(
            session_id=sharing.new_session_id(memory_only=request.retention == "memory"),
            started_at=self._registry.clock(),
            title=request.title,
            goal=request.goal,
            plan=BreakPlan(request.plan.focus_min, request.plan.break_min),
            consent_version="" if consent is None else consent.version,
            consent_at=None if consent is None else consent.accepted_at,
            keep=request.retention == "keep",
            memory_only=request.retention == "memory",
            time_zone=request.time_zone or "",
        )
        running = self._registry.start(info, document, owner=owner, creation=creation)
        running.session.study_on_paper(request.on_paper, info.started_at)
        if sharing.is_shared and sharing.is_unsaved(running):
            # The next request may come to another server, which would not know of it.
            sharing.discard(running)
            self._registry.drop(running)
            raise StorageError(_NOT_STARTED)
        return running
