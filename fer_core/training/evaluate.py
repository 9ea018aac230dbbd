"""How good a model is, measured through the detector of the app: its figures, not the network's."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fer_core.boxes import ious
from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.answers import Answer, Crew, SceneAnswer
from fer_core.training.check import cross_split_duplicates
from fer_core.training.data import Image, load_dataset
from fer_core.training.errors import CheckpointError, DataError
from fer_core.training.everyday import CROPPED, WHOLE, everyday_figures
from fer_core.training.faces import LabelledPicture
from fer_core.training.model_card import write_figures
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.model_info import ModelInfo

LOGGER = logging.getLogger(__name__)

#: A picture and how strongly to change it -> the changed picture.
Change = Callable[[Image, float], Image]

MODES: tuple[Mode, ...] = ("photo", "frame")
#: Whose pictures are not in the validation scenes, which stay those of earlier versions.
NOT_IN_SCENES = frozenset({"colour_heads"})
#: A found box that overlaps every labelled face less than this is a false alarm, or a bystander of
#: a news photo, who carries no label.
FALSE_ALARM_IOU = 0.3
#: Pictures of each source on which the changes of size, light and so on are measured.
CHANGED_PER_SOURCE = 80
#: The worst mistakes that the report shows.
MISTAKES_SHOWN = 40


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
    held_out = [
        picture
        for picture in everything
        if picture.split == "val" and not any(face.weak for face in picture.faces)
    ]
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
    with Crew(weights, data, threads, processes) as crew:
        report["scenes"] = {
            mode: scene_figures(
                crew.scenes(in_scenes, scene_count, mode), info.confidence_threshold
            )
            for mode in MODES
        }
        answers = {mode: crew.answers(pictures, mode) for mode in MODES}
        if everyday:
            report["everyday"] = {
                mode: everyday_figures(crew.sees(everyday, mode)) for mode in MODES
            }
        if changes:
            report["changes"] = change_figures(crew, limited(pictures, CHANGED_PER_SOURCE))
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


def scene_figures(answers: Sequence[SceneAnswer], threshold: float) -> dict[str, Any]:
    """Return average precision, and accuracy of found faces by faces a side of the grid.

    A class that no scene shows has no average precision, and no part in the means.

    Args:
        answers: Of all scenes.
        threshold: Confidence from which a box is a face.
    """
    results = [answer.result for answer in answers]
    by_grid: dict[int, list[bool]] = {}
    missed = faces = false_alarms = 0
    for answer in answers:
        result, sure = answer.result, answer.confidences >= threshold
        overlap = ious(result.boxes[:, None], result.found[sure])
        faces += len(result.emotions)
        false_alarms += int((overlap.max(axis=0, initial=0) < FALSE_ALARM_IOU).sum())
        for row, emotion in zip(overlap, result.emotions, strict=True):
            if not len(row) or row.max() < 0.5:
                missed += 1
                continue
            right = int(result.scores[sure][row.argmax()].argmax()) == emotion
            by_grid.setdefault(answer.cells, []).append(bool(right))
    shown = np.unique(np.concatenate([result.emotions for result in results]))
    labels = [LABELS[emotion] for emotion in shown]
    table = metrics.average_precisions(results)[shown]
    draws = metrics.drawn_precisions(results)[:, shown]
    return {
        "scenes": len(answers),
        "faces": faces,
        "missed": missed,
        "false_alarms": false_alarms,
        "map50": _rounded(table[:, 0].mean()),
        "map50_interval": _pair(metrics.percentile_interval(draws[..., 0].mean(axis=-1))),
        "map50_95": _rounded(table.mean()),
        "map50_95_interval": _pair(metrics.percentile_interval(draws.mean(axis=(1, 2)))),
        "ap50": {label: _rounded(value) for label, value in zip(labels, table[:, 0], strict=True)},
        "ap50_interval": {
            label: _pair(metrics.percentile_interval(values))
            for label, values in zip(labels, draws[..., 0].T, strict=True)
        },
        "ap50_95": {
            label: _rounded(value) for label, value in zip(labels, table.mean(axis=1), strict=True)
        },
        "ap50_95_interval": {
            label: _pair(metrics.percentile_interval(values))
            for label, values in zip(labels, draws.mean(axis=2).T, strict=True)
        },
        "accuracy_by_grid": {
            str(cells): _rounded(np.mean(by_grid[cells])) for cells in sorted(by_grid)
        },
    }


def source_figures(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return accuracy and macro-F1 with 95 % intervals, face-found rate and confusion matrix."""
    labels, given = _labels(answers), _given(answers)
    return {
        "pictures": len(answers),
        "accuracy": _rounded(metrics.accuracy(labels, given)),
        "accuracy_interval": _pair(metrics.interval(labels, given, metrics.accuracy)),
        "macro_f1": _rounded(metrics.macro_f1(labels, given)),
        "macro_f1_interval": _pair(metrics.interval(labels, given, metrics.macro_f1)),
        "found": _rounded(np.mean([answer.probabilities is not None for answer in answers])),
        "located": _rounded(np.mean([answer.iou >= 0.4 for answer in answers])),
        "unsure": _rounded(
            np.mean(
                [a.answer == metrics.NO_ANSWER and a.probabilities is not None for a in answers]
            )
        ),
        "confusion": metrics.confusion(labels, given).tolist(),
    }


def calibration_figures(answers: Sequence[Answer], temperature: float = 1.0) -> dict[str, Any]:
    """Return the best temperature ratio and the calibration error before and after it.

    For the cross-fitted error each half of the pictures is judged with the temperature of the
    other half.

    Args:
        answers: Of one mode.
        temperature: That the probabilities have been scaled by, to take it away for the error
            before scaling.

    Raises:
        CheckpointError: No face was found.
    """
    found = [answer for answer in answers if answer.probabilities is not None]
    if not found:
        raise CheckpointError(f"the model finds no face in any of {len(answers)} val pictures")
    probabilities = np.array([answer.probabilities for answer in found])
    labels = _labels(found)
    sources = [answer.picture.source for answer in found]
    sizes = {source: sources.count(source) for source in set(sources)}
    weights = np.array([1 / sizes[source] for source in sources])
    after = probabilities.copy()
    half = np.random.default_rng(0).random(len(found)) < 0.5
    for part in (half, ~half) if half.any() and not half.all() else ():
        ratio = metrics.fit_temperature(probabilities[~part], labels[~part], weights[~part])
        after[part] = metrics.tempered(probabilities[part], ratio)
    return {
        "temperature_ratio": _rounded(metrics.fit_temperature(probabilities, labels, weights)),
        "ece_unscaled": _rounded(
            metrics.calibration_error(metrics.tempered(probabilities, 1 / temperature), labels)
        ),
        "ece": _rounded(metrics.calibration_error(probabilities, labels)),
        "ece_cross_fitted": _rounded(metrics.calibration_error(after, labels)),
        "ece_by_source": {
            source: _rounded(
                metrics.calibration_error(
                    probabilities[[each == source for each in sources]],
                    labels[[each == source for each in sources]],
                )
            )
            for source in sorted(sizes)
        },
        "reliability": [
            [_rounded(mean), _rounded(right), count]
            for mean, right, count in metrics.reliability(probabilities, labels)
        ],
    }


def size_figures(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return the accuracy by size of the labelled face in the picture, in pixels."""
    edges = [0, 48, 72, 96, 112, 128, 10_000]
    rows = []
    for low, high in pairwise(edges):
        inside = [answer for answer in answers if low <= answer.face_size < high]
        if inside:
            figure = metrics.accuracy(_labels(inside), _given(inside))
            rows.append(
                {"from": low, "to": high, "pictures": len(inside), "accuracy": _rounded(figure)}
            )
    return rows


def change_figures(
    crew: Crew, pictures: Sequence[LabelledPicture]
) -> dict[str, list[dict[str, Any]]]:
    """Return accuracy and face-found rate of the same pictures under one change at a time."""
    table: dict[str, list[dict[str, Any]]] = {}
    for name, change, levels in CHANGES:
        rows = []
        for level in levels:
            changed = partial(_changed, change=change, level=level)
            answers = crew.answers(pictures, "photo", changed)
            figure = metrics.accuracy(_labels(answers), _given(answers))
            found = np.mean([answer.probabilities is not None for answer in answers])
            rows.append({"level": level, "accuracy": _rounded(figure), "found": _rounded(found)})
        table[name] = rows
    return table


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
        answer
        for answer in answers
        if answer.probabilities is not None
        and answer.answer not in (answer.emotion, metrics.NO_ANSWER)
    ]
    return sorted(wrong, key=lambda answer: -float(np.max(answer.probabilities)))[:MISTAKES_SHOWN]  # type: ignore[arg-type]


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


def _changed(image: Image, change: Change, level: float) -> Image:
    return change(image, level)


def _resized(image: Image, longer_side: float) -> Image:
    factor = longer_side / max(image.shape[:2])
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=interpolation), np.uint8)


def _brightened(image: Image, factor: float) -> Image:
    return np.asarray(np.clip(image * factor, 0, 255), np.uint8)


def _blurred(image: Image, share: float) -> Image:
    if share == 0:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), share * image.shape[0]), np.uint8)


def _compressed(image: Image, quality: float) -> Image:
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _yawed(image: Image, share: float) -> Image:
    """Narrow one side of the picture, as turning the head away from the camera does."""
    height, width = image.shape[:2]
    inset = share * height / 2
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    right = width * (1 - share / 2)
    moved = np.array([[0, 0], [right, inset], [right, height - inset], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    turned = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


#: Name in the report, change, levels; the first level that changes nothing is the reference.
CHANGES: tuple[tuple[str, Change, tuple[float, ...]], ...] = (
    ("longer side of the picture, px", _resized, (32, 48, 64, 96, 160, 320, 640)),
    ("brightness factor", _brightened, (0.15, 0.3, 0.6, 1.0, 1.6, 2.4)),
    ("blur, share of the picture's height", _blurred, (0.0, 0.01, 0.02, 0.04)),
    ("JPEG quality", _compressed, (95, 50, 20, 10)),
    ("yaw-like narrowing", _yawed, (0.0, 0.2, 0.4, 0.6)),
)


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


def _labels(answers: Sequence[Answer]) -> metrics.Integers:
    return np.array([answer.emotion for answer in answers], np.int64)


def _given(answers: Sequence[Answer]) -> metrics.Integers:
    return np.array([answer.answer for answer in answers], np.int64)


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 4)


def _pair(values: tuple[float, float]) -> list[float]:
    return [_rounded(values[0]), _rounded(values[1])]
