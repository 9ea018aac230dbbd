"""What loading a model checks, and which networks play which role."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.emotions import Emotion
from fer_core.errors import (
    LibraryMissing,
    WeightsChanged,
    WeightsError,
    WeightsNotFound,
)
from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.backends.onnx import OnnxBackend
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.model_info import Networks, Role, in_new_form, read_model_info
from fer_core.vision.refiner import FRAME_CROPS, PHOTO_CROPS
from tests.vision.samples import ASTRONAUT_FACE, MODES


@pytest.fixture
def copied_weights(tmp_path: Path) -> Path:
    """The shipped model as three files, whether or not a network of it plays several roles."""
    source = Settings().weights
    files = {}
    for role, network in read_model_info(source).networks.by_role().items():
        shutil.copy(source.with_name(network.file), tmp_path / f"{role}.onnx")
        files[role] = network.model_dump() | {"file": f"{role}.onnx"}
    info = json.loads(source.read_text()) | {"networks": files}
    (tmp_path / "model.json").write_text(json.dumps(info))
    return tmp_path


#: What stood in the model.json of 0.6.0, fewer figures.
OLD_FORM = Path(__file__).with_name("model_0_6_0.json")


def test_a_description_of_before_1_0_is_read() -> None:
    old = json.loads(OLD_FORM.read_text())
    info = read_model_info(OLD_FORM)
    assert info.networks.detector.sha256 == old["sha256"]
    assert info.networks.refiner is not None
    assert info.networks.refiner.model_dump() == old["close_looks"]
    assert info.networks.photo_refiner is not None
    assert info.networks.photo_refiner.model_dump() == old["photo_looks"]
    assert info.self_test == old["canary"]
    assert set(info.metrics["fidelity_to_torch"]) == {"detector", "refiner", "photo_refiner"}
    assert info.model_extra == {}
    same = ("name", "version", "temperature", "confidence_threshold", "licence", "date")
    assert {name: getattr(info, name) for name in same} == {name: old[name] for name in same}


def test_an_old_description_of_one_network_has_no_refiner() -> None:
    old = json.loads(OLD_FORM.read_text()) | {"close_looks": None}
    del old["photo_looks"]
    networks = in_new_form(old)["networks"]
    assert networks == {"detector": {name: old[name] for name in networks["detector"]}}


def test_a_description_of_today_is_taken_as_it_is(copied_weights: Path) -> None:
    today = json.loads((copied_weights / "model.json").read_text())
    assert in_new_form(today) == today


def test_a_model_described_as_before_1_0_still_loads(
    copied_weights: Path, astronaut: np.ndarray
) -> None:
    description = copied_weights / "model.json"
    today = json.loads(description.read_text())
    networks = today.pop("networks")
    old = (
        today
        | networks["detector"]
        | {
            "close_looks": networks["refiner"],
            "photo_looks": networks["photo_refiner"],
            "canary": today.pop("self_test"),
        }
    )
    description.write_text(json.dumps(old))
    (face,) = EmotionDetector.load(description).detect(astronaut, "frame").faces
    assert face.emotion is Emotion.HAPPY


def test_the_onnx_file_loads_by_its_own_name(copied_weights: Path) -> None:
    networks = EmotionDetector.load(copied_weights / "detector.onnx").info.networks
    assert networks.detector.file == "detector.onnx"


@pytest.mark.parametrize("name", ["detector.onnx", "refiner.onnx", "photo_refiner.onnx"])
def test_a_changed_model_file_is_refused(copied_weights: Path, name: str) -> None:
    file = copied_weights / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(WeightsChanged):
        EmotionDetector.load(copied_weights / "model.json")


@pytest.mark.parametrize("name", ["refiner.onnx", "photo_refiner.onnx"])
def test_a_missing_further_network_is_named_so(copied_weights: Path, name: str) -> None:
    (copied_weights / name).unlink()
    with pytest.raises(WeightsNotFound):
        EmotionDetector.load(copied_weights / "model.json")


class Watched:
    """A network that remembers the inputs it was given."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.inputs: list[tuple[int, ...]] = []

    def __call__(self, batch: Float32Array, least: float = 0.0) -> Float32Array:
        self.inputs.append(batch.shape)
        return self._backend(batch, least)


@pytest.mark.parametrize("mode", MODES)
def test_each_network_plays_its_role_and_no_other(
    copied_weights: Path, astronaut: np.ndarray, mode: Mode
) -> None:
    roles: tuple[Role, ...] = ("detector", "refiner", "photo_refiner")
    networks = {role: Watched(OnnxBackend(copied_weights / f"{role}.onnx", 2)) for role in roles}
    info = read_model_info(copied_weights / "model.json")
    (face,) = (
        EmotionDetector(networks["detector"], info, networks["refiner"], networks["photo_refiner"])
        .detect(astronaut, mode)
        .faces
    )
    assert face.emotion is Emotion.HAPPY
    in_frames: tuple[Role, Role] = ("refiner", "photo_refiner")
    refiner, idle = in_frames if mode == "frame" else in_frames[::-1]
    crops = FRAME_CROPS if mode == "frame" else PHOTO_CROPS
    assert not networks[idle].inputs
    assert {shape[-1] for shape in networks[refiner].inputs} == {crop.input_px for crop in crops}
    assert max(shape[-1] for shape in networks["detector"].inputs) >= 320
    if mode == "frame":
        assert networks["detector"].inputs == [(1, 3, 320, 320)]


def test_a_model_of_fewer_networks_plays_every_role_with_them(copied_weights: Path) -> None:
    three = read_model_info(copied_weights / "model.json").networks
    alone = Networks(detector=three.detector)
    assert list(alone.roles().values()) == [("detector", "refiner", "photo_refiner")]
    two = Networks(detector=three.detector, refiner=three.refiner)
    assert list(two.roles().values()) == [("detector",), ("refiner", "photo_refiner")]


def test_a_missing_model_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsNotFound):
        EmotionDetector.load(tmp_path / "model.json")


def test_a_model_of_other_classes_is_refused(copied_weights: Path) -> None:
    description = copied_weights / "model.json"
    content = json.loads(description.read_text())
    content["classes"] = ["cat", "dog", "bird", "fish", "cow"]
    description.write_text(json.dumps(content))
    with pytest.raises(WeightsError, match="other classes"):
        EmotionDetector.load(description)


def test_classes_in_another_order_are_put_right(
    copied_weights: Path, detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    # Calling the network's "Happy" output "Sad" must make the astronaut sad.
    description = copied_weights / "model.json"
    content = json.loads(description.read_text())
    names = content["classes"]
    happy, sad = names.index("Happy"), names.index("Sad")
    names[happy], names[sad] = names[sad], names[happy]
    description.write_text(json.dumps(content))
    face = EmotionDetector.load(description).detect(astronaut).faces[0]
    assert face.strongest is Emotion.SAD


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"name": 3}'])
def test_a_description_that_describes_nothing_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(content)
    with pytest.raises(WeightsError, match=r"model\.json"):
        EmotionDetector.load(path)


def test_a_pt_file_says_what_to_install_when_ultralytics_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"not a checkpoint")
    if find_spec("ultralytics") is None:
        with pytest.raises(LibraryMissing, match=r"requirements-train\.txt"):
            EmotionDetector.load(path)
    else:
        with pytest.raises(WeightsError, match="not a YOLO"):
            EmotionDetector.load(path)


def test_the_project_s_pt_checkpoint_gives_the_same_faces_as_its_onnx(
    shared_data: Path, astronaut: np.ndarray
) -> None:
    pytest.importorskip("ultralytics", reason="needs requirements-train.txt")
    weights = shared_data.parent / "baseline" / "fer-yolov9t-baseline.pt"
    (face,) = EmotionDetector.load(weights).detect(astronaut).faces
    assert face.emotion is Emotion.HAPPY
    assert face.box.iou(ASTRONAUT_FACE) > 0.6
