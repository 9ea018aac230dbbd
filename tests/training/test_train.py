"""From a handful of faces to a file the app loads: train, stop, resume, export, detect."""

from __future__ import annotations

import csv
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pytest

from fer_core.emotions import LABELS
from fer_core.training.__main__ import SHIPPED_MODEL, main
from fer_core.vision.detector import EmotionDetector

torch = pytest.importorskip("torch", reason="training needs requirements-train.txt")
pytest.importorskip("ultralytics", reason="training needs requirements-train.txt")

pytestmark = pytest.mark.training

from torch import nn  # noqa: E402 - after the skips

from fer_core.training import export as exporting  # noqa: E402
from fer_core.training import network as networks  # noqa: E402 - after the skips
from fer_core.training import train as training  # noqa: E402 - after the skips
from fer_core.training.batches import SceneBatches, collate, loader  # noqa: E402
from fer_core.training.data import load_dataset  # noqa: E402
from fer_core.training.dataset import FaceDataset  # noqa: E402
from fer_core.training.export import RefinerFiles, export  # noqa: E402
from fer_core.training.expression_head import (  # noqa: E402
    ExpressionHead,
    HeadedNetwork,
    save_head,
    see,
)
from fer_core.training.fidelity import compare, refined_views  # noqa: E402
from fer_core.training.losses import ScoreLoss, SoftTargetLoss  # noqa: E402
from fer_core.training.onnx_files import to_onnx  # noqa: E402
from fer_core.training.run_config import TrainingConfig, rate_factor  # noqa: E402
from fer_core.training.scene_style import refiner_style, training_style  # noqa: E402
from fer_core.training.scenes import FACE_SHARE, compose  # noqa: E402
from fer_core.training.train import train  # noqa: E402
from tests.training.conftest import write_archives  # noqa: E402


class Small(TypedDict):
    pixels: int
    sizes: dict[tuple[int, int], float]
    threads: int
    warmup_steps: int


SMALL: Small = {"pixels": 4 * 96 * 96, "sizes": {(96, 96): 1.0}, "threads": 1, "warmup_steps": 2}
#: The same on the command line: a step sees as many pixels as one scene of 320 px has.
QUICK = ["--image-size", "96", "--scenes", "1", "--threads", "1"]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of half an epoch that was moved afterwards; its data lie beside it."""
    home = tmp_path_factory.mktemp("home")
    data, run = write_archives(home / "data"), home / "run"
    command = ["train", "--data", str(data), *QUICK, "--run", str(run)]
    assert main([*command, "--epochs", "0.5", "--seed", "7"]) == 0
    return run.rename(home / "moved")


@pytest.fixture(scope="module")
def resumed(stopped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same run, gone on with to its second epoch."""
    run = shutil.copytree(stopped, tmp_path_factory.mktemp("resumed") / "run")
    log = run / "log.csv"
    # As if it had been killed some steps after the checkpoint, in the middle of a row.
    log.write_text(log.read_text() + "900" + ",1" * 8 + "\n950,1")
    assert main(["train", "--resume", str(run / "last.pt"), "--epochs", "2"]) == 0
    return run


def test_a_run_that_went_on_is_exported_and_the_app_gets_the_same_boxes(
    resumed: Path, archives: Path, tmp_path: Path
) -> None:
    weights = resumed / "weights.pt"
    folder = tmp_path / "weights"
    description = export(weights, folder, version="0.0.1")
    assert sorted(file.name for file in folder.iterdir()) == ["fer-yolov9t.onnx", "model.json"]
    detector = EmotionDetector.load(description)
    assert detector.info.networks.detector.architecture == "YOLOv9t"
    assert detector.info.classes == LABELS
    image = compose(
        FaceDataset(load_dataset(archives), []), 0, 0, (96, 96), training_style((96, 96))
    )
    seen = detector.detect(image.image, "frame", confidence=1e-4)
    assert seen.faces
    pictures = [picture for picture in load_dataset(archives) if picture.split == "val"]
    file = description.with_name(detector.info.networks.detector.file)
    fidelity = compare(networks.load(weights), file, pictures, least=0.0)
    assert fidelity.faces == 20
    assert fidelity.box_iou_p1 >= 0.95
    assert fidelity.probability_p99 <= 0.02


def test_refiners_are_trained_and_become_those_of_the_model(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def converted(network: nn.Module, file: Path, head: ExpressionHead | None) -> None:
        """Convert the refiner that was trained; copy the others, which would take seconds each."""
        if file.name == "fer-yolov9t-refiner.onnx":
            to_onnx(network, file, head)
        else:
            shutil.copy(SHIPPED_MODEL.with_name(file.name), file)

    monkeypatch.setattr(exporting, "to_onnx", converted)
    close = TrainingConfig(
        data=archives, run=tmp_path / "close", refiner=True, minutes=None, epochs=0.1, threads=1
    )
    train(replace(close, pixels=128 * 128))
    torch.manual_seed(0)
    networks.save(networks.build("yolov9t"), tmp_path / "first.pt")
    networks.save(networks.build("yolov9s"), tmp_path / "larger.pt")
    refiner = networks.load(tmp_path / "close" / "weights.pt")
    with torch.inference_mode():
        features = see(refiner, torch.zeros(1, 3, 128, 128)).features
    head = ExpressionHead(features.shape[1])
    nn.init.normal_(head.layers.get_parameter("4.weight"), std=0.1)
    save_head(head, tmp_path / "a.head.pt")
    together = export(
        tmp_path / "first.pt",
        tmp_path / "together",
        refiners={
            "refiner": RefinerFiles(tmp_path / "close" / "weights.pt", tmp_path / "a.head.pt"),
            "photo_refiner": RefinerFiles(tmp_path / "larger.pt"),
        },
        landmarks=SHIPPED_MODEL.with_name("fer-landmarks.onnx"),
        eyes=SHIPPED_MODEL.with_name("fer-eyes.onnx"),
    )
    assert sorted(file.name for file in together.parent.iterdir()) == [
        "fer-eyes.onnx",
        "fer-landmarks.onnx",
        "fer-yolov9s-photo-refiner.onnx",
        "fer-yolov9t-refiner.onnx",
        "fer-yolov9t.onnx",
        "model.json",
    ]
    found = EmotionDetector.load(together).info.networks
    assert found.refiner is not None
    assert found.photo_refiner is not None
    assert found.photo_refiner.architecture == "YOLOv9s"
    assert found.landmarks is not None
    assert found.eyes is not None
    assert found.detector.sha256 != found.refiner.sha256

    compared = compare(
        HeadedNetwork(refiner, head.eval()),
        together.with_name(found.refiner.file),
        [picture for picture in load_dataset(archives) if picture.split == "val"],
        least=0.0,
        views_of=refined_views,
    )
    assert compared.faces == 20
    assert compared.probability_p99 <= 0.02


def test_a_refiner_is_shown_one_face_as_by_the_detector(archives: Path) -> None:
    dataset = FaceDataset(load_dataset(archives), [])
    scenes = [
        compose(dataset, 0, number, (128, 128), refiner_style((128, 128))) for number in range(60)
    ]
    assert {len(scene.boxes) for scene in scenes} == {0, 1}
    sizes = [max(box[2] - box[0], box[3] - box[1]) for scene in scenes for box in scene.boxes]
    assert np.median(sizes) == pytest.approx(FACE_SHARE * 128, rel=0.1)


def test_an_export_that_cannot_be_checked_leaves_the_folder_as_it_was(
    archives: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What it is converted to does not matter here: the network itself finds no face.
    shipped = SHIPPED_MODEL.with_name("fer-yolov9t.onnx")
    monkeypatch.setattr(exporting, "to_onnx", lambda _, file, _head: shutil.copy(shipped, file))
    torch.manual_seed(0)
    networks.save(networks.build("yolov9t"), tmp_path / "untrained.pt")
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.json").write_text("the model of before")
    arguments = ["export", "--weights", str(tmp_path / "untrained.pt"), "--output", str(folder)]
    assert main([*arguments, "--data", str(archives)]) == 2
    assert "train it longer" in capsys.readouterr().err
    assert [file.name for file in folder.iterdir()] == ["model.json"]
    assert (folder / "model.json").read_text() == "the model of before"


def test_a_signal_ends_the_run_with_a_checkpoint(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_step = training._step

    def interrupted(*arguments: Any) -> object:
        os.kill(os.getpid(), signal.SIGTERM)
        return take_step(*arguments)

    monkeypatch.setattr(training, "_step", interrupted)
    train(TrainingConfig(data=archives, run=tmp_path, minutes=30.0, **SMALL))
    assert torch.load(tmp_path / "last.pt", weights_only=False)["progress"]["step"] == 1


def test_each_anchor_learns_its_faces_votes(archives: Path) -> None:
    """Shares below one reach the loss: the plain loss' targets are whole numbers."""
    torch.manual_seed(0)
    network = networks.build("yolov9t").train()
    dataset = FaceDataset(load_dataset(archives), [])
    scene = compose(dataset, 0, 3, (160, 160), training_style((160, 160)))
    assert len(scene.boxes)
    batch = collate([scene, scene])
    shares = torch.tensor([0.1, 0.2, 0.4, 0.25, 0.05])
    batch["distributions"] = shares.expand(len(batch["batch_idx"]), 5).clone()
    loss = SoftTargetLoss(network)
    seen = {}
    assign = loss.assigner._forward

    def remember(*arguments: object, **options: object) -> object:
        result = assign(*arguments, **options)
        seen["scores"], seen["foreground"] = result[2], result[3]
        return result

    loss.assigner._forward = remember
    predictions = network(batch["images"].float() / 255)
    loss(predictions, batch)
    targets = seen["scores"][seen["foreground"]]
    assert len(targets)
    assert torch.allclose(targets / targets.sum(1, keepdim=True), shares.expand_as(targets))
    assert seen["scores"][~seen["foreground"]].sum() == 0


def test_scores_are_told_apart_on_faces_and_only_there() -> None:
    targets = torch.tensor([[[0.0, 0.8, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]]])
    scores = torch.tensor([[[0.5, 1.0, 0.0, 0.0, 0.0], [0.5, 1.0, 0.0, 0.0, 0.0]]])
    loss = ScoreLoss()(scores, targets)
    plain = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    assert torch.allclose(loss[0, 1], plain[0, 1])
    cross_entropy = torch.nn.functional.cross_entropy(scores[0, :1], torch.tensor([1]))
    assert torch.allclose((loss - plain)[0, 0].sum(), 0.8 * cross_entropy)


def test_a_scene_without_faces_is_a_batch_too(archives: Path) -> None:
    network = networks.build("yolov9t").train()
    empty = compose(
        FaceDataset(load_dataset(archives), []), 0, 0, (96, 96), training_style((96, 96))
    )
    empty.boxes, empty.distributions = empty.boxes[:0], empty.distributions[:0]
    batch = collate([empty])
    losses, _ = SoftTargetLoss(network)(network(batch["images"].float() / 255), batch)
    assert torch.isfinite(losses).all()


def test_batches_are_the_same_whoever_makes_them(archives: Path) -> None:
    dataset = FaceDataset(load_dataset(archives), [])
    sizes = (((96, 96), 0.5), ((160, 160), 0.5))
    batches = SceneBatches(dataset, 3, 4 * 96 * 96, sizes)
    for workers in (0, 1):
        first = next(iter(loader(batches, 5, workers, pin_memory=False)))
        assert all(torch.equal(first[key], batches[5][key]) for key in first)


def test_the_rate_warms_up_stays_and_cools_down() -> None:
    assert rate_factor(0.0, 0, 100, 0.25) == pytest.approx(0.01)
    assert rate_factor(0.5, 1000, 100, 0.25) == 1.0
    cooling = [rate_factor(done, 1000, 100, 0.25) for done in (0.76, 0.9, 1.0)]
    assert 1 > cooling[0] > cooling[1] > cooling[2] == 0.0


def test_the_command_line_trains_on_both_forms_and_writes_a_log(
    stopped: Path, yolo_folder: Path, tmp_path: Path
) -> None:
    arguments = ["train", "--data", str(yolo_folder), "--run", str(tmp_path), *QUICK]
    assert main([*arguments, "--epochs", "0.5"]) == 0
    for run in (stopped, tmp_path):
        assert (run / "weights.pt").exists()
        assert (run / "curves.png").stat().st_size > 0
        with (run / "log.csv").open(newline="") as file:
            assert "rate" in next(csv.reader(file))


def test_a_run_goes_on_with_its_own_settings_and_does_not_log_a_step_twice(
    stopped: Path, resumed: Path
) -> None:
    first, stable, second = (
        torch.load(file, weights_only=False)
        for file in (stopped / "last.pt", resumed / "stable.pt", resumed / "last.pt")
    )
    assert second["config"] == first["config"] | {"run": resumed, "epochs": 2.0}
    assert second["progress"]["step"] > first["progress"]["step"] > 0
    assert second["progress"]["faces"] > first["progress"]["faces"]
    assert second["progress"]["step"] >= stable["progress"]["step"] > first["progress"]["step"]
    with (resumed / "log.csv").open(newline="") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == sorted(set(steps))
    assert steps[0] == first["progress"]["step"]
    assert not stopped.with_name("run").exists()  # where it was before it was moved


def test_a_run_is_not_trained_over(
    archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "last.pt").write_bytes(b"hours of work")
    assert main(["train", "--data", str(archives), "--run", str(tmp_path)]) == 2
    assert f"--resume {tmp_path / 'last.pt'}" in capsys.readouterr().err
    assert (tmp_path / "last.pt").read_bytes() == b"hours of work"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--device", "gpu"], "there is no device 'gpu'"),
        (["--resume", "LABELS"], "is no checkpoint"),
        (["--weights", "LABELS"], "is no checkpoint"),
        (["--targets", "LABELS"], "was not written by relabel"),
        (["--resume", "RUN", "--model", "yolov9s"], "is a yolov9t: leave out --model"),
    ],
)
def test_what_cannot_be_trained_with_is_explained(
    options: list[str],
    said: str,
    archives: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = tmp_path / "run.pt"
    config = {"data": archives, "run": tmp_path, "model": "yolov9t"}
    torch.save({"config": config, "average": {}, "progress": {}}, run)
    places = {"LABELS": str(archives / "labels.csv"), "RUN": str(run)}
    given = [places.get(option, option) for option in options]
    command = ["train", "--data", str(archives), "--run", str(tmp_path / "new")]
    assert main([*command, *given]) == 2
    assert said in capsys.readouterr().err


def test_weights_bring_their_architecture(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SETTLING_BATCHES", 2)  # test_initialise.py tells what it is for
    networks.save(networks.build("yolov9s"), tmp_path / "s.pt")
    command = ["train", "--data", str(archives), *QUICK, "--epochs", "0.2"]
    run = tmp_path / "run"
    assert main([*command, "--weights", str(tmp_path / "s.pt"), "--run", str(run)]) == 0
    assert networks.architecture(networks.load(run / "last.pt")) == "YOLOv9s"


def test_an_unknown_architecture_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="yolov5"):
        networks.build("yolov5")


def test_two_processes_train_one_network(archives: Path, tmp_path: Path) -> None:
    command = ["train", "--data", str(archives), *QUICK, "--processes", "2"]
    assert main([*command, "--epochs", "1", "--run", str(tmp_path / "run")]) == 0
    state = torch.load(tmp_path / "run" / "last.pt", weights_only=False)
    assert state["progress"]["step"] > 1  # each begins when all gradients of the last have come
