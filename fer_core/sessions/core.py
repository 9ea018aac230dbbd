"""The rules of a session and the order of things in it, without a lock.

`session.StudySession` stands around it: one lock, and the words for who uses it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable

from fer_core.affect.breaks import REST_S, BreakRule
from fer_core.affect.indicators import Features
from fer_core.affect.signals import Presence
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Answer, Probe, ReadPassage
from fer_core.learner.profile import LearnerProfile
from fer_core.learner.questionnaire import Questionnaire
from fer_core.reading.visibility import ReadingLog, View
from fer_core.sessions.breaks import SessionBreaks
from fer_core.sessions.clock import SessionClock
from fer_core.sessions.estimates import EstimatorState
from fer_core.sessions.events import Event, EventKind, EventLog
from fer_core.sessions.markers import Marker, SessionMarkers, is_left_out
from fer_core.sessions.questions import SessionQuestions
from fer_core.sessions.session_info import SessionInfo, Totals
from fer_core.sessions.signals import SignalPipeline
from fer_core.sessions.snapshot import Snapshot, State
from fer_core.sessions.snapshot_builder import build_snapshot
from fer_core.sessions.tallies import Tallies
from fer_core.sessions.timeline import COARSE_S, Timeline
from fer_core.sessions.timeline_bucket import TimelineBucket
from fer_core.texts.question import Question
from fer_core.vision.faces import Detections

#: After a restart this much of the end is replayed into the filters, which forget what is older.
#: Seconds.
REPLAY_S = 600.0


class SessionCore:
    """One session's parts, and what each frame, report, answer and command does to them.

    The arguments are those of `StudySession`, and so is what each method does and raises.
    """

    def __init__(
        self,
        info: SessionInfo,
        profile: LearnerProfile,
        questions: Iterable[Question],
        seed: int | None,
    ) -> None:
        self.info = info
        self.questionnaire = Questionnaire(
            info.started_at,
            questions,
            seed,
            comprehension=profile.comprehension,
            stress=profile.stress,
        )
        self.signals = SignalPipeline(
            profile.baseline,
            EstimatorState(
                *self.questionnaire.learnt(), profile.use_camera, profile.use_camera_for_stress
            ),
            profile.usual,
        )
        self.timeline = Timeline()
        self.log = EventLog()
        self.breaks = SessionBreaks(info.plan, self.log)
        self.questions = SessionQuestions(self.questionnaire, self.signals, self.breaks, self.log)
        self.reading_log = ReadingLog()
        rest_s = min(REST_S, 60.0 * info.plan.break_min)
        self.clock = SessionClock(info.started_at, rest_s)
        self.markers = SessionMarkers(info.started_at)
        self._tallies = Tallies(rest_s)
        self._baseline_given = profile.baseline is not None
        self._last_presence = Presence.WAITING
        self.signals.begin(info.started_at)
        consent = {} if info.consent_at is None else {"consent_at": info.consent_at}
        self.log.note(EventKind.STARTED, info.started_at, **consent)

    # Frames

    def observe(self, detections: Detections, captured_at: float) -> bool:
        """Take one analysed frame; a black one is no sign of the learner."""
        if not math.isfinite(captured_at):
            raise ValueError("a frame needs a time")
        self.ensure_open()
        if detections.blank:
            self.pause_if_silent(captured_at)
        else:
            self.sign(captured_at)
            self.go_on(math.nextafter(captured_at, -math.inf))  # just before: this frame counts
        if self.clock.state is State.PAUSED:
            return False
        buckets = self.signals.push(detections, captured_at)
        if buckets is None:
            return False
        self._keep(buckets)
        if buckets:
            self._advise(captured_at)
        return True

    def _keep(self, buckets: list[TimelineBucket]) -> None:
        baseline, face = self.signals.baseline, self.signals.face
        for bucket in buckets:
            end = bucket.at + bucket.width_s
            self.timeline.append(bucket)
            self.breaks.see(end, face.heavy(end), face.looks(end))
            if baseline is not None and not face.sees_points:
                self.breaks.feel(end, self.signals.valence(), bucket.coverage, baseline)
            if bucket.presence is not self._last_presence:
                self._last_presence = bucket.presence
                self.log.note(EventKind.PRESENCE, bucket.at, presence=str(bucket.presence))
            if self._tallies.add(bucket):
                self.breaks.rested(self._studied_s(end))
        if baseline is not None and not self._baseline_given and buckets:
            self._baseline_given = True
            self.log.note(EventKind.BASELINE_READY, buckets[-1].at + buckets[-1].width_s)

    def _advise(self, at: float) -> None:
        # Of an absence that was a rest it is known a second after its end: until then, say nothing.
        absent = self.signals.presence.now(at) is Presence.AWAY or self._tallies.rests
        if self.clock.state is State.ACTIVE and not absent:
            self.breaks.advise(at, self._studied_s(at))

    def _studied_s(self, at: float) -> float:
        """Return the seconds of study up to a moment: neither paused nor away."""
        return max(0.0, self.clock.active_s(at) - self._tallies.away_s)

    # The clock

    def ensure_open(self) -> None:
        """Raise `SessionFinished` if the session is over."""
        if self.clock.state is State.FINISHED:
            raise SessionFinished

    def sign(self, at: float) -> None:
        """Note a sign of the learner, after the silence before it was judged."""
        self.pause_if_silent(at)
        self.clock.sign(at)

    def pause_if_silent(self, at: float) -> bool:
        """Pause as of the last sign, if that is too long ago; tell whether it was."""
        silent = self.clock.silent(at)
        if silent:
            self._stop(EventKind.PAUSED, self.clock.last_sign)
        return silent

    def go_on(self, at: float) -> None:
        """Go on at a sign of the learner, where only the end of the process had stopped it."""
        if self.clock.interrupted and at >= self.clock.since:
            self.resume(at)

    def interrupt(self) -> None:
        """Stop as of the last sign because the process ends; the next sign goes on."""
        if self.clock.state is State.ACTIVE:
            self._stop(EventKind.INTERRUPTED, self.clock.last_sign)

    def pause(self, at: float) -> None:
        """Stop the clock and the signals."""
        self.ensure_open()
        self.sign(at)
        self.go_on(at)  # a pause that was asked for stays one
        self._stop(EventKind.PAUSED, at)

    def resume(self, at: float) -> None:
        """Go on after a pause."""
        self.ensure_open()
        self.sign(at)
        if self.clock.state is State.PAUSED:
            if self.clock.apply(self.log.note(EventKind.RESUMED, at)):
                self._tallies.resume()
                self.breaks.rested(self._studied_s(at))
            self.signals.begin(at)
            self._last_presence = Presence.WAITING

    def take_break(self, at: float) -> None:
        """Pause for a break: the one that is suggested, or one of the learner's own accord."""
        self.ensure_open()
        self.sign(at)
        if self.clock.state is State.ACTIVE:
            self.clock.apply(self.breaks.take(at, self._studied_s(at)))
            self._stop(EventKind.PAUSED, at)

    def extend_break(self, at: float) -> None:
        """Rest for one minute more; outside a break nothing changes."""
        self.ensure_open()
        self.breaks.extend_break(at, self._studied_s(at))

    def extend_round(self, at: float) -> None:
        """Study for five minutes more before the break; in a pause nothing changes."""
        self.ensure_open()
        self.sign(at)
        if self.clock.state is not State.ACTIVE:
            return
        studied_s = self._studied_s(at)
        suggestion = self.breaks.standing(at, studied_s)
        if suggestion is not None and suggestion.rule is BreakRule.TIMER:
            self.breaks.snooze(at, studied_s)
        else:
            self.breaks.extend_round(at, studied_s)

    def answer_suggestion(self, at: float, answer: Callable[[float, float], None]) -> None:
        """Let the learner answer the suggestion that stands: now, after so much study."""
        self.sign(at)
        answer(at, self._studied_s(at))

    def finish(self, at: float) -> None:
        """End the session for good."""
        if self.clock.state is not State.FINISHED:
            self.sign(at)
            self.questions.skip_open(at)
            self.markers.end_excluded(at)
            self._stop(EventKind.FINISHED, at)

    def _stop(self, kind: EventKind, at: float) -> None:
        """Pause or finish, but not before what has already been counted."""
        if self.clock.state is State.ACTIVE:
            self._keep(self.signals.flush())
        elif kind is EventKind.PAUSED:
            return
        self.clock.apply(self.log.note(kind, max(at, self.clock.last_sign)))

    # Questions and reading

    def next_probe(self, at: float, read: Iterable[ReadPassage] | None) -> Probe | None:
        """Return the question to show now."""
        active = self.clock.state is State.ACTIVE
        away = self.signals.presence.now(at) is Presence.AWAY
        standing = self.breaks.standing(at, self._studied_s(at))
        quiet = not active or away or standing is not None
        probe = self.questions.next(at, read, quiet=quiet)
        return probe if active else None

    def answer(self, answer: Answer, features: Features | None) -> None:
        """Take an answer; after the end a correction only."""
        if not answer.is_correction:
            self.ensure_open()
        self.sign(answer.answered_at)
        self.go_on(answer.answered_at)
        self.signals.act(answer.answered_at)
        finished = self.clock.state is State.FINISHED
        self.questions.take(answer, features, after_end=finished)

    def see(self, view: View) -> None:
        """Note that a passage was on the screen, unless that was in a pause."""
        self.ensure_open()
        self.sign(view.end)
        if view.end >= self.clock.since:
            self.go_on(max(view.start, self.clock.since))
        if self.clock.state is State.ACTIVE and view.end > self.clock.since:
            view = view.within(self.clock.since, view.end)
            if self.reading_log.add(view):
                self.signals.act(view.start)

    # What it says

    def snapshot(self, at: float) -> Snapshot:
        """Return everything that can be said about this moment."""
        self._advise(at)
        return build_snapshot(
            at,
            self.clock.state,
            self.totals(at),
            self._studied_s(at),
            self.signals,
            self.timeline.last,
            self.breaks,
            self.questionnaire.open,
        )

    def totals(self, at: float) -> Totals:
        """Return what the session amounts to up to a moment."""
        active_s = self.clock.active_s(at)
        elapsed_s = max(active_s, self.clock.end(at) - self.info.started_at)
        tallies, excluded_s = self._tallies, 0.0
        if ranges := self.markers.ranges(self.clock.end(at)):
            excluded_s = self.clock.active_within(ranges, at)
            rows = self.timeline.since(ranges[0][0] - COARSE_S)
            tallies = tallies.without(row for row in rows if is_left_out(row, ranges))
        breaks, frames = self.clock.breaks, self.signals.frames
        return tallies.totals(elapsed_s, active_s, excluded_s, breaks, frames)

    # After a restart

    def restore(
        self,
        buckets: list[TimelineBucket],
        events: list[Event],
        answers: Iterable[tuple[Answer, Features | None]],
        views: Iterable[View],
        markers: Iterable[Marker],
        active_s: float,
    ) -> None:
        """Bring back what was stored of the session into one that has just been made."""
        rests, away = [], []
        for bucket in buckets:
            self.timeline.append(bucket)
            if self._tallies.add(bucket):
                rests.append(bucket.at + bucket.width_s)
            away.append((bucket.at + bucket.width_s, self._tallies.away_s))
        end = buckets[-1].at + buckets[-1].width_s if buckets else self.info.started_at
        self.signals.replay(buckets, end - REPLAY_S)
        self._baseline_given = self.signals.baseline is not None
        self.questionnaire.restore(answers, end)
        self.questions.restore(events, max([end, *(event.at for event in events)]))
        self.questions.learn()
        self.reading_log = ReadingLog.restored(views)
        self.markers = SessionMarkers(self.info.started_at, markers)
        last_sign = max([end, *(view.end for view in self.reading_log.views)])
        self._replay(events, rests, away, last_sign, active_s)

    def _replay(
        self,
        events: list[Event],
        rests: list[float],
        away: list[tuple[float, float]],
        last_sign: float,
        active_s: float,
    ) -> None:
        """Bring back the clock and the breaks from the events, and note that it was cut off.

        Args:
            events: In the order of their sequence.
            rests: When an absence ended that was one, in the order of time.
            away: How many seconds the learner had been away by when, in the order of time.
            last_sign: The latest of what was seen and read.
            active_s: Seconds outside pauses up to the last sign that is known.
        """

        def studied_until(at: float) -> float:
            before = bisect_right(away, (at, math.inf))
            away_s = away[before - 1][1] if before else 0.0
            return max(0.0, self.clock.active_until(at) - away_s)

        if events:
            self.log.clear()
        for event in events:
            while rests and rests[0] <= event.at:
                self.breaks.rested(studied_until(rests.pop(0)))
            self.log.keep(event)
            if self.clock.apply(event):
                self.breaks.rested(studied_until(event.at))
            self.breaks.restore(event, studied_until(event.at))
        for at in rests:
            self.breaks.rested(studied_until(at))
        if self.clock.state is State.ACTIVE:
            since = self.clock.since
            looked_until = since + active_s - self.clock.active_until(since)
            signs = [event.at for event in events if event.is_sign]
            at = max([last_sign, since, looked_until, *signs])
            self.clock.apply(self.log.note(EventKind.INTERRUPTED, at))
