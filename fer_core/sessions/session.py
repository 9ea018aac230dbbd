"""A study session: its clock, its signals, its breaks, its questions. Page and API share it.

What a learner commands is in `commands`, what they are asked in `answering`; here is what else
comes in, and what can be said. Time comes in as an argument everywhere (`at`, seconds since the
epoch), so an hour replays in seconds and the same frames give the same numbers. Every method may be
called from any thread. Memory is bounded, however long the session lasts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from fer_core.affect.baseline import Baseline
from fer_core.affect.indicators import ComprehensionFeatures, Features
from fer_core.affect.weights import Weights
from fer_core.learner.probes import Answer
from fer_core.learner.profile import LearnerProfile
from fer_core.reading.attribution import Signals
from fer_core.reading.playback import positions_at
from fer_core.reading.visibility import View
from fer_core.sessions.answering import SessionQuestions
from fer_core.sessions.commands import SessionCommands
from fer_core.sessions.core import SessionCore
from fer_core.sessions.events import Event, is_on_paper
from fer_core.sessions.markers import Marker, SessionMarkers, counted
from fer_core.sessions.session_info import SessionInfo, Totals
from fer_core.sessions.snapshot import Expression, Snapshot, State
from fer_core.sessions.timeline import rebucket, to_frame, to_signals
from fer_core.sessions.timeline_bucket import TimelineBucket
from fer_core.texts.question import Question
from fer_core.vision.faces import Detections


class StudySession(SessionCommands, SessionQuestions):
    """One learner's session, from start to finish.

    Args:
        info: What is fixed.
        profile: What earlier sessions tell of the learner.
        questions: The open text's own questions.
        seed: Makes the choice of questions repeatable.

    Heart rate is off until `read_heart_rate` asks for it, also after a restart.

    Examples:
        >>> from pathlib import Path
        >>> from fer_core import EmotionDetector, StudySession, decode_image
        >>> from fer_core.sessions.session_info import SessionInfo
        >>> found = EmotionDetector.load().detect(decode_image(Path("me.jpg").read_bytes()))
        >>> session = StudySession(SessionInfo("monday", started_at=0.0))
        >>> for tenth in range(1, 101):  # ten seconds of a camera at ten frames a second
        ...     _ = session.observe(found, captured_at=tenth / 10)
        >>> snapshot = session.snapshot(10.0)
        >>> snapshot.expression.label, round(snapshot.studied_s)
        ('Happy', 10)
        >>> session.finish(10.0)
    """

    def __init__(
        self,
        info: SessionInfo,
        profile: LearnerProfile | None = None,
        *,
        questions: Iterable[Question] = (),
        seed: int | None = None,
    ) -> None:
        self.profile = profile or LearnerProfile()
        super().__init__(info, SessionCore(info, self.profile, questions, seed))

    def observe(self, detections: Detections, captured_at: float) -> bool:
        """Take one analysed frame.

        Args:
            detections: What was found in it.
            captured_at: When the frame was captured, seconds since the epoch.

        Returns:
            Whether it was used. A frame that is not newer than the last one, or that was captured
            before the start or in a pause, is left out. After a silence that was too long the
            session is paused, see `clock`.

        Raises:
            SessionFinished: The session is over.
            ValueError: The time is not a finite number.
        """
        with self._lock:
            return self._core.observe(detections, captured_at)

    def read_heart_rate(self, on: bool) -> None:
        """Read the heart rate from now on, or stop. Frames must bring the skin's colour for it."""
        with self._lock:
            self._core.signals.pulse.read(on)

    @property
    def reads_heart_rate(self) -> bool:
        with self._lock:
            return self._core.signals.pulse.is_on

    @property
    def studies_on_paper(self) -> bool:
        with self._lock:
            return self._core.signals.face.on_paper

    @property
    def last_sign(self) -> float:
        """When the learner was last known to be there, seconds since the epoch."""
        with self._lock:
            return self._core.clock.last_sign

    @property
    def since(self) -> float:
        """When its present state began: the start, a pause, the going on, the end."""
        with self._lock:
            return self._core.clock.since

    def sign(self, at: float) -> None:
        """Note a sign of the learner that the session does not see itself.

        Frames, reading reports, answers and commands are signs by themselves. One that comes after
        too long a silence pauses the session, as of the sign before it.
        """
        with self._lock:
            self._core.sign(at)

    def pause_if_silent(self, now: float) -> bool:
        """Pause, as of the last sign, if there has been none for too long; tell whether it did."""
        with self._lock:
            return self._core.pause_if_silent(now)

    @property
    def is_interrupted(self) -> bool:
        """Whether only the end of a process had stopped it."""
        with self._lock:
            return self._core.clock.interrupted

    def mark_passage(self, passage_id: str, visible_share: float, start: float, end: float) -> None:
        """Note that a passage was on the screen; see `see`.

        Args:
            passage_id: Which.
            visible_share: How much of it, 0..1.
            start: From when, seconds since the epoch.
            end: Until when.
        """
        self.see(View(passage_id, visible_share, start, end))

    def see(self, view: View) -> None:
        """Note what was seen of a passage, its times in seconds since the epoch.

        Raises:
            SessionFinished: The session is over.
            ReadingFull: There is no room for more of what was on the screen.
            ValueError: The times are not possible.
        """
        with self._lock:
            self._core.see(view)

    def set_reading(self, features: ComprehensionFeatures | None) -> None:
        """Let text and pace of the passage in view enter the live estimate; None: no text open."""
        with self._lock:
            self._core.signals.state = replace(self._core.signals.state, reading=features)

    @property
    def views(self) -> tuple[View, ...]:
        """What was on the screen when."""
        with self._lock:
            return self._core.reading_log.views

    def signals(self) -> Signals:
        """Return presence and expression over time, for attribution to passages.

        Excluded ranges are left out.
        """
        with self._lock:
            rows = counted(self._core.timeline.since(), self.excluded)
            return to_signals(rows, self._core.signals.baseline)

    @property
    def markers(self) -> SessionMarkers:
        """What the learner marked; it can be added to and taken from at any time."""
        return self._core.markers

    @property
    def excluded(self) -> tuple[tuple[float, float], ...]:
        """The ranges that do not count, until the end if one goes on."""
        return self._core.markers.ranges(math.inf)

    @property
    def state(self) -> State:
        with self._lock:
            return self._core.clock.state

    @property
    def baseline(self) -> Baseline | None:
        """The learner's usual, to be kept for later sessions; None until it is known."""
        with self._lock:
            return self._core.signals.baseline_to_keep

    @property
    def weights(self) -> tuple[Weights, Weights]:
        """Comprehension and stress, as personalised so far."""
        with self._lock:
            return self._core.signals.state.comprehension, self._core.signals.state.stress

    def snapshot(self, at: float) -> Snapshot:
        """Return everything that can be said about this moment; call it about once a second."""
        with self._lock:
            return self._core.snapshot(at)

    def expression(self, at: float) -> Expression:
        """Return the expression of the last two seconds alone; `snapshot` has it too."""
        with self._lock:
            return self._core.signals.expression(at)

    def totals(self, at: float) -> Totals:
        """Return what the session amounts to up to a moment."""
        with self._lock:
            return self._core.totals(at)

    def rows(self, since: float | None = None) -> list[TimelineBucket]:
        """Return the rows that start at `since` or later; all that are in memory without it."""
        with self._lock:
            return self._core.timeline.since(since)

    def events(self, after: int = 0) -> list[Event]:
        """Return the events after a sequence number, oldest first."""
        with self._lock:
            return self._core.log.after(after)

    def timeline(
        self, *, bucket_s: float | None = None, since: float | None = None
    ) -> pd.DataFrame:
        """Return the session as a table; see `timeline.to_frame` for its columns.

        With a video as its material there is one more: `video_s`, where it stood, in its seconds.

        Args:
            bucket_s: Merge rows into stretches of this many seconds.
            since: Leave out rows that start before, seconds since the epoch.

        Raises:
            ValueError: The bucket's width is not above zero.
        """
        rows = self.rows(since)
        if bucket_s is not None:
            rows = list(rebucket(rows, bucket_s))
        frame = to_frame(rows, self.info.started_at, self.markers.all())
        if any(view.video is not None for view in self.views):
            frame["video_s"] = positions_at(self.views, [row.at for row in rows])
        return frame

    @classmethod
    def restore(
        cls,
        info: SessionInfo,
        rows: Iterable[TimelineBucket],
        events: Iterable[Event],
        profile: LearnerProfile | None = None,
        *,
        answers: Iterable[tuple[Answer, Features | None]] = (),
        views: Iterable[View] = (),
        markers: Iterable[Marker] = (),
        questions: Iterable[Question] = (),
        active_s: float = 0.0,
        seed: int | None = None,
    ) -> StudySession:
        """Bring back a session from what was stored of it.

        One that was running comes back paused, as of its last sign, and can be resumed; a finished
        one comes back finished.

        Args:
            info: As it was.
            rows: In the order of time.
            events: In the order of their sequence.
            profile: As for a new session: before the answers given here.
            answers: With the features known when they were asked.
            views: What was on the screen when.
            markers: What the learner marked.
            questions: As for a new session.
            active_s: Its time outside pauses up to the last sign that is known, seconds. An open
                page is a sign that leaves nothing else behind.
            seed: As for a new session.
        """
        session = cls(info, profile, questions=questions, seed=seed)
        kept = list(events)
        session._core.restore(list(rows), kept, answers, views, markers, active_s)
        session._core.signals.face.on_paper = is_on_paper(kept)
        return session
