"""Real clips through the real model and a session: calm then happy, there then away."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from fer_core.affect.signals import Presence
from fer_core.emotions import Emotion
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Detections

START = 1_700_000_000.0


def analyse(clip: Path, detector: EmotionDetector) -> Iterator[tuple[float, Detections]]:
    """Yield (seconds from the first frame, detections) of every other frame: a camera's rate."""
    with av.open(str(clip)) as container:
        for frame in itertools.islice(container.decode(video=0), 0, None, 2):
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            yield float(frame.time), detector.detect(rgb, "frame")


@pytest.fixture
def session() -> StudySession:
    return StudySession(SessionInfo("clip", START - 1))


def test_a_face_that_turns_to_a_smile_is_seen_calm_then_happy(
    shared_data: Path, detector: EmotionDetector, session: StudySession
) -> None:
    seen = []
    for at, detections in analyse(shared_data / "clips" / "neutral_to_smile.mp4", detector):
        session.observe(detections, START + at)
        seen.append(session.snapshot(START + at).expression.emotion)
    assert seen[5] is Emotion.NATURAL
    assert seen[-1] is Emotion.HAPPY


def test_when_the_face_goes_the_learner_is_away(
    shared_data: Path, detector: EmotionDetector, session: StudySession
) -> None:
    frames = list(analyse(shared_data / "clips" / "face_then_none.mov", detector))
    for at, detections in frames:
        session.observe(detections, START + at)
    assert frames[0][1].faces
    # The clip ends before five seconds have passed: its last picture stays.
    at, empty = frames[-1]
    assert not empty.faces
    for i in range(1, 30):
        session.observe(empty, START + at + i / 5)
    snapshot = session.snapshot(START + at + 6)
    assert snapshot.presence is Presence.AWAY
    assert snapshot.expression.emotion is None
