"""Measures of a face: known mouths, brows and gazes; mirrored, moved and larger pictures."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.face.measures import FaceMeasures, Gaze, measure_face
from fer_core.vision.faces import FaceMarks
from tests.synthetic.heads import Head

HEADS = st.builds(
    Head,
    yaw=st.floats(-40, 40),
    pitch=st.floats(-20, 25),
    roll=st.floats(-30, 30),
    openness=st.floats(0, 1),
    mouth=st.floats(0, 0.5),
    brow=st.floats(0, 1),
    smile=st.floats(0, 1),
    gaze=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.3, 0.4)),
)


def measured(marks: FaceMarks) -> FaceMeasures:
    measures = measure_face(marks)
    assert measures is not None
    return measures


def numbers(measures: FaceMeasures) -> list[float]:
    """Return what does not depend on left and right, nor on the picture."""
    values = astuple(replace(measures, gaze_x=None, openness=None))[1:]
    return [value for value in values if value is not None]


@given(HEADS)
@settings(max_examples=40)
def test_a_mirrored_face_measures_the_same(head: Head) -> None:
    one, other = measured(head.marks), measured(head.marks.mirrored(640))
    assert np.allclose(numbers(one), numbers(other), atol=0.01)
    assert other.openness == pytest.approx(one.openness)
    if one.gaze_x is not None:
        assert other.gaze_x == pytest.approx(-one.gaze_x, abs=1e-6)


@given(HEADS, st.floats(0.2, 10), st.floats(-1000, 1000))
@settings(max_examples=40)
def test_a_moved_and_larger_face_measures_the_same(head: Head, scale: float, by: float) -> None:
    marks = head.marks
    moved = replace(marks, points=marks.points * scale + by)
    assert np.allclose(numbers(measured(marks)), numbers(measured(moved)), atol=0.01)


@pytest.mark.parametrize("opening", [0.0, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("yaw", [-30.0, 0.0, 30.0])
def test_the_mouth_is_measured_in_eye_distances(opening: float, yaw: float) -> None:
    closed = measured(Head(yaw=yaw).marks).mouth_opening
    found = measured(Head(yaw=yaw, mouth=opening).marks).mouth_opening
    assert found - closed == pytest.approx(opening, abs=0.05)


@pytest.mark.parametrize(
    ("x", "y", "gaze"),
    [
        (0.0, 0.0, Gaze.AHEAD),
        (-0.5, 0.0, Gaze.LEFT),
        (0.5, 0.1, Gaze.RIGHT),
        (0.1, 0.5, Gaze.DOWN),
    ],
)
def test_the_gaze_is_told_coarsely(x: float, y: float, gaze: Gaze) -> None:
    assert measured(Head(gaze=(x, y)).marks).gaze is gaze


def test_closed_eyes_show_no_gaze() -> None:
    assert measured(Head(openness=0.1).marks).gaze is None


def test_of_a_turned_head_the_near_eye_counts() -> None:
    marks = replace(Head(yaw=40).marks, openness=(0.9, 0.1))
    assert measured(marks).openness == 0.9
    marks = replace(Head(yaw=-40).marks, openness=(0.9, 0.1))
    assert measured(marks).openness == 0.1


def test_without_an_eye_network_no_eye_is_called_open() -> None:
    assert measured(replace(Head().marks, openness=None)).openness is None


def test_points_that_are_no_face_have_no_measures() -> None:
    assert measure_face(replace(Head().marks, points=np.zeros((70, 2)))) is None
