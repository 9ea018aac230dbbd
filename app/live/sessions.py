"""The live sessions of this process, kept outside any browser tab so that a reload loses nothing.

A session is found again by its id, which is long and random and stands in the page's address.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.live.camera import LiveCamera
from fer_core.errors import Busy, SessionFinished, SessionNotFound, StorageError
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.storage.store import SessionStore
from fer_core.texts.question import Question
from fer_core.vision.engine import InferenceEngine

#: Sessions in memory at once; one with eight hours in it takes about 10 MB.
MAX_SESSIONS = 32
#: A running session that shows no sign of life for this long is paused, as of its last sign. A
#: browser tab in the background reports about once a minute. Seconds.
LOST_AFTER_S = 180.0
#: Between two looks for such sessions. Seconds.
WATCH_EVERY_S = 30.0
#: A session that nobody asked for in this time is let go. Seconds.
IDLE_S = 12 * 3600.0

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class LiveStudy:
    """A session in memory, and its camera.

    Attributes:
        session: The session.
        camera: Its camera.
        seen_at: When a page last asked for it, seconds since the epoch.
    """

    session: StudySession
    camera: LiveCamera
    seen_at: float

    @property
    def session_id(self) -> str:
        return self.session.info.session_id

    def touch(self, at: float) -> None:
        """Note that a page shows it; pause it first, in hindsight, if nobody did for long."""
        self.pause_if_lost(at)
        self.seen_at = at

    def pause_if_lost(self, at: float) -> None:
        """Pause it, as of its last sign of life, if that was long ago."""
        signs = (self.seen_at, self.camera.figures().last_frame_at or 0.0)
        if self.session.state is State.ACTIVE and at - max(signs) > LOST_AFTER_S:
            with suppress(SessionFinished):  # by its page, at this very moment
                self.session.pause(max(signs))


class LiveSessions:
    """All live sessions of this process. Safe for any number of threads.

    Args:
        clock: Returns seconds since the epoch.
        store: The history, where sessions are saved as they go; None keeps them in memory only.
    """

    def __init__(self, clock: Callable[[], float], store: SessionStore | None = None) -> None:
        self.clock = clock
        self.store = store
        self._lock = threading.Lock()
        self._studies: dict[str, LiveStudy] = {}
        self._closed = threading.Event()

    def watch(self) -> None:
        """Look for lost sessions from now on: one whose tab was closed must not count the night."""
        threading.Thread(target=self._watch, name="lost-sessions", daemon=True).start()

    def _watch(self) -> None:
        while not self._closed.wait(WATCH_EVERY_S):
            self.pause_lost()

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()

    def pause_lost(self) -> None:
        """Pause the running sessions that have shown no sign of life for long."""
        with self._lock:
            studies = list(self._studies.values())
        for study in studies:
            study.pause_if_lost(self.clock())

    @property
    def idle(self) -> bool:
        """Whether no session runs now."""
        with self._lock:
            return all(one.session.state is not State.ACTIVE for one in self._studies.values())

    def start(
        self, engine: InferenceEngine, info: SessionInfo, questions: Sequence[Question] = ()
    ) -> LiveStudy:
        """Start a session with what the history knows of the learner.

        Args:
            engine: Analyses its frames.
            info: What is fixed; make its id with `new_session_id`.
            questions: Of the text that is read, if any.

        Raises:
            Busy: Too many sessions are in memory.
        """
        return self._adopt(engine, self._new(info, questions))

    def _new(self, info: SessionInfo, questions: Sequence[Question]) -> StudySession:
        profile = None
        if self.store is not None:
            try:
                profile = self.store.profile()
            except StorageError as error:
                _log.warning("a session starts without the learner's history: %s", error.message)
        return StudySession(info, profile, questions=questions)

    def _adopt(self, engine: InferenceEngine, session: StudySession) -> LiveStudy:
        at = self.clock()
        study = LiveStudy(session, LiveCamera(engine, session, self.clock), at)
        with self._lock:
            # Two tabs may ask for the same stored session at once: the first one counts.
            known = self._studies.get(study.session_id)
            if known is not None:
                return known
            self._let_idle_go(at)
            if len(self._studies) >= MAX_SESSIONS:
                raise Busy("Too many sessions are running. Finish one first.")
            self._studies[study.session_id] = study
        if self.store is not None:
            self.store.follow(session)
        return study

    def get(self, engine: InferenceEngine, session_id: str) -> LiveStudy:
        """Return a session and note that a page shows it.

        One that is no longer in memory, because the app was restarted, comes back from the
        history, paused.

        Raises:
            SessionNotFound: There is none with this id.
            StorageError: The history cannot be read now.
            Busy: Too many sessions are in memory.
        """
        with self._lock:
            study = self._studies.get(session_id)
        if study is None:
            if self.store is None:
                raise SessionNotFound
            study = self._adopt(engine, self.store.restore(session_id))
        study.touch(self.clock())
        return study

    def unfinished(self) -> list[LiveStudy]:
        """Return the sessions that can be gone on with, newest first."""
        with self._lock:
            open_ones = [
                study
                for study in self._studies.values()
                if study.session.state is not State.FINISHED
            ]
        return sorted(open_ones, key=lambda study: study.session.info.started_at, reverse=True)

    def forget(self, session_id: str) -> None:
        """Let a session go; what was not saved of it is lost."""
        with self._lock:
            study = self._studies.pop(session_id, None)
        if study is not None:
            study.camera.close()

    def forget_all(self) -> None:
        """Let every session go, as their learner erases everything."""
        with self._lock:
            studies, self._studies = list(self._studies.values()), {}
        for study in studies:
            study.camera.close()

    def _let_idle_go(self, at: float) -> None:
        for session_id, study in list(self._studies.items()):
            full = len(self._studies) >= MAX_SESSIONS
            done = study.session.state is State.FINISHED
            if at - study.seen_at > IDLE_S or (full and done):
                del self._studies[session_id]
                study.camera.close()


def new_session_id() -> str:
    """Return a name for a session that cannot be guessed."""
    return secrets.token_urlsafe(16)
