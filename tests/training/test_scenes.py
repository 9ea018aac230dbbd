"""Composed scenes: seeded, labelled, varied."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.training.background import distractor
from fer_core.training.data import PictureReader, load_backgrounds, load_dataset
from fer_core.training.dataset import Face, FaceDataset, LabelledTarget
from fer_core.training.geometry import SMALLEST_FACE
from fer_core.training.head_transplant import transplant, turned, with_more_around
from fer_core.training.scene_style import VALIDATION, Style, training_style
from fer_core.training.scenes import compose


@pytest.fixture
def dataset(archives: Path) -> FaceDataset:
    return FaceDataset(load_dataset(archives), load_backgrounds(archives, PictureReader()))


@pytest.mark.parametrize("size", [(96, 96), (160, 160), (256, 320), (320, 320)])
def test_the_same_seed_gives_the_same_scenes(dataset: FaceDataset, size: tuple[int, int]) -> None:
    for number in range(12):
        first, second = (compose(dataset, 7, number, size, training_style(size)) for _ in range(2))
        assert np.array_equal(first.image, second.image)
        assert np.array_equal(first.boxes, second.boxes)
        assert np.array_equal(first.distributions, second.distributions)


def test_another_number_or_seed_gives_another_scene(dataset: FaceDataset) -> None:
    images = [
        compose(dataset, seed, number, (96, 96), Style()).image
        for seed, number in ((0, 0), (0, 1), (1, 0))
    ]
    assert not np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2])


@pytest.mark.parametrize("size", [(96, 96), (160, 160), (256, 320)])
def test_boxes_lie_on_the_canvas_and_targets_sum_to_one(
    dataset: FaceDataset, size: tuple[int, int]
) -> None:
    for number in range(60):
        scene = compose(dataset, 0, number, size, training_style(size))
        assert scene.image.shape == (*size, 3)
        assert scene.image.dtype == np.uint8
        assert (scene.boxes[:, :2] >= 0).all()
        assert (scene.boxes[:, 2:] <= np.array(size[::-1])).all()
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        assert (sides >= SMALLEST_FACE).all()
        assert scene.distributions.sum(axis=1) == pytest.approx(np.ones(len(sides)))


@pytest.mark.parametrize("p_letterbox", [0.0, 1.0])
def test_the_box_surrounds_the_face_that_was_drawn(
    dataset: FaceDataset, p_letterbox: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = np.zeros((96, 96, 3), np.uint8)
    marked[18:78, 24:72] = 255
    face = Face(marked, (24.0, 18.0, 48.0, 60.0), np.eye(5, dtype=np.float32)[1], False)
    monkeypatch.setattr(dataset, "draw", lambda rng: face)
    plain = Style(
        p_single=0.0,
        grid=(1.0,),
        p_letterbox=p_letterbox,
        p_distractor=0.0,
        p_empty=0.0,
        strength=0.0,
    )
    for number in range(40):
        scene = compose(dataset, 0, number, (160, 160), plain)
        assert scene.image.shape == (160, 160, 3)
        for x0, y0, x1, y1 in scene.boxes:
            inner = scene.image[int(y0) + 12 : int(y1) - 12, int(x0) + 12 : int(x1) - 12]
            assert inner.mean() > 200


def test_the_other_faces_of_a_picture_keep_their_labels(
    dataset: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unlabelled neighbour would teach that a face is none."""
    image = np.zeros((100, 200, 3), np.uint8)
    image[20:80, 20:80], image[20:80, 120:180] = (255, 0, 0), (0, 0, 255)
    targets = np.eye(5, dtype=np.float32)
    neighbour = LabelledTarget((120.0, 20.0, 60.0, 60.0), targets[3])
    face = Face(image, (20.0, 20.0, 60.0, 60.0), targets[1], False, (neighbour,))
    monkeypatch.setattr(dataset, "draw", lambda rng: face)
    plain = Style(p_single=1.0, p_whole=1.0, p_letterbox=0.0, p_empty=0.0, p_none=0.0, strength=0.0)
    seen = 0
    for number in range(40):
        scene = compose(dataset, 0, number, (160, 320), plain)
        for (x0, y0, x1, y1), target in zip(scene.boxes, scene.distributions, strict=True):
            middle = scene.image[int(y0 + y1) // 2, int(x0 + x1) // 2]
            assert int(middle.argmax()) == (0 if target.argmax() == 1 else 2)
        seen += len(scene.boxes)
    assert seen > 60


def test_some_scenes_hold_no_face(dataset: FaceDataset) -> None:
    bare = Style(p_none=1.0)
    assert all(not len(compose(dataset, 0, number, (96, 96), bare).boxes) for number in range(5))
    faces = [
        len(compose(dataset, 0, number, (96, 96), Style(p_single=1.0)).boxes)
        for number in range(60)
    ]
    assert 2 <= faces.count(0) <= 24


def test_a_piece_of_a_photograph_holds_nothing_of_its_face(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would teach that a part of a face is none."""
    image = np.full((120, 120, 3), (0, 0, 255), np.uint8)
    image[36:84, 40:80] = (255, 0, 0)
    face = Face(image, (40.0, 36.0, 40.0, 48.0), np.eye(5, dtype=np.float32)[1], False)
    dataset = FaceDataset.__new__(FaceDataset)
    monkeypatch.setattr(dataset, "draw_head", lambda rng: face)
    monkeypatch.setattr(dataset, "_negatives", [], raising=False)
    rng = np.random.default_rng(0)
    pieces = [distractor(dataset, rng, (32, 24)) for _ in range(60)]
    drawn = [piece for piece in pieces if piece is not None]
    assert len(drawn) > 30
    for piece in drawn:
        assert piece.shape == (24, 32, 3)
        assert (piece[..., 2] >= piece[..., 0]).all()


@pytest.mark.parametrize("top", [-4.0, 36.0])
def test_what_is_around_a_head_is_mirrored_outwards_and_the_face_is_not(top: float) -> None:
    """A second face without a label would teach that a face is none."""
    image = np.full((120, 120, 3), (0, 0, 255), np.uint8)
    image[max(0, int(top)) : int(top) + 48, 40:80] = (255, 0, 0)
    face = Face(image, (40.0, top, 40.0, 48.0), np.eye(5, dtype=np.float32)[1], False)
    wide = with_more_around(face)
    assert wide is not None
    assert wide.image.shape[1] > 180
    x, y, width, height = (int(value) for value in wide.box)
    outside = wide.image.copy()
    outside[max(0, y) : y + height, x : x + width] = 0
    assert outside[..., 2].any()
    assert not outside[..., 0].any()


def test_a_cut_out_has_nothing_around_it_to_go_on() -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    face = Face(image, (2.0, 2.0, 56.0, 56.0), np.eye(5, dtype=np.float32)[1], True)
    assert with_more_around(face) is None


def test_faces_of_every_size_occur(dataset: FaceDataset) -> None:
    style = training_style((160, 160))
    scenes = [compose(dataset, 0, number, (160, 160), style) for number in range(300)]
    heights = np.concatenate([scene.boxes[:, 3] - scene.boxes[:, 1] for scene in scenes])
    assert np.percentile(heights, 5) < 48
    assert np.percentile(heights, 95) > 100


def test_validation_scenes_hold_grids_of_one_to_five(dataset: FaceDataset) -> None:
    cells = {compose(dataset, 0, number, (320, 320), VALIDATION).cells for number in range(60)}
    assert cells == {1, 2, 3, 4, 5}


def test_a_transplanted_face_takes_the_heads_colours() -> None:
    rng = np.random.default_rng(0)
    cut_out = np.zeros((60, 50, 3), np.uint8)
    cut_out[4:56, 4:46] = np.array([200, 60, 60]) + rng.integers(-20, 20, (52, 42, 3))
    head = np.full((120, 120, 3), (70, 90, 160), np.uint8)
    target = np.eye(5, dtype=np.float32)[4]
    donor = Face(cut_out, (0.0, 0.0, 50.0, 60.0), target, True)
    wearer = Face(head, (35.0, 30.0, 50.0, 60.0), np.eye(5, dtype=np.float32)[0], False)
    result = transplant(donor, wearer, rng)
    assert np.array_equal(result.distribution, target)
    assert np.array_equal(result.image[:20], head[:20])
    x, y, width, height = (round(value) for value in result.box)
    red = float(result.image[y + height // 2, x + width // 2, 0])
    assert red < 165
    assert not np.array_equal(result.image, head)


def test_data_without_heads_or_backgrounds_still_composes(
    archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = FaceDataset(load_dataset(archives)[:1], [])
    monkeypatch.setattr(dataset, "draw_head", lambda rng: None)
    assert compose(dataset, 0, 0, (160, 160), training_style((160, 160))).image.shape == (
        160,
        160,
        3,
    )


def test_a_turned_face_keeps_its_place_and_lies_within_its_box() -> None:
    image = np.zeros((120, 120, 3), np.uint8)
    cv2.ellipse(image, (60, 60), (20, 30), 0, 0, 360, (255, 255, 255), -1)
    face = Face(image, (40.0, 30.0, 40.0, 60.0), np.eye(5, dtype=np.float32)[1], True)
    rng = np.random.default_rng(0)
    for _ in range(20):
        result = turned(face, rng)
        rows, columns = np.nonzero(result.image[..., 0] > 128)
        x, y, width, height = result.box
        found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert found == pytest.approx((x, y, x + width, y + height), abs=2.5)


def test_scenes_without_a_face_may_be_filled_by_a_picture_that_shows_none(archives: Path) -> None:
    pictures = [each for each in load_dataset(archives) if each.split == "train"]
    green = np.zeros((50, 70, 3), np.uint8)
    green[..., 1] = 200
    dataset = FaceDataset(pictures, [], negatives=[green])
    style = Style(p_none=1.0, p_filled=1.0, p_clutter=0.0, p_distractor=0.0, strength=0.0)
    scenes = [compose(dataset, 0, number, (96, 96), style) for number in range(20)]
    assert all(not len(scene.boxes) for scene in scenes)
    shares = [float((np.ptp(scene.image, axis=2) > 60).mean()) for scene in scenes]
    assert min(shares) > 0.3
