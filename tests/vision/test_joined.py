"""Two networks that refine the same faces count as one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import Settings
from fer_core.errors import WeightsChanged, WeightsNotFound
from fer_core.vision.backends import Float32Array
from fer_core.vision.backends.joined import JoinedBackend
from fer_core.vision.backends.onnx import OnnxBackend, open_networks
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.model_info import name_roles, network_files, read_model_info

BATCH = np.zeros((2, 3, 64, 64), np.float32)


class Says:
    """A network of one anchor for each pair of a box and its scores."""

    def __init__(self, *anchors: tuple[tuple[float, ...], tuple[float, ...]]) -> None:
        rows = [(*box, *scores) for box, scores in anchors]
        self._answer = np.array(rows, np.float32).T

    def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
        return np.repeat(self._answer[None], len(batch), axis=0)


SURE, HALF = (0.0, 0.8, 0.0, 0.0, 0.0), (0.0, 0.4, 0.0, 0.0, 0.0)
BOX, FURTHER = (10.0, 20.0, 8.0, 8.0), (16.0, 20.0, 8.0, 8.0)


def test_boxes_count_by_how_sure_each_network_is() -> None:
    joined = JoinedBackend([Says((BOX, SURE)), Says((FURTHER, HALF))])(BATCH)
    assert joined.shape == (2, 9, 1)
    assert joined[0, :4, 0] == pytest.approx((12, 20, 8, 8))


def test_logits_are_averaged() -> None:
    first, second = (0.9, 0.1, 0.5, 0.2, 0.3), (0.5, 0.1, 0.9, 0.4, 0.3)
    joined = JoinedBackend([Says((BOX, first)), Says((BOX, second))])(BATCH)[0, 4:, 0]
    odds = np.sqrt([9, 1 / 81, 9, 0.25 * 2 / 3, 9 / 49])
    shares = odds / (1 + odds)
    assert joined / joined.sum() == pytest.approx(shares / shares.sum(), rel=1e-4)


def test_who_see_different_expressions_agree_that_it_is_a_face() -> None:
    sad, angry = (0.01, 0.01, 0.01, 0.86, 0.01), (0.86, 0.01, 0.01, 0.01, 0.01)
    joined = JoinedBackend([Says((BOX, sad)), Says((BOX, angry))])(BATCH)[0, 4:, 0]
    assert joined.sum() == pytest.approx(0.9, rel=1e-4)
    assert joined[0] == pytest.approx(joined[3])


def test_a_box_that_was_not_asked_for_does_not_count() -> None:
    nowhere = (0.0, 0.0, 0.0, 0.0)
    joined = JoinedBackend([Says((BOX, SURE)), Says((nowhere, (0.01,) * 5))])
    assert joined(BATCH, 0.1)[0, :4, 0] == pytest.approx(BOX)
    assert np.isfinite(joined(BATCH, 0.95)).all()


@pytest.fixture
def model_of_two(tmp_path: Path) -> Path:
    """The shipped model whose photos are refined by the video's network as well."""
    source = Settings().weights
    shutil.copytree(source.parent, tmp_path / "weights")
    description = tmp_path / "weights" / "model.json"
    values = json.loads(source.read_text())
    second = dict(values["networks"]["refiner"])
    shutil.copy(source.with_name(second["file"]), description.with_name("second.onnx"))
    values["networks"]["second_photo_refiner"] = second | {"file": "second.onnx"}
    description.write_text(json.dumps(values))
    return description


def test_a_second_refiner_counts_in_photos_alone(model_of_two: Path) -> None:
    info = read_model_info(model_of_two)
    files = network_files(model_of_two, info)
    networks = open_networks(files)
    batch = np.random.default_rng(0).random((1, 3, 64, 64), np.float32)
    alone = [OnnxBackend(files[role]) for role in ("photo_refiner", "second_photo_refiner")]
    assert np.array_equal(networks["photo_refiner"](batch), JoinedBackend(alone)(batch))
    for role in ("detector", "refiner"):
        assert isinstance(networks[role], OnnxBackend)
    assert "refining them in photos as well" in map(name_roles, info.networks.roles().values())


def test_faces_are_found_by_both(model_of_two: Path, astronaut: np.ndarray) -> None:
    (face,) = EmotionDetector.load(model_of_two).detect(astronaut).faces
    (alone,) = EmotionDetector.load().detect(astronaut).faces
    assert face.emotion is alone.emotion
    assert face.probabilities.tolist() != alone.probabilities.tolist()


def test_a_second_refiner_is_checked_as_the_others_are(model_of_two: Path) -> None:
    second = model_of_two.with_name("second.onnx")
    second.write_bytes(second.read_bytes()[:-1])
    with pytest.raises(WeightsChanged):
        EmotionDetector.load(model_of_two)
    second.unlink()
    with pytest.raises(WeightsNotFound):
        EmotionDetector.load(model_of_two)
