"""The sessions that run here: started, fed, looked up, handed to the history, and forgotten.

Sessions with retention "none" live here only. The others are followed by the history, come back
from it after a restart, and may run in another process, which then alone changes them.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fer_core.affect.breaks import BreakPlan
from fer_core.api.problems import ApiError
from fer_core.api.schemas.sessions import Consent, SessionRequest
from fer_core.api.text_input import open_text
from fer_core.errors import (
    Busy,
    ConsentMissing,
    HistoryNotShrunk,
    SessionNotFound,
    StorageError,
)
from fer_core.learner.profile import LearnerProfile
from fer_core.live.reading_tracker import ReadingDesk
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.storage.history import StoredSession, TextLabel
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document
from fer_core.vision.faces import Detections
from fer_core.vision.tracker import FaceTracker

#: Sessions in memory at once. One with eight hours in it takes about 20 MB.
MAX_SESSIONS = 64
#: A session that nothing has come for is let go after this long, in seconds.
IDLE_S = 12 * 3600.0
#: Answers kept for frames that are sent again. One request is in flight, so a few suffice.
KEPT_ANSWERS = 16
#: Creations remembered for clients that repeat them.
KEPT_CREATIONS = 256

Clock = Callable[[], float]

_log = logging.getLogger(__name__)


class IdempotencyConflict(ApiError):
    code = "idempotency_conflict"
    default_message = "This Idempotency-Key was used for another request. Send a new one."


class SessionElsewhere(ApiError):
    code = "session_elsewhere"
    default_message = "This session runs in another program on this machine; go on with it there."


@dataclass(slots=True)
class LiveSession:
    """One session in memory, with what HTTP adds to it.

    Attributes:
        study: The session itself.
        keep: Whether its numbers go to the history.
        desk: Its open text, if any.
        stored: What the history had of it when it was brought back.
        own_wpm: The pace that its passages compare with, by the history; None: nothing was read.
        runs_here: This server feeds it; otherwise it is a look at the history.
        erased: It is gone; who still holds it lets go.
        frame_lock: Held while a frame goes through tracker and session: frames keep their order.
        answers: By frame id, what the latest frames were answered.
        touched_at: When a client last asked for it, in seconds since the epoch.
    """

    study: StudySession
    keep: bool
    desk: ReadingDesk | None
    touched_at: float
    stored: StoredSession | None = None
    own_wpm: float | None = None
    runs_here: bool = True
    erased: bool = False
    frame_lock: threading.Lock = field(default_factory=threading.Lock)
    answers: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _tracker: FaceTracker = field(default_factory=FaceTracker)
    _newest: float = float("-inf")

    @property
    def session_id(self) -> str:
        return self.study.info.session_id

    def observe(self, detections: Detections, captured_at: float) -> tuple[Detections, bool]:
        """Take an analysed frame; the caller holds `frame_lock`.

        Args:
            detections: What was found in it.
            captured_at: When it was captured, seconds since the epoch.

        Returns:
            The detections with the faces' numbers, and whether the frame entered the timeline. A
            frame out of order enters nothing, the numbering of faces included.

        Raises:
            SessionFinished: The session is over.
        """
        if captured_at > self._newest:
            self._newest = captured_at
            detections = self._tracker.update(detections, captured_at)
        return detections, self.study.observe(detections, captured_at)

    def answer_to(self, frame_id: str | None) -> bytes | None:
        """Return what a frame of this name was answered, if it is still known."""
        return None if frame_id is None else self.answers.get(frame_id)

    def remember(self, frame_id: str, answer: bytes) -> None:
        """Keep an answer for a frame that may be sent again."""
        self.answers[frame_id] = answer
        while len(self.answers) > KEPT_ANSWERS:
            self.answers.popitem(last=False)


class LiveSessions:
    """All sessions of this server. Safe for any number of threads.

    Args:
        store: The history.
        clock: Tells the time, in seconds since the epoch.
    """

    def __init__(self, store: SessionStore, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._lock = threading.RLock()
        self._creation_lock = threading.Lock()
        self._sessions: dict[str, LiveSession] = {}
        self._creations: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def create(
        self, request: SessionRequest, caller: str = "", idempotency_key: str | None = None
    ) -> LiveSession:
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
        key = None if idempotency_key is None else f"{caller} {idempotency_key}"
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        known = self._created(key, digest)
        if known is not None:
            return known
        live = self._start(request, request.consent)  # asks the history: may take seconds
        with self._creation_lock:  # of a request that is here twice, the first one counts
            known = self._created(key, digest)
            if known is not None:
                return known
            self._add(live)
            if key is not None:
                self._creations[key] = digest, live.session_id
                while len(self._creations) > KEPT_CREATIONS:
                    self._creations.popitem(last=False)
        self._follow(live)
        return live

    def _created(self, key: str | None, digest: str) -> LiveSession | None:
        """Return the session that the request with this key started, if it is in memory.

        Raises:
            IdempotencyConflict: The key was another request's.
        """
        if key is None:
            return None
        known_digest, session_id = self._creations.get(key, (digest, ""))
        if known_digest != digest:
            raise IdempotencyConflict
        return self._in_memory(session_id)

    def _start(self, request: SessionRequest, consent: Consent) -> LiveSession:
        document = None if request.text is None else open_text(request.text)
        keep = request.retention == "keep"
        # A session that is to be forgotten takes nothing from the history either.
        profile = self._profile() if keep else None
        now = self.clock()
        info = SessionInfo(
            session_id=secrets.token_urlsafe(16),
            started_at=now,
            title=request.title,
            goal=request.goal,
            plan=BreakPlan(request.plan.focus_min, request.plan.break_min),
            consent_version=consent.version,
            consent_at=consent.accepted_at,
            keep=keep,
        )
        study = StudySession(
            info,
            profile,
            questions=() if document is None else document.questions,
        )
        return LiveSession(
            study,
            keep,
            None if document is None else ReadingDesk(document, study),
            touched_at=now,
        )

    def _profile(self) -> LearnerProfile | None:
        """Return what the history knows of the learner; None while it cannot be read."""
        try:
            return self.store.profile()
        except StorageError as error:
            _log.warning("the session starts without the history: %s", error.message)
            return None

    def _add(self, live: LiveSession) -> None:
        with self._lock:
            self._let_idle_go()
            if len(self._sessions) >= MAX_SESSIONS:
                raise Busy("Too many sessions are running. Finish or delete one.")
            self._sessions[live.session_id] = live
            live.runs_here = True

    def _follow(self, live: LiveSession) -> None:
        label = None if live.desk is None else _label(live.desk.document)
        self.store.follow(live.study, text=label)

    def get(self, session_id: str) -> LiveSession:
        """Return a session to look at: a running one, or one of the history.

        Raises:
            SessionNotFound: There is none with this id.
            StorageError: The history cannot be read now.
        """
        live = self._in_memory(session_id)
        if live is None:
            return self._brought_back(session_id)
        if self._belongs_to_history(live):
            self._forget_if_erased(live)
        return live

    def _belongs_to_history(self, live: LiveSession) -> bool:
        """Tell whether a session is over and safe: then what the history says of it counts."""
        return live.keep and live.study.state is State.FINISHED and self.store.status.saving

    def _forget_if_erased(self, live: LiveSession) -> None:
        """Let a session go that another program has erased from the history.

        Raises:
            SessionNotFound: It was.
            StorageError: The history cannot be read now.
        """
        try:
            self.store.summary(live.session_id)
        except SessionNotFound:
            with self._lock:
                self._sessions.pop(live.session_id, None)
            live.erased = True
            raise

    def get_to_change(self, session_id: str) -> LiveSession:
        """Return a session that frames, answers and commands may go to.

        One that was cut off is brought back from the history, paused.

        Raises:
            SessionElsewhere: It runs in another process.
            SessionNotFound, StorageError: As `get`.
            Busy: Too many sessions are in memory.
        """
        live = self._in_memory(session_id)
        if live is not None:
            return live
        brought_back = self._brought_back(session_id)  # before the lock: a database may be slow
        with self._lock:
            live = self._sessions.get(session_id, brought_back)
            if live.stored is None or live.runs_here or live.study.state is State.FINISHED:
                return live
            if not live.stored.summary.is_interrupted(self.clock()):
                raise SessionElsewhere
            self._add(live)
            self._follow(live)
            return live

    def latest(self, live: LiveSession) -> LiveSession:
        """Return what runs here under a session's name now; without that the session itself.

        A look at a session that was cut off does not move; when somebody goes on with the session,
        it runs as another object.
        """
        with self._lock:
            return self._sessions.get(live.session_id, live)

    def _in_memory(self, session_id: str) -> LiveSession | None:
        if "\0" in session_id:  # PostgreSQL would call the question wrong, not the answer empty
            raise SessionNotFound
        with self._lock:
            live = self._sessions.get(session_id)
            if live is not None:
                live.touched_at = self.clock()
            return live

    def _brought_back(self, session_id: str) -> LiveSession:
        stored = self.store.load(session_id)
        study = self.store.restore(session_id)
        return LiveSession(
            study,
            True,
            None,
            touched_at=self.clock(),
            stored=stored,
            own_wpm=self.store.own_wpm(stored) if stored.passages else None,
            runs_here=False,
        )

    def running(self) -> list[LiveSession]:
        """Return the sessions in memory, but for those that are over and safe in the history."""
        with self._lock:
            sessions = list(self._sessions.values())
        return [live for live in sessions if not self._belongs_to_history(live)]

    def finish(self, live: LiveSession) -> None:
        """End a session; afterwards it is forgotten, or its reading goes to the history."""
        live.study.finish(self.clock())
        if not live.keep:
            with self._lock:
                self._sessions.pop(live.session_id, None)
            return
        self.store.save_now()
        if live.desk is not None:
            result = live.desk.result()
            try:
                self.store.save_reading(
                    live.session_id, result.reading, result.estimates, result.highlights
                )
            except (StorageError, SessionNotFound) as error:
                _log.warning("how the text was read is not in the history: %s", error.message)

    def erase(self, session_id: str) -> None:
        """Erase a session, from memory and from the history.

        Raises:
            SessionNotFound: There is none with this id.
            StorageError: The history cannot be changed now.
        """
        live = self._in_memory(session_id)
        if live is None or live.keep:
            self.store.erase(session_id)
        with self._lock:
            self._sessions.pop(session_id, None)
        if live is not None:
            live.erased = True

    def erase_all(self) -> None:
        """Erase every session and what they taught about the learner.

        Raises:
            StorageError: The history cannot be changed now.
        """
        with self._lock:
            for live in self._sessions.values():
                live.erased = True
            self._sessions.clear()
            self._creations.clear()
        try:
            self.store.erase_all()
        except HistoryNotShrunk as error:  # all is erased, which is what was asked for
            _log.warning("the history's file keeps its size: %s", error.message)

    def _let_idle_go(self) -> None:
        horizon = self.clock() - IDLE_S
        for session_id, live in list(self._sessions.items()):
            full = len(self._sessions) >= MAX_SESSIONS
            # Who goes on saving it keeps it in memory, and its owner out.
            left = live.touched_at < horizon and (not live.keep or self.store.leave(session_id))
            if left or (full and self._belongs_to_history(live)):
                del self._sessions[session_id]
                live.runs_here = False


def _label(document: Document) -> TextLabel:
    return TextLabel(document.text_id, document.title, document.words)
