"""Signals: from faces frame by frame to steady numbers: weights and smoothing.

Everything here works on time stamps handed in, at any frame rate; nothing is ever made up for
a face that was not seen. Method A; what is usual for a learner is `baseline`'s, and what the
numbers mean is `indicators`'.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.emotions import AROUSALS, EMOTIONS, VALENCES, Emotion
from fer_core.vision.faces import Detections, Face, FaceMarks, SkinRegions

#: Height from which a face carries full weight, in pixels of the source frame.
FULL_WEIGHT_HEIGHT_PX = 80.0
#: Frames in the causal median. Five outvote two wrong frames in a row.
MEDIAN_FRAMES = 5
#: At low frame rates five frames would trail the face by seconds: a frame older than this drops
#: out of the median while three newer ones remain. Seconds. At 2 fps it halves the difference to
#: 30 fps, and from 4 fps on it changes nothing.
MEDIAN_SPAN_S = 1.25
MEDIAN_LEAST_FRAMES = 3
#: Half-lives, seconds: what is said about now, what the chart draws, what indicators use. At the
#: ordinary weight of .8 the label's is 1.9 s in effect: at 20 % wrong frames it follows a change in
#: 2.3 s, with a nominal 2 s it took 2.9.
LABEL_HALF_LIFE_S = 1.5
CHART_HALF_LIFE_S = 10.0
INDICATOR_HALF_LIFE_S = 60.0
#: A missing face or picture is bridged this long; then the line breaks. Seconds.
CARRY_FORWARD_S = 3.0
#: Without a face this long: away. Seconds.
AWAY_AFTER_S = 5.0
#: After a gap this long the filters start afresh. Seconds.
RESET_AFTER_S = 300.0
#: Least share of a window with a usable face for a value to be published.
MIN_COVERAGE = 0.5
#: Observations further apart than this count as independent in the uncertainty band. Seconds.
INDEPENDENT_AFTER_S = 1.0
#: Half-width of the band in standard errors: 95 %.
BAND_SDS = 1.96

#: Stands for the unknown duration of a very first frame. It only sets how much that one frame
#: counts beside the next few. Seconds.
_FIRST_FRAME_S = 0.1

_NEGATIVE = np.array([emotion in (Emotion.ANGRY, Emotion.SAD) for emotion in EMOTIONS], dtype=float)


class Presence(StrEnum):
    """What the camera shows of the learner."""

    WAITING = "waiting"  # no picture yet
    FACE = "face"
    NO_FACE = "no_face"  # for less than AWAY_AFTER_S
    AWAY = "away"
    SEVERAL_FACES = "several_faces"
    CAMERA_OFF = "camera_off"
    NO_PICTURES = "no_pictures"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One frame's largest face as a point in time.

    Attributes:
        at: When the frame was captured, seconds.
        weight: q, 0..1: how much the frame counts.
        probabilities: Shape (5,), sum 1.
        centre_x: Of the box, as a share of the frame's width.
        centre_y: Of the box, as a share of the frame's height.
        size: Height of the box as a share of the frame's height.
        aspect: Width of the frame divided by its height.
        unsure_below: Probability under which the model names no expression.
        skin: The skin's colours, where they were asked for.
        marks: The face's points, where the model has a network for them.
    """

    at: float
    weight: float
    probabilities: FloatArray
    centre_x: float
    centre_y: float
    size: float
    aspect: float = 4 / 3
    unsure_below: float = 0.0
    skin: SkinRegions | None = None
    marks: FaceMarks | None = None


def frame_weight(face: Face) -> float:
    """Return q = confidence x min(1, height / 80 px), 0..1 (method A).

    The confidence is that there is a face at all: the sum of the five scores.
    """
    return float(face.confidence) * min(1.0, max(0.0, face.box.height) / FULL_WEIGHT_HEIGHT_PX)


def sample_of(detections: Detections, captured_at: float) -> Sample | None:
    """Return the one face of a frame as a sample; None without exactly one usable face.

    A frame with several faces gives no sample: whose expression it would be is not known.
    """
    if detections.blank or len(detections.faces) != 1:
        return None
    face = detections.faces[0]
    probabilities = np.asarray(face.probabilities, dtype=np.float64)
    weight = frame_weight(face)
    if not np.isfinite(probabilities).all() or not math.isfinite(weight) or weight <= 0:
        return None
    x, y = face.box.centre
    return Sample(
        at=captured_at,
        weight=min(1.0, weight),
        probabilities=probabilities,
        centre_x=x / detections.width,
        centre_y=y / detections.height,
        size=face.box.height / detections.height,
        aspect=detections.width / detections.height,
        unsure_below=face.unsure_below,
        skin=face.skin,
        marks=face.marks,
    )


def valence_of(probabilities: Sequence[float] | FloatArray) -> float:
    """Return sum p_c v_c, -1..1, with Russell's (1980) valences."""
    return float(np.dot(probabilities, VALENCES))


def arousal_of(probabilities: Sequence[float] | FloatArray) -> float:
    """Return sum p_c a_c, -1..1, with Russell's (1980) arousals."""
    return float(np.dot(probabilities, AROUSALS))


def negative_of(probabilities: Sequence[float] | FloatArray) -> float:
    """Return the share of negative expressions, Angry + Sad, 0..1."""
    return float(np.dot(probabilities, _NEGATIVE))


class ProbabilityMedian:
    """Causal median of the last five probability vectors, class by class, sum 1 again."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, FloatArray]] = deque(maxlen=MEDIAN_FRAMES)

    def push(self, probabilities: FloatArray, at: float) -> FloatArray:
        """Take the newest vector, shape (5,), captured at `at` seconds; return the median, (5,)."""
        self._frames.append((at, probabilities))
        while len(self._frames) > MEDIAN_LEAST_FRAMES and at - self._frames[0][0] > MEDIAN_SPAN_S:
            self._frames.popleft()
        stacked = np.array([vector for _, vector in self._frames])
        stacked.sort(axis=0)
        half = len(stacked) // 2
        median = stacked[half] if len(stacked) % 2 else (stacked[half - 1] + stacked[half]) / 2
        total = float(median.sum())
        # Frames that each name another class leave a median of zeros.
        return np.asarray(median / total) if total > 0 else probabilities

    def reset(self) -> None:
        self._frames.clear()


class Smoother:
    """Time-based exponentially weighted mean and variance of n channels at k half-lives.

    x += a (z - x) with a = q (1 - 2^(-dt/h)) and S <- (1 - a)(S + a (z - x_old)^2). The weights
    are normalised from the first sample on, so that the first frame is no head start: until the
    half-life has passed, x is the weighted mean of what was seen. A gap counts as at most
    `CARRY_FORWARD_S`, so one frame after a gap cannot pull a slow value over.
    """

    def __init__(self, half_lives_s: Sequence[float], channels: int) -> None:
        self._half_lives = np.asarray(half_lives_s, dtype=np.float64)
        self._channels = channels
        self.reset()

    def reset(self) -> None:
        k = len(self._half_lives)
        self._mean = np.zeros((k, self._channels))
        self._variance = np.zeros((k, self._channels))
        self._weight = np.zeros(k)
        self._last_at: float | None = None

    @property
    def empty(self) -> bool:
        return self._last_at is None

    def push(self, values: FloatArray, at: float, weight: float = 1.0) -> None:
        """Take one observation of all channels, shape (n,), captured at `at` seconds.

        Observations must come in the order of time; one that does not is ignored, and so is one
        without weight.
        """
        if weight <= 0:
            return
        if self._last_at is None:
            duration = _FIRST_FRAME_S
        elif at <= self._last_at:
            return
        else:
            duration = min(at - self._last_at, CARRY_FORWARD_S)
        self._last_at = at
        share = weight * (1.0 - np.exp2(-duration / self._half_lives))
        self._weight += share * (1.0 - self._weight)
        step = (share / self._weight)[:, None]
        off = values - self._mean
        self._variance = (1.0 - step) * (self._variance + step * off * off)
        self._mean = self._mean + step * off

    @property
    def mean(self) -> FloatArray:
        """Shape (k, n): the smoothed channels, one row per half-life."""
        return self._mean

    @property
    def band(self) -> FloatArray:
        """Shape (k, n): half-width of the 95 % band, 1.96 sqrt(S / n_eff).

        n_eff = (h / ln 2) / 1 s, less while the filter fills. Measurement uncertainty only.
        """
        filled = self._half_lives / math.log(2.0) / INDEPENDENT_AFTER_S * self._weight
        n_eff = np.maximum(1.0, filled)[:, None]
        return np.asarray(BAND_SDS * np.sqrt(self._variance / n_eff))
