"""What a session says about one moment: everything that a page or a client shows live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fer_core.affect.breaks import Suggestion
from fer_core.affect.heart_rate import Pulse
from fer_core.affect.indicators import Estimate, Reason
from fer_core.affect.signals import Presence
from fer_core.emotions import UNSURE_EMOJI, UNSURE_LABEL, Emotion
from fer_core.face.looks_tracker import Looks
from fer_core.face.movement import Movement
from fer_core.learner.probes import Probe
from fer_core.sessions.face_second import FaceSecond
from fer_core.sessions.timeline_bucket import Five
from fer_core.sessions.timer import TimerView

#: Points (of 100) that an indicator must differ from the own usual to count as higher or lower.
TREND_POINTS = 5.0


class State(StrEnum):
    """Where a session stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"


class Trend(StrEnum):
    """How a value lies against the learner's own usual."""

    HIGHER = "higher"
    SAME = "same"
    LOWER = "lower"

    @property
    def arrow(self) -> str:
        return {"higher": "↑", "same": "→", "lower": "↓"}[self.value]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the three estimates, beside the learner's usual.

    Attributes:
        estimate: 0..100 with its interval, or the reason why there is none.
        usual: What it is for this learner in ordinary reading, 0..100; None if not known.
    """

    estimate: Estimate
    usual: float | None = None

    @property
    def trend(self) -> Trend | None:
        """Higher or lower than usual by five points and more; None if either is missing."""
        if self.estimate.value is None or self.usual is None:
            return None
        difference = self.estimate.value - self.usual
        if abs(difference) < TREND_POINTS:
            return Trend.SAME
        return Trend.HIGHER if difference > 0 else Trend.LOWER


@dataclass(frozen=True, slots=True)
class Expression:
    """The expression of the last two seconds, or the reason why there is none.

    Attributes:
        emotion: The strongest class; None when unsure or missing.
        probability: Of the strongest class, smoothed, 0..1; None when missing.
        probabilities: Of all five, in class order; None when missing.
        reason: Why nothing can be said; None otherwise. UNSURE comes with probabilities.
        movement: What brows and mouth plainly do; None: nothing that stands out, or not measured.
    """

    emotion: Emotion | None = None
    probability: float | None = None
    probabilities: Five | None = None
    reason: Reason | None = None
    movement: Movement | None = None

    @property
    def label(self) -> str:
        """The word of the study views, or "Unsure".

        Never "Angry": "Smile" where the points of the face show one, "Brow lowered" otherwise.
        """
        if self.emotion is None:
            return UNSURE_LABEL
        if self.emotion is Emotion.ANGRY and self.movement is not None:
            return self.movement.label
        return self.emotion.study_label

    @property
    def emoji(self) -> str:
        return UNSURE_EMOJI if self.emotion is None else self.emotion.emoji


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session at one moment.

    Attributes:
        at: The moment, seconds since the epoch.
        state: Active, paused or finished.
        presence: What the camera shows.
        notice: Why the indicators stand still now; None while they do not.
        expression: Of about the last two seconds (half-life 1.5 s).
        valence: -1..1, half-life 10 s; None if missing.
        valence_band: Half-width of its 95 % band; measurement uncertainty only.
        arousal: -1..1, half-life 10 s; None if missing.
        comprehension: Estimate and own usual.
        stress: The same.
        attention: The same; "in front of the screen", share of the last 60 s.
        coverage: Share of the last 60 s with a usable face, 0..1.
        baseline_progress: 0..1; 1 when the own baseline is ready.
        elapsed_s: Since the start, pauses included.
        studied_s: Not paused and not away.
        next_break_s: Until the timer suggests a break; None unless active.
        timer: The study timer; in a pause it stands still, in a break it counts that down.
        suggestion: The break suggestion that stands now, if any.
        probe: The question that is open now, if any.
        frames: Pictures taken in so far.
        late_frames: Pictures that came out of order and were left out.
        pulse: The heart rate over the last half minute, or why it could not be read; None: it was
            not asked for, or the session does not run.
        usual_bpm: The learner's heart rate at the start of this session; None if not known.
        face: Head, eyes and mouth in the last second; None: no points of a face were seen in it.
        looks: How the learner looks to an onlooker over the last minute; None: it is not known.
    """

    at: float
    state: State
    presence: Presence
    notice: Reason | None
    expression: Expression
    valence: float | None
    valence_band: float | None
    arousal: float | None
    comprehension: Indicator
    stress: Indicator
    attention: Indicator
    coverage: float
    baseline_progress: float
    elapsed_s: float
    studied_s: float
    next_break_s: float | None
    timer: TimerView
    suggestion: Suggestion | None
    probe: Probe | None
    frames: int
    late_frames: int
    pulse: Pulse | None = None
    usual_bpm: float | None = None
    face: FaceSecond | None = None
    looks: Looks | None = None
