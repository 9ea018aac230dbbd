"""What the views share: settings, the model, the limit on work in hand."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

from flask import Response, current_app
from pydantic import BaseModel

from fer_core.api.creations import Creations
from fer_core.api.frame_answers import FrameAnswers
from fer_core.api.model_loader import ModelService
from fer_core.api.observability import Observer
from fer_core.api.problems import Malformed
from fer_core.api.schemas.problems import FieldProblem
from fer_core.config import Settings
from fer_core.errors import Busy
from fer_core.live.per_session import PerSession
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import Clock
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
        caller: Whose it is.
        ended: Set when the stream has to end: its client connects again.
    """

    caller: str
    ended: threading.Event = field(default_factory=threading.Event)


class StreamLimit:
    """Bounds the streams that are open, since each holds a thread; ends them all at a stop.

    When all places are taken, whoever has the most gives one up to whoever has fewer: one key
    cannot shut the others out. Its stream ends, and goes on from there when its client comes back.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._places: list[StreamPlace] = []
        self._stopped = False

    def enter(self, caller: str) -> StreamPlace:
        """Take a place.

        Args:
            caller: Whose it is.

        Raises:
            Busy: All are taken, or the server is stopping.
        """
        with self._lock:
            if self._stopped:
                raise Busy("The server is stopping. Connect again in a moment.")
            if len(self._places) >= self._limit:
                self._end_one_for(caller)
            place = StreamPlace(caller)
            self._places.append(place)
            return place

    def _end_one_for(self, caller: str) -> None:
        held = Counter(place.caller for place in self._places)
        most, count = held.most_common(1)[0]
        if count <= held[caller] + 1:
            raise Busy("Too many event streams are open. Close one, or poll the session.")
        oldest = next(place for place in self._places if place.caller == most)
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
    creations: Creations
    frames: PerSession[FrameAnswers]
    streams: StreamLimit
    clock: Clock
    videos: VideoJobs


def services() -> AppServices:
    """Return the services of the app that handles this request."""
    return cast(AppServices, current_app.extensions["fer"])


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
