"""A study session: its clock, its signals, its breaks, its questions. Page and API share it.

Time comes in as an argument everywhere (`at`, seconds since the epoch), so an hour replays in
seconds and the same frames always give the same numbers. Every method may be called from any
thread. Memory is bounded, however long the session lasts.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from fer_core.affect.indicators import Coefficients, ComprehensionFeatures, Features
from fer_core.affect.signals import Baseline, Presence
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Answer, Probe, ReadPassage
from fer_core.learner.profile import LearnerProfile
from fer_core.learner.questionnaire import Questionnaire
from fer_core.reading.attribution import Signals
from fer_core.reading.visibility import ReadingLog, View
from fer_core.sessions.breaks import SessionBreaks
from fer_core.sessions.clock import SessionClock
from fer_core.sessions.estimates import EstimatorState
from fer_core.sessions.events import Event, EventKind, EventLog
from fer_core.sessions.questions import SessionQuestions
from fer_core.sessions.session_info import SessionInfo, Totals
from fer_core.sessions.signals import SignalPipeline
from fer_core.sessions.snapshot import Snapshot, State
from fer_core.sessions.snapshot_builder import build_snapshot
from fer_core.sessions.tallies import Tallies
from fer_core.sessions.timeline import Timeline, rebucket, to_frame, to_signals
from fer_core.sessions.timeline_bucket import TimelineBucket
from fer_core.texts.question import Question
from fer_core.vision.faces import Detections

#: After a restart this much of the end is replayed into the filters, which forget what is older;
#: all of it while there is no baseline yet. Seconds.
REPLAY_S = 600.0


class StudySession:
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
        >>> from fer_core.sessions.breaks import SessionBreaks
    from fer_core.sessions.questions import SessionQuestions
    from fer_core.sessions.snapshot_builder import build_snapshot
    from fer_core.sessions.tallies import Tallies
    from fer_core.sessions.session_info import SessionInfo
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
        self.info = info
        self.profile = profile = profile or LearnerProfile()
        self._lock = threading.RLock()
        self._questionnaire = Questionnaire(
            info.started_at,
            questions,
            seed,
            comprehension=profile.comprehension,
            stress=profile.stress,
        )
        self._signals = SignalPipeline(
            profile.baseline, EstimatorState(*self._questionnaire.learnt(), profile.use_camera)
        )
        self._baseline_given = profile.baseline is not None
        self._timeline = Timeline()
        self._log = EventLog()
        self._tallies = Tallies()
        self._breaks = SessionBreaks(info.plan, self._log)
        self._questions = SessionQuestions(
            self._questionnaire, self._signals, self._breaks, self._log
        )
        self._reading_log = ReadingLog()
        self._clock = SessionClock(info.started_at)
        self._last_presence = Presence.WAITING
        self._signals.begin(info.started_at)
        consent = {} if info.consent_at is None else {"consent_at": info.consent_at}
        self._log.note(EventKind.STARTED, info.started_at, **consent)

    # Frames

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
        if not math.isfinite(captured_at):
            raise ValueError("a frame needs a time")
        with self._lock:
            self._open()
            if detections.blank:
                self._pause_if_silent(captured_at)
            else:
                self._sign(captured_at)
            if self._clock.state is State.PAUSED:
                return False
            buckets = self._signals.push(detections, captured_at)
            if buckets is None:
                return False
            self._keep(buckets)
            if buckets:
                self._advise(captured_at)
            return True

    def _keep(self, buckets: list[TimelineBucket]) -> None:
        baseline = self._signals.baseline
        for bucket in buckets:
            end = bucket.at + bucket.width_s
            self._timeline.append(bucket)
            if baseline is not None:
                self._breaks.feel(end, self._signals.valence(), bucket.coverage, baseline)
            if bucket.presence is not self._last_presence:
                self._last_presence = bucket.presence
                self._log.note(EventKind.PRESENCE, bucket.at, presence=str(bucket.presence))
            if self._tallies.add(bucket):
                self._breaks.rested(self._clock.active_s(end))
        if baseline is not None and not self._baseline_given and buckets:
            self._baseline_given = True
            self._log.note(EventKind.BASELINE_READY, buckets[-1].at + buckets[-1].width_s)

    # The learner's hand

    def read_heart_rate(self, on: bool) -> None:
        """Read the heart rate from now on, or stop. Frames must bring the skin's colour for it."""
        with self._lock:
            self._signals.pulse.read(on)

    @property
    def reads_heart_rate(self) -> bool:
        with self._lock:
            return self._signals.pulse.is_on

    @property
    def last_sign(self) -> float:
        """When the learner was last known to be there, seconds since the epoch."""
        with self._lock:
            return self._clock.last_sign

    def sign(self, at: float) -> None:
        """Note a sign of the learner that the session does not see itself.

        Frames, reading reports, answers and commands are signs by themselves. One that comes after
        too long a silence pauses the session, as of the sign before it.
        """
        with self._lock:
            self._sign(at)

    def pause_if_silent(self, now: float) -> bool:
        """Pause, as of the last sign, if there has been none for too long; tell whether it did."""
        with self._lock:
            return self._pause_if_silent(now)

    def pause(self, at: float) -> None:
        """Stop the clock and the signals. Pausing twice changes nothing.

        Args:
            at: Since when; it may lie in the past, but not before the last sign of the learner.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._open()
            self._sign(at)
            self._stop(EventKind.PAUSED, at)

    def resume(self, at: float) -> None:
        """Go on. A pause of two minutes or more counts as a rest.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._open()
            self._sign(at)
            if self._clock.state is State.PAUSED:
                if self._clock.apply(self._log.note(EventKind.RESUMED, at)):
                    self._breaks.rested(self._clock.active_s(at))
                self._signals.begin(at)
                self._last_presence = Presence.WAITING

    def finish(self, at: float) -> None:
        """End the session for good. Finishing twice changes nothing."""
        with self._lock:
            if self._clock.state is not State.FINISHED:
                self._sign(at)
                self._questions.skip_open(at)
                self._stop(EventKind.FINISHED, at)

    def _sign(self, at: float) -> None:
        self._pause_if_silent(at)
        self._clock.sign(at)

    def _pause_if_silent(self, at: float) -> bool:
        silent = self._clock.silent(at)
        if silent:
            self._stop(EventKind.PAUSED, self._clock.last_sign)
        return silent

    def _stop(self, kind: EventKind, at: float) -> None:
        """Pause or finish, but not before what has already been counted."""
        if self._clock.state is State.ACTIVE:
            self._keep(self._signals.flush())
        elif kind is EventKind.PAUSED:
            return
        self._clock.apply(self._log.note(kind, max(at, self._clock.last_sign)))

    def _open(self) -> None:
        if self._clock.state is State.FINISHED:
            raise SessionFinished

    # Breaks

    def _advise(self, at: float) -> None:
        if (
            self._clock.state is State.ACTIVE
            and self._signals.presence.now(at) is not Presence.AWAY
        ):
            self._breaks.advise(at, self._clock.active_s(at))

    def snooze_break(self, at: float) -> None:
        """Hide the break suggestion that stands for five minutes."""
        with self._lock:
            self._sign(at)
            self._breaks.snooze(at)

    def dismiss_break(self, at: float) -> None:
        """Take the break suggestion that stands away."""
        with self._lock:
            self._sign(at)
            self._breaks.dismiss(at)

    def take_break(self, at: float) -> None:
        """Follow the break suggestion that stands: pause.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._open()
            self._sign(at)
            self._breaks.take(at)
            self.pause(at)

    # Questions

    def next_probe(self, at: float, read: Iterable[ReadPassage] | None = None) -> Probe | None:
        """Return the question to show now: the open one, or a new one if it is time.

        Args:
            at: Now.
            read: The passages read so far, where a text is open; None without a text.
        """
        with self._lock:
            active = self._clock.state is State.ACTIVE
            away = self._signals.presence.now(at) is Presence.AWAY
            quiet = not active or away or self._breaks.standing(at) is not None
            probe = self._questions.next(at, read, quiet=quiet)
            return probe if active else None

    def use_questions(self, questions: Iterable[Question]) -> None:
        """Take the open text's own questions: the history knows a text by its name only."""
        with self._lock:
            self._questionnaire.use(questions)

    def probe(self, probe_id: str) -> Probe | None:
        """Return a question that has been asked, by its name."""
        with self._lock:
            return self._questionnaire.asked(probe_id)

    def answer(
        self,
        probe: Probe,
        value: int | None,
        at: float,
        *,
        features: Features | None = None,
        is_correction: bool = False,
    ) -> Answer:
        """Take the learner's answer; a second one to the same question replaces the first.

        Args:
            probe: What was asked.
            value: One of `probe.options`, or None: skipped.
            at: When.
            features: What is known about the passage that the question is about, so that the
                answer can teach the estimates. For questions about the moment it is known here.
            is_correction: Given on the learner's own account; taken after the end too.

        Raises:
            SessionFinished: The session is over, and this is no correction.
            ValueError: The value is not one of the options.
        """
        with self._lock:
            if not is_correction:
                self._open()
            answer = Answer(probe, value, at, is_correction)
            self._sign(at)
            finished = self._clock.state is State.FINISHED
            self._questions.take(answer, features, after_end=finished)
            return answer

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer so far, in the order in which the questions were answered first."""
        with self._lock:
            return tuple(answer for answer, _ in self._questionnaire.examples)

    @property
    def examples(self) -> tuple[tuple[Answer, Features | None], ...]:
        """Every answer with what was known when it was asked."""
        with self._lock:
            return self._questionnaire.examples

    # Reading

    def mark_passage(self, passage_id: str, visible_share: float, start: float, end: float) -> None:
        """Note that a passage was on the screen.

        Args:
            passage_id: Which.
            visible_share: How much of it, 0..1.
            start: From when, seconds since the epoch.
            end: Until when.

        Raises:
            SessionFinished: The session is over.
            ReadingFull: There is no room for more of what was on the screen.
            ValueError: The share or the times are not possible.
        """
        with self._lock:
            self._open()
            self._sign(end)
            if self._clock.state is State.ACTIVE and end > self._clock.since:
                start = max(start, self._clock.since)
                self._reading_log.add(View(passage_id, visible_share, start, end))

    def set_reading(self, features: ComprehensionFeatures | None) -> None:
        """Let text and pace of the passage in view enter the live estimate; None: no text open."""
        with self._lock:
            self._signals.state = replace(self._signals.state, reading=features)

    @property
    def views(self) -> tuple[View, ...]:
        """What was on the screen when."""
        with self._lock:
            return self._reading_log.views

    def signals(self) -> Signals:
        """Return presence and expression over time, for attribution to passages.

        The baseline that is ready now also serves for the time before it was.
        """
        with self._lock:
            buckets, baseline = self._timeline.since(), self._signals.baseline
        return to_signals(buckets, baseline)

    # What it says

    @property
    def state(self) -> State:
        with self._lock:
            return self._clock.state

    @property
    def baseline(self) -> Baseline | None:
        """The learner's usual, to be kept for later sessions; None until it is known."""
        with self._lock:
            return self._signals.baseline

    @property
    def coefficients(self) -> tuple[Coefficients, Coefficients]:
        """Comprehension and stress, as personalised so far."""
        with self._lock:
            return self._signals.state.comprehension, self._signals.state.stress

    def snapshot(self, at: float) -> Snapshot:
        """Return everything that can be said about this moment; call it about once a second."""
        with self._lock:
            self._advise(at)
            return build_snapshot(
                at,
                self._clock.state,
                self.totals(at),
                self._signals,
                self._timeline.last,
                self._breaks,
                self._questionnaire.open,
            )

    def totals(self, at: float) -> Totals:
        """Return what the session amounts to up to a moment."""
        with self._lock:
            active_s = self._clock.active_s(at)
            elapsed_s = max(active_s, self._clock.end(at) - self.info.started_at)
            return self._tallies.totals(
                elapsed_s, active_s, self._clock.breaks, self._signals.frames
            )

    def rows(self, since: float | None = None) -> list[TimelineBucket]:
        """Return the rows that start at `since` or later; all that are in memory without it."""
        with self._lock:
            return self._timeline.since(since)

    def events(self, after: int = 0) -> list[Event]:
        """Return the events after a sequence number, oldest first."""
        with self._lock:
            return self._log.after(after)

    def timeline(
        self, *, bucket_s: float | None = None, since: float | None = None
    ) -> pd.DataFrame:
        """Return the session as a table; see `timeline.to_frame` for its columns.

        Args:
            bucket_s: Merge rows into stretches of this many seconds.
            since: Leave out rows that start before, seconds since the epoch.

        Raises:
            ValueError: The bucket's width is not above zero.
        """
        rows = self.rows(since)
        if bucket_s is not None:
            rows = list(rebucket(rows, bucket_s))
        return to_frame(rows, self.info.started_at)

    # After a restart

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
        questions: Iterable[Question] = (),
        seed: int | None = None,
    ) -> StudySession:
        """Bring back a session from what was stored of it.

        One that was running comes back paused, as of its last row, and can be resumed; a finished
        one comes back finished.

        Args:
            info: As it was.
            rows: In the order of time.
            events: In the order of their sequence.
            profile: As for a new session: before the answers given here.
            answers: With the features known when they were asked.
            views: What was on the screen when.
            questions: As for a new session.
            seed: As for a new session.
        """
        session = cls(info, profile, questions=questions, seed=seed)
        rows, events = list(rows), list(events)
        rests = []
        for row in rows:
            session._timeline.append(row)
            if session._tallies.add(row):
                rests.append(row.at + row.width_s)
        last_row_end = rows[-1].at + rows[-1].width_s if rows else info.started_at
        whole = session._signals.baseline is None
        session._signals.replay(rows, -math.inf if whole else last_row_end - REPLAY_S)
        session._baseline_given = session._signals.baseline is not None
        session._questionnaire.restore(answers, last_row_end)
        session._questions.learn()
        session._reading_log = ReadingLog(views)
        last_sign = max([last_row_end, *(view.end for view in session.views)])
        session._replay(events, rests, last_sign)
        return session

    def _replay(self, events: list[Event], rests: list[float], last_sign: float) -> None:
        """Bring back the clock and the breaks from the events, and note that it was cut off.

        Args:
            events: In the order of their sequence.
            rests: When an absence ended that was one, in the order of time.
            last_sign: The latest of what was seen and read.
        """
        if events:
            self._log.clear()
        for event in events:
            while rests and rests[0] <= event.at:
                self._breaks.rested(self._clock.active_until(rests.pop(0)))
            self._log.keep(event)
            if self._clock.apply(event):
                self._breaks.rested(self._clock.active_until(event.at))
            self._breaks.restore(event, self._clock.active_until(event.at))
        for at in rests:
            self._breaks.rested(self._clock.active_until(at))
        if self._clock.state is State.ACTIVE:
            signs = [event.at for event in events if event.is_sign]
            at = max([last_sign, self._clock.since, *signs])
            self._clock.apply(self._log.note(EventKind.INTERRUPTED, at))
