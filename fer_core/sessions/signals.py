"""From detections to the timeline: one learner's signals, second by second.

The pipeline knows no clock, no pause and no break: it takes frames in the order of time and hands
out a bucket for each second that has passed. Frames with a second face, without a face, or from a
switched-off camera are accounted for and change no value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from fer_core.affect.baseline import Baseline, BaselineTracker, Channel
from fer_core.affect.indicators import Estimate, Reason
from fer_core.affect.signals import (
    CARRY_FORWARD_S,
    CHART_HALF_LIFE_S,
    INDICATOR_HALF_LIFE_S,
    LABEL_HALF_LIFE_S,
    MIN_COVERAGE,
    RESET_AFTER_S,
    Presence,
    ProbabilityMedian,
    Sample,
    Smoother,
    arousal_of,
    negative_of,
    sample_of,
    valence_of,
)
from fer_core.arrays import FloatArray
from fer_core.emotions import EMOTIONS
from fer_core.learner.profile import NO_LEVELS, UsualLevels
from fer_core.sessions.coverage import CHART_WINDOW_S, CoverageWindow, Covered
from fer_core.sessions.estimates import (
    EstimatorState,
    Measured,
    estimate_attention,
    estimate_comprehension,
    estimate_stress,
)
from fer_core.sessions.face_monitor import FaceMonitor
from fer_core.sessions.head_motion import HeadMotion
from fer_core.sessions.presence import PresenceTracker
from fer_core.sessions.pulse_monitor import PulseMonitor
from fer_core.sessions.second import PLACE, Second
from fer_core.sessions.snapshot import Expression
from fer_core.sessions.timeline_bucket import TimelineBucket, five_of
from fer_core.sessions.usual import OwnUsual
from fer_core.vision.faces import Detections

_LABEL, _CHART, _INDICATOR = range(3)
_VALENCE, _AROUSAL, _NEGATIVE = 5, 6, 7  # the channels after the five classes


class SignalPipeline:
    """Turns frames into buckets of a second. Not thread-safe: its session locks.

    Args:
        baseline: What was usual in earlier sessions; learnt afresh without it.
        state: What turns signals into estimates; may be replaced at any time.
        levels: Means of the three indicators in the latest sessions.
    """

    def __init__(
        self,
        baseline: Baseline | None = None,
        state: EstimatorState | None = None,
        levels: UsualLevels = NO_LEVELS,
    ) -> None:
        self.state = state or EstimatorState()
        self.frames = 0
        self.late_frames = 0
        self.presence = PresenceTracker()
        self.coverage = CoverageWindow()
        self.pulse = PulseMonitor()
        self.face = FaceMonitor()
        self._usual = BaselineTracker(baseline)
        self._levels = tuple(OwnUsual(earlier) for earlier in levels)
        self._median = ProbabilityMedian()
        self._smoother = Smoother(
            (LABEL_HALF_LIFE_S, CHART_HALF_LIFE_S, INDICATOR_HALF_LIFE_S), len(EMOTIONS) + 3
        )
        self._motion = HeadMotion()
        self._second: Second | None = None
        self._closed_until = -math.inf
        self._unsure_below = 0.0

    # What comes in

    def begin(self, at: float) -> None:
        """Note that the session starts or goes on at this moment: windows begin here."""
        self._second = None
        self.coverage.begin(max(at, self._closed_until))
        self.presence.begin(at)
        self.pulse.begin()
        self.face.begin()

    def act(self, at: float) -> None:
        """Note that the learner did something at a moment: scrolled, answered, pressed a key."""
        self.presence.act(at)
        self.face.act(at)

    def flush(self) -> list[TimelineBucket]:
        """Close the second in hand, for a pause or the end; what is left of it gets no bucket."""
        second, self._second = self._second, None
        return [] if second is None else [self._close(second)]

    def push(self, detections: Detections, at: float) -> list[TimelineBucket] | None:
        """Take one analysed frame.

        Args:
            detections: What was found in it.
            at: When it was captured, seconds.

        Returns:
            The buckets of the seconds that ended before it, oldest first; None if the frame is not
            newer than the last one and was left out.
        """
        last_at = self.presence.last_at
        if at < self.coverage.begins_at or (last_at is not None and at <= last_at):
            self.late_frames += 1
            return None
        self.frames += 1
        start = at if last_at is None else max(last_at, at - CARRY_FORWARD_S)
        start = max(start, self.coverage.begins_at)
        sample = sample_of(detections, at)
        if self.face.take(at, None if sample is None else sample.marks):
            self.presence.bend(self.face.bent_until(at))
        presence = self.presence.judge(detections, sample, start, at)
        buckets = self._account(start, at, presence, valid=sample is not None)
        gap_s = at - self.presence.valid_at
        self.presence.note(presence, sample, at)
        if sample is not None:
            self._take(sample, gap_s)
        return buckets

    def _account(
        self, start: float, at: float, presence: Presence, *, valid: bool
    ) -> list[TimelineBucket]:
        """Book the time up to this frame, and close the seconds that it ends."""
        facing = self.face.facing(at, self.presence.facing)
        buckets = []
        if self._second is not None and self._second.index < math.floor(start):
            buckets.append(self._close(self._second))
            self._second = None
        while True:
            index = math.floor(start)
            if self._second is None:
                self._second = Second(index)
            end = min(at, index + 1.0)
            self._second.book(end - start, presence, valid=valid, facing=facing)
            if index == math.floor(at):
                break
            buckets.append(self._close(self._second))
            self._second = None
            start = index + 1.0
        self._second.frames += 1
        return buckets

    def _take(self, sample: Sample, gap_s: float) -> None:
        """Let a face enter the filters, and the second that its frame was booked in."""
        if gap_s > CARRY_FORWARD_S:
            self._median.reset()
        if gap_s > RESET_AFTER_S:
            self._smoother.reset()
            self._motion.reset()
        self._unsure_below = sample.unsure_below
        self.pulse.take(sample)
        p = self._median.push(sample.probabilities, sample.at)
        signals = (valence_of(p), arousal_of(p), negative_of(p))
        self._smoother.push(np.array([*p, *signals]), sample.at, sample.weight)
        second = self._second
        if second is not None:
            second.samples += 1
            second.sum += (*signals, sample.centre_x, sample.centre_y, sample.size)
            second.aspect = sample.aspect

    # A second ends

    def _close(self, second: Second) -> TimelineBucket:
        end = self._closed_until = second.index + 1.0
        means = second.means
        motion = self._motion.take(second, means)
        face = self.face.end_second(end)
        desk_s = 0.0 if face is None or self.face.on_paper else face.desk_s
        self.coverage.add(end, Covered(second.observed_s, second.valid_s, second.facing_s, desk_s))
        self._learn(second, means, motion)
        reason = self.presence.reason(end, second.presence)
        self.pulse.end_second(end)
        shown = reason is None and not self._smoother.empty
        drawn = shown and self.coverage.coverage(end, CHART_WINDOW_S) >= MIN_COVERAGE
        mean, band = self._smoother.mean, self._smoother.band
        x, y, size = (None,) * 3 if means is None else (float(value) for value in means[PLACE])
        measured = self._measured(end, reason)
        bucket = TimelineBucket(
            at=float(second.index),
            width_s=1.0,
            frames=second.frames,
            observed_s=second.observed_s,
            valid_s=second.valid_s,
            facing_s=second.facing_s,
            away_s=second.away_s,
            presence=second.presence,
            probabilities=five_of(mean[_LABEL]) if shown else None,
            shares=five_of(mean[_CHART]) if drawn else None,
            valence=float(mean[_CHART, _VALENCE]) if drawn else None,
            valence_band=float(band[_CHART, _VALENCE]) if drawn else None,
            arousal=float(mean[_CHART, _AROUSAL]) if drawn else None,
            motion=motion,
            centre_x=x,
            centre_y=y,
            size=size,
            coverage=measured.coverage,
            comprehension=estimate_comprehension(self.state, measured),
            stress=estimate_stress(self.state, measured),
            attention=estimate_attention(measured),
            pulse=self.pulse.last,
            face=face,
        )
        self._follow(bucket)
        return bucket

    def _follow(self, bucket: TimelineBucket) -> None:
        """Let the indicators of a stretch say what is usual."""
        estimates = (bucket.comprehension, bucket.stress, bucket.attention)
        for level, made in zip(self._levels, estimates, strict=True):
            level.push(made.value, bucket.width_s)

    def _learn(self, second: Second, means: FloatArray | None, motion: float | None) -> None:
        if means is not None and motion is not None:
            channels = np.array([*means[: PLACE.start], motion])
            self._usual.push(channels, float(second.index), second.valid_s)

    def _measured(self, at: float, reason: Reason | None) -> Measured:
        negative = motion = None
        if self.baseline is not None and not self._smoother.empty:
            mean = self._smoother.mean
            negative = self.baseline.z(Channel.NEGATIVE, float(mean[_INDICATOR, _NEGATIVE]))
            if self._motion.mean is not None:
                motion = self.baseline.z(Channel.MOTION, self._motion.mean)
        return Measured(
            reason=reason,
            covered=self.coverage.covered(at),
            window_s=self.coverage.length_s(at),
            face_seen=not self._smoother.empty,
            negative_z=negative,
            motion_z=motion,
            pulse=self.pulse.feature,
        )

    # What can be said

    def expression(self, at: float) -> Expression:
        """Return the expression of the last two seconds."""
        reason = self.presence.reason(at)
        if reason is not None or self._smoother.empty:
            return Expression(reason=reason or Reason.WAITING)
        p = self._smoother.mean[_LABEL, : len(EMOTIONS)]
        strongest = int(np.argmax(p))
        probability = float(p[strongest])
        unsure = probability < self._unsure_below
        return Expression(
            emotion=None if unsure else EMOTIONS[strongest],
            probability=probability,
            probabilities=five_of(p),
            reason=Reason.UNSURE if unsure else None,
            movement=self.face.movement,
        )

    @property
    def baseline(self) -> Baseline | None:
        """What is usual for the learner now; None until it is known."""
        return self._usual.current

    @property
    def baseline_to_keep(self) -> Baseline | None:
        """What later sessions start from; None until it is known."""
        return self._usual.to_keep

    @property
    def baseline_progress(self) -> float:
        """Share of the own baseline that has been learnt, 0..1."""
        return self._usual.progress

    def usual(self) -> tuple[float | None, ...]:
        """Return comprehension, stress and attention as they usually are for this learner."""
        return tuple(level.value for level in self._levels)

    def valence(self) -> float | None:
        """Return valence with the half-life of the indicators, -1..1; None before any face."""
        return None if self._smoother.empty else float(self._smoother.mean[_INDICATOR, _VALENCE])

    def measured(self, at: float) -> Measured:
        """Return what the estimates start from at this moment."""
        return self._measured(at, self.presence.reason(at))

    def estimates(self, at: float, stopped: Reason | None) -> tuple[Estimate, Estimate, Estimate]:
        """Return comprehension, stress and attention at this moment.

        Args:
            at: Now.
            stopped: Why nothing is estimated at all; None while the session runs.
        """
        if stopped is not None:
            missing = Estimate.missing(stopped)
            return missing, missing, missing
        measured = self.measured(at)
        return (
            estimate_comprehension(self.state, measured),
            estimate_stress(self.state, measured),
            estimate_attention(measured),
        )

    # After a restart

    def replay(self, buckets: Iterable[TimelineBucket], since: float) -> None:
        """Bring back filters and baseline from the buckets of an interrupted session.

        Args:
            buckets: All of them: what is usual may go back to the start.
            since: The filters take those from here on, seconds since the epoch.
        """
        for bucket in buckets:
            self.frames += bucket.frames
            self._follow(bucket)
            if bucket.pulse is not None:
                self.pulse.restore(bucket.pulse, bucket.width_s)
            if bucket.face is not None:
                self.face.restore(bucket.face, bucket.at + bucket.width_s)
            self._replay_one(bucket, filters=bucket.at >= since)

    def _replay_one(self, bucket: TimelineBucket, *, filters: bool) -> None:
        end = self._closed_until = bucket.at + bucket.width_s
        p, x, y, size = bucket.probabilities, bucket.centre_x, bucket.centre_y, bucket.size
        valid = p is not None and x is not None and y is not None and size is not None
        self.presence.restore(end, valid=valid)
        if p is None or x is None or y is None or size is None:
            return
        signals = (valence_of(p), arousal_of(p), negative_of(p))
        if filters:
            self._smoother.push(np.array([*p, *signals]), end)
        if bucket.motion is not None:
            if filters:
                self._motion.restore(bucket.motion, end)
            self._usual.push(np.array([*signals, bucket.motion]), bucket.at, bucket.valid_s)
