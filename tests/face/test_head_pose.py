"""Head pose from points: known heads are told right, and pictures moved about change nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.face.head_pose import angles_of, generic_head, head_pose, rotation_of
from tests.synthetic.heads import Head

ANGLES = st.tuples(st.floats(-45, 45), st.floats(-25, 30), st.floats(-35, 35))
#: Longer, wider, flatter and deeper than the generic head.
BUILDS = ((1.0, 1.0, 1.0), (1.0, 1.1, 0.9), (1.05, 0.95, 1.1), (0.95, 1.05, 1.0))


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("distance", [5.0, 12.0])
def test_heads_of_many_builds_are_told_to_four_degrees(
    build: tuple[float, float, float], distance: float
) -> None:
    off = []
    rng = np.random.default_rng(1)
    for yaw, pitch, roll in itertools.product((-40, -15, 0, 20, 35), (-20, 0, 25), (-25, 0, 15)):
        head = Head(yaw, pitch, roll, build=build, distance=distance)
        points = head.points + rng.normal(0, 0.02 * head.size, (70, 2))
        pose = head_pose(points)
        assert pose is not None
        off.append(np.abs(np.subtract(pose.angles, (yaw, pitch, roll))))
    assert np.mean(off, axis=0).max() <= 4.0


@pytest.mark.parametrize("distance", [5.0, 6.0, 12.0])
def test_the_generic_head_is_told_to_four_degrees_at_every_angle(distance: float) -> None:
    head = generic_head()
    for turn in itertools.product(range(-40, 41, 20), range(-30, 31, 15), range(-40, 41, 20)):
        space = head @ rotation_of(*turn).T + (0.0, 0.0, distance)
        pose = head_pose(320 + 600 * space[:, :2] / space[:, 2:])
        assert pose is not None, turn
        assert np.abs(np.subtract(pose.angles, turn)).max() <= 4.0, turn


@given(ANGLES)
@settings(max_examples=30)
def test_a_mirrored_head_is_turned_and_tilted_the_other_way(
    angles: tuple[float, float, float],
) -> None:
    marks = Head(*angles).marks
    pose, other = head_pose(marks.points), head_pose(marks.mirrored(640).points)
    assert pose is not None
    assert other is not None
    assert np.allclose((-other.yaw, other.pitch, -other.roll), pose.angles, atol=0.3)


@given(ANGLES, st.floats(0.1, 20), st.floats(-5000, 5000), st.floats(-5000, 5000))
@settings(max_examples=30)
def test_the_size_and_place_of_a_face_change_no_angle(
    angles: tuple[float, float, float], scale: float, x: float, y: float
) -> None:
    points = Head(*angles).points
    pose, moved = head_pose(points), head_pose(points * scale + (x, y))
    assert pose is not None
    assert moved is not None
    assert np.allclose(moved.angles, pose.angles, atol=0.3)
    assert moved.eye_distance == pytest.approx(pose.eye_distance * scale, rel=0.01)


@given(ANGLES)
def test_angles_and_rotations_are_one_another_reversed(
    angles: tuple[float, float, float],
) -> None:
    assert np.allclose(angles_of(rotation_of(*angles)), angles, atol=1e-6)


def test_signs_follow_the_picture() -> None:
    # The nose points where the head is turned: right in the picture, and down.
    nose = Head(yaw=30).points[30] - Head().points[30]
    assert nose[0] > 0
    assert (Head(pitch=30).points[30] - Head().points[30])[1] > 0
    eyes = Head(roll=20).points
    assert eyes[45, 1] > eyes[36, 1]


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((70, 2)),
        np.full((70, 2), np.nan),
        np.random.default_rng(0).uniform(0, 100, (70, 2)),
        np.zeros((5, 2)),
    ],
    ids=["one place", "no numbers", "anywhere", "too few"],
)
def test_points_that_are_no_face_have_no_pose(points: np.ndarray) -> None:
    assert head_pose(points) is None
