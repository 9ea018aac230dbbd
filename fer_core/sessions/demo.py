"""A session of nobody, to show what one looks like: made-up pictures, the real pipeline.

What is drawn and summed up comes from the same code as in a real session. Only the pictures are
invented, by a rule and without chance, so that the demo is the same each time.
"""

from __future__ import annotations

import math

import numpy as np

from fer_core.affect.baseline import Baseline, Channel, Usual
from fer_core.affect.breaks import BreakPlan
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.faces import Box, Detections, Face

TITLE = "Demo: chapter 3, linear algebra"
#: Length of the whole, and when its one break was taken. Seconds.
LENGTH_S = 900.0
_BREAK_AT, _BREAK_S = 640.0, 60.0
#: Pictures a second: enough for the filters, and quick to make.
_FPS = 2
_SIZE = (640, 480)


def demo_session(started_at: float) -> StudySession:
    """Return a finished session of a quarter of an hour.

    Args:
        started_at: When it is to have begun, seconds since the epoch.
    """
    info = SessionInfo("demo", started_at, TITLE, plan=BreakPlan(10, 1), keep=False)
    session = StudySession(info, LearnerProfile(baseline=_usual()), seed=1)
    for number in range(1, int(LENGTH_S * _FPS)):
        passed = number / _FPS
        if _BREAK_AT <= passed < _BREAK_AT + _BREAK_S:
            if passed == _BREAK_AT:
                session.take_break(started_at + passed)
            continue
        if passed == _BREAK_AT + _BREAK_S:
            session.resume(started_at + passed)
        session.observe(_picture(passed), started_at + passed)
        session.snapshot(started_at + passed)
        if passed == 430.0:
            asked = Probe("demo", ProbeKind.CLARITY, started_at + passed, "How clear is it?")
            session.answer(asked, 2, started_at + passed)
    session.finish(started_at + LENGTH_S)
    return session


def _usual() -> Baseline:
    usual = {channel: Usual(0.1, 0.15) for channel in Channel}
    return Baseline(usual | {Channel.MOTION: Usual(0.02, 0.1)})


def _picture(passed: float) -> Detections:
    """Return what is seen at a moment: calm, furrowed over a hard part, glad when it is solved."""
    away = 250.0 <= passed < 275.0
    if away:
        return Detections((), *_SIZE)
    shares = {
        Emotion.NATURAL: 0.75 + 0.1 * math.sin(passed / 17),
        Emotion.ANGRY: 0.06 + 1.3 * _bump(passed, 420.0, 70.0),
        Emotion.HAPPY: 0.06 + 0.9 * _bump(passed, 540.0, 22.0) + 0.3 * _bump(passed, 780.0, 40.0),
        Emotion.SAD: 0.05 + 0.1 * _bump(passed, 380.0, 60.0),
        Emotion.SURPRISED: 0.04 + 0.7 * _bump(passed, 515.0, 9.0),
    }
    weights = np.array([shares[emotion] for emotion in EMOTIONS])
    x = 220.0 + 12.0 * math.sin(passed / 9)
    face = Face(
        Box(x, 130.0, 170.0, 200.0), 0.95, weights / weights.sum(), track_id=1, unsure_below=0.4
    )
    return Detections((face,), *_SIZE)


def _bump(passed: float, middle: float, width: float) -> float:
    return math.exp(-(((passed - middle) / width) ** 2))
