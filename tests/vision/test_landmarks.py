"""Points of a face: what the networks see, how their answers become pixels, and their absence."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.api.schemas.model import NetworksOut
from fer_core.arrays import FloatArray
from fer_core.config import Settings
from fer_core.errors import WeightsChanged, WeightsError
from fer_core.vision.backends import Float32Array
from fer_core.vision.crops import PAD_GREY
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box, Detections, FaceMarks
from fer_core.vision.landmark_layout import CROP_PX, POINTS, SHAPES
from fer_core.vision.landmarks import (
    EYE_PX,
    MarkedCrop,
    MarkReader,
    OnnxMarking,
    eye_crop,
    eye_tensor,
)
from fer_core.vision.model_info import name_roles, read_model_info, sha256_of
from fer_core.vision.one_euro import OneEuroFilter
from fer_core.vision.steady_marks import SteadyMarks
from tests.synthetic.heads import Head

BOXES = st.builds(
    Box, st.floats(-50, 400), st.floats(-50, 300), st.floats(20, 300), st.floats(20, 300)
)


@dataclass
class FakeMarking:
    """Finds the brightest pixel of the crop and puts every point there."""

    presence: float = 0.9
    seen: Float32Array | None = None

    def __call__(self, batch: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        self.seen = batch
        y, x = np.unravel_index(int(batch[0].sum(axis=0).argmax()), batch.shape[2:])
        place = (np.array([x, y], np.float32) + 0.5) / CROP_PX
        return (
            np.tile(place, (1, POINTS, 1)).astype(np.float32),
            np.full((1, len(SHAPES)), 0.25, np.float32),
            np.array([self.presence], np.float32),
        )


class FakeEyes:
    def __call__(self, batch: Float32Array) -> Float32Array:
        assert batch.shape == (2, 1, EYE_PX, EYE_PX)
        return np.array([0.2, 1.4], np.float32)


@given(BOXES, st.floats(0.15, 0.85), st.floats(0.15, 0.85))
def test_a_point_seen_in_the_crop_comes_back_to_its_pixel(box: Box, x: float, y: float) -> None:
    rgb = np.zeros((480, 640, 3), np.uint8)
    crop = MarkedCrop.around(box)
    place = np.array([crop.left + x * crop.side, crop.top + y * crop.side])
    if not (8 <= place[0] < 632 and 8 <= place[1] < 472):
        return
    radius = max(1, round(crop.side / CROP_PX))
    left, top = (int(value) for value in place)
    rgb[top - radius : top + radius + 1, left - radius : left + radius + 1] = 255
    # Grey outside would be brighter than the picture's black.
    network = FakeMarking()
    marks = MarkReader(network).read(rgb, box)
    assert marks is not None
    assert np.abs(marks.points[0] - (left + 0.5, top + 0.5)).max() <= 2.5 * crop.side / CROP_PX + 1


def test_the_crop_is_as_the_network_was_taught() -> None:
    rgb = np.full((300, 300, 3), 200, np.uint8)
    network = FakeMarking()
    MarkReader(network).read(rgb, Box(200, 100, 60, 80))
    assert network.seen is not None
    assert network.seen.shape == (1, 3, CROP_PX, CROP_PX)
    # The square is 120 px wide around (230, 140): from 170 to 290, all inside.
    assert network.seen.min() == pytest.approx(200 / 255)
    MarkReader(network).read(rgb, Box(260, 100, 60, 80))
    # Now it ends at 350: 50 of 120 are past the edge.
    grey = np.isclose(network.seen[0, 0, 56], PAD_GREY / 255)
    assert grey.mean() == pytest.approx(50 / 120, abs=0.02)


def test_answers_are_kept_within_their_ranges() -> None:
    rgb = np.full((300, 300, 3), 90, np.uint8)
    marks = MarkReader(FakeMarking(presence=1.0), FakeEyes()).read(rgb, Box(100, 100, 60, 80))
    assert marks is not None
    assert marks.openness is not None
    assert np.allclose(marks.openness, (0.2, 1.0))
    assert marks.shapes.shape == (len(SHAPES),)


def test_where_the_network_sees_no_face_there_are_no_points() -> None:
    rgb = np.full((300, 300, 3), 90, np.uint8)
    assert MarkReader(FakeMarking(presence=0.2)).read(rgb, Box(100, 100, 60, 80)) is None
    assert MarkReader(FakeMarking(presence=float("nan"))).read(rgb, Box(9, 9, 60, 80)) is None


def test_an_eye_is_cut_upright() -> None:
    rgb = np.zeros((480, 640, 3), np.uint8)
    eye = Head(roll=40, size=120).points[36:42]
    along = (eye[3] - eye[0]) / np.linalg.norm(eye[3] - eye[0])
    for share in np.linspace(0, 1, 300):
        x, y = eye[0] + share * (eye[3] - eye[0])
        rgb[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] = 255
    crop = eye_crop(rgb, eye)[..., 0]
    rows = np.flatnonzero(crop.max(axis=1) > 100)
    assert along[1] > 0.5
    assert np.ptp(rows) <= 4  # a level line
    assert rows.mean() == pytest.approx(EYE_PX * (0.5 + 0.12 / 1.8), abs=2)


def test_light_changes_no_eye() -> None:
    rng = np.random.default_rng(0)
    eye = rng.integers(60, 120, (EYE_PX, EYE_PX, 3)).astype(np.uint8)
    dark, bright = eye_tensor([eye, (eye * 1.9).astype(np.uint8)])
    assert np.abs(dark - bright).max() < 0.1
    assert np.isfinite(eye_tensor([np.zeros_like(eye)])).all()


# The filter


def steady(points: FloatArray) -> FloatArray:
    filtered = SteadyMarks()
    seen = []
    for index, place in enumerate(points):
        face = Head().picture().faces[0]
        marks = FaceMarks(place, np.zeros(len(SHAPES)), 0.9)
        found = filtered.steadied(Detections((replace(face, marks=marks),), 640, 480), index / 15)
        steadied = found.faces[0].marks
        assert steadied is not None
        seen.append(steadied.points)
    return np.array(seen)


def test_points_at_rest_shake_less_than_half_as_much() -> None:
    rng = np.random.default_rng(0)
    still = np.repeat(Head().points[None], 90, axis=0)
    shaky = still + rng.normal(0, 1.0, still.shape)
    before, after = (np.diff(one[15:], axis=0).std() for one in (shaky, steady(shaky)))
    assert after < 0.5 * before


def test_a_moving_head_is_followed() -> None:
    moving = np.array([Head(centre=(200 + 3.0 * index, 200)).points for index in range(60)])
    lag = np.abs(steady(moving) - moving)[10:].max()
    assert lag < 8  # less than a tenth of the face, at half a face a second


def test_the_filter_takes_what_is_out_of_order_as_it_is() -> None:
    one = OneEuroFilter(1.0, 1.0)
    one.push(np.array([0.0]), 1.0)
    one.push(np.array([1.0]), 1.1)
    assert one.push(np.array([5.0]), 1.05) == 5.0
    assert one.push(np.array([7.0]), 9.0) == 7.0  # after a gap it starts anew


# The files


@pytest.fixture
def marked_weights(tmp_path: Path) -> Path:
    """The shipped model with small networks for points and eyes beside it."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    def save(
        path: Path, inputs: tuple[str, list[str | int]], outputs: dict[str, FloatArray]
    ) -> None:
        nodes, values = [], []
        for name, value in outputs.items():
            tensor = helper.make_tensor(
                f"{name}_value", TensorProto.FLOAT, value.shape, value.astype(np.float32).ravel()
            )
            nodes.append(helper.make_node("Constant", [], [name], value=tensor))
            values.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, value.shape))
        taken = helper.make_tensor_value_info(inputs[0], TensorProto.FLOAT, inputs[1])
        nodes.append(helper.make_node("Identity", [inputs[0]], ["unused"]))
        values.append(helper.make_tensor_value_info("unused", TensorProto.FLOAT, inputs[1]))
        graph = helper.make_graph(nodes, "fake", [taken], values)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 9
        onnx.save(model, str(path))

    source = Settings().weights
    info = json.loads(source.read_text())
    for network in info["networks"].values():
        shutil.copy(source.with_name(network["file"]), tmp_path / network["file"])
    points = Head().points / (640, 480)
    save(
        tmp_path / "points.onnx",
        ("images", ["n", 3, CROP_PX, CROP_PX]),
        {"points": points[None], "shapes": np.zeros((1, 24)), "presence": np.array([0.9])},
    )
    save(
        tmp_path / "eyes.onnx",
        ("eyes", ["n", 1, EYE_PX, EYE_PX]),
        {"openness": np.array([0.8, 0.7])},
    )
    for role, file in (("landmarks", "points.onnx"), ("eyes", "eyes.onnx")):
        info["networks"][role] = {
            "file": file,
            "sha256": sha256_of(tmp_path / file),
            "architecture": f"small {role}",
        }
    (tmp_path / "model.json").write_text(json.dumps(info))
    return tmp_path / "model.json"


def test_a_model_with_such_networks_marks_the_faces_of_video_and_not_of_photos(
    marked_weights: Path, astronaut: np.ndarray
) -> None:
    detector = EmotionDetector.load(marked_weights)
    assert detector.marks is not None
    found = detector.detect(astronaut, "frame")
    marks = found.faces[0].marks
    assert marks is not None
    assert marks.openness is not None
    assert np.allclose(marks.openness, (0.8, 0.7))
    followed = detector.follow(astronaut, [face.box for face in found.faces])
    assert followed is not None
    assert followed.faces[0].marks is not None
    assert detector.detect(astronaut).faces[0].marks is None


def test_such_networks_are_named_and_verified(marked_weights: Path) -> None:
    networks = read_model_info(marked_weights).networks
    named = [name_roles(roles) for roles in networks.roles().values()]
    assert named[-2:] == [
        "the points of a face in video",
        "telling open eyes from closed ones in video",
    ]
    described = NetworksOut.of(networks)
    assert described.landmarks is not None
    assert described.landmarks.architecture == "small landmarks"
    file = marked_weights.with_name("points.onnx")
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(WeightsChanged):
        EmotionDetector.load(marked_weights)


def test_another_network_in_their_place_is_refused(marked_weights: Path) -> None:
    with pytest.raises(WeightsError, match="another network"):
        OnnxMarking(marked_weights.with_name("eyes.onnx"))


def test_a_model_without_them_has_no_points(tmp_path: Path, astronaut: np.ndarray) -> None:
    source = Settings().weights
    info = json.loads(source.read_text())
    info["networks"].pop("landmarks", None)
    info["networks"].pop("eyes", None)
    for network in info["networks"].values():
        shutil.copy(source.with_name(network["file"]), tmp_path / network["file"])
    (tmp_path / "model.json").write_text(json.dumps(info))
    detector = EmotionDetector.load(tmp_path / "model.json")
    assert detector.marks is None
    assert detector.detect(astronaut, "frame").faces[0].marks is None
    assert NetworksOut.of(detector.info.networks).landmarks is None
