"""One session in memory: it is fed here, and stops counting when no sign of the learner comes.

What only one door needs beside a session (a camera, the answers that frames got) is no part of it:
a door keeps that in a `PerSession`, which lets go of it together with the session.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from fer_core.errors import ReadingFull, SessionFinished
from fer_core.learner.probes import Probe
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.reading.playback import Played, views_of
from fer_core.reading.visibility import View
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.storage.history import StoredSession
from fer_core.texts.document import Document
from fer_core.vision.faces import Detections

#: Where no camera could tell, an open page stands for its learner for so long after the start or
#: the last thing they did: a lesson on paper, not a night. Seconds.
OPEN_PAGE_S = 3600.0
#: A page of text that nobody has scrolled for so long is not being read. Seconds.
STILL_PAGE_S = 600.0

Clock = Callable[[], float]

_log = logging.getLogger(__name__)


class RunningSession:
    """A session in memory. Every method may be called from any thread.

    A sign of the learner is what they do: be in front of a camera that is on, scroll a text,
    answer, press a button. After a silence the session is paused as of the last sign
    (`SessionClock`); a clock that is set back counts as a silence too. A page or a client that only
    asks (`look`) is a sign where no camera could tell, and not for ever: an open tab studies
    nothing at night.

    Args:
        session: The session itself.
        clock: Returns seconds since the epoch.
        stored: What the history had of it when it was brought back from there.
        runs_here: This process runs it; otherwise it is a look at the history.
        owner: Whose it is; empty: the learner's of this machine.

    Attributes:
        session: The session itself.
        reading: Its open text; None without one, and after a restart where its words are gone.
        ending: To be held while its end is summed up.
        owner: See above.
        stored: See above; None for a session that was started here.
        runs_here: See above.
        goal_outcome: Whether its goal was reached, as its learner says; None: not said.
        erased: It is gone; who still holds it lets go.
        last_sign: When somebody last came for it, be it to ask only, in seconds since the epoch:
            while paused and finished too.
    """

    def __init__(
        self,
        session: StudySession,
        clock: Clock,
        *,
        stored: StoredSession | None = None,
        runs_here: bool = True,
        owner: str = "",
    ) -> None:
        self.session = session
        self.owner = owner
        self.ending = threading.Lock()
        self.reading: ReadingTracker | None = None
        self.stored = stored
        self.runs_here = runs_here
        self.goal_outcome: GoalOutcome | None = None
        if stored is not None:
            self.goal_outcome = stored.summary.goal_outcome
        self.erased = False
        self.last_sign = self._acted_at = clock()
        self._clock = clock
        self._frame_at = float("-inf")
        self._on_screen: frozenset[tuple[object, ...]] = frozenset()
        self._moved_at = self.last_sign
        self._lock = threading.RLock()
        self._closed = False
        self._closers: list[Callable[[], None]] = []

    @property
    def session_id(self) -> str:
        return self.session.info.session_id

    @property
    def keep(self) -> bool:
        """Whether its numbers stay in the history after its end."""
        return self.session.info.keep

    @property
    def is_stored(self) -> bool:
        """Whether it is stored while it runs, so that a restart loses nothing."""
        return not self.session.info.memory_only

    @property
    def is_finished(self) -> bool:
        return self.session.state is State.FINISHED

    def open_text(self, document: Document) -> ReadingTracker:
        """Open its text; what was marked in it before is marked again."""
        self.session.use_questions(document.questions)
        if self.stored is None:
            self.reading = ReadingTracker(document, self.session)
        else:
            self.reading = ReadingTracker(
                document, self.session, self.stored.marked, self.stored.notes
            )
        return self.reading

    # Signs of the learner

    def sign(self) -> None:
        """Note a sign of the learner; pause the session first, in hindsight, if none came for long.

        Call it before the session is changed: what is said of it then is right.
        """
        with self._lock:
            at = self._come()
            self.session.sign(at)
            self._acted_at = at

    def act(self) -> None:
        """Note that the learner did something here just now: set a marker, wrote a note."""
        self.sign()
        self.session.act(self._clock())

    def look(self) -> None:
        """Note that somebody asks; pause the session first, as of its last sign, if it was silent.

        Call it before the session is looked at: what is said of it then is right.
        """
        with self._lock:
            at = self._come()
            since = self.session.since
            if self.session.is_interrupted and at - since <= SILENT_AFTER_S:
                self.session.go_on(at)  # its page was there all the time
                since = self.session.since
            has_camera = self._frame_at > since
            if has_camera or at - max(self._acted_at, since) > OPEN_PAGE_S:
                self.session.pause_if_silent(at)
            else:
                self.session.sign(at)

    def _come(self) -> float:
        """Note that somebody came for the session; return when."""
        at = self._clock()
        if self._pause_if_set_back(at):
            self.last_sign = self._acted_at = at
        self.last_sign = max(self.last_sign, at)
        return at

    def pause_if_lost(self) -> bool:
        """Pause the session, as of its last sign, if that is long ago; tell whether it did."""
        with self._lock:
            at = self._clock()
            return self._pause_if_set_back(at) or self.session.pause_if_silent(at)

    def _pause_if_set_back(self, at: float) -> bool:
        # A clock that was set back far is as good as a silence: nobody knows how long it was.
        is_set_back = at < self.last_sign - SILENT_AFTER_S
        if is_set_back:
            self.pause_at_last_sign()
        return is_set_back

    def interrupt(self) -> None:
        """Stop it as of its last sign because this process lets it go; the next sign goes on."""
        self.session.interrupt()

    def pause_at_last_sign(self) -> None:
        """Pause the session as of its last sign, where it still runs."""
        with suppress(SessionFinished):  # by its learner, at this very moment
            self.session.pause(self.session.last_sign)

    def observe(self, detections: Detections, captured_at: float) -> bool:
        """Take an analysed frame: a sign of the learner, unless the camera is covered or off.

        Args:
            detections: What was found in it.
            captured_at: When it was captured, seconds since the epoch.

        Returns:
            Whether it entered the timeline; see `StudySession.observe`.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._frame_at = self._clock()
            if detections.blank:
                self.look()
            else:
                self.sign()
        return self.session.observe(detections, captured_at)

    # Reading

    def see(self, seen: Iterable[View]) -> None:
        """Take a report of what was on the screen; the passage in view enters the estimate.

        Raises:
            SessionFinished: The session is over.
            ReadingFull: There was no room for some of it; the rest is taken.
            ValueError: The times of one are not possible.
        """
        seen = tuple(seen)
        if not self._is_being_read(seen):
            return
        full: ReadingFull | None = None
        for view in seen:
            try:
                self.session.see(view)
            except ReadingFull as error:
                full = error
        if self.reading is not None:
            self.reading.follow()
        if full is not None:
            raise full

    def play(self, played: Iterable[Played]) -> None:
        """Take a report of how its video was played. Raises as `see`; without a video nothing."""
        if self.reading is not None and self.reading.document.is_video:
            self.see(views_of(self.reading.document.passages, played))

    def _is_being_read(self, seen: tuple[View, ...]) -> bool:
        """Tell a page that is read from one that only stays on the screen."""
        with self._lock:
            at = self._come()
            on_screen = frozenset(view.place for view in seen)
            if on_screen != self._on_screen:
                self._on_screen, self._moved_at, self._acted_at = on_screen, at, at
            return at - self._moved_at <= STILL_PAGE_S

    # Questions

    def next_probe(self, at: float) -> Probe | None:
        """Return the question to show now, about its text where one is open.

        Args:
            at: Now, seconds since the epoch.
        """
        reading = self.reading
        return self.session.next_probe(at, None if reading is None else reading.askable())

    def answer(
        self,
        probe: Probe,
        value: int | None,
        at: float,
        *,
        is_correction: bool = False,
        confidence: int | None = None,
    ) -> None:
        """Take the learner's answer with what is known about the passage that it is about.

        Args:
            probe: What was asked.
            value: One of `probe.options`, or None: skipped.
            at: When.
            is_correction: Given on the learner's own account; see `Annotations.correct`.
            confidence: How sure of it they are; see `Answer`.

        Raises:
            SessionFinished: The session is over, and this is no correction.
            ValueError: The value is not one of the options.
        """
        self.sign()
        features = None
        if self.reading is not None and probe.passage_id is not None:
            features = self.reading.features(probe.passage_id)
        self.session.answer(
            probe,
            value,
            at,
            features=features,
            is_correction=is_correction,
            confidence=confidence,
        )

    # When it is let go

    def on_close(self, callback: Callable[[], None]) -> None:
        """Have something done once, when the session is let go from memory.

        Args:
            callback: Called in the thread that lets go; at once where that has happened already.
        """
        with self._lock:
            if not self._closed:
                self._closers.append(callback)
                return
        callback()

    def close(self, *, erased: bool = False) -> None:
        """Let go: this process runs it no more. Closing twice changes nothing.

        Args:
            erased: It is gone from the history too.
        """
        with self._lock:
            self.erased = self.erased or erased
            self.runs_here, self._closed = False, True
            closers, self._closers = self._closers, []
        for callback in closers:
            try:
                callback()
            except Exception:  # one door's mistake must not keep the session in memory
                _log.exception("letting go of a session failed in part")
