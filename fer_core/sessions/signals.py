"""From detections to rows: one learner's signals, second by second.

The meter knows no clock, no pause and no break: it takes frames in the order of time and hands
out a row for each second that has passed. Frames with a second face, without a face, or from a
switched-off camera are accounted for and change no value.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from fer_core.affect.heart_rate import NoPulse, Pulse, PulseReader, RestingRate
from fer_core.affect.indicators import (
    INTERVAL_SDS,
    Basis,
    Coefficients,
    ComprehensionFeatures,
    Estimate,
    Reason,
    StressFeatures,
    comprehension_features,
    comprehension_prior,
    estimate,
    stress_prior,
)
from fer_core.affect.signals import (
    AWAY_AFTER_S,
    CARRY_FORWARD_S,
    CHANNELS,
    CHART_HALF_LIFE_S,
    INDICATOR_HALF_LIFE_S,
    LABEL_HALF_LIFE_S,
    MIN_COVERAGE,
    RESET_AFTER_S,
    Baseline,
    BaselineLearner,
    Channel,
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
from fer_core.sessions.snapshot import Expression
from fer_core.sessions.timeline_bucket import Five, Row
from fer_core.vision.faces import Detections

#: Windows that coverage is taken over: indicators, and the chart. Seconds.
WINDOW_S = 60.0
CHART_WINDOW_S = 10.0
#: A missing or second face shorter than this is more often the detector's slip than a change in
#: front of the camera: it gives no sample, and no notice either. Seconds.
SLIP_S = 1.0
#: Facing the screen or not must have held this long to count. Seconds.
FACING_HOLDS_S = 5.0
#: Spreads from the own usual place and size that still count as facing the screen.
FACING_SPREADS = 3.0

_LABEL, _CHART, _INDICATOR = range(3)
_VALENCE, _AROUSAL, _NEGATIVE = 5, 6, 7  # the channels after the five classes


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What turns signals into estimates.

    Attributes:
        comprehension: Coefficients of method B.
        stress: Coefficients of method C.
        use_camera: False leaves the camera out of both: it has not helped this learner so far.
        reading: Text and pace of the passage being read, where a text is open.
    """

    comprehension: Coefficients = field(default_factory=comprehension_prior)
    stress: Coefficients = field(default_factory=stress_prior)
    use_camera: bool = True
    reading: ComprehensionFeatures | None = None


@dataclass(slots=True)
class _Second:
    """What has come in since the last whole second."""

    index: int
    frames: int = 0
    observed_s: float = 0.0
    valid_s: float = 0.0
    facing_s: float = 0.0
    away_s: float = 0.0
    presence_s: dict[Presence, float] = field(default_factory=dict)
    samples: int = 0
    sum: FloatArray = field(default_factory=lambda: np.zeros(len(CHANNELS)))
    aspect: float = 4 / 3

    @property
    def presence(self) -> Presence:
        """What held for most of the second."""
        return max(self.presence_s, key=lambda presence: self.presence_s[presence])


@dataclass(frozen=True, slots=True)
class _Covered:
    """Seconds observed, valid and facing, of the stretch that ends at `end`."""

    end: float
    observed_s: float
    valid_s: float
    facing_s: float


class SignalMeter:
    """Turns frames into rows. Not thread-safe: its session locks.

    Args:
        baseline: The learner's usual from earlier sessions; learnt afresh without it.
        beliefs: What turns signals into estimates; may be replaced at any time.
    """

    def __init__(self, baseline: Baseline | None = None, beliefs: Beliefs | None = None) -> None:
        self._pulse_reader: PulseReader | None = None
        self._pulse: Pulse | None = None
        self._resting = RestingRate()
        self.baseline = baseline
        self.beliefs = beliefs or Beliefs()
        self.frames = 0
        self.late_frames = 0
        self._learner = BaselineLearner()
        self._median = ProbabilityMedian()
        self._smoother = Smoother(
            (LABEL_HALF_LIFE_S, CHART_HALF_LIFE_S, INDICATOR_HALF_LIFE_S), len(EMOTIONS) + 3
        )
        self._motion = Smoother((INDICATOR_HALF_LIFE_S,), 1)
        self._second: _Second | None = None
        self._window: deque[_Covered] = deque()
        self._window_from = -math.inf
        self._closed_until = -math.inf
        self._presence = Presence.WAITING
        self._last_at: float | None = None
        self._valid_at = -math.inf
        self._face_at = -math.inf
        self._unsure_below = 0.0
        self._facing: bool | None = None
        self._contrary_since: float | None = None
        self._place: tuple[int, float, float] | None = None
        self._total_observed_s = 0.0
        self._total_facing_s = 0.0

    # What comes in

    def read_pulse(self, on: bool) -> None:
        """Read the heart rate from here on, where the frames bring the skin's colour; or stop."""
        if on != self.reads_pulse:
            self._pulse_reader = PulseReader() if on else None
            self._pulse = None

    @property
    def reads_pulse(self) -> bool:
        return self._pulse_reader is not None

    def begin(self, at: float) -> None:
        """Note that the session starts or goes on at this moment: windows begin here."""
        self._window_from = max(at, self._closed_until)
        self._window.clear()
        self._second = None
        self._presence = Presence.WAITING
        self._face_at = at
        self._facing = self._contrary_since = None
        self._last_at = None if self._last_at is None else max(self._last_at, at)
        self._pulse = None
        if self._pulse_reader is not None:
            self._pulse_reader.clear()

    def flush(self) -> list[Row]:
        """Close the second in hand, for a pause or the end; what is left of it gets no row."""
        second, self._second = self._second, None
        return [] if second is None else [self._close(second)]

    def push(self, detections: Detections, at: float) -> list[Row] | None:
        """Take one analysed frame.

        Args:
            detections: What was found in it.
            at: When it was captured, seconds.

        Returns:
            The rows of the seconds that ended before it, oldest first; None if the frame is not
            newer than the last one and was left out.
        """
        if at < self._window_from or (self._last_at is not None and at <= self._last_at):
            self.late_frames += 1
            return None
        self.frames += 1
        start = at if self._last_at is None else max(self._last_at, at - CARRY_FORWARD_S)
        start = max(start, self._window_from)
        sample = sample_of(detections, at)
        presence = self._presence_now(detections, sample, start, at)
        rows = self._account(start, at, presence, sample)
        self._last_at = at
        self._presence = presence
        if sample is not None:
            self._take(sample)
        return rows

    def _presence_now(
        self, detections: Detections, sample: Sample | None, start: float, at: float
    ) -> Presence:
        if detections.blank:
            self._face_at = at
            return Presence.CAMERA_OFF
        if sample is not None:
            self._face_at = at
            return Presence.FACE
        if at - self._valid_at < SLIP_S and self._presence is Presence.FACE:
            return Presence.FACE
        if len(detections.faces) > 1:
            self._face_at = at
            return Presence.SEVERAL_FACES
        if self._last_at is not None and at - self._last_at > CARRY_FORWARD_S:
            # Nobody is away for a time in which no pictures came.
            self._face_at = max(self._face_at, start)
        return Presence.AWAY if at - self._face_at >= AWAY_AFTER_S else Presence.NO_FACE

    def _account(
        self, start: float, at: float, presence: Presence, sample: Sample | None
    ) -> list[Row]:
        """Book the time up to this frame, and close the seconds that it ends."""
        self._judge_facing(presence, sample, start, at)
        rows = []
        if self._second is not None and self._second.index < math.floor(start):
            rows.append(self._close(self._second))
            self._second = None
        while True:
            index = math.floor(start)
            if self._second is None:
                self._second = _Second(index)
            end = min(at, index + 1.0)
            self._book(self._second, end - start, presence, sample)
            if index == math.floor(at):
                break
            rows.append(self._close(self._second))
            self._second = None
            start = index + 1.0
        self._second.frames += 1
        return rows

    def _book(
        self, second: _Second, duration: float, presence: Presence, sample: Sample | None
    ) -> None:
        second.presence_s[presence] = second.presence_s.get(presence, 0.0) + duration
        if presence in (Presence.CAMERA_OFF, Presence.SEVERAL_FACES):
            return
        second.observed_s += duration
        second.valid_s += duration if sample is not None else 0.0
        second.facing_s += duration if self._facing else 0.0
        second.away_s += duration if presence is Presence.AWAY else 0.0

    def _judge_facing(
        self, presence: Presence, sample: Sample | None, start: float, at: float
    ) -> None:
        if presence in (Presence.CAMERA_OFF, Presence.SEVERAL_FACES):
            self._facing = self._contrary_since = None
            return
        # FACE without a sample is a slip of the detector.
        inside = presence is Presence.FACE if sample is None else self._in_own_range(sample)
        if self._facing is None:
            self._facing = inside
        elif inside == self._facing:
            self._contrary_since = None
        elif self._contrary_since is None:
            self._contrary_since = start
        if self._contrary_since is not None and at - self._contrary_since >= FACING_HOLDS_S:
            self._facing, self._contrary_since = inside, None

    def _in_own_range(self, sample: Sample) -> bool:
        if self.baseline is None:
            return True
        measured = (
            (Channel.CENTRE_X, sample.centre_x),
            (Channel.CENTRE_Y, sample.centre_y),
            (Channel.SIZE, sample.size),
        )
        usual = self.baseline.usual
        return all(
            abs(value - usual[channel].median) <= FACING_SPREADS * usual[channel].spread
            for channel, value in measured
        )

    def _take(self, sample: Sample) -> None:
        gap = sample.at - self._valid_at
        if gap > CARRY_FORWARD_S:
            self._median.reset()
        if gap > RESET_AFTER_S:
            self._smoother.reset()
            self._motion.reset()
        self._valid_at = sample.at
        self._unsure_below = sample.unsure_below
        if self._pulse_reader is not None and sample.skin is not None and sample.size > 0:
            centre = (sample.centre_x * sample.aspect / sample.size, sample.centre_y / sample.size)
            self._pulse_reader.push(sample.at, sample.skin, centre)
        p = self._median.push(sample.probabilities, sample.at)
        valence, arousal, negative = valence_of(p), arousal_of(p), negative_of(p)
        self._smoother.push(np.array([*p, valence, arousal, negative]), sample.at, sample.weight)
        second = self._second
        if second is None:  # pragma: no cover  (a frame is booked before its sample is taken)
            return
        second.samples += 1
        second.sum += (
            valence,
            arousal,
            negative,
            0.0,  # motion is known when the second ends
            sample.centre_x,
            sample.centre_y,
            sample.size,
        )
        second.aspect = sample.aspect

    # A second ends

    def _close(self, second: _Second) -> Row:
        end = self._closed_until = second.index + 1.0
        means = second.sum / second.samples if second.samples else None
        motion = self._motion_in(second, means)
        self._learn(second, means, motion)
        self._total_observed_s += second.observed_s
        self._total_facing_s += second.facing_s
        self._window.append(_Covered(end, second.observed_s, second.valid_s, second.facing_s))
        while self._window and self._window[0].end <= end - WINDOW_S:
            self._window.popleft()

        presence = second.presence
        reason = self._gate(presence, end)
        if self._pulse_reader is not None:
            self._pulse = self._pulse_reader.read(end)
            self._resting.push(self._pulse)
        shown = reason is None and not self._smoother.empty
        drawn = shown and self._coverage(end, CHART_WINDOW_S) >= MIN_COVERAGE
        mean, band = self._smoother.mean, self._smoother.band
        return Row(
            at=float(second.index),
            width_s=1.0,
            frames=second.frames,
            observed_s=second.observed_s,
            valid_s=second.valid_s,
            facing_s=second.facing_s,
            away_s=second.away_s,
            presence=presence,
            probabilities=_five(mean[_LABEL]) if shown else None,
            shares=_five(mean[_CHART]) if drawn else None,
            valence=float(mean[_CHART, _VALENCE]) if drawn else None,
            valence_band=float(band[_CHART, _VALENCE]) if drawn else None,
            arousal=float(mean[_CHART, _AROUSAL]) if drawn else None,
            motion=motion,
            centre_x=None if means is None else float(means[CHANNELS.index(Channel.CENTRE_X)]),
            centre_y=None if means is None else float(means[CHANNELS.index(Channel.CENTRE_Y)]),
            size=None if means is None else float(means[CHANNELS.index(Channel.SIZE)]),
            coverage=self._coverage(end, WINDOW_S),
            comprehension=self._comprehension(reason, end),
            stress=self._stress(reason, end),
            attention=self._attention(reason, end),
            pulse=self._pulse,
        )

    def _motion_in(self, second: _Second, means: FloatArray | None) -> float | None:
        """Return the head's motion since the second before, in face heights a second.

        Means of whole seconds, so that the box's jitter does not grow with the frame rate.
        """
        if means is None:
            return None
        x, y, size = (float(value) for value in means[4:])
        before, self._place = self._place, (second.index, x, y)
        if before is None or second.index - before[0] > CARRY_FORWARD_S or size <= 0:
            return None
        seconds = second.index - before[0]
        motion = math.hypot((x - before[1]) * second.aspect, y - before[2]) / size / seconds
        self._motion.push(np.array([motion]), second.index + 1.0, min(1.0, second.valid_s))
        return motion

    def _learn(self, second: _Second, means: FloatArray | None, motion: float | None) -> None:
        if self.baseline is not None or means is None or motion is None:
            return
        channels = means.copy()
        channels[CHANNELS.index(Channel.MOTION)] = motion
        self._learner.push(channels, float(second.index), second.valid_s)
        if self._learner.ready:
            self.baseline = self._learner.result()

    # What can be said

    def presence(self, at: float) -> Presence:
        """Return what the camera shows at this moment."""
        if self._last_at is None or self._presence is Presence.WAITING:
            return Presence.WAITING
        return Presence.NO_PICTURES if at - self._last_at > CARRY_FORWARD_S else self._presence

    def gate(self, at: float) -> Reason | None:
        """Return why nothing can be said about the face at this moment; None if it can."""
        return self._gate(self.presence(at), at)

    def _gate(self, presence: Presence, at: float) -> Reason | None:
        if presence in (Presence.FACE, Presence.NO_FACE):
            return Reason.NO_FACE if at - self._valid_at > CARRY_FORWARD_S else None
        return {
            Presence.WAITING: Reason.WAITING,
            Presence.AWAY: Reason.AWAY,
            Presence.CAMERA_OFF: Reason.CAMERA_OFF,
            Presence.NO_PICTURES: Reason.NO_PICTURES,
            Presence.SEVERAL_FACES: Reason.SEVERAL_FACES,
        }[presence]

    def expression(self, at: float) -> Expression:
        """Return the expression of the last two seconds."""
        reason = self.gate(at)
        if reason is not None or self._smoother.empty:
            return Expression(reason=reason or Reason.WAITING)
        p = self._smoother.mean[_LABEL, : len(EMOTIONS)]
        strongest = int(np.argmax(p))
        probability = float(p[strongest])
        unsure = probability < self._unsure_below
        return Expression(
            emotion=None if unsure else EMOTIONS[strongest],
            probability=probability,
            probabilities=_five(p),
            reason=Reason.UNSURE if unsure else None,
        )

    def pulse(self, at: float) -> Pulse | None:
        """Return the heart rate at this moment, or why there is none; None: not asked for."""
        if self._pulse_reader is None:
            return None
        if self._pulse is None or self.gate(at) is not None:
            return Pulse(reason=NoPulse.GATHERING)
        return self._pulse

    @property
    def usual_bpm(self) -> float | None:
        """The learner's heart rate at the start of this session; None until it is known."""
        return self._resting.bpm

    @property
    def baseline_progress(self) -> float:
        """Share of the own baseline that has been learnt, 0..1."""
        return 1.0 if self.baseline is not None else self._learner.progress

    def usual(self) -> tuple[float, float | None, float | None]:
        """Return comprehension, stress and attention as they usually are for this learner."""
        reading = self.beliefs.reading or ComprehensionFeatures()
        comprehension = estimate(reading.without_camera(), self.beliefs.comprehension).value
        stress = estimate(StressFeatures(), self.beliefs.stress).value
        attention = None
        if self._total_observed_s >= RESET_AFTER_S:
            attention = 100.0 * self._total_facing_s / self._total_observed_s
        assert comprehension is not None  # noqa: S101  (made without a reason)
        return comprehension, stress, attention

    def valence(self) -> float | None:
        """Return valence with the half-life of the indicators, -1..1; None before any face."""
        return None if self._smoother.empty else float(self._smoother.mean[_INDICATOR, _VALENCE])

    def coverage(self, at: float) -> float:
        """Return the share of the last 60 s with a usable face, 0..1."""
        return self._coverage(at, WINDOW_S)

    def live_features(self, at: float) -> ComprehensionFeatures:
        """Return the inputs of the comprehension estimate at this moment."""
        reading = self.beliefs.reading or ComprehensionFeatures()
        if not self.beliefs.use_camera or self.baseline is None or self._smoother.empty:
            return reading.without_camera()
        observed, _, facing = self._sums(at, WINDOW_S)
        negative = float(self._smoother.mean[_INDICATOR, _NEGATIVE])
        camera = comprehension_features(
            away_share=max(0.0, 1.0 - facing / observed) if observed > 0 else None,
            negative_z=self.baseline.z(Channel.NEGATIVE, negative),
        )
        return replace(reading, away=camera.away, negative=camera.negative)

    def stress_features(self) -> StressFeatures:
        """Return the inputs of the stress estimate at this moment."""
        if not self.beliefs.use_camera or self.baseline is None or self._smoother.empty:
            return StressFeatures()
        negative = float(self._smoother.mean[_INDICATOR, _NEGATIVE])
        motion = None
        if not self._motion.empty:
            motion = self.baseline.z(Channel.MOTION, float(self._motion.mean[0, 0]))
        return StressFeatures(
            self.baseline.z(Channel.NEGATIVE, negative),
            motion,
            None if self._pulse is None else self._resting.feature(self._pulse),
        )

    def estimates(self, at: float, stopped: Reason | None) -> tuple[Estimate, Estimate, Estimate]:
        """Return comprehension, stress and attention at this moment.

        Args:
            at: Now.
            stopped: Why nothing is estimated at all; None while the session runs.
        """
        if stopped is not None:
            missing = Estimate.missing(stopped)
            return missing, missing, missing
        reason = self.gate(at)
        comprehension, stress = self._comprehension(reason, at), self._stress(reason, at)
        return comprehension, stress, self._attention(reason, at)

    def _comprehension(self, reason: Reason | None, at: float) -> Estimate:
        basis = Basis.ATTENTION if self.beliefs.reading is None else Basis.TEXT
        if not self.beliefs.use_camera:
            if self.beliefs.reading is None:
                if self.beliefs.comprehension.answers == 0:
                    return Estimate.missing(Reason.NO_ANSWERS)
                basis = Basis.ANSWERS
        elif (missing := self._missing(reason, at)) is not None:
            return Estimate.missing(missing)
        return estimate(self.live_features(at), self.beliefs.comprehension, basis)

    def _stress(self, reason: Reason | None, at: float) -> Estimate:
        if not self.beliefs.use_camera:
            if self.beliefs.stress.answers == 0:
                return Estimate.missing(Reason.NO_ANSWERS)
            return estimate(StressFeatures(), self.beliefs.stress, Basis.ANSWERS)
        if (missing := self._missing(reason, at)) is not None:
            return Estimate.missing(missing)
        return estimate(self.stress_features(), self.beliefs.stress)

    def _missing(self, reason: Reason | None, at: float) -> Reason | None:
        if reason is not None:
            return reason
        if self._smoother.empty:
            return Reason.WAITING
        if self.baseline is None:
            return Reason.BASELINE
        return Reason.COVERAGE if self._coverage(at, WINDOW_S) < MIN_COVERAGE else None

    def _attention(self, reason: Reason | None, at: float) -> Estimate:
        """Return the share of the last 60 s facing the screen, with Wilson's (1927) interval.

        Looks closer together than the hysteresis are one look, so a minute holds 12.
        """
        if reason not in (None, Reason.NO_FACE, Reason.AWAY):
            return Estimate.missing(reason)
        observed, _, facing = self._sums(at, WINDOW_S)
        if observed < MIN_COVERAGE * self._window_s(at, WINDOW_S):
            return Estimate.missing(Reason.COVERAGE)
        share = min(1.0, facing / observed)
        n = max(1.0, observed / FACING_HOLDS_S)
        z2 = INTERVAL_SDS**2
        centre = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = INTERVAL_SDS / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
        return Estimate(
            value=100.0 * share,
            low=100.0 * max(0.0, min(share, centre - half)),
            high=100.0 * min(1.0, max(share, centre + half)),
        )

    def _window_s(self, at: float, window_s: float) -> float:
        """Return the window's length: shorter while the session is young, at least 10 s."""
        return min(window_s, max(CHART_WINDOW_S, at - self._window_from))

    def _sums(self, at: float, window_s: float) -> tuple[float, float, float]:
        """Return seconds observed, valid and facing in the window that ends now."""
        observed = valid = facing = 0.0
        for item in reversed(self._window):
            if item.end <= at - window_s:
                break
            observed += item.observed_s
            valid += item.valid_s
            facing += item.facing_s
        return observed, valid, facing

    def _coverage(self, at: float, window_s: float) -> float:
        return min(1.0, self._sums(at, window_s)[1] / self._window_s(at, window_s))

    # After a restart

    def replay(self, rows: Iterable[Row], since: float) -> None:
        """Bring back filters and baseline from the rows of an interrupted session.

        Args:
            rows: All of them: what is usual for this session goes back to its start.
            since: The filters take those from here on, seconds since the epoch.
        """
        for row in rows:
            self.frames += row.frames
            self._total_observed_s += row.observed_s
            self._total_facing_s += row.facing_s
            if row.pulse is not None:
                self._resting.push(row.pulse, row.width_s)
            if row.at < since:
                continue
            self._last_at = self._closed_until = row.at + row.width_s
            p = row.probabilities
            if p is None or row.centre_x is None or row.centre_y is None or row.size is None:
                continue
            self._valid_at = self._last_at
            signals = (valence_of(p), arousal_of(p), negative_of(p))
            self._smoother.push(np.array([*p, *signals]), self._last_at)
            if row.motion is None:
                continue
            self._motion.push(np.array([row.motion]), self._last_at)
            if self.baseline is None:
                place = (row.centre_x, row.centre_y, row.size)
                self._learner.push(np.array([*signals, row.motion, *place]), row.at, row.valid_s)
                if self._learner.ready:
                    self.baseline = self._learner.result()


def _five(vector: FloatArray) -> Five:
    a, b, c, d, e = (float(value) for value in vector[: len(EMOTIONS)])
    return a, b, c, d, e
