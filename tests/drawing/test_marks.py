"""What the points of a face look like in a picture: mesh, axis, eyes; none of it unasked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fer_core.drawing.annotate import DrawOptions, draw_faces
from fer_core.vision.faces import Face
from tests.synthetic.heads import Head

#: Neither frame nor word.
BARE = DrawOptions(box=False, labels=False, probabilities=False, emoji=False)
GREY = np.full((480, 640, 3), 128, np.uint8)


def face(head: Head) -> Face:
    return head.picture().faces[0]


def drawn(head: Head, options: DrawOptions) -> np.ndarray:
    """Return where something is drawn, shape (480, 640)."""
    return np.asarray(np.any(draw_faces(GREY, [face(head)], options) != GREY, axis=2))


def test_nothing_of_it_is_drawn_unasked() -> None:
    assert not drawn(Head(), BARE).any()
    marked, plain = face(Head()), replace(face(Head()), marks=None)
    usual = draw_faces(GREY, [marked])
    assert np.array_equal(usual, draw_faces(GREY, [plain]))
    assert np.array_equal(draw_faces(GREY, [plain], replace(BARE, mesh=True, eyes=True)), GREY)


def test_the_mesh_goes_through_the_points() -> None:
    head = Head(yaw=15, roll=10, size=120)
    there = drawn(head, replace(BARE, mesh=True))
    for x, y in head.points[:68]:
        assert there[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].any()


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(("yaw", "pitch"), [(30, 0), (-30, 0), (0, 25), (0, -20), (25, 20)])
def test_the_axis_points_where_the_head_does(yaw: float, pitch: float, mirror: bool) -> None:
    shown = face(Head(yaw, pitch, size=120))
    side = 1
    if mirror:
        assert shown.marks is not None
        shown, side = replace(shown, marks=shown.marks.mirrored(640)), -1
    assert shown.marks is not None
    there = np.any(draw_faces(GREY, [shown], replace(BARE, axis=True)) != GREY, axis=2)
    rows, columns = np.nonzero(there)
    across, down = (columns.mean(), rows.mean()) - shown.marks.points[30]
    assert np.sign(round(float(across) / 5)) == side * np.sign(yaw)
    assert np.sign(round(float(down) / 5)) == np.sign(pitch)


def test_open_eyes_have_a_ring_and_closed_ones_a_bar() -> None:
    options = replace(BARE, eyes=True)
    heights = {}
    for openness in (0.9, 0.1):
        rows, _ = np.nonzero(drawn(Head(openness=openness, size=120), options))
        heights[openness] = np.ptp(rows)
    assert heights[0.1] < 0.4 * heights[0.9]
    assert not drawn(Head(openness=None), options).any()
