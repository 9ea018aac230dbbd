"""Starting a session over HTTP: what was asked for, once however often it is asked."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fer_core.affect.breaks import BreakPlan
from fer_core.api.problems import ApiError
from fer_core.api.schemas.sessions import SessionRequest
from fer_core.api.text_input import open_text
from fer_core.errors import ConsentMissing
from fer_core.live.registry import SessionRegistry, new_session_id
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session_info import SessionInfo

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
        lock: Held while the session is started: of a request that is here twice, one waits.
        session_id: The session; empty until it is started.
    """

    digest: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    session_id: str = ""


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
        self, request: SessionRequest, caller: str = "", idempotency_key: str | None = None
    ) -> RunningSession:
        """Start a session, or return the one that the same request started before.

        Args:
            request: What was asked for.
            caller: Whose idempotency keys are meant.
            idempotency_key: The same key and request give the same session.

        Raises:
            ConsentMissing: The learner has not agreed.
            IdempotencyConflict: The key was used for another request.
            TextError: The text cannot be read.
            Busy: Too many sessions are in memory.
        """
        if request.consent is None:
            raise ConsentMissing
        if idempotency_key is None:
            return self._start(request)
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        return self._once(f"{caller} {idempotency_key}", digest, lambda: self._start(request))

    def clear(self) -> None:
        """Forget every key, as all sessions are erased."""
        with self._lock:
            self._kept.clear()

    def _once(self, key: str, digest: str, start: Callable[[], RunningSession]) -> RunningSession:
        with self._lock:
            creation = self._kept.setdefault(key, _Creation(digest))
            while len(self._kept) > KEPT_CREATIONS:
                self._kept.popitem(last=False)
        if creation.digest != digest:
            raise IdempotencyConflict
        with creation.lock:
            running = self._registry.find(creation.session_id)
            if running is None:
                try:
                    running = start()
                except BaseException:
                    with self._lock:  # what came to nothing binds nobody
                        if self._kept.get(key) is creation:
                            del self._kept[key]
                    raise
                creation.session_id = running.session_id
            return running

    def _start(self, request: SessionRequest) -> RunningSession:
        consent = request.consent
        document = None if request.text is None else open_text(request.text)
        info = SessionInfo(
            session_id=new_session_id(),
            started_at=self._registry.clock(),
            title=request.title,
            goal=request.goal,
            plan=BreakPlan(request.plan.focus_min, request.plan.break_min),
            consent_version="" if consent is None else consent.version,
            consent_at=None if consent is None else consent.accepted_at,
            keep=request.retention == "keep",
        )
        return self._registry.start(info, document)
