"""A pasted picture keeps its face whole, with its edges or faded in."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.training.pasting import paste

FACE = (20, 20, 40, 40)
FRAME = (20, 30, 80, 90)


def pasted(p_soft: float) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    canvas = np.zeros((120, 100, 3), np.uint8)
    patch = np.full((60, 60, 3), 200, np.uint8)
    paste(canvas, patch, FACE, FRAME, p_soft, np.random.default_rng(3))
    return canvas


def test_with_its_edges_the_patch_fills_its_frame_and_nothing_else() -> None:
    canvas = pasted(0.0)
    assert (canvas[30:90, 20:80] == 200).all()
    assert canvas.sum(dtype=int) == 60 * 60 * 3 * 200


def test_faded_in_the_face_is_whole_and_the_edges_are_not() -> None:
    canvas = pasted(1.0)
    assert (canvas[50:70, 40:60] == 200).all()
    edge = canvas[30, 20:80].astype(int)
    assert edge.max() < 200
    assert (np.diff(canvas[60, 20:40, 0].astype(int)) >= 0).all()


@pytest.mark.parametrize("p_soft", [0.0, 1.0])
def test_outside_the_frame_nothing_changes(p_soft: float) -> None:
    canvas = pasted(p_soft)
    canvas[30:90, 20:80] = 0
    assert not canvas.any()
