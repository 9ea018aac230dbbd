"""The shipped model on real photographs, and what loading one checks."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.emotions import EMOTIONS, LABELS, Emotion
from fer_core.errors import (
    LibraryMissing,
    NotAnImage,
    WeightsChanged,
    WeightsError,
    WeightsNotFound,
)
from fer_core.vision.backends import Backend, Float32Array
from fer_core.vision.backends.onnx import OnnxBackend
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Box
from fer_core.vision.model_info import Networks, Role, in_new_form, read_model_info
from fer_core.vision.refiner import FRAME_CROPS, PHOTO_CROPS

#: Where the astronaut's face is in the 512 x 512 photograph, measured by hand.
ASTRONAUT_FACE = Box(170, 62, 108, 108)

MODES: list[Mode] = ["frame", "photo"]


@pytest.mark.parametrize("mode", MODES)
def test_the_astronaut_smiles_and_her_box_is_where_her_face_is(
    detector: EmotionDetector, astronaut: np.ndarray, mode: Mode
) -> None:
    (face,) = detector.detect(astronaut, mode).faces
    assert face.emotion is Emotion.HAPPY
    assert face.box.iou(ASTRONAUT_FACE) > 0.6


def test_probabilities_are_five_and_sum_to_1(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    face = detector.detect(astronaut).faces[0]
    assert face.probabilities.shape == (len(EMOTIONS),)
    assert face.probabilities.sum() == pytest.approx(1.0)
    assert not face.probabilities.flags.writeable


@pytest.mark.parametrize("scale", [0.5, 2.0, 4.0])
def test_the_answer_does_not_depend_on_the_size_of_the_photo(
    detector: EmotionDetector, astronaut: np.ndarray, scale: float
) -> None:
    photo = np.asarray(cv2.resize(astronaut, None, fx=scale, fy=scale), np.uint8)
    face = detector.detect(photo).faces[0]
    assert face.emotion is Emotion.HAPPY
    box = Box(*(value / scale for value in face.box))
    assert box.iou(ASTRONAUT_FACE) > 0.6


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("side", [240, 300, 420])
@pytest.mark.parametrize(("left", "top"), [(100, 30), (170, 60)])
def test_a_small_face_gets_a_box_of_its_own_size_not_of_head_and_shoulders(
    detector: EmotionDetector, astronaut: np.ndarray, left: int, top: int, side: int, mode: Mode
) -> None:
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[top : top + side, left : left + side] = cv2.resize(
        astronaut, (side, side), interpolation=cv2.INTER_AREA
    )
    (face,) = detector.detect(frame, mode).faces
    scale = side / 512
    x, y, width, height = (value * scale for value in ASTRONAUT_FACE)
    assert face.box.iou(Box(left + x, top + y, width, height)) > 0.5


def test_a_crowd_in_a_large_photo_keeps_its_small_faces(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    head = cv2.resize(astronaut[20:260, 110:350], (90, 90), interpolation=cv2.INTER_AREA)
    photo = np.full((3000, 4000, 3), 150, np.uint8)
    places = [(x, y) for y in range(300, 2800, 600) for x in range(300, 3800, 700)]
    for x, y in places:
        photo[y : y + 90, x : x + 90] = head
    faces = detector.detect(photo).faces
    found = sum(
        any(face.box.iou(Box(x + 22, y + 16, 40, 41)) > 0.4 for face in faces) for x, y in places
    )
    assert found >= 0.9 * len(places)


def test_a_photo_seen_by_several_threads_gets_the_same_answer(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    photo = np.asarray(cv2.resize(astronaut, (1500, 1500)), np.uint8)
    (alone,) = detector.detect(photo).faces
    (together,) = EmotionDetector.load(threads=3).detect(photo).faces
    assert together.box == pytest.approx(alone.box, abs=0.1)
    assert together.probabilities == pytest.approx(alone.probabilities, abs=1e-3)


def test_faces_come_largest_first(detector: EmotionDetector, astronaut: np.ndarray) -> None:
    photo = np.full((700, 1100, 3), 120, np.uint8)
    photo[100:356, 50:306] = cv2.resize(astronaut, (256, 256))
    photo[100:612, 500:1012] = astronaut
    faces = detector.detect(photo).faces
    assert len(faces) == 2
    assert faces[0].box.area > faces[1].box.area


@pytest.mark.parametrize("mode", MODES)
def test_no_face_is_an_answer(detector: EmotionDetector, mode: Mode) -> None:
    detections = detector.detect(np.full((480, 640, 3), 128, np.uint8), mode)
    assert detections.faces == ()
    assert (detections.width, detections.height) == (640, 480)
    assert not detections.blank


def test_a_black_frame_is_blank(detector: EmotionDetector) -> None:
    assert detector.detect(np.zeros((480, 640, 3), np.uint8), "frame").blank


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (3000, 1, 3), (31, 33, 3)])
def test_pictures_of_odd_shapes_are_answered(
    detector: EmotionDetector, shape: tuple[int, int, int]
) -> None:
    for mode in MODES:
        assert detector.detect(np.full(shape, 77, np.uint8), mode).width == shape[1]


def test_a_known_face_is_read_without_finding_it(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    (read,) = detector.read(astronaut, [ASTRONAUT_FACE])
    assert LABELS[int(read.argmax())] == "Happy"
    assert read.sum() == pytest.approx(1)
    assert detector.read(astronaut, []).shape == (0, 5)
    assert np.isnan(detector.read(np.full((200, 200, 3), 77, np.uint8), [ASTRONAUT_FACE])).all()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)],
)
def test_what_is_not_rgb_is_refused(detector: EmotionDetector, pixels: np.ndarray) -> None:
    with pytest.raises(NotAnImage):
        detector.detect(pixels)


def test_boxes_stay_within_the_picture(detector: EmotionDetector, astronaut: np.ndarray) -> None:
    cut = np.ascontiguousarray(astronaut[90:300, 120:330])
    for face in detector.detect(cut).faces:
        assert face.box.x >= 0
        assert face.box.y >= 0
        assert face.box.x + face.box.width <= cut.shape[1]
        assert face.box.y + face.box.height <= cut.shape[0]


@pytest.mark.parametrize("mode", MODES)
def test_lettering_is_no_face(detector: EmotionDetector, mode: Mode) -> None:
    rng = np.random.default_rng(0)
    for _ in range(12):
        slide = np.full((360, 640, 3), rng.integers(0, 256), np.uint8)
        for _ in range(rng.integers(1, 4)):
            cv2.putText(
                slide,
                "".join(chr(code) for code in rng.integers(65, 91, rng.integers(3, 12))),
                (int(rng.integers(0, 300)), int(rng.integers(60, 340))),
                int(rng.integers(8)),
                float(rng.uniform(1, 5)),
                tuple(int(value) for value in rng.integers(0, 256, 3)),
                int(rng.integers(1, 9)),
                cv2.LINE_AA,
            )
        assert detector.detect(slide, mode).faces == ()


def test_a_higher_threshold_finds_no_more_faces(
    detector: EmotionDetector, astronaut: np.ndarray
) -> None:
    assert detector.detect(astronaut, confidence=0.999).faces == ()


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

    def __call__(self, batch: Float32Array) -> Float32Array:
        self.inputs.append(batch.shape)
        return self._backend(batch)


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
