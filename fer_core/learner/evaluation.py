"""How good the estimates have been for one learner, and what the camera added to them.

Prequential evaluation (Dawid 1984): every answer is first predicted from the answers before it,
then learnt from, by the very function that makes the number shown. Only answers to questions that
came by chance judge; those put where an estimate was doubtful, and corrections, only teach.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fer_core.affect.indicators import CALIBRATED_ANSWERS, ComprehensionFeatures
from fer_core.affect.weights import Weights, comprehension_prior, probability, stress_prior
from fer_core.arrays import FloatArray
from fer_core.learner.personalise import Example, personalise
from fer_core.learner.scores import Score, score

#: Only so many of the latest answers are judged: older ones say little about today, and the cost
#: stays below a second.
LATEST_ANSWERS = 200
#: Below so many answers a camera that truly helps is found out in one case of six or fewer: that it
#: "has not helped" cannot be said yet.
ENOUGH_ANSWERS = 60
#: The interval is over sessions, and needs this many: answers of one session go together.
LEAST_SESSIONS = 4
#: Standard normal deviate of the interval: 95 %, both sides. A camera that adds nothing is then
#: praised to at most 2.5 % of learners at any one look.
INTERVAL_DEVIATE = 1.959964


class CameraVerdict(StrEnum):
    """What can be said about the camera's worth for one learner."""

    NOT_CALIBRATED = "not_calibrated"
    NO_CAMERA = "no_camera"
    UNDECIDED = "undecided"
    NOT_HELPED = "not_helped"
    HELPED = "helped"


class Subject(StrEnum):
    """What is estimated."""

    COMPREHENSION = "comprehension"
    STRESS = "stress"


#: In the words of the pages.
_NAMES = {Subject.COMPREHENSION: "understanding", Subject.STRESS: "stress"}
_ABOUT = {
    Subject.COMPREHENSION: "about passages that you read or how clear it was",
    Subject.STRESS: "about your stress",
}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The learner's own figures.

    Attributes:
        answers: How many answers were judged: those to questions that came by chance.
        base_rate: Predicting the mean of the answers so far, whatever the passage.
        text_only: Knowing the text's difficulty alone; None for stress.
        no_camera: Knowing text, pace and revisits; for stress nothing but the answers before.
        full: Knowing what the camera saw as well.
        gain: Brier score without the camera minus that with it: above 0 it has helped; None where
            it cannot be had.
        low: Lower end of its 95 % interval over sessions; None with too few sessions.
        high: Upper end.
        verdict: What follows.
        subject: What was estimated.
    """

    answers: int
    base_rate: Score | None = None
    text_only: Score | None = None
    no_camera: Score | None = None
    full: Score | None = None
    gain: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: CameraVerdict = CameraVerdict.NOT_CALIBRATED
    subject: Subject = Subject.COMPREHENSION

    @property
    def uses_camera(self) -> bool:
        """Whether estimates include what the camera saw: unless it was shown not to help.

        What it saw is kept with every answer all the same, so that this can change.
        """
        return self.verdict is not CameraVerdict.NOT_HELPED

    @property
    def sentence(self) -> str:
        """What the page says about the camera."""
        of = _NAMES[self.subject]
        if self.verdict is CameraVerdict.NOT_CALIBRATED:
            missing = CALIBRATED_ANSWERS - self.answers
            more = f"{missing} more question{'s' if missing != 1 else ''}"
            return (
                f"Estimate of {of}: not calibrated to you yet. Whether the camera helps can be "
                f"told once you have answered {more} {_ABOUT[self.subject]}."
            )
        if self.verdict is CameraVerdict.NO_CAMERA:
            return (
                f"Estimate of {of}: no camera was on when you answered, so nothing can be said "
                "about what it adds."
            )
        if self.verdict is CameraVerdict.UNDECIDED:
            return (
                f"Estimate of {of}: {self.answers} answers are not enough to tell whether your "
                "camera helps."
            )
        if self.verdict is CameraVerdict.HELPED:
            return (
                f"Estimate of {of}: your camera has helped so far. With it, the estimate came "
                f"closer to your {self.answers} answers."
            )
        return (
            f"Estimate of {of}: your camera has not helped so far. With it, the estimate came no "
            f"closer to your {self.answers} answers, so it is left out."
        )

    @property
    def gain_in_words(self) -> str | None:
        """The gain of the camera with its interval, for those who want figures."""
        if self.gain is None:
            return None
        span = "" if self.low is None else f" (95 %: {self.low:+.3f} to {self.high:+.3f})"
        better = f"better by {self.gain:+.3f}{span}"
        return f"With the camera the Brier score of the estimate of {self.subject} is {better}."


def evaluate(examples: Sequence[Example]) -> Evaluation:
    """Judge the estimates of comprehension on a learner's answers.

    Args:
        examples: In the order in which the answers came, over all sessions.
    """
    return _evaluate(examples, comprehension_prior(), Subject.COMPREHENSION)


def evaluate_stress(examples: Sequence[Example]) -> Evaluation:
    """Judge the estimates of stress; the arguments are those of `evaluate`."""
    return _evaluate(examples, stress_prior(), Subject.STRESS)


def _evaluate(examples: Sequence[Example], prior: Weights, subject: Subject) -> Evaluation:
    examples = examples[-LATEST_ANSWERS:]
    judged = np.array([example.at_random for example in examples], dtype=bool)
    n = int(judged.sum())
    if n < CALIBRATED_ANSWERS:
        return Evaluation(n, subject=subject)
    targets = np.array([example.target for example in examples])
    bare = [one._replace(features=one.features.without_camera()) for one in examples]
    full, no_camera = predict_in_turn(examples, prior), predict_in_turn(bare, prior)
    text_only = None
    if subject is Subject.COMPREHENSION:
        text = [one._replace(features=_text_of(one)) for one in examples]
        text_only = score(targets[judged], predict_in_turn(text, prior)[judged])
    gains = ((targets - no_camera) ** 2 - (targets - full) ** 2)[judged]
    sessions = [one.session_id for one in examples if one.at_random]
    gain, low, high = mean_over_sessions(gains, sessions)
    if not any(one.features.has_camera for one in examples if one.at_random):
        verdict = CameraVerdict.NO_CAMERA
    elif low is not None and low > 0:
        verdict = CameraVerdict.HELPED
    elif low is None or n < ENOUGH_ANSWERS:
        verdict = CameraVerdict.UNDECIDED
    else:
        verdict = CameraVerdict.NOT_HELPED
    return Evaluation(
        answers=n,
        base_rate=score(targets[judged], _running_mean(targets)[judged]),
        text_only=text_only,
        no_camera=score(targets[judged], no_camera[judged]),
        full=score(targets[judged], full[judged]),
        gain=gain,
        low=low,
        high=high,
        verdict=verdict,
        subject=subject,
    )


def _text_of(example: Example) -> ComprehensionFeatures:
    features = example.features
    if not isinstance(features, ComprehensionFeatures):
        return ComprehensionFeatures()
    return ComprehensionFeatures(difficulty=features.difficulty)


def predict_in_turn(examples: Sequence[Example], prior: Weights) -> FloatArray:
    """Return shape (n,): each answer's predicted probability from the answers before it."""
    bare = [one._replace(features=one.features.without_camera()) for one in examples]
    predictions = []
    for position, example in enumerate(examples):
        learnt = examples if example.features.has_camera else bare
        fitted = personalise(prior.for_features(example.features), learnt[:position])
        predictions.append(probability(example.features, Weights(fitted, fitted)))
    return np.array(predictions)


def mean_over_sessions(
    values: FloatArray, sessions: Sequence[str]
) -> tuple[float, float | None, float | None]:
    """Return the mean of values, shape (n,), and its 95 % interval; Nones with too few sessions.

    The error is that of a mean of clusters (Liang & Zeger 1986): answers of one session share a
    day, a text and a mood. The deviate is Student's t with one degree less than there are sessions.

    Args:
        values: One for each answer.
        sessions: In which session each was given.
    """
    mean = float(values.mean())
    sums: defaultdict[str, float] = defaultdict(float)
    for value, session in zip(values, sessions, strict=True):
        sums[session] += float(value) - mean
    count = len(sums)
    if count < LEAST_SESSIONS:
        return mean, None, None
    variance = sum(one * one for one in sums.values()) * count / (count - 1)
    half = _student(count - 1) * math.sqrt(variance) / len(values)
    return mean, mean - half, mean + half


def _student(freedom: int) -> float:
    """Return the .975 quantile of Student's t, from 3 degrees of freedom on, within .005.

    By the expansion of Abramowitz & Stegun (1964), 26.7.5.
    """
    z, v = INTERVAL_DEVIATE, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def _running_mean(targets: FloatArray) -> FloatArray:
    """Return shape (n,): the mean of the answers before each, shrunk to the prior's 70 %."""
    before = np.concatenate([[0.0], np.cumsum(targets)[:-1]])
    return np.asarray((before + 2 * 0.7) / (np.arange(len(targets)) + 2))
