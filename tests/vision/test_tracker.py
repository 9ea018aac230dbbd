"""Track numbers follow faces through a stream."""

from __future__ import annotations

import numpy as np

from fer_core.vision.faces import Box, Detections, Face
from fer_core.vision.tracker import MAX_GAP_S, FaceTracker


def frame(*boxes: tuple[float, float]) -> Detections:
    """Return detections with a 100 px face at each (x, y)."""
    probabilities = np.full(5, 0.2)
    faces = tuple(Face(Box(x, y, 100, 100), 0.9, probabilities) for x, y in boxes)
    return Detections(faces, 640, 480)


def ids(detections: Detections) -> list[int | None]:
    return [face.track_id for face in detections.faces]


def test_a_moving_face_keeps_its_number() -> None:
    tracker = FaceTracker()
    seen = [ids(tracker.update(frame((10 + 30 * step, 50)), step * 0.2)) for step in range(10)]
    assert seen == [[1]] * 10


def test_two_faces_keep_theirs_when_their_order_changes() -> None:
    tracker = FaceTracker()
    assert ids(tracker.update(frame((0, 0), (300, 0)), 0.0)) == [1, 2]
    assert ids(tracker.update(frame((310, 0), (5, 0)), 0.2)) == [2, 1]


def test_a_short_gap_keeps_the_number_and_a_long_one_does_not() -> None:
    tracker = FaceTracker()
    tracker.update(frame((0, 0)), 0.0)
    tracker.update(frame(), 1.0)
    assert ids(tracker.update(frame((5, 0)), 1.5)) == [1]
    assert ids(tracker.update(frame((5, 0)), 1.6 + MAX_GAP_S)) == [2]


def test_a_second_face_gets_a_number_of_its_own() -> None:
    tracker = FaceTracker()
    tracker.update(frame((0, 0)), 0.0)
    assert ids(tracker.update(frame((0, 0), (10, 0)), 0.1)) == [1, 2]
