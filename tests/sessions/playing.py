"""Pictures, learners and ways to show them to a session."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fer_core.affect.baseline import Baseline, Channel, Usual
from fer_core.affect.breaks import BreakPlan
from fer_core.emotions import Emotion
from fer_core.learner.evaluation import CameraVerdict, evaluate, evaluate_stress
from fer_core.learner.profile import LearnerProfile, UsualLevels
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.faces import Detections
from tests.synthetic.signals import (
    START,
    face,
    one_hot,
    picture,
)

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))
SMILE = picture(face(one_hot(Emotion.HAPPY, 0.9)))
FURROWED = picture(face(one_hot(Emotion.ANGRY, 0.9)))
NOBODY = picture()
OFF = picture(blank=True)
TWO = picture(face(one_hot(Emotion.NATURAL, 0.9)), face(one_hot(Emotion.HAPPY, 0.9), x=20))

USUAL = {
    Channel.VALENCE: Usual(0.0, 0.05),
    Channel.AROUSAL: Usual(0.0, 0.05),
    Channel.NEGATIVE: Usual(0.05, 0.05),
    Channel.MOTION: Usual(0.0, 0.05),
}
KNOWN = Baseline(USUAL)
OF_KNOWN = LearnerProfile(baseline=KNOWN, usual=UsualLevels((67.0,), (23.0,), (100.0,)))
#: Of a learner whose answers the camera has not helped to predict.
NO_CAMERA = LearnerProfile(
    baseline=KNOWN,
    evaluation=replace(evaluate([]), verdict=CameraVerdict.NOT_HELPED),
    stress_evaluation=replace(evaluate_stress([]), verdict=CameraVerdict.NOT_HELPED),
)


def new_session(**options: object) -> StudySession:
    plan = options.pop("plan", BreakPlan())
    return StudySession(
        SessionInfo("s", START, plan=plan),  # type: ignore[arg-type]
        seed=1,
        **options,  # type: ignore[arg-type]
    )


def show(
    session: StudySession, detections: Detections, since: float, seconds: float, fps: float = 5
) -> float:
    """Show the same picture for a while, and return when it ended, in seconds from the start."""
    for i in range(1, round(seconds * fps) + 1):
        session.observe(detections, START + since + i / fps)
    return since + seconds


def be_there(session: StudySession, until: float) -> None:
    """Give a sign of the learner each minute."""
    for at in np.arange(0.0, until, 60.0):
        session.sign(START + float(at))
    session.sign(START + until)
