"""How good a model is, measured through the detector of the app: its figures, not the network's."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.answers import Answer, DetectorPool
from fer_core.training.check import cross_split_duplicates
from fer_core.training.data import load_dataset
from fer_core.training.errors import DataError
from fer_core.training.everyday import CROPPED, WHOLE, everyday_figures
from fer_core.training.faces import LabelledPicture
from fer_core.training.figures import (
    calibration_figures,
    change_figures,
    scene_figures,
    size_figures,
    source_figures,
)
from fer_core.training.model_card import write_figures
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.model_info import ModelInfo

LOGGER = logging.getLogger(__name__)


MODES: tuple[Mode, ...] = ("photo", "frame")
#: Whose pictures are not in the validation scenes, which stay those of earlier versions.
NOT_IN_SCENES = frozenset({"colour_heads"})
#: Pictures of each source on which the changes of size, light and so on are measured.
CHANGED_PER_SOURCE = 80
#: The worst mistakes that the report shows.
MISTAKES_SHOWN = 40


def labelled_val(pictures: Sequence[LabelledPicture]) -> list[LabelledPicture]:
    """Return the pictures of the split val whose faces somebody labelled, or that have none."""
    return [
        picture
        for picture in pictures
        if picture.split == "val" and not any(face.weak for face in picture.faces)
    ]


def evaluate(
    weights: Path,
    data: Path,
    scene_count: int = 400,
    limit: int | None = None,
    threads: int = 2,
    changes: bool = True,
    processes: int = 1,
) -> dict[str, Any]:
    """Return all figures of a model as one JSON-ready dictionary.

    Args:
        weights: A model.json or a .pt file.
        data: The data folder; its `val` split is used.
        scene_count: Validation scenes.
        limit: Most pictures of each source, for a quick look; None for all.
        threads: Of the detector.
        processes: That look at pictures, each with a detector of its own.
        changes: Also measure under changed size, light, blur, JPEG quality and yaw.

    Raises:
        CheckpointError: The model finds no face at all.
        DataError: The data cannot be used.
        FerError: The model cannot be loaded.
    """
    info = EmotionDetector.load(weights, threads).info
    everything = load_dataset(data)
    seen_in_training = cross_split_duplicates(everything)
    held_out = labelled_val(everything)
    pictures = limited([each for each in held_out if each not in seen_in_training], limit)
    if not any(len(picture.faces) == 1 for picture in pictures):
        raise DataError(
            f"{data}: no val picture of exactly one labelled face, which the figures picture by "
            "picture need"
        )
    report: dict[str, Any] = {
        "weights": {
            "name": info.name,
            "networks": _networks(info),
        },
        "temperature": info.temperature,
        "limit": limit,
        "left_out_as_seen_in_training": sum(each in seen_in_training for each in held_out),
    }
    everyday = limited(
        [each for each in everything if each.split == "val" and each.source in (WHOLE, CROPPED)],
        limit,
    )
    in_scenes = [each for each in pictures if each.source not in NOT_IN_SCENES]
    with DetectorPool(weights, data, threads, processes) as pool:
        report["scenes"] = {
            mode: scene_figures(
                pool.scenes(in_scenes, scene_count, mode), info.confidence_threshold
            )
            for mode in MODES
        }
        answers = {mode: pool.answers(pictures, mode) for mode in MODES}
        if everyday:
            report["everyday"] = {
                mode: everyday_figures(pool.sees(everyday, mode)) for mode in MODES
            }
        if changes:
            report["changes"] = change_figures(pool, limited(pictures, CHANGED_PER_SOURCE))
    report["sources"] = {
        mode: {
            source: source_figures(
                [each for each in answers[mode] if each.picture.source == source]
            )
            for source in sorted({each.picture.source for each in answers[mode]})
        }
        for mode in answers
    }
    report["calibration"] = {
        mode: calibration_figures(answers[mode], info.temperature) for mode in answers
    }
    report["face_size"] = size_figures(answers["photo"])
    report["mistakes"] = [
        {
            "container": _below(answer.picture.container, data),
            "name": answer.picture.name,
            "label": LABELS[answer.emotion],
            "answer": LABELS[answer.answer],
            "probability": round(float(np.max(answer.probabilities)), 3),
        }
        for answer in worst_mistakes(answers["photo"])
        if answer.probabilities is not None
    ]
    return report


def summary(report: dict[str, Any]) -> str:
    """Return the main figures as text for the terminal."""
    files = (
        f"{each['file']} sha256 {each['sha256'][:12]}" for each in report["weights"]["networks"]
    )
    lines = [f"{report['weights']['name']}  {', '.join(files)}"]
    for mode, scenes in report["scenes"].items():
        low, high = scenes["map50_interval"]
        weakest = min(scenes["ap50"], key=scenes["ap50"].__getitem__)
        lines.append(
            f"{mode}: mAP50 {scenes['map50']:.3f} ({low:.3f}-{high:.3f})  "
            f"mAP50-95 {scenes['map50_95']:.3f}  "
            f"weakest {weakest} {scenes['ap50'][weakest]:.3f}  "
            f"missed {scenes['missed']} of {scenes['faces']}"
        )
        for source, figures in report["sources"][mode].items():
            low, high = figures["macro_f1_interval"]
            lines.append(
                f"  {source:<14} macro-F1 {figures['macro_f1']:.3f} ({low:.3f}-{high:.3f})  "
                f"accuracy {figures['accuracy']:.3f}  found {figures['found']:.4f}"
            )
        calibration = report["calibration"][mode]
        lines.append(
            f"  ECE {calibration['ece']:.3f} (unscaled {calibration['ece_unscaled']:.3f}, "
            f"cross-fitted {calibration['ece_cross_fitted']:.3f})"
        )
    return "\n".join(lines)


def record(description: Path, report: dict[str, Any]) -> None:
    """Write the figures of a report into a model.json and the MODEL_CARD.md beside it.

    Raises:
        ValueError: The report is about other weights.
    """
    info = json.loads(description.read_text(encoding="utf-8"))
    if _networks(ModelInfo.model_validate(info)) != report["weights"]["networks"]:
        raise ValueError(f"the report is not about {description}")
    kept = (
        *("pictures", "macro_f1", "macro_f1_interval", "accuracy", "accuracy_interval", "found"),
        "confusion",  # the About page shows it
    )
    of_scenes = {"scenes"} | {
        f"{figure}{ending}"
        for figure in ("map50", "map50_95", "ap50")
        for ending in ("", "_interval")
    }
    info["metrics"] |= {
        "command": "python -m fer_core.training evaluate --data DIR --record",
        "data": "the val split of the training data; scenes composed from it with a fixed seed",
        "scenes": {
            mode: {key: value for key, value in figures.items() if key in of_scenes}
            for mode, figures in report["scenes"].items()
        },
        "sources": {
            mode: {source: {key: row[key] for key in kept} for source, row in sources.items()}
            for mode, sources in report["sources"].items()
        },
        "ece": {mode: figures["ece"] for mode, figures in report["calibration"].items()},
        "ece_cross_fitted": {
            mode: figures["ece_cross_fitted"] for mode, figures in report["calibration"].items()
        },
    }
    if report.get("limit"):
        info["metrics"]["data"] += (
            f"; at most {report['limit']} pictures of each set, drawn by seed"
        )
    if "everyday" in report:
        info["metrics"]["everyday"] = report["everyday"]
    info["metrics"]["ece_by_source"] = {
        mode: figures["ece_by_source"] for mode, figures in report["calibration"].items()
    }
    write_json(description, info)
    card = description.with_name("MODEL_CARD.md")
    if card.exists():
        write_figures(card, info, report)


def write_json(path: Path, value: object) -> None:
    """Write indented JSON, all or nothing."""
    partial_file = path.with_suffix(".partial")
    text = json.dumps(value, indent=2, ensure_ascii=False)
    partial_file.write_text(text + "\n", encoding="utf-8")
    partial_file.replace(path)


def worst_mistakes(answers: Sequence[Answer]) -> list[Answer]:
    """Return the wrong answers of which the model was surest."""
    wrong = [
        (float(answer.probabilities.max()), answer)
        for answer in answers
        if answer.probabilities is not None
        and answer.answer not in (answer.emotion, metrics.NO_ANSWER)
    ]
    wrong.sort(key=lambda each: -each[0])
    return [answer for _, answer in wrong[:MISTAKES_SHOWN]]


def _networks(info: ModelInfo) -> list[dict[str, Any]]:
    return [
        network.model_dump() | {"roles": list(roles)}
        for network, roles in info.networks.roles().items()
    ]


def _below(container: Path, data: Path) -> str:
    """Return where an archive or a picture's folder lies, seen from the data folder."""
    folder = data if data.is_dir() else data.parent
    inside = container.is_relative_to(folder)
    return container.relative_to(folder).as_posix() if inside else str(container)


def limited(pictures: Sequence[LabelledPicture], limit: int | None) -> list[LabelledPicture]:
    """Return at most `limit` pictures of each source, the same ones every time."""
    if limit is None:
        return list(pictures)
    chosen: list[LabelledPicture] = []
    for source in sorted({picture.source for picture in pictures}):
        group = [picture for picture in pictures if picture.source == source]
        order = np.random.default_rng(0).permutation(len(group))[:limit]
        chosen.extend(group[index] for index in sorted(order))
    return chosen
