"""Faces turned by known angles: pixels and points go where the head goes, and crops come of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.interpolate import griddata

torch = pytest.importorskip("torch")
pytest.importorskip("ultralytics")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402

from fer_core.face.head_pose import angles_of, generic_head, head_pose, rotation_of  # noqa: E402
from fer_core.training import landmark_training as training  # noqa: E402
from fer_core.training import turned_crops  # noqa: E402
from fer_core.training.__main__ import main  # noqa: E402
from fer_core.training.crop_files import FaceCrops, Row, joined, open_crops  # noqa: E402
from fer_core.training.errors import CheckpointError, DataError  # noqa: E402
from fer_core.training.faces import LabelledFace, LabelledPicture, one_hot  # noqa: E402
from fer_core.training.landmark_finish import between, take_bias_out  # noqa: E402
from fer_core.training.landmark_network import LandmarkNetwork, load  # noqa: E402
from fer_core.training.landmark_points import PointsOnHead  # noqa: E402
from fer_core.training.landmark_teacher import OVAL, box_of  # noqa: E402
from fer_core.vision.landmark_layout import POINTS  # noqa: E402

SIZE, EYES, MIDDLE = 256, 90.0, np.array([128.0, 128.0])
#: Between the eyes: it is seen from everywhere.
SPOT = 27


def made_face(yaw: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return a mesh (478, 3) and its points (70, 2): the generic head, and vertices around it."""
    head = generic_head()
    rng = np.random.default_rng(0)
    mesh = np.zeros((478, 3))
    mesh[:68] = head
    # The rest lies on the surface between the head's points.
    inside = head[rng.integers(0, 68, (410, 3))]
    mesh[68:, :2] = np.einsum("nkd,nk->nd", inside, rng.dirichlet((1, 1, 1), 410))[:, :2]
    mesh[68:, 2] = griddata(head[:, :2], head[:, 2], mesh[68:, :2])
    angles = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    rim = np.column_stack([0.85 * np.sin(angles), -0.2 - 0.95 * np.cos(angles), 0 * angles + 0.4])
    mesh[list(OVAL)] = rim
    head, mesh = (each @ rotation_of(yaw, 0, 0).T for each in (head, mesh))
    mesh = mesh * EYES + np.append(MIDDLE, 0.0)
    points = np.concatenate([head[:, :2] * EYES + MIDDLE, mesh[[468, 473], :2]])
    return mesh.astype(np.float32), points.astype(np.float32)


def marked(points: np.ndarray, chosen: int) -> np.ndarray:
    """Return a grey picture with a white spot at a point."""
    picture = np.full((SIZE, SIZE, 3), 60, np.uint8)
    x, y = points[chosen]
    cv2.circle(picture, (int(x), int(y)), 4, (255, 255, 255), -1)
    return picture


@pytest.mark.parametrize("yaw", [-45.0, -20.0, 20.0, 45.0])
@pytest.mark.parametrize("fixed", [False, True])
def test_a_turn_turns_points_and_pixels_alike(yaw: float, fixed: bool) -> None:
    mesh, points = made_face()
    depths = np.append((generic_head() * EYES)[:, 2], mesh[[468, 473], 2]).astype(np.float32)
    turn = turned_crops.Turn(rotation_of(yaw, 5, 0), 4.0, fixed)
    shown, moved, placed = turned_crops.turned(marked(points, SPOT), mesh, points, depths, turn)
    pose = head_pose(placed.astype(np.float64))
    assert pose is not None
    assert pose.angles == pytest.approx((yaw, 5, 0), abs=2.5)
    assert moved.shape == mesh.shape
    rows, columns = np.nonzero(shown[..., 0] > 180)
    assert placed[SPOT] == pytest.approx([columns.mean() + 0.5, rows.mean() + 0.5], abs=3.0)


def test_no_turn_changes_nothing() -> None:
    mesh, points = made_face()
    picture = np.random.default_rng(1).integers(0, 255, (SIZE, SIZE, 3), np.uint8)
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 2), np.uint8)
    turn = turned_crops.Turn(np.eye(3), 4.0, True)
    depths = np.zeros(POINTS, np.float32)
    shown, moved, placed = turned_crops.turned(picture, mesh, points, depths, turn)
    assert np.abs(shown[1:-1, 1:-1].astype(int) - picture[1:-1, 1:-1]).max() <= 3
    assert np.allclose(moved, mesh, atol=0.01)
    assert np.allclose(placed, points, atol=0.01)


def test_faces_are_turned_within_bounds_and_turned_ones_left_alone() -> None:
    rng = np.random.default_rng(2)
    assert turned_crops.draw_turn(rotation_of(40, 0, 0), rng) is None
    own = rotation_of(15, -5, 8)
    after = []
    for _ in range(200):
        turn = turned_crops.draw_turn(own, rng)
        assert turn is not None
        after.append(angles_of(turn.rotation @ own))
    yaw, pitch, roll = np.array(after).T
    assert yaw.min() >= 15 - turned_crops.MOST_TURN - 0.01
    assert yaw.max() <= turned_crops.YAW + 0.01
    assert yaw.max() > 50
    assert np.abs(pitch).max() <= turned_crops.PITCH + 0.01
    assert roll == pytest.approx(8)


def stored(folder: Path) -> tuple[Path, Path, dict[tuple[str, str], LabelledPicture]]:
    """Write four faces as the teacher and `points` would; return folders and pictures."""
    faces = [made_face(yaw) for yaw in (-4.0, 0.0, 4.0, 40.0)]
    names = [f"{number}.png" for number in range(4)]
    meshes, points = folder / "meshes", folder / "points"
    for each in (meshes, points):
        each.mkdir()
    matrices = np.tile(np.eye(4), (4, 1, 1))
    flip = np.diag([1.0, -1.0, -1.0])
    for number, yaw in enumerate((-4.0, 0.0, 4.0, 40.0)):
        matrices[number, :3, :3] = flip @ rotation_of(yaw, 0, 0) @ flip
    all_points = np.array([face[1] for face in faces])
    np.savez(
        meshes / "landmarks.npz",
        names=names,
        points=np.array([face[0] for face in faces]),
        blend=np.full((4, 52), 0.2),
        matrix=matrices,
    )
    np.savez(points / "landmarks.npz", names=names, points=all_points)
    rows = [
        f"{name},{'val' if name == '1.png' else 'train'},{' '.join(map(str, placed[:68].ravel()))}"
        for name, placed in zip(names, all_points, strict=True)
    ]
    table = "\n".join(["name,split,points68_xy", *rows])
    (folder / "landmarks.csv").write_text(table, encoding="utf-8")
    (folder / "labels.csv").write_text("archive,name,split,emotion,x,y,width,height\n")
    pictures = {}
    with zipfile.ZipFile(folder / "landmarks.zip", "w") as archive:
        for number, (name, (mesh, placed)) in enumerate(zip(names, faces, strict=True)):
            picture = marked(placed, SPOT) + np.uint8(10 * number)
            picture[:, 20 * number : 20 * number + 60] += np.uint8(90)  # no two look the same
            archive.writestr(name, cv2.imencode(".png", picture)[1].tobytes())
            x, y, width, height = (float(value) for value in box_of(mesh[None])[0])
            face = LabelledFace((x, y, width, height), one_hot(2))
            split = "val" if number == 1 else "train"
            pictures["landmarks", name] = LabelledPicture(
                "landmarks", name, split, folder / "landmarks.zip", (face,)
            )
    return meshes, points, pictures


def test_crops_of_turned_faces_are_written_and_read(tmp_path: Path) -> None:
    meshes, points, pictures = stored(tmp_path)
    count = turned_crops.write_turned(pictures, meshes, points, tmp_path / "turned", 0.5)
    crops = open_crops(tmp_path / "turned")
    assert len(crops.rows) == count
    names = {row.name for row in crops.rows}
    assert "3.png" not in names, "turned far by itself"
    assert {"0.png", "1.png", "2.png"} <= names
    assert sum(row.name == "1.png" for row in crops.rows) == 1, "of a held-out face there is one"
    poses = [head_pose(each.astype(np.float64)) for each in crops.points]
    yaws = [pose.yaw for pose in poses if pose is not None]
    assert len(yaws) == count
    assert max(map(abs, yaws)) > 15
    assert np.abs(crops.points.mean(axis=(0, 1)) - 104).max() < 25


@pytest.mark.parametrize("yaw", [-60.0, -40.0, 40.0, 60.0])
def test_on_heads_turned_far_points_stay_where_they_are_on_the_head(yaw: float) -> None:
    frontal = [made_face(small) for small in (-3.0, 0.0, 3.0)]
    rotations = np.array([rotation_of(small, 0, 0) for small in (-3.0, 0.0, 3.0)])
    meshes, points = (np.array(each) for each in zip(*frontal, strict=True))
    head = PointsOnHead.fitted(meshes, points, rotations)
    mesh, truth = made_face(yaw)
    placed = head.applied(mesh, rotation_of(yaw, 0, 0))
    assert np.linalg.norm(placed - truth, axis=1).mean() < 0.05 * EYES
    pose = head_pose(placed.astype(np.float64))
    assert pose is not None
    assert pose.yaw == pytest.approx(yaw, abs=3)
    with pytest.raises(DataError, match="no face looks into the camera"):
        PointsOnHead.fitted(meshes, points, np.array([rotation_of(40, 0, 0)] * 3))


def test_the_commands_turn_faces_and_learn_from_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meshes, points, _ = stored(tmp_path)
    folder, run = tmp_path / "distil", tmp_path / "run"
    known = ["--meshes", str(meshes), "--points", str(points)]
    turned = ["--output", str(tmp_path / "turned"), "--share", "0.5"]
    assert main(["turn", "--data", str(tmp_path), *known, *turned]) == 0
    assert int(capsys.readouterr().out) >= 3
    shutil.copytree(tmp_path / "turned", folder / "crops")
    torch.save({"width": 4, "state": LandmarkNetwork(4).state_dict()}, tmp_path / "first.pt")
    learn = ["--run", str(run), "--minutes", "0.001", "--batch", "4", "--folder", str(folder)]
    more = ["--turned", str(tmp_path / "turned"), "--weights", str(tmp_path / "first.pt")]
    assert main(["landmarks", "--data", str(tmp_path), *learn, *more]) == 0
    assert load(run / training.WEIGHTS).width == 4, "it goes on from the network that was there"
    figures = json.loads((run / training.FIGURES).read_text())
    assert set(figures) == {"landmarks", "landmarks turned"}
    ends = ["--before", str(tmp_path / "first.pt"), "--after", str(run / training.WEIGHTS)]
    last = ["--output", str(run / "last.pt"), "--onnx", str(run / "last.onnx")]
    where = ["--data", str(tmp_path), "--folder", str(folder)]
    assert main(["finish", *where, *ends, *last, "--share", "0.5"]) == 0
    last_network = load(run / "last.pt")
    assert last_network.width == 4
    kinds = {node.op_type for node in onnx.load(run / "last.onnx").graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds, "in 8 bits"
    session = onnxruntime.InferenceSession(run / "last.onnx")
    images = np.random.default_rng(0).random((2, 3, 112, 112), np.float32)
    points, _, presence = session.run(None, {"images": images})
    expected = last_network(torch.from_numpy(images))[0].detach().numpy()
    assert points == pytest.approx(expected, abs=0.02)
    assert presence.shape == (2,)


def test_between_two_networks_lies_their_mean_without_its_bias(tmp_path: Path) -> None:
    meshes, points, pictures = stored(tmp_path)
    turned_crops.write_turned(pictures, meshes, points, tmp_path / "turned", 1.0)
    crops = open_crops(tmp_path / "turned")
    rows = np.arange(len(crops.rows))
    before, after = LandmarkNetwork(4).eval(), LandmarkNetwork(4).eval()
    mean = between(before, after, 0.25)
    first, last, middle = (each.points.weight for each in (before, after, mean))
    assert torch.allclose(middle, 0.75 * first + 0.25 * last)
    assert np.abs(take_bias_out(mean, crops, rows)).max() > 0.01
    assert np.abs(take_bias_out(mean, crops, rows)).max() < 1e-5
    with pytest.raises(DataError, match="no face whose points people set"):
        take_bias_out(mean, crops, rows[:0])
    with pytest.raises(CheckpointError, match="two widths"):
        between(before, LandmarkNetwork(5), 0.5)


def test_files_of_other_pictures_are_refused(tmp_path: Path) -> None:
    meshes, points, _ = stored(tmp_path)
    np.savez(points / "landmarks.npz", names=["x"], points=np.zeros((1, POINTS, 2)))
    with pytest.raises(DataError, match="different pictures"):
        turned_crops.read_meshes(meshes / "landmarks.npz", points / "landmarks.npz")
    np.savez(meshes / "landmarks.npz", names=["x"], points=np.zeros((1, 478, 3)))
    with pytest.raises(DataError, match="no meshes with poses"):
        turned_crops.read_meshes(meshes / "landmarks.npz", points / "landmarks.npz")


def test_a_share_of_the_draws_is_of_turned_faces() -> None:
    rows = tuple(Row("landmarks", str(number), 0) for number in range(10))
    crops = FaceCrops(
        (),
        np.zeros((10, 4), np.float32),
        rows,
        np.zeros((10, 52), np.float32),
        np.zeros((10, POINTS, 2), np.float32),
    )
    both = joined([crops, crops])
    turned = np.arange(20) >= 10
    weights = training.drawing_weights(both, np.ones(20, bool), turned)
    assert weights[turned].sum() == pytest.approx(training.TURNED)
    assert training.drawing_weights(crops, np.ones(10, bool)).sum() == pytest.approx(1.0)


def test_heads_turned_far_are_drawn_more() -> None:
    points = np.array([made_face(yaw)[1] for yaw in (0.0, 0.0, 55.0)])
    rows = tuple(Row("landmarks", str(number), 0) for number in range(3))
    crops = FaceCrops((), np.zeros((3, 4), np.float32), rows, np.zeros((3, 52), np.float32), points)
    weights = training.drawing_weights(crops, np.ones(3, bool))
    assert weights[2] == pytest.approx(training.RARER * weights[0])
    assert weights[1] == pytest.approx(weights[0])
