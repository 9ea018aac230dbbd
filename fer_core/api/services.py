"""What the views share: settings, the model, the limit on work in hand."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import Response, current_app, g, request
from pydantic import BaseModel

from fer_core.api.callers import Caller, KnownOwners, caller
from fer_core.api.creations import Creations
from fer_core.api.frame_answers import FrameAnswers
from fer_core.api.model_loader import ModelService
from fer_core.api.observability import Observer
from fer_core.api.peers import PASSED_ON, Whereabouts
from fer_core.api.problems import Malformed
from fer_core.api.quotas import Quotas
from fer_core.api.schemas.problems import FieldProblem
from fer_core.api.schemas.sessions import SessionPath
from fer_core.api.tokens import TokenSigner
from fer_core.config import Settings
from fer_core.errors import Busy, StorageError
from fer_core.live.per_session import PerSession
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import Clock, RunningSession
from fer_core.storage.owners import OwnerStore
from fer_core.video.jobs import VideoJobs

#: A client's clock may be this far ahead of ours, in seconds.
CLOCK_TOLERANCE_S = 5.0


class ConcurrencyLimit:
    """Lets a bounded number of files be in hand; the next one waits, or hears Busy.

    Args:
        limit: How many are in hand.
        waiting: How many more may wait, each in a thread of the server.
        patience_s: How long one waits before it hears Busy.
    """

    def __init__(self, limit: int, waiting: int = 0, patience_s: float = 0.0) -> None:
        self._free = threading.BoundedSemaphore(limit)
        self._crowd = threading.BoundedSemaphore(limit + waiting)
        self._patience_s = patience_s

    def __enter__(self) -> None:
        if not self._crowd.acquire(blocking=False):
            raise Busy
        if not self._free.acquire(timeout=self._patience_s):
            self._crowd.release()
            raise Busy

    def __exit__(self, *_: object) -> None:
        self._free.release()
        self._crowd.release()


@dataclass(eq=False, slots=True)
class StreamPlace:
    """The place of one stream.

    Attributes:
        caller: For whom it is.
        ended: Set when the stream has to end: its client connects again.
        clock: Seconds since the epoch.
        knows: Tells whether a key counts now.
    """

    caller: Caller
    ended: threading.Event = field(default_factory=threading.Event)
    clock: Clock = time.time
    knows: Callable[[str], bool] = lambda _: True

    def wait(self, seconds: float) -> bool:
        """Wait; tell whether the stream has to end.

        It was asked to, its token has ended, or its key was revoked.
        """
        if self.ended.wait(seconds):
            return True
        expires_at, key_id = self.caller.expires_at, self.caller.key_id
        has_ended = expires_at is not None and self.clock() >= expires_at
        return has_ended or (key_id != "" and not self.knows(key_id))


class StreamLimit:
    """Bounds the streams that are open, since each holds a thread; ends them all at a stop.

    When all places are taken, whoever has the most gives one up to whoever has fewer: one owner
    cannot shut the others out. Its stream ends, and goes on from there when its client comes back.

    Args:
        limit: Streams at once.
        quotas: How many of them each owner and each key may have; None: no matter.
        clock: Seconds since the epoch.
        knows: Tells whether a key counts now: a stream ends with it.
    """

    def __init__(
        self,
        limit: int,
        quotas: Quotas | None = None,
        clock: Clock = time.time,
        knows: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._knows = knows
        self._quotas = quotas
        self._lock = threading.Lock()
        self._places: list[StreamPlace] = []
        self._stopped = False

    def enter(self, caller: Caller) -> StreamPlace:
        """Take a place.

        Args:
            caller: For whom it is.

        Raises:
            Busy: All are taken, or the server is stopping.
            QuotaExceeded: This owner or this key has as many as it may.
        """
        with self._lock:
            if self._stopped:
                raise Busy("The server is stopping. Connect again in a moment.")
            if self._quotas is not None:
                self._quotas.stream(caller, self._held)
            if len(self._places) >= self._limit:
                self._end_one_for(caller)
            place = StreamPlace(caller, clock=self._clock, knows=self._knows)
            self._places.append(place)
            return place

    def _held(self, kind: str, name: str) -> int:
        callers = [place.caller for place in self._places]
        return sum(name == (one.owner if kind == "owner" else one.key_id) for one in callers)

    def _end_one_for(self, caller: Caller) -> None:
        held = Counter(place.caller.owner for place in self._places)
        most, count = held.most_common(1)[0]
        if count <= held[caller.owner] + 1:
            raise Busy("Too many event streams are open. Close one, or poll the session.")
        oldest = next(place for place in self._places if place.caller.owner == most)
        oldest.ended.set()
        self._places.remove(oldest)

    def leave(self, place: StreamPlace) -> None:
        """Give a place back."""
        with self._lock:
            if place in self._places:
                self._places.remove(place)

    def end_all(self) -> None:
        """End every stream, and take none from now on."""
        with self._lock:
            self._stopped = True
            for place in self._places:
                place.ended.set()


@dataclass(frozen=True, slots=True)
class AppServices:
    """Everything a view may use.

    Attributes:
        plain_limit: Bounds the small pictures in hand, such as a camera's frames.
        foreign_limit: Bounds all others, which may take long and need not be quick.
        text_limit: Bounds texts that are opened.
        sessions: Everything that runs here.
        owners: Tells whose owners are whose.
        tokens: Makes session tokens, and reads them.
        quotas: How much each owner and each key may have.
        whereabouts: Which other servers run which sessions.
        creations: Starts sessions, each request once.
        frames: What each session's frames were answered.
        videos: Videos that are analysed.
    """

    settings: Settings
    models: ModelService
    observer: Observer
    plain_limit: ConcurrencyLimit
    foreign_limit: ConcurrencyLimit
    text_limit: ConcurrencyLimit
    sessions: SessionRegistry
    owners: KnownOwners
    tokens: TokenSigner
    quotas: Quotas
    whereabouts: Whereabouts
    creations: Creations
    frames: PerSession[FrameAnswers]
    streams: StreamLimit
    clock: Clock
    videos: VideoJobs


def services() -> AppServices:
    """Return the services of the app that handles this request."""
    return cast(AppServices, current_app.extensions["fer"])


def session_of(path: SessionPath) -> RunningSession:
    """Return the session of a path, to look at.

    Raises:
        SessionElsewhere: It runs in another process, which takes requests.
        SessionNotFound, StorageError: As `SessionRegistry.get`.
    """
    session_id, owner = path.session_id, caller().owner
    may_be_elsewhere(session_id)
    return session_to_see(services().sessions, session_id, owner)


def session_to_see(sessions: SessionRegistry, session_id: str, owner: str) -> RunningSession:
    """Return a session to look at. Where its process died a moment ago, it goes on here.

    Raises:
        SessionElsewhere: It runs in another process.
        SessionNotFound, StorageError: As `SessionRegistry.get`.
        Busy: Too many sessions are in memory.
    """
    if not sessions.refuse_elsewhere(session_id, owner):
        return sessions.get(session_id, owner)
    running = sessions.get_to_change(session_id, owner)
    running.look()
    return running


def session_to_change(path: SessionPath) -> RunningSession:
    """Return the session of a path, to change. Raises as `SessionRegistry.get_to_change`."""
    ask = may_be_elsewhere(path.session_id)
    running = services().sessions.get_to_change(path.session_id, caller().owner, ask=ask)
    g.changing = running
    return running


def may_be_elsewhere(session_id: str) -> bool:
    """Tell whether another process is to be asked first, if one has the session.

    Raises:
        SessionElsewhere: One answered for it before.
    """
    if PASSED_ON in request.headers:
        return False
    if services().sessions.find(session_id) is None:
        services().whereabouts.check(session_id)
    return True


def owners_of(registry: SessionRegistry) -> OwnerStore:
    """Return the owners in the history.

    Raises:
        StorageError: There is no history that can be used now.
    """
    store = registry.history.store_to_read()
    if store is None:
        raise StorageError("Owners are kept in the history, and this server runs without one.")
    return store.owners


def refuse_future(at: float, pointer: str) -> None:
    """Refuse a moment that has not been yet: the client's clock is wrong, and so would study be.

    Args:
        at: Seconds since the epoch.
        pointer: Where it stands in the request.

    Raises:
        Malformed: It is later than now, by more than clocks differ.
    """
    if at > services().clock() + CLOCK_TOLERANCE_S:
        raise Malformed(
            errors=(
                FieldProblem(
                    pointer=pointer,
                    detail="lies in the future: the client's clock is ahead of the server's",
                ),
            )
        )


def json_response(model: BaseModel, status: int = 200) -> Response:
    """Answer with a model."""
    return Response(
        model.model_dump_json(by_alias=True), status=status, content_type="application/json"
    )
