"""A study session: its clock, its signals, its breaks, its questions. Page and API share it.

Time comes in as an argument everywhere (`at`, seconds since the epoch), so an hour replays in
seconds and the same frames always give the same numbers. Every method may be called from any
thread. Memory is bounded, however long the session lasts.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from fer_core.affect.breaks import REST_S, BreakAdvisor, BreakRule, Suggestion
from fer_core.affect.indicators import Coefficients, ComprehensionFeatures, Features, Reason
from fer_core.affect.signals import Baseline, Channel, Presence, negative_of
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Answer, Probe, ProbeKind, ReadPassage
from fer_core.learner.profile import LearnerProfile
from fer_core.learner.questionnaire import Questionnaire
from fer_core.reading.attribution import Signals
from fer_core.reading.visibility import ReadingLog, View
from fer_core.sessions.clock import SessionClock
from fer_core.sessions.estimates import EstimatorState, live_features, stress_features
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.session_info import SessionInfo, Totals
from fer_core.sessions.signals import SignalPipeline
from fer_core.sessions.snapshot import Expression, Indicator, Snapshot, State
from fer_core.sessions.timeline import Timeline, rebucket, to_frame
from fer_core.sessions.timeline_bucket import TimelineBucket
from fer_core.texts.question import Question
from fer_core.vision.faces import Detections

#: Events kept in memory; a session of eight hours has a few hundred.
KEPT_EVENTS = 5000
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
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._event_count = 0
        self._advisor = BreakAdvisor(info.plan)
        self._reading_log = ReadingLog()
        self._clock = SessionClock(info.started_at)
        self._away_s = self._valid_s = self._observed_s = self._away_run_s = 0.0
        self._share_sums = np.zeros(5)
        self._last_presence = Presence.WAITING
        self._signals.begin(info.started_at)
        consent = {} if info.consent_at is None else {"consent_at": info.consent_at}
        self._note(EventKind.STARTED, info.started_at, **consent)

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
            rows = self._signals.push(detections, captured_at)
            if rows is None:
                return False
            self._keep(rows)
            if rows:
                self._advise(captured_at)
            return True

    def _keep(self, rows: list[TimelineBucket]) -> None:
        for row in rows:
            end = row.at + row.width_s
            self._timeline.append(row)
            self._count(row)
            if self._signals.baseline is not None:
                self._advisor.negative.push(
                    end, self._signals.valence(), row.coverage, self._signals.baseline
                )
            if row.presence is not self._last_presence:
                self._last_presence = row.presence
                self._note(EventKind.PRESENCE, row.at, presence=str(row.presence))
            if self._ends_a_rest(row):
                self._advisor.rested(self._clock.active_s(end))
        if self._signals.baseline is not None and not self._baseline_given and rows:
            self._baseline_given = True
            self._note(EventKind.BASELINE_READY, rows[-1].at + rows[-1].width_s)

    def _ends_a_rest(self, row: TimelineBucket) -> bool:
        """Follow absences; tell whether one that was long enough for a rest ends here."""
        if row.presence is Presence.AWAY:
            self._away_run_s += row.away_s
            return False
        rested = self._away_run_s >= REST_S
        self._away_run_s = 0.0
        return rested

    def _count(self, row: TimelineBucket) -> None:
        self._away_s += row.away_s
        self._valid_s += row.valid_s
        self._observed_s += row.observed_s
        if row.probabilities is not None:
            self._share_sums += np.array(row.probabilities) * row.valid_s

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
                if self._clock.apply(self._note(EventKind.RESUMED, at)):
                    self._advisor.rested(self._clock.active_s(at))
                self._signals.begin(at)
                self._last_presence = Presence.WAITING

    def finish(self, at: float) -> None:
        """End the session for good. Finishing twice changes nothing."""
        with self._lock:
            if self._clock.state is not State.FINISHED:
                self._sign(at)
                self._skip_open_probe(at)
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
        self._clock.apply(self._note(kind, max(at, self._clock.last_sign)))

    def _open(self) -> None:
        if self._clock.state is State.FINISHED:
            raise SessionFinished

    # Breaks

    def _advise(self, at: float) -> None:
        if self._clock.state is not State.ACTIVE or self._signals.presence.now(at) is Presence.AWAY:
            return
        suggestion = self._advisor.advise(at, self._clock.active_s(at))
        if suggestion is not None:
            self._note(EventKind.BREAK_SUGGESTED, at, **suggestion.to_dict())

    def snooze_break(self, at: float) -> None:
        """Hide the break suggestion that stands for five minutes."""
        with self._lock:
            self._sign(at)
            self._note_break(EventKind.BREAK_SNOOZED, at, self._advisor.snooze(at))

    def dismiss_break(self, at: float) -> None:
        """Take the break suggestion that stands away."""
        with self._lock:
            self._sign(at)
            self._note_break(EventKind.BREAK_DISMISSED, at, self._advisor.dismiss())

    def take_break(self, at: float) -> None:
        """Follow the break suggestion that stands: pause.

        Raises:
            SessionFinished: The session is over.
        """
        with self._lock:
            self._open()
            self._sign(at)
            self._note_break(EventKind.BREAK_TAKEN, at, self._advisor.dismiss())
            self.pause(at)

    def _note_break(self, kind: EventKind, at: float, suggestion: Suggestion | None) -> None:
        if suggestion is not None:
            self._note(kind, at, suggestion_id=suggestion.suggestion_id)

    # Questions

    def next_probe(self, at: float, read: Iterable[ReadPassage] | None = None) -> Probe | None:
        """Return the question to show now: the open one, or a new one if it is time.

        Args:
            at: Now.
            read: The passages read so far, where a text is open; None without a text.
        """
        with self._lock:
            if self._questionnaire.expired(at):
                self._skip_open_probe(at)
            quiet = (
                self._clock.state is not State.ACTIVE
                or self._advisor.standing(at) is not None
                or self._signals.presence.now(at) is Presence.AWAY
            )
            if not quiet and (new := self._questionnaire.next(at, read)) is not None:
                self._remember_asked(new, at)
            return None if self._clock.state is not State.ACTIVE else self._questionnaire.open

    def _remember_asked(self, probe: Probe, at: float) -> None:
        features: Features | None = None
        if probe.kind is ProbeKind.STRESS:
            features = stress_features(self._signals.state, self._signals.measured(at))
        elif probe.passage_id is None:
            features = live_features(self._signals.state, self._signals.measured(at))
        self._questionnaire.remember(probe, features)
        self._note(
            EventKind.PROBE_ASKED,
            at,
            probe_id=probe.probe_id,
            probe_kind=str(probe.kind),
            passage_id=probe.passage_id,
        )

    def _skip_open_probe(self, at: float) -> None:
        if self._questionnaire.open is not None:
            self._take(Answer(self._questionnaire.open, None, at))

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
            self._take(answer, features)
            return answer

    def _take(self, answer: Answer, features: Features | None = None) -> None:
        if self._questionnaire.take(answer, features):
            self._learn()
            if self._clock.state is not State.FINISHED:  # the end is the last event
                self._note_answer(answer)

    def _note_answer(self, answer: Answer) -> None:
        probe, at, value = answer.probe, answer.answered_at, answer.value
        self._note(
            EventKind.PROBE_ANSWERED,
            at,
            probe_id=probe.probe_id,
            probe_kind=str(probe.kind),
            passage_id=probe.passage_id,
            value=value,
        )
        if value is not None and not answer.is_correction:
            if probe.kind is ProbeKind.STRESS:
                self._advisor.answered_stress(at, value)
            elif probe.kind is ProbeKind.CLARITY:
                self._advisor.answered_clarity(at, value)

    def _learn(self) -> None:
        comprehension, stress = self._questionnaire.learnt()
        self._signals.state = replace(
            self._signals.state, comprehension=comprehension, stress=stress
        )

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
            rows, baseline = self._timeline.since(), self._signals.baseline
        present, negative = [], []
        for row in rows:
            present.append(row.facing_s / row.observed_s if row.observed_s > 0 else math.nan)
            z = math.nan
            if baseline is not None and row.probabilities is not None:
                z = baseline.z(Channel.NEGATIVE, negative_of(row.probabilities))
            negative.append(z)
        start = np.array([row.at for row in rows])
        width = np.array([row.width_s for row in rows])
        return Signals(start, start + width, np.array(present), np.array(negative))

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
            active = self._clock.state is State.ACTIVE
            notice = self._notice(at)
            last = self._timeline.last
            fresh = notice is None and last is not None
            usual = self._signals.usual()
            estimates = self._signals.estimates(at, self._state_reason())
            totals = self.totals(at)
            return Snapshot(
                at=at,
                state=self._clock.state,
                presence=self._signals.presence.now(at) if active else Presence.WAITING,
                notice=notice,
                expression=self._signals.expression(at) if active else Expression(reason=notice),
                valence=last.valence if fresh and last else None,
                valence_band=last.valence_band if fresh and last else None,
                arousal=last.arousal if fresh and last else None,
                comprehension=Indicator(estimates[0], usual[0]),
                stress=Indicator(estimates[1], usual[1]),
                attention=Indicator(estimates[2], usual[2]),
                coverage=self._signals.coverage.coverage(at) if active else 0.0,
                baseline_progress=self._signals.baseline_progress,
                elapsed_s=totals.elapsed_s,
                studied_s=totals.studied_s,
                next_break_s=self._advisor.next_break_s(at, totals.active_s) if active else None,
                suggestion=self._advisor.standing(at) if active else None,
                probe=self._questionnaire.open if active else None,
                frames=self._signals.frames,
                late_frames=self._signals.late_frames,
                pulse=self._signals.pulse.shown(face=self._signals.presence.reason(at) is None)
                if active
                else None,
                usual_bpm=self._signals.pulse.usual_bpm,
            )

    def _state_reason(self) -> Reason | None:
        return {
            State.ACTIVE: None,
            State.PAUSED: Reason.PAUSED,
            State.FINISHED: Reason.FINISHED,
        }[self._clock.state]

    def _notice(self, at: float) -> Reason | None:
        return self._state_reason() or self._signals.presence.reason(at)

    def totals(self, at: float) -> Totals:
        """Return what the session amounts to up to a moment."""
        with self._lock:
            since, finished = self._clock.since, self._clock.state is State.FINISHED
            end = since if finished else max(at, since)
            active = self._clock.active_s(at)
            shares = None
            if (total := float(self._share_sums.sum())) > 0:
                shares = tuple(float(value) for value in self._share_sums / total)
            return Totals(
                elapsed_s=max(active, end - self.info.started_at),
                active_s=active,
                studied_s=max(0.0, active - self._away_s),
                away_s=self._away_s,
                valid_s=self._valid_s,
                observed_s=self._observed_s,
                shares=shares,
                breaks=self._clock.breaks,
                frames=self._signals.frames,
            )

    def rows(self, since: float | None = None) -> list[TimelineBucket]:
        """Return the rows that start at `since` or later; all that are in memory without it."""
        with self._lock:
            return self._timeline.since(since)

    def events(self, after: int = 0) -> list[Event]:
        """Return the events after a sequence number, oldest first."""
        with self._lock:
            return [event for event in self._events if event.sequence > after]

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

    def _note(self, kind: EventKind, at: float, /, **data: Any) -> Event:
        self._event_count += 1
        event = Event(self._event_count, at, kind, data)
        self._events.append(event)
        return event

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
        for row in rows:
            session._timeline.append(row)
            session._count(row)
        last_row_end = rows[-1].at + rows[-1].width_s if rows else info.started_at
        whole = session._signals.baseline is None
        session._signals.replay(rows, -math.inf if whole else last_row_end - REPLAY_S)
        session._baseline_given = session._signals.baseline is not None
        session._questionnaire.restore(answers, last_row_end)
        session._learn()
        session._reading_log = ReadingLog(views)
        rests = [row.at + row.width_s for row in rows if session._ends_a_rest(row)]
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
            self._events.clear()
        for event in events:
            while rests and rests[0] <= event.at:
                self._advisor.rested(self._clock.active_until(rests.pop(0)))
            self._events.append(event)
            self._event_count = event.sequence
            if self._clock.apply(event):
                self._advisor.rested(self._clock.active_until(event.at))
            if event.kind is EventKind.BREAK_SUGGESTED:
                rule = BreakRule(event.data["rule"])
                self._advisor.remember(event.at, self._clock.active_until(event.at), rule)
        for at in rests:
            self._advisor.rested(self._clock.active_until(at))
        if self._clock.state is State.ACTIVE:
            at = max([last_sign, self._clock.since, *(one.at for one in events if _is_sign(one))])
            self._clock.apply(self._note(EventKind.INTERRUPTED, at))


def _is_sign(event: Event) -> bool:
    """Tell what the learner did from what happened by itself."""
    if event.kind is EventKind.PROBE_ANSWERED:
        return event.data["value"] is not None
    return event.kind in (
        EventKind.BREAK_SNOOZED, EventKind.BREAK_DISMISSED, EventKind.BREAK_TAKEN,
    )  # fmt: skip
