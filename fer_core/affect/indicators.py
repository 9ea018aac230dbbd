"""Indicators: comprehension, stress and attention as estimates with an interval, or a reason.

Values only. What weighs how much is in `weights`, where the features come from is `signals`' and
`reading`'s matter, and how weights learn from the learner's answers is `learner.personalise`'s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

import numpy as np

from fer_core.arrays import FloatArray

#: Range of every comprehension feature (dimensionless, in units of "clearly more than usual").
FEATURE_MAX = 3.0

#: ln(wpm / own wpm) that makes one unit of skimming: about 35 % faster than usual.
SKIMMING_UNIT = 0.30
#: Share of time away that makes one unit.
AWAY_UNIT = 0.2
#: Beats a minute above the own resting rate that make one unit of stress.
HEART_RATE_UNIT_BPM = 8.0
#: Standard deviations of the own baseline are clipped here (method A).
Z_LIMIT = 3.0

#: Answers below which an estimate counts as not calibrated (method B).
CALIBRATED_ANSWERS = 8


class Reason(StrEnum):
    """Why a number is missing. `text` is the sentence to show in its place."""

    WAITING = "waiting"
    BASELINE = "baseline"
    COVERAGE = "coverage"
    NO_FACE = "no_face"
    AWAY = "away"
    CAMERA_OFF = "camera_off"
    NO_PICTURES = "no_pictures"
    SEVERAL_FACES = "several_faces"
    PAUSED = "paused"
    FINISHED = "finished"
    UNSURE = "unsure"
    POOR_LIGHT = "poor_light"
    NO_ANSWERS = "no_answers"

    @property
    def text(self) -> str:
        return _REASON_TEXTS[self]


_REASON_TEXTS = {
    Reason.WAITING: "Waiting for the first pictures of your face.",
    Reason.BASELINE: "Getting to know your face: this takes about five minutes.",
    Reason.COVERAGE: "Your face was in view for too little of the last minute.",
    Reason.NO_FACE: "No face in view.",
    Reason.POOR_LIGHT: "You are at work, but your face is not seen: more light may help.",
    Reason.AWAY: "No face in view: you seem to be away.",
    Reason.CAMERA_OFF: "The camera is switched off: paused.",
    Reason.NO_PICTURES: "No pictures are coming from the camera.",
    Reason.SEVERAL_FACES: "More than one face in view: indicators pause until you are alone.",
    Reason.PAUSED: "The session is paused.",
    Reason.FINISHED: "The session is finished.",
    Reason.UNSURE: "The expression is not clear enough to name.",
    Reason.NO_ANSWERS: "The camera is left out, and you have answered no question yet.",
}


class Basis(StrEnum):
    """What an estimate rests on, so that the page can say so."""

    ATTENTION = "attention-based"
    TEXT = "text and pace"
    ANSWERS = "your answers"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number from 0 to 100 with its interval, or the reason why there is none.

    Attributes:
        value: 0..100, or None.
        low: Lower end of the interval (80 %), 0..100; None where value is.
        high: Upper end.
        reason: Why there is no value; None where there is one.
        basis: What the value rests on, where that varies.
        answers: How many of the learner's own answers stand behind it.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason | None = None
    basis: Basis | None = None
    answers: int = 0

    def __post_init__(self) -> None:
        value, low, high = self.value, self.low, self.high
        if self.reason is not None:
            if not (value is None and low is None and high is None):
                raise ValueError("an estimate has a value or a reason, not both")
        elif (
            value is None
            or low is None
            or high is None
            or not (math.isfinite(value) and math.isfinite(low) and math.isfinite(high))
        ):
            raise ValueError("an estimate without a reason needs three finite numbers")

    @classmethod
    def missing(cls, reason: Reason) -> Estimate:
        return cls(reason=reason)

    @property
    def calibrated(self) -> bool:
        """Whether enough of the learner's own answers stand behind it (method B: 8)."""
        return self.answers >= CALIBRATED_ANSWERS


class Features(Protocol):
    """What an estimate is made from."""

    def vector(self) -> FloatArray:
        """Return the inputs as (1, x1, ..., xn); a feature that was not measured is 0."""

    @property
    def has_camera(self) -> bool:
        """Whether anything in it came from the camera."""

    def without_camera(self) -> Self:
        """Return the same with what came from the camera left out."""


@dataclass(frozen=True, slots=True)
class ComprehensionFeatures:
    """Inputs of the comprehension estimate (method B); None: not measured, counts as 0.

    Every feature is clipped to 0..3, `difficulty` to -3..3. Make them from raw measures with
    `comprehension_features`.

    Attributes:
        difficulty: x1, of the text, in standard deviations (`texts.difficulty`).
        skimming: x2, max(0, ln(wpm / own wpm) / .30).
        revisits: x3, returns to the passage above the own median.
        away: x4, share of the time away or off the screen / .2.
        negative: x5, max(0, z of Angry + Sad) against the own baseline.
    """

    difficulty: float | None = None
    skimming: float | None = None
    revisits: float | None = None
    away: float | None = None
    negative: float | None = None

    def vector(self) -> FloatArray:
        """Return shape (6,): 1 and x1..x5."""
        return _vector(self.difficulty, self.skimming, self.revisits, self.away, self.negative)

    @property
    def has_camera(self) -> bool:
        return self.away is not None or self.negative is not None

    def without_camera(self) -> ComprehensionFeatures:
        """Return the same with what came from the camera left out."""
        return ComprehensionFeatures(
            difficulty=self.difficulty, skimming=self.skimming, revisits=self.revisits
        )


def comprehension_features(
    *,
    difficulty: float | None = None,
    wpm: float | None = None,
    own_wpm: float | None = None,
    revisits_above_median: float | None = None,
    away_share: float | None = None,
    negative_z: float | None = None,
) -> ComprehensionFeatures:
    """Scale and clip raw measures to features.

    Args:
        difficulty: Of the passage, in standard deviations; see `texts.difficulty`.
        wpm: Words a minute on this passage.
        own_wpm: The learner's usual words a minute.
        revisits_above_median: Returns to the passage minus the learner's median.
        away_share: Share of the time away or not in front of the screen, 0..1.
        negative_z: Standard deviations of Angry + Sad above the own baseline.
    """
    skimming = None
    if wpm is not None and own_wpm is not None and wpm > 0 and own_wpm > 0:
        # Not of the quotient, which is 0 for the smallest numbers.
        skimming = _clip((math.log(wpm) - math.log(own_wpm)) / SKIMMING_UNIT)
    return ComprehensionFeatures(
        difficulty=None
        if difficulty is None
        else min(FEATURE_MAX, max(-FEATURE_MAX, float(difficulty))),
        skimming=skimming,
        revisits=None if revisits_above_median is None else _clip(revisits_above_median),
        away=None if away_share is None else _clip(away_share / AWAY_UNIT),
        negative=None if negative_z is None else _clip(negative_z),
    )


def _vector(*values: float | None) -> FloatArray:
    # From the fields by name: `astuple` copies each deeply, a sixth of what a frame costs.
    return np.array([1.0, *(0.0 if value is None else value for value in values)])


def _clip(value: float) -> float:
    return min(FEATURE_MAX, max(0.0, value))


@dataclass(frozen=True, slots=True)
class StressFeatures:
    """Inputs of the stress estimate (method C); None: not measured, counts as 0.

    Attributes:
        negative: z of Angry + Sad against the own baseline, -3..3.
        motion: z of the head's motion against the own baseline, -3..3.
        heart_rate: (heart rate - own resting rate) / 8 bpm, -3..3; only while heart rate is
            on and valid.
    """

    negative: float | None = None
    motion: float | None = None
    heart_rate: float | None = None

    def vector(self) -> FloatArray:
        """Return shape (4,): 1, negative, motion, heart rate."""
        return _vector(self.negative, self.motion, self.heart_rate)

    @property
    def has_camera(self) -> bool:
        return any(each is not None for each in (self.negative, self.motion, self.heart_rate))

    def without_camera(self) -> StressFeatures:
        return StressFeatures()
