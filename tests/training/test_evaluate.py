"""Evaluation through the app's detector, its report, and what it writes into model.json."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_core.config import PROJECT_ROOT
from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.__main__ import main
from fer_core.training.answers import Answer, answer_all
from fer_core.training.data import load_dataset
from fer_core.training.evaluate import evaluate, limited, summary, worst_mistakes
from fer_core.training.faces import LabelledFace, LabelledPicture, one_hot
from fer_core.training.figures import calibration_figures, source_figures
from fer_core.training.model_card import scene_rows
from fer_core.training.picture_changes import CHANGES
from fer_core.training.relabel import relabel
from fer_core.training.report import write_html
from fer_core.training.soft_targets import read_targets
from fer_core.vision.detector import EmotionDetector

WEIGHTS = PROJECT_ROOT / "weights" / "model.json"
CARD = PROJECT_ROOT / "weights" / "MODEL_CARD.md"
DATA = PROJECT_ROOT.parent / "shared" / "data"
#: Pictures of each source.
DRAWN = 20


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped weights, to write on, that takes drawings for faces."""
    for file in (CARD, *WEIGHTS.parent.glob("*.onnx")):
        shutil.copy(file, tmp_path)
    info = json.loads(WEIGHTS.read_text(encoding="utf-8")) | {"confidence_threshold": 0.02}
    copy = tmp_path / "model.json"
    copy.write_text(json.dumps(info), encoding="utf-8")
    return copy


def test_evaluate_writes_json_and_a_page_and_records_the_figures(
    archives: Path, shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--data", str(archives), "--weights", str(shipped), "--scenes", "2"]
    assert main([*command, "--output", str(tmp_path / "out"), "--record", "--no-changes"]) == 0
    report = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert report["sources"]["photo"]["heads"]["pictures"] == 10
    page = (tmp_path / "out" / "evaluation.html").read_text()
    assert "Validation scenes" in page
    assert "http" not in page
    assert "| heads | 10 |" in shipped.with_name("MODEL_CARD.md").read_text(encoding="utf-8")
    recorded = json.loads(shipped.read_text())["metrics"]
    assert recorded["sources"]["photo"]["heads"]["pictures"] == 10
    assert EmotionDetector.load(shipped).info.metrics == recorded
    assert "macro-F1" in capsys.readouterr().out


def test_the_page_shows_the_mistakes_of_both_forms_of_data(
    yolo_folder: Path, shipped: Path, tmp_path: Path
) -> None:
    for label in (yolo_folder / "valid" / "labels").iterdir():
        label.write_text(label.read_text().replace(label.stem, str((int(label.stem) + 1) % 5), 1))
    for data in (yolo_folder, yolo_folder / "data.yaml"):
        report = evaluate(shipped, data, scene_count=1, changes=False)
        write_html(report, data, tmp_path / "page.html")
        assert report["mistakes"]
        assert (tmp_path / "page.html").read_text().count("<figure>") == len(report["mistakes"])


def test_pictures_of_several_faces_count_in_scenes_only(yolo_folder: Path, shipped: Path) -> None:
    label = yolo_folder / "valid" / "labels" / "0.txt"
    label.write_text(label.read_text() + "1 0.1 0.1 0.2 0.2\n")
    report = evaluate(shipped, yolo_folder, scene_count=1, changes=False)
    assert report["sources"]["photo"]["export"]["pictures"] == 4


def test_a_class_that_the_data_lacks_has_no_precision_and_no_part_in_the_mean(
    archives: Path, shipped: Path
) -> None:
    labels = archives / "labels.csv"
    lines = [line for line in labels.read_text().splitlines() if "val/Sad" not in line]
    labels.write_text("\n".join(lines))
    report = evaluate(shipped, archives, scene_count=3, changes=False)
    scenes = report["scenes"]["frame"]
    assert list(scenes["ap50"]) == [label for label in LABELS if label != "Sad"]
    assert scenes["map50"] == pytest.approx(sum(scenes["ap50"].values()) / 4, abs=1e-3)
    assert [row[0] for row in scene_rows(scenes)] == ["all", *scenes["ap50"]]


def test_every_change_leaves_a_picture(archives: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 70, 3)).astype(np.uint8)
    for _, change, levels in CHANGES:
        for level in levels:
            changed = change(image, level)
            assert changed.dtype == np.uint8
            assert changed.ndim == 3


def test_figures_by_change_and_size_are_in_the_report(archives: Path, shipped: Path) -> None:
    report = evaluate(shipped, archives, scene_count=1, limit=2)
    assert set(report["changes"]) == {name for name, _, _ in CHANGES}
    assert sum(row["pictures"] for row in report["face_size"]) == 2
    assert summary(report)


def answer(emotion: int, given: int, probability: float = 0.9) -> Answer:
    picture = LabelledPicture(
        "heads", "a.png", "val", Path("heads.zip"), (LabelledFace((0, 0, 9, 9), one_hot(emotion)),)
    )
    probabilities = np.full(5, (1 - probability) / 4)
    probabilities[given % 5] = probability
    found = None if given == metrics.NO_ANSWER else probabilities
    return Answer(picture, emotion, given, found, 50.0, 0.8)


def test_a_face_that_was_not_found_is_wrong_and_lowers_the_found_rate() -> None:
    figures = source_figures([answer(0, 0), answer(1, 1), answer(1, metrics.NO_ANSWER)])
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["found"] == pytest.approx(2 / 3, abs=1e-3)


def test_the_surest_mistakes_come_first() -> None:
    wrong = worst_mistakes([answer(0, 1, 0.6), answer(0, 0, 0.99), answer(2, 3, 0.9)])
    assert [each.emotion for each in wrong] == [2, 0]


def test_an_overconfident_model_gets_a_temperature_above_one() -> None:
    rng = np.random.default_rng(5)
    answers = [answer(0, int(rng.random() < 0.4), 0.97) for _ in range(300)]
    figures = calibration_figures(answers, temperature=0.5)
    assert figures["temperature_ratio"] > 1.5
    assert figures["ece_unscaled"] < figures["ece"]  # at twice the temperature it is less sure
    assert figures["ece_cross_fitted"] < figures["ece"]
    assert figures["ece_by_source"]["heads"] > figures["ece_by_chance"]["heads"][1]


def test_an_unreadable_picture_is_named_and_left_out(
    archives: Path, shipped: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = limited(load_dataset(archives), 2)
    lost = LabelledPicture("heads", "lost.png", "val", archives / "heads.zip", pictures[0].faces)
    answers = answer_all(EmotionDetector.load(shipped), [*pictures, lost], "frame")
    assert len(answers) == 2
    assert "lost.png" in caplog.text


def test_relabelling_keeps_a_distribution_for_every_training_face(
    archives: Path, shipped: Path, tmp_path: Path
) -> None:
    relabel(shipped, archives, tmp_path / "targets.npz")
    targets = read_targets(tmp_path / "targets.npz")
    assert len(targets) == 20
    for target in targets.values():
        assert target.shape == (1, 5)
        assert target.sum() == pytest.approx(1, abs=1e-5)


def test_the_card_describes_the_file_that_ships() -> None:
    info = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    card = CARD.read_text(encoding="utf-8")
    assert all(network["sha256"] in card for network in info["networks"].values())
    assert info["version"] in card
    for source, figures in info["metrics"]["sources"]["photo"].items():
        assert source in card
        assert f"{figures['macro_f1']:.3f}" in card
        assert f"{figures['accuracy']:.3f}" in card
    assert f"{info['metrics']['scenes']['frame']['map50']:.3f}" in card
    assert all(label in card for label in LABELS)


@pytest.mark.skipif(not DATA.is_dir(), reason="the training data is not beside the project")
def test_the_shipped_weights_reach_the_recorded_figures_on_a_draw() -> None:
    """Within three standard errors of what model.json says."""
    info = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    recorded = info["metrics"]["sources"]["photo"]
    known = [each for each in load_dataset(DATA) if each.split == "val" and each.source in recorded]
    answers = answer_all(EmotionDetector.load(WEIGHTS), limited(known, DRAWN), "photo")
    for source, figures in recorded.items():
        drawn = source_figures([each for each in answers if each.picture.source == source])
        error = (figures["accuracy"] * (1 - figures["accuracy"]) / DRAWN) ** 0.5
        assert drawn["accuracy"] == pytest.approx(figures["accuracy"], abs=3 * error + 0.01)
