"""Geometry between picture and network input, there and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fer_core.vision.crops import (
    RefineCrop,
    View,
    around,
    is_blank,
    photo_views,
    tiles,
    to_tensor,
    whole,
)
from fer_core.vision.faces import Box
from fer_core.vision.turned import look_view

SIDES = st.integers(1, 5000)


@given(width=SIDES, height=SIDES, size=st.sampled_from([160, 320, 640]))
def test_inputs_are_multiples_of_the_stride_and_hold_the_picture(
    width: int, height: int, size: int
) -> None:
    view = whole(width, height, size)
    assert view.input_width % 32 == 0
    assert view.input_height % 32 == 0
    assert max(view.input_width, view.input_height) <= size + 31
    assert view.input_width >= round(width * view.scale) or view.input_width == 32


@given(
    width=st.integers(50, 3000),
    height=st.integers(50, 3000),
    centre=st.tuples(st.floats(0.2, 0.8), st.floats(0.2, 0.8)),
)
def test_a_box_finds_its_way_back_to_the_source(
    width: int, height: int, centre: tuple[float, float]
) -> None:
    view = whole(width, height, 320)
    x, y = centre[0] * width, centre[1] * height
    in_input = np.array(
        [[x * view.scale + view.pad_x, y * view.scale + view.pad_y, 10, 20]], np.float32
    )
    corners = view.to_source(in_input)[0]
    assert corners[0] + corners[2] == pytest.approx(2 * x, abs=0.5)
    assert corners[3] - corners[1] == pytest.approx(20 / view.scale, rel=1e-3)


@given(width=st.integers(600, 5000), height=st.integers(600, 5000))
def test_tiles_cover_every_pixel_and_overlap(width: int, height: int) -> None:
    views = tiles(width, height, scale=0.6, side=640, overlap=128)
    for axis, length in (("x", width), ("y", height)):
        starts = sorted({getattr(view, axis) for view in views})
        span = views[0].width if axis == "x" else views[0].height
        assert starts[0] <= 0
        assert starts[-1] + span >= length - 1
        for first, second in pairwise(starts):
            assert first + span - second >= 128 / 0.6 - 2


def test_a_face_in_a_crop_has_the_size_asked_for() -> None:
    view = around(Box(100, 50, 40, 30), RefineCrop(96, 160))
    assert 40 * view.scale == pytest.approx(96)
    centre_x = (120 - view.x) * view.scale
    assert centre_x == pytest.approx(80, abs=2)


def test_a_view_over_the_edge_is_filled_with_grey() -> None:
    rgb = np.full((40, 40, 3), 200, np.uint8)
    pixels = around(Box(0, 0, 40, 40), RefineCrop(80, 160)).render(rgb)
    assert (pixels[0, 0] == 114).all()
    assert (pixels[80, 80] == 200).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (3, 70)])
def test_pictures_of_odd_shapes_can_be_seen(shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 90, np.uint8)
    for view in photo_views(shape[1], shape[0], 640):
        pixels = view.render(rgb)
        assert pixels.shape == (view.input_height, view.input_width, 3)


def test_small_pictures_are_not_blown_up() -> None:
    assert max(view.input_width for view in photo_views(48, 48, 640)) <= 96


#: Pictures of every shape up to 40 megapixels, the longest strips among them.
SHAPES = st.builds(
    lambda pixels, share: (
        width := max(1, round(pixels**share)),
        max(1, pixels // width),
    ),
    st.integers(1, 40_000_000),
    st.floats(0, 1),
)


def input_pixels(views: Sequence[View]) -> int:
    return sum(view.input_width * view.input_height for view in views)


@given(SHAPES)
@example((300_000, 8))
@example((8, 300_000))
@example((40_000_000, 1))
@example((1, 40_000_000))
@example((7745, 5164))
@example((40_000, 1000))
def test_the_work_on_a_picture_is_bounded_whatever_its_shape(shape: tuple[int, int]) -> None:
    width, height = shape
    upright, on_its_side = photo_views(width, height, 640), photo_views(height, width, 640)
    for views in (upright, on_its_side):
        assert input_pixels(views) <= 20_700_000
        assert len(views) <= 1000
    # Where no face is sure: three looks at the turned picture, and a search of one of them.
    looks = [look_view(width, height, 640, 32)] * 3
    searched_again = max(input_pixels(upright), input_pixels(on_its_side))
    assert input_pixels(upright) + input_pixels(looks) + searched_again <= 42_700_000
    # A frame is seen once, and once more coarsely.
    frame = [whole(width, height, 320), whole(width, height, 160)]
    assert input_pixels(frame) <= 320 * 320 + 160 * 160


def test_a_strip_is_seen_in_tiles_no_higher_than_itself() -> None:
    assert {view.input_height for view in photo_views(300_000, 8, 640)} == {32}


def test_large_photos_are_also_seen_in_tiles() -> None:
    assert len(photo_views(640, 480, 640)) == 3
    assert len(photo_views(4000, 3000, 640)) > 10


def test_the_tensor_is_planar_and_runs_from_0_to_1() -> None:
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[..., 0] = 255
    tensor = to_tensor([pixels])
    assert tensor.shape == (1, 3, 32, 64)
    assert tensor.dtype == np.float32
    assert tensor[0, 0].min() == pytest.approx(1.0)
    assert tensor[0, 1:].max() == 0.0


def test_a_switched_off_camera_is_blank_and_a_dark_room_is_not() -> None:
    black = np.zeros((480, 640, 3), np.uint8)
    assert is_blank(black)
    dark = np.random.default_rng(1).integers(0, 40, (480, 640, 3), dtype=np.uint8)
    assert not is_blank(dark)


def test_a_mirrored_view_shows_the_same_pixels_flipped_and_boxes_come_back_to_their_place() -> None:
    rgb = np.zeros((100, 120, 3), np.uint8)
    rgb[30:50, 20:40] = 255
    plain = around(Box(10, 20, 60, 60), RefineCrop(96, 160))
    mirrored = around(Box(10, 20, 60, 60), RefineCrop(96, 160, flip=True))
    assert np.array_equal(mirrored.render(rgb), plain.render(rgb)[:, ::-1])
    rows, columns = np.nonzero(mirrored.render(rgb)[..., 0] > 127)
    box = np.array(
        [
            [
                (columns.min() + columns.max() + 1) / 2,
                (rows.min() + rows.max() + 1) / 2,
                np.ptp(columns) + 1,
                np.ptp(rows) + 1,
            ]
        ],
        np.float32,
    )
    assert np.allclose(mirrored.to_source(box), [[20, 30, 40, 50]], atol=1.0)
