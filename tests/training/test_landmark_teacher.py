"""What the landmark network's eyes are asked for and what is kept of it, with a made-up network."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from fer_core.face.head_pose import angles_of, rotation_of
from fer_core.training import landmarks_head
from fer_core.training.landmark_teacher import SIDE, look_at, rotations_of
from tests.synthetic.heads import Head

FLIP = np.diag([1.0, -1.0, -1.0])
POSES = ((0.0, 0.0), (20.0, 5.0), (-25.0, -10.0))


def matrix_of(yaw: float, pitch: float) -> np.ndarray:
    """Return a teacher's matrix: up and towards the camera, and of some size."""
    matrix = np.eye(4)
    matrix[:3, :3] = 1.2 * FLIP @ rotation_of(yaw, pitch, 0) @ FLIP
    return matrix


class Teacher:
    """Sees the poses in turn, and no face in the picture after them."""

    def __init__(self, options: SimpleNamespace) -> None:
        assert options.output_face_blendshapes
        assert options.output_facial_transformation_matrixes
        self._poses = [*POSES]

    def detect(self, image: np.ndarray) -> SimpleNamespace:
        assert image.shape == (SIDE, SIDE, 3)
        if not self._poses:
            return SimpleNamespace(face_landmarks=[])
        return SimpleNamespace(
            face_landmarks=[[SimpleNamespace(x=0.5, y=0.25, z=0.1)] * 478],
            face_blendshapes=[[SimpleNamespace(score=0.3)] * 52],
            facial_transformation_matrixes=[matrix_of(*self._poses.pop(0))],
        )


@pytest.fixture
def teacher(monkeypatch: pytest.MonkeyPatch) -> None:
    vision = SimpleNamespace(
        FaceLandmarkerOptions=SimpleNamespace,
        FaceLandmarker=SimpleNamespace(create_from_options=Teacher),
    )
    python = SimpleNamespace(BaseOptions=SimpleNamespace, vision=vision)
    mediapipe: Any = SimpleNamespace(
        Image=lambda _, pixels: pixels, ImageFormat=SimpleNamespace(SRGB=1)
    )
    monkeypatch.setitem(sys.modules, "mediapipe", mediapipe)
    monkeypatch.setitem(sys.modules, "mediapipe.tasks", SimpleNamespace(python=python))
    monkeypatch.setitem(sys.modules, "mediapipe.tasks.python", python)


def data_folder(folder: Path, count: int) -> Path:
    """Write pictures with points that people have set, as `landmarks.zip` and its table."""
    folder.mkdir()
    white = cv2.imencode(".png", np.full((100, 100, 3), 255, np.uint8))[1].tobytes()
    rows = ["name,split,points68_xy"]
    with zipfile.ZipFile(folder / "landmarks.zip", "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.png", white)
            yaw, pitch = POSES[number % len(POSES)]
            points = Head(yaw, pitch, centre=(50, 50), size=30).points[:68].ravel()
            split = "val" if number == 0 else "train"
            rows.append(f"{number}.png,{split},{' '.join(f'{value:.2f}' for value in points)}")
    (folder / "landmarks.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "labels.csv").write_text("archive,name,split,emotion,x,y,width,height\n")
    return folder


def test_points_shapes_and_poses_are_kept_under_the_archive_s_name(
    tmp_path: Path, teacher: None
) -> None:
    look_at(data_folder(tmp_path / "data", 4), tmp_path / "network.task", tmp_path / "meshes")
    with np.load(tmp_path / "meshes" / "landmarks.npz") as stored:
        assert stored["names"].tolist() == ["0.png", "1.png", "2.png", "3.png"]
        assert stored["points"].shape == (4, 478, 3)
        assert stored["blend"][0] == pytest.approx(0.3, abs=1e-3)
        assert np.isnan(stored["points"][3]).all()
        rotations = rotations_of(stored["matrix"])
    assert np.isnan(rotations[3]).all()
    for rotation, pose in zip(rotations, POSES, strict=False):
        assert angles_of(rotation)[:2] == pytest.approx(pose, abs=0.01)


def test_the_head_is_fitted_to_what_the_teacher_wrote(
    tmp_path: Path, teacher: None, capsys: pytest.CaptureFixture[str]
) -> None:
    data, meshes = data_folder(tmp_path / "data", 3), tmp_path / "meshes"
    look_at(data, tmp_path / "network.task", meshes)
    output = tmp_path / "head.json"
    assert landmarks_head.main([str(data), str(meshes), str(output)]) == 0
    assert np.shape(json.loads(output.read_text())) == (68, 3)
    assert "1 val faces" in capsys.readouterr().out
