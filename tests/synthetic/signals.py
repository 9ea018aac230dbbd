"""Made-up learners in front of a camera, with a known truth, for figures H1, H2 and H6.

Used by `benchmarks/signals.py`, which prints the figures, and by the tests, which hold them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.affect.signals import ProbabilityMedian, Smoother, valence_of
from fer_core.arrays import FloatArray
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.sessions.events import EventKind
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.faces import Box, Detections, Face

#: Start of every made-up session: an arbitrary whole second.
START = 1_700_000_000.0
SCREEN = (640, 480)


def face(
    probabilities: FloatArray,
    *,
    confidence: float = 0.9,
    x: float = 260.0,
    y: float = 140.0,
    height: float = 160.0,
    unsure_below: float = 0.4,
) -> Face:
    return Face(Box(x, y, height * 0.8, height), confidence, probabilities, 1, unsure_below)


def picture(*faces: Face, blank: bool = False) -> Detections:
    return Detections(tuple(faces), *SCREEN, blank=blank)


def one_hot(emotion: Emotion, share: float = 1.0) -> FloatArray:
    """Return `share` on one class, the rest spread evenly."""
    p = np.full(len(EMOTIONS), (1.0 - share) / (len(EMOTIONS) - 1))
    p[emotion.index] = share
    return p


def with_valence(valence: float) -> FloatArray:
    """Return a face of that valence, between calm and smiling or calm and furrowed."""
    p = np.zeros(len(EMOTIONS))
    if valence >= 0:
        p[Emotion.HAPPY.index] = min(1.0, valence / Emotion.HAPPY.valence)
    else:
        share = min(1.0, valence / (Emotion.ANGRY.valence + Emotion.SAD.valence))
        p[Emotion.ANGRY.index] = p[Emotion.SAD.index] = min(0.5, share)
    p[Emotion.NATURAL.index] = 1.0 - p.sum()
    return p


def even_times(seconds: float, fps: float) -> FloatArray:
    """Return capture times from 0 without jitter or loss."""
    return np.arange(1, int(seconds * fps) + 1) / fps


def frame_times(seconds: float, fps: float, rng: np.random.Generator) -> FloatArray:
    """Return capture times from 0 with 30 % jitter, 20 % of the frames lost."""
    times = even_times(seconds, fps)
    times = np.sort(times + rng.uniform(-0.3, 0.3, len(times)) / fps)
    return times[rng.random(len(times)) >= 0.2]


# H1: the same face at any frame rate


def smoothed_valence(times: FloatArray, half_life_s: float, period_s: float = 60.0) -> FloatArray:
    """Return the smoothed valence, each whole second from 120 on, of a face that goes from calm
    to happy and back once in a period, seen at these times."""
    median, smoother, out = ProbabilityMedian(), Smoother((half_life_s,), len(EMOTIONS)), []
    for at in times:
        happy = 0.5 - 0.5 * np.cos(2 * np.pi * at / period_s)
        p = happy * one_hot(Emotion.HAPPY) + (1 - happy) * one_hot(Emotion.NATURAL)
        smoother.push(median.push(p, float(at)), float(at), 0.9)
        out.append(valence_of(smoother.mean[0]))
    grid = np.arange(120.0, times[-1] - 1.0)
    return np.interp(grid, times, out)


@cache
def _even_valence(half_life_s: float, seconds: float) -> FloatArray:
    """Return what 30 fps without jitter or loss give: the same for every seed."""
    return smoothed_valence(even_times(seconds, 30.0), half_life_s)


def rate_error(fps: float, half_life_s: float, seed: int = 0, seconds: float = 600.0) -> float:
    """Return the largest difference to 30 fps without jitter or loss, in units of valence."""
    rng = np.random.default_rng(seed)
    ideal = _even_valence(half_life_s, seconds)
    rough = smoothed_valence(frame_times(seconds, fps, rng), half_life_s)
    n = min(len(ideal), len(rough))
    return float(np.abs(ideal[:n] - rough[:n]).max())


# H2: the label at 20 % wrong frames


@dataclass(frozen=True)
class LabelFigures:
    raw_flips_per_min: float
    flips_per_min: float
    lag_s: float
    accuracy: float


def label_figures(
    half_life_s: float, seed: int, minutes: int = 30, fps: float = 5.0, weight: float = 1.0
) -> LabelFigures:
    """Show one true change a minute at 20 % wrong frames, and judge the label."""
    rng = np.random.default_rng(seed)
    times = np.arange(1, int(60 * minutes * fps) + 1) / fps
    truth = np.empty(len(times), dtype=int)
    current, changes = Emotion.NATURAL.index, []
    for minute in range(minutes):
        change_at = 60.0 * minute + rng.uniform(20, 40)
        following = int(rng.choice([c for c in range(5) if c != current]))
        truth[(times > 60 * minute) & (times <= change_at)] = current
        truth[(times > change_at) & (times <= 60 * (minute + 1))] = following
        current = following
        changes.append(change_at)
    seen = truth.copy()
    wrong = rng.random(len(times)) < 0.2
    seen[wrong] = (truth[wrong] + rng.integers(1, 5, wrong.sum())) % 5
    median, smoother = ProbabilityMedian(), Smoother((half_life_s,), 5)
    label = np.empty(len(times), dtype=int)
    for i, (at, index) in enumerate(zip(times, seen, strict=True)):
        p = 0.4 * rng.dirichlet(np.ones(5))
        p[index] += 0.6
        smoother.push(median.push(p, float(at)), float(at), weight)
        label[i] = int(smoother.mean[0].argmax())
    lags = []
    for change_at in changes:
        after = np.flatnonzero((times > change_at) & (label == truth))
        lags.append(times[after[0]] - change_at)
    return LabelFigures(
        raw_flips_per_min=float((np.diff(seen) != 0).sum() / minutes),
        flips_per_min=float((np.diff(label) != 0).sum() / minutes),
        lag_s=float(np.mean(lags)),
        accuracy=float((label == truth).mean()),
    )


# H6: an hour of study


@dataclass(frozen=True)
class Learner:
    """How a made-up face wanders.

    Attributes:
        wander: Standard deviation of the slow wander of valence.
        slowness_s: Its correlation time.
        wrong: Share of frames with another class altogether.
        drop_at_s: When valence falls for good; None: never.
        drop: By how much.
    """

    wander: float = 0.06
    slowness_s: float = 120.0
    wrong: float = 0.2
    drop_at_s: float | None = None
    drop: float = 0.35


def frames(
    learner: Learner, seconds: float, fps: float, rng: np.random.Generator
) -> Iterator[tuple[float, Detections]]:
    """Yield (time from 0, detections) of a learner who is always there."""
    valence, before = float(rng.normal(0, learner.wander)), 0.0
    for at in frame_times(seconds, fps, rng):
        keep = float(np.exp(-(at - before) / learner.slowness_s))
        valence = keep * valence + learner.wander * float(rng.normal()) * np.sqrt(1 - keep**2)
        before = at
        fallen = learner.drop_at_s is not None and at >= learner.drop_at_s
        shown = valence - (learner.drop if fallen else 0.0)
        p = 0.9 * with_valence(shown) + 0.1 * rng.dirichlet(np.ones(5))
        if rng.random() < learner.wrong:
            p = one_hot(EMOTIONS[int(rng.integers(5))], 0.7)
        x, y = 260 + 6 * rng.normal(), 140 + 6 * rng.normal()
        yield float(at), picture(face(p, x=x, y=y, confidence=float(rng.uniform(0.6, 0.95))))


def suggestions(
    learner: Learner,
    seed: int,
    *,
    hours: float = 1.0,
    fps: float = 2.0,
    plan: BreakPlan | None = None,
) -> list[tuple[float, BreakRule]]:
    """Run a session and return its suggestions: seconds from the start, and the rule."""
    rng = np.random.default_rng(seed)
    session = StudySession(SessionInfo("made-up", START, plan=plan or BreakPlan()), seed=seed)
    for at, detections in frames(learner, 3600.0 * hours, fps, rng):
        session.observe(detections, START + at)
    return [
        (event.at - START, BreakRule(event.data["rule"]))
        for event in session.events()
        if event.kind is EventKind.BREAK_SUGGESTED
    ]
