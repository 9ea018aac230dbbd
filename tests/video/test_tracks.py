"""Numbers stay with faces: standing, walking, crossing, covered for a moment."""

from __future__ import annotations

import numpy as np

from fer_core.video.tracks import MAX_GAP_S, FaceNumbers
from fer_core.vision.faces import Box, Detections, Face

EVEN = np.full(5, 0.2)


def seen(*boxes: tuple[float, float, float]) -> Detections:
    """Return faces by their left edge, top edge and height."""
    return Detections(tuple(Face(Box(x, y, h, h), 0.9, EVEN) for x, y, h in boxes), 640, 480)


def numbers(found: Detections) -> list[int | None]:
    return [face.track_id for face in found.faces]


def test_two_that_cross_keep_their_numbers_though_one_is_covered() -> None:
    following = FaceNumbers()
    for frame in range(21):
        left, right = 30.0 + 25 * frame, 530.0 - 25 * frame
        both = [(left, 100.0, 80.0), (right, 110.0, 84.0)]
        covered = abs(left - right) < 60
        found = following.update(seen(*(both[:1] if covered else both)), frame / 5)
        assert numbers(found) == ([1] if covered else [1, 2]), frame
    assert following.count == 2


def test_a_face_that_walks_fast_keeps_its_number() -> None:
    following = FaceNumbers()
    for frame in range(10):
        found = following.update(seen((50.0 * frame, 100, 60)), frame / 5)
        assert numbers(found) == [1]


def test_one_that_turns_around_keeps_its_number() -> None:
    following = FaceNumbers()
    for frame, x in enumerate([0, 40, 80, 120, 160, 120, 80, 40, 0]):
        assert numbers(following.update(seen((float(x), 100, 60)), frame / 5)) == [1]


def test_who_comes_back_late_or_elsewhere_has_a_new_number() -> None:
    following = FaceNumbers()
    following.update(seen((100, 100, 60)), 0.0)
    assert numbers(following.update(seen((100, 100, 60)), MAX_GAP_S)) == [1]
    assert numbers(following.update(seen((100, 100, 60)), 3 * MAX_GAP_S)) == [2]
    assert numbers(following.update(seen((500, 300, 60)), 3 * MAX_GAP_S + 0.2)) == [3]


def test_a_face_of_another_size_is_another_face() -> None:
    following = FaceNumbers()
    following.update(seen((100, 100, 120)), 0.0)
    assert numbers(following.update(seen((130, 130, 50)), 0.2)) == [2]
