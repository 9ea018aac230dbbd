"""Boxes that glide between analyses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parts.overlay import STALE_S, FaceGlide, mirrored
from fer_core.emotions import Emotion
from fer_core.vision.faces import Detections
from tests.synthetic.signals import face, one_hot, picture

CALM = one_hot(Emotion.NATURAL, 0.9)


def at_x(x: float, y: float = 100.0, track_id: int = 1) -> Detections:
    return picture(face(CALM, x=x, y=y).with_track(track_id))


def follow(glide: FaceGlide, speed: float, seconds: float = 2.0) -> list[tuple[float, float]]:
    """Show a face moving right, analysed 12 times and drawn 24 times a second, 80 ms late."""
    drawn = []
    for i in range(1, int(seconds * 24)):
        now = i / 24
        if i % 2 == 0:
            captured = now - 0.08
            glide.update(at_x(100 + speed * captured), captured)
        faces = glide.faces(now)
        if faces:
            drawn.append((now, faces[0].box.x))
    return drawn


def test_a_still_face_stays_where_it_is() -> None:
    drawn = follow(FaceGlide(), speed=0)
    assert all(x == pytest.approx(100) for _, x in drawn)


def test_a_moving_face_is_followed_closer_than_its_last_analysis() -> None:
    speed = 120.0
    late = [abs(x - (100 + speed * now)) for now, x in follow(FaceGlide(), speed)[24:]]
    assert max(late) < speed * 0.08


def test_the_box_moves_in_every_frame() -> None:
    drawn = [x for _, x in follow(FaceGlide(), speed=120.0)[24:]]
    steps = np.diff(drawn)
    assert (steps > 0).all()
    assert steps.max() < 3 * steps.mean()


def test_a_face_that_is_gone_is_not_drawn() -> None:
    glide = FaceGlide()
    glide.update(at_x(100), 1.0)
    glide.update(picture(), 1.1)
    assert glide.faces(1.1) == ()


def test_an_old_analysis_is_not_drawn() -> None:
    glide = FaceGlide()
    glide.update(at_x(100), 1.0)
    assert glide.faces(1.0 + STALE_S + 0.01) == ()


def test_a_new_face_does_not_glide_in_from_the_old_one() -> None:
    glide = FaceGlide()
    glide.update(at_x(100, track_id=1), 1.0)
    glide.faces(1.0)
    glide.update(at_x(400, track_id=2), 1.1)
    assert glide.faces(1.1)[0].box.x == pytest.approx(400)


def test_an_analysis_out_of_order_is_left_out() -> None:
    glide = FaceGlide()
    glide.update(at_x(100), 1.0)
    glide.update(at_x(500), 0.9)
    assert glide.faces(1.0)[0].box.x == pytest.approx(100)


@given(
    st.lists(
        st.tuples(st.floats(0.001, 2), st.floats(0, 600), st.floats(0, 400), st.integers(1, 3)),
        min_size=1,
        max_size=40,
    )
)
def test_boxes_are_always_finite_and_have_a_size(
    steps: list[tuple[float, float, float, int]],
) -> None:
    glide, at = FaceGlide(), 0.0
    for step, x, y, track in steps:
        at += step
        glide.update(at_x(x, y, track), at)
        for shown in glide.faces(at + 0.02):
            assert np.isfinite(shown.box).all()
            assert shown.box.width >= 1
            assert shown.probabilities.sum() == pytest.approx(1)


def test_in_the_mirror_left_is_right() -> None:
    (seen,) = mirrored((face(CALM, x=10, y=5, height=100),), width=640)
    assert seen.box.x == pytest.approx(640 - 10 - 80)
    assert seen.box.y == 5
