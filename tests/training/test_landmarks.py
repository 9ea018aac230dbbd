"""The landmark network: points from meshes, points that move with the picture, training, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("ultralytics")

from fer_core.training import landmark_training as training  # noqa: E402 - after the skips
from fer_core.training.crop_files import NO_FACE, SIDE, FaceCrops, Row  # noqa: E402
from fer_core.training.crop_placement import Framing, Tensor, drawn, placed  # noqa: E402
from fer_core.training.errors import CheckpointError, DataError  # noqa: E402
from fer_core.training.landmark_network import LandmarkNetwork, load  # noqa: E402
from fer_core.training.landmark_points import (  # noqa: E402
    COMPONENTS,
    MeshToPoints,
    compact,
)
from fer_core.training.landmark_teacher import even, read_landmarks  # noqa: E402
from fer_core.training.moving_average import MovingAverage  # noqa: E402
from fer_core.training.onnx_files import landmarks_to_onnx  # noqa: E402
from fer_core.vision.landmark_layout import MIRRORED, POINTS  # noqa: E402

FACES = 2 * COMPONENTS + 10


def turned_meshes(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Meshes of faces of any size, place and turn, and the points that follow from them."""
    shape = rng.normal(0, 1, (478, 2))
    shape[10], shape[152] = (0, -2), (0, 2)
    meshes = shape + rng.normal(0, 0.05, (FACES, 478, 2))
    points = meshes[:, 5:73] * 0.5 + meshes[:, 100:168] * 0.5
    for face in range(FACES):
        angle, size = rng.uniform(-0.6, 0.6), rng.uniform(10, 60)
        turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        place = rng.uniform(50, 100, 2)
        meshes[face] = meshes[face] @ turn.T + place
        points[face] = points[face] @ turn.T + place
    return meshes.astype(np.float32), points.astype(np.float32)


def test_points_follow_from_a_mesh_of_any_size_place_and_turn() -> None:
    meshes, points = turned_meshes(np.random.default_rng(0))
    found = MeshToPoints.fitted(meshes[:-5], points[:-5]).applied(meshes[-5:])
    sizes = np.ptp(points[-5:], axis=(1, 2))[:, None]
    apart = np.linalg.norm(found[:, :68] - points[-5:], axis=2) / sizes
    assert found.shape == (5, POINTS, 2)
    assert float(apart.mean()) < 0.03
    assert np.array_equal(found[:, 68], meshes[-5:, 468])


def test_too_few_faces_are_refused() -> None:
    with pytest.raises(DataError, match="too few"):
        MeshToPoints.fitted(np.zeros((3, 478, 2), np.float32), np.zeros((3, 68, 2), np.float32))


def test_compact_files_keep_the_points_that_people_set(tmp_path: Path) -> None:
    meshes, points = turned_meshes(np.random.default_rng(1))
    (tmp_path / "meshes").mkdir()
    names = np.array([f"{number}.webp" for number in range(FACES)])
    stored = np.dstack([meshes, np.zeros((FACES, 478), np.float32)]).astype(np.float16)
    blend = np.random.default_rng(2).random((FACES, 52)).astype(np.float16)
    for stem in ("heads", "others"):
        np.savez(tmp_path / "meshes" / f"{stem}.npz", names=names, points=stored, blend=blend)
    table = tmp_path / "heads.csv"
    rows = [
        f"{name},train,{' '.join(f'{value:.1f}' for value in face.ravel())}"
        for name, face in zip(names, points, strict=True)
    ]
    table.write_text("\n".join(["name,split,points68_xy", *rows]), encoding="utf-8")
    assert compact(tmp_path / "meshes", table, tmp_path / "out") == {
        "heads": FACES,
        "others": FACES,
    }
    known = read_landmarks(tmp_path / "out")
    assert known["heads"].points[:, :68] == pytest.approx(points, abs=0.15)
    assert np.linalg.norm(known["others"].points[:, :68] - points, axis=2).mean() < 3


def test_even_shapes_are_alike_for_a_mirrored_face() -> None:
    shapes = np.zeros((1, 52), np.float32)
    shapes[0, 9], shapes[0, 25] = 1.0, 0.4
    assert even(shapes)[0, [9, 10, 25]] == pytest.approx([0.5, 0.5, 0.4])


def test_a_mirrored_twice_point_is_itself_and_sides_change() -> None:
    assert sorted(MIRRORED) == list(range(POINTS))
    assert all(MIRRORED[MIRRORED[point]] == point for point in range(POINTS))
    assert MIRRORED[36] == 45
    assert MIRRORED[8] == 8


@pytest.mark.parametrize("mirrored", [False, True])
def test_points_go_where_their_pixels_go(mirrored: bool) -> None:
    pixels = np.zeros((1, SIDE, SIDE, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[0, 88:92, 118:122, :3] = 255
    boxes = torch.tensor([[70.0, 60.0, 130.0, 140.0]])
    framing = Framing((1.6, 1.6), shift=0.2, roll=(0.0, 1.0, 0.0), narrow=0.1)
    placement = placed(boxes, 112, framing, mirrored)
    image = drawn(torch.from_numpy(pixels), placement, torch.zeros(1, 3, 112, 112), plain=True)
    rows, columns = np.nonzero(image[0, 0].numpy() > 0.3)
    point = placement.points(torch.tensor([[[120.0, 90.0]]]))[0, 0].numpy()
    assert point == pytest.approx([columns.mean() + 0.5, rows.mean() + 0.5], abs=1.0)


def test_a_moving_average_comes_to_what_it_follows() -> None:
    followed = torch.nn.Linear(3, 2)
    average = MovingAverage(followed, 0.5)
    with torch.no_grad():
        followed.weight.fill_(7.0)
    for _ in range(40):
        average.follow()
    weight = dict(average.network.named_parameters())["weight"]
    assert weight.numpy() == pytest.approx(7.0)
    assert not weight.requires_grad


def made_crops(count: int) -> FaceCrops:
    """Crops with a white box and the points on a grid in it; the last one shows no face."""
    pixels = np.zeros((count, SIDE, SIDE, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[:-1, 70:140, 70:130, :3] = 200
    boxes = np.tile(np.array([70, 70, 130, 140], np.float32), (count, 1))
    boxes[-1] = 0
    grid = np.stack(np.meshgrid(np.linspace(75, 125, 10), np.linspace(75, 135, 7)), -1)
    points = np.tile(grid.reshape(1, POINTS, 2).astype(np.float32), (count, 1, 1))
    points[-1] = np.nan
    rows = tuple(
        Row("landmarks", f"{number}", NO_FACE if number == count - 1 else 0)
        for number in range(count)
    )
    return FaceCrops((pixels,), boxes, rows, np.full((count, 52), 0.2, np.float32), points)


def test_the_network_learns_and_its_file_answers_alike(tmp_path: Path) -> None:
    import onnxruntime

    crops = made_crops(9)
    usable = np.array([row.face != NO_FACE for row in crops.rows])
    config = training.LandmarkConfig(tmp_path, seconds=0.5, batch=4, width=4)
    network = training.train_landmarks(crops, usable, config, torch.device("cpu"))
    figures = training.judge_landmarks(
        network, crops, training.with_points(crops, usable), tmp_path
    )
    assert set(figures) == {"landmarks"}
    read = load(tmp_path / training.WEIGHTS)
    landmarks_to_onnx(read, tmp_path / "landmarks.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "landmarks.onnx")
    images = np.random.default_rng(0).random((2, 3, 112, 112), np.float32)
    points, shapes, presence = session.run(None, {"images": images})
    expected = read(torch.from_numpy(images))
    assert points == pytest.approx(expected[0].detach().numpy(), abs=2e-3)
    assert shapes == pytest.approx(expected[1].sigmoid().detach().numpy(), abs=5e-3)
    assert presence.shape == (2,)


def test_points_nobody_knows_and_files_that_hold_no_network_are_refused(tmp_path: Path) -> None:
    crops = made_crops(3)
    config = training.LandmarkConfig(tmp_path, seconds=0.1)
    with pytest.raises(DataError, match="prepare with --landmarks"):
        training.train_landmarks(crops, np.zeros(3, bool), config, torch.device("cpu"))
    (tmp_path / "x.pt").write_bytes(b"no network")
    with pytest.raises(CheckpointError, match="holds no landmark network"):
        load(tmp_path / "x.pt")


def test_errors_are_in_distances_of_the_eyes() -> None:
    crops = made_crops(3)

    class Fixed(LandmarkNetwork):
        def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            """Every point in the middle of the picture."""
            return torch.full((len(images), POINTS, 2), 0.5), torch.zeros(0), torch.zeros(0)

    errors = training.point_errors(Fixed(4), crops, np.array([0, 1]))
    middle = np.array([100.0, 105.0])
    apart = np.linalg.norm(crops.points[0, :68] - middle, axis=1).mean()
    eyes = np.linalg.norm(crops.points[0, 36] - crops.points[0, 45])
    assert errors == pytest.approx(apart / eyes, rel=1e-3)
