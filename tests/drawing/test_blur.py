"""Blurred faces: covered wholly, and for good."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.drawing.blur import blur_faces
from fer_core.vision.faces import Box, Face

skimage_data = pytest.importorskip("skimage.data")
FACE = Box(177, 66, 94, 130)


def found(box: Box) -> Face:
    return Face(box, 0.9, np.full(5, 0.2))


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return np.asarray(skimage_data.astronaut())


def crop(rgb: np.ndarray, box: Box) -> np.ndarray:
    return rgb[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)]


def test_every_pixel_of_the_box_is_covered() -> None:
    checkers = np.kron(np.indices((40, 40)).sum(axis=0) % 2, np.ones((8, 8))) * 255
    rgb = np.repeat(checkers[:, :, None], 3, axis=2).astype(np.uint8)
    box = Box(100, 90, 96, 120)
    covered = crop(blur_faces(rgb, [found(box)]), box)
    # Black and white squares become an even grey: none survives, not even in a corner.
    assert covered.min() > 60
    assert covered.max() < 195


def test_what_made_the_face_is_gone(astronaut: np.ndarray) -> None:
    before = crop(astronaut, FACE).astype(float)
    after = crop(blur_faces(astronaut, [found(FACE)]), FACE).astype(float)
    detail = [np.abs(np.diff(pixels, axis=1)).mean() for pixels in (before, after)]
    assert detail[1] < 0.2 * detail[0]


def test_two_faces_with_the_same_coarse_cells_come_out_the_same() -> None:
    """Irreversible: pictures that differ in detail only give the same result."""
    generator = np.random.default_rng(0)
    flat = np.full((200, 200, 3), 120, np.uint8)
    detailed = flat.copy()
    pattern = generator.integers(-60, 60, (2, 2))
    detailed[::2, ::2] += np.uint8(abs(pattern[0, 0]))
    detailed[1::2, 1::2] -= np.uint8(abs(pattern[0, 0]))
    box = Box(40, 40, 120, 120)
    one = crop(blur_faces(flat, [found(box)]), box).astype(int)
    two = crop(blur_faces(detailed, [found(box)]), box).astype(int)
    assert np.abs(one - two).max() <= 2


def test_the_rest_of_the_picture_stays(astronaut: np.ndarray) -> None:
    after = blur_faces(astronaut, [found(FACE)])
    assert np.array_equal(after[300:], astronaut[300:])
    assert np.array_equal(after[:, 320:], astronaut[:, 320:])


@pytest.mark.parametrize(
    "box", [Box(-20, -20, 60, 60), Box(480, 480, 60, 60), Box(0, 0, 512, 512), Box(5, 5, 1, 1)]
)
def test_faces_at_the_edge_and_of_any_size_are_covered(astronaut: np.ndarray, box: Box) -> None:
    assert blur_faces(astronaut, [found(box)]).shape == astronaut.shape
