"""From a data folder to a refiner: crops, teachers, soft targets, the refiner itself.

Each step writes into one folder, so that the next ones, and several refiners at once, go on from
there: `crops.bin` with its index, `targets.npz`, `doubtful.csv`.
"""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.crop_sampler import CropSampler, drawing_weights, fold_of, selection
from fer_core.training.data import load_dataset, load_faceless
from fer_core.training.face_crops import NO_FACE, FaceCrops, decode, open_crops
from fer_core.training.faces import LabelledPicture
from fer_core.training.landmark_teacher import read_landmarks
from fer_core.training.refine import RefinerConfig, read_crops, refine
from fer_core.training.soft_targets import (
    blended,
    doubtful,
    first_target,
    read_targets,
    write_targets,
)
from fer_core.training.teacher import Lessons, TeacherConfig, teach, views_of

LOGGER = logging.getLogger(__name__)

CROPS, TARGETS, DOUBTFUL = "crops.bin", "targets.npz", "doubtful.csv"
TEACHER_FIGURES, FIGURES = "teacher.json", "figures.json"
#: Pieces without a face from a picture that has room beside its faces.
PIECES = 3
#: Where a refiner is judged while it trains: input side and face lengths that it spans, as in the
#: app's look at a followed face and at a photo's.
JUDGED = ((128, 128 / 77), (160, 160 / 96))
Floats = npt.NDArray[np.float32]


def all_pictures(data: Path) -> list[LabelledPicture]:
    """Return the pictures with faces, then those without, of a data folder.

    Raises:
        DataError: It cannot be used.
    """
    return [*load_dataset(data), *load_faceless(data)]


def prepare(data: Path, folder: Path, landmarks: Path | None, processes: int) -> FaceCrops:
    """Decode every face of a data folder into crops.

    Args:
        data: The data folder.
        folder: Where to write.
        landmarks: The folder of `landmark_teacher`'s files, if there is one.
        processes: That decode.

    Raises:
        DataError: The data cannot be used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = read_landmarks(landmarks) if landmarks else None
    crops = decode(all_pictures(data), folder / CROPS, known, processes, PIECES)
    crops.save_index(folder / CROPS)
    LOGGER.info("%d crops", len(crops.rows))
    return crops


def teach_targets(data: Path, folder: Path, config: TeacherConfig, device: torch.device) -> Path:
    """Train the teachers on the crops of `prepare`, and write the targets of every face.

    Args:
        data: The data folder.
        folder: Of `prepare`.
        config: Of the teachers.
        device: That trains.

    Returns:
        The targets' file.

    Raises:
        DataError: The data or the crops cannot be used.
    """
    _make_fast()
    pictures, crops = all_pictures(data), open_crops(folder / CROPS)
    usable, kept_out = _divided(pictures, crops)
    first, weights = _first_targets(pictures, crops)
    folds = np.array([fold_of(pictures[row.picture].unit, config.folds) for row in crops.rows])
    learnt = usable & (weights > 0)
    sampler = CropSampler.of(crops, _weights(pictures, crops, first, learnt), device)
    lessons = Lessons(
        *(torch.from_numpy(each).to(device) for each in (first, weights, folds, crops.shapes))
    )
    teachers = teach(sampler, lessons, config)
    seen = views_of(teachers, sampler, config.side, np.where(learnt, folds, -1))
    figures = {
        name: _figures(pictures, crops, seen, chosen)
        for name, chosen in (
            ("out_of_fold", learnt & ~_transplanted(crops)),
            ("selection", kept_out),
            ("val", _of_val(pictures, crops)),
        )
    }
    (folder / TEACHER_FIGURES).write_text(json.dumps(figures, indent=1), encoding="utf-8")
    LOGGER.info("teachers: %s", json.dumps(figures))
    _write_final(folder, pictures, crops, first, seen)
    return folder / TARGETS


def train_refiners(
    data: Path,
    folder: Path,
    configs: Sequence[RefinerConfig],
    seconds: float,
    device: torch.device,
) -> list[nn.Module]:
    """Train refiners on the crops and targets in the folder, and return them, in eval mode.

    Args:
        data: The data folder.
        folder: Of `prepare` and `teach_targets`.
        configs: One for each.
        seconds: Of training, all together.
        device: That trains.

    Raises:
        DataError: The data, crops or targets cannot be used.
    """
    _make_fast()
    pictures, crops = all_pictures(data), open_crops(folder / CROPS)
    usable, kept_out = _divided(pictures, crops)
    known = read_targets(folder / TARGETS)
    targets = np.full((len(crops.rows), len(LABELS)), 1 / len(LABELS), np.float32)
    for number, row in enumerate(crops.rows):
        picture = pictures[row.picture]
        shares = known.get((picture.source, picture.name))
        if row.face == NO_FACE:
            continue
        if shares is None:
            usable[number] = False
        else:
            targets[number] = shares[row.face]
    sampler = CropSampler.of(crops, _weights(pictures, crops, targets, usable), device)
    models = refine(configs, sampler, torch.from_numpy(targets).to(device), seconds)
    chosen = {"selection": kept_out, "val": _of_val(pictures, crops)}
    for config, model in zip(configs, models, strict=True):
        figures = {
            f"{name}_{side}": judge(model, sampler, pictures, crops, faces, side, span)
            for name, faces in chosen.items()
            for side, span in JUDGED
        }
        path = config.output / FIGURES
        path.write_text(json.dumps(figures, indent=1), encoding="utf-8")
        LOGGER.info("%s: %s", config.output.name, json.dumps(figures))
    return models


def _make_fast() -> None:
    """Let a GPU use its matrix units for what is left in 32 bits, and try out convolutions."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True


def judge(
    model: nn.Module,
    sampler: CropSampler,
    pictures: Sequence[LabelledPicture],
    crops: FaceCrops,
    chosen: npt.NDArray[np.bool_],
    side: int,
    span: float,
) -> dict[str, dict[str, float]]:
    """Return a refiner's figures by source, on plain crops of the chosen faces."""
    device = sampler.weights.device
    seen = np.zeros((len(crops.rows), len(LABELS) + 1), np.float32)
    indices = torch.from_numpy(np.flatnonzero(chosen)).to(device)
    seen[chosen] = read_crops(model.to(device), sampler, indices, side, span)
    figures = _figures(pictures, crops, seen[:, :5], chosen)
    names = np.array([pictures[row.picture].source for row in crops.rows])
    for source, row in figures.items():
        row["sure"] = round(float(seen[chosen & (names == source), 5].mean()), 4)
    return figures


def _divided(
    pictures: Sequence[LabelledPicture], crops: FaceCrops
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which crops may be learnt from, and which are kept out of training to choose by."""
    usable, kept_out = selection(pictures, crops)
    fresh = np.array([row.face != NO_FACE for row in crops.rows]) & ~_in_both(pictures, crops)
    return usable & fresh, kept_out & fresh


def _in_both(pictures: Sequence[LabelledPicture], crops: FaceCrops) -> npt.NDArray[np.bool_]:
    """Return which crops are of pictures that look the same as one of the other split."""
    splits: dict[str, set[str]] = {}
    for row, look in zip(crops.rows, crops.looks, strict=True):
        splits.setdefault(look, set()).add(pictures[row.picture].split)
    return np.array([len(splits[look]) > 1 for look in crops.looks])


def _of_val(pictures: Sequence[LabelledPicture], crops: FaceCrops) -> npt.NDArray[np.bool_]:
    chosen = [
        pictures[row.picture].split == "val" and row.face != NO_FACE and not row.transplanted
        for row in crops.rows
    ]
    return np.array(chosen) & ~_in_both(pictures, crops)


def _transplanted(crops: FaceCrops) -> npt.NDArray[np.bool_]:
    return np.array([row.transplanted for row in crops.rows])


def _first_targets(pictures: Sequence[LabelledPicture], crops: FaceCrops) -> tuple[Floats, Floats]:
    targets = np.full((len(crops.rows), len(LABELS)), 1 / len(LABELS), np.float32)
    weights = np.zeros(len(crops.rows), np.float32)
    for number, row in enumerate(crops.rows):
        if row.face != NO_FACE:
            picture = pictures[row.picture]
            targets[number], weights[number] = first_target(
                picture.faces[row.face], picture.source, crops.shapes[number]
            )
    return targets, weights


def _weights(
    pictures: Sequence[LabelledPicture],
    crops: FaceCrops,
    targets: Floats,
    usable: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    sources = [
        pictures[row.picture].source + ("+" if row.transplanted else "") for row in crops.rows
    ]
    return drawing_weights(sources, targets.argmax(axis=1), usable)


def _figures(
    pictures: Sequence[LabelledPicture],
    crops: FaceCrops,
    seen: Floats,
    chosen: npt.NDArray[np.bool_],
) -> dict[str, dict[str, float]]:
    """Return figures by source: of labelled faces how often right, of others what was seen."""
    by_source: dict[str, list[int]] = {}
    for number in np.flatnonzero(chosen):
        by_source.setdefault(pictures[crops.rows[number].picture].source, []).append(int(number))
    figures: dict[str, dict[str, float]] = {}
    for source, numbers in sorted(by_source.items()):
        faces = [pictures[crops.rows[n].picture].faces[crops.rows[n].face] for n in numbers]
        labels = np.array([face.emotion for face in faces])
        answers, shares = seen[numbers].argmax(axis=1), seen[numbers]
        row: dict[str, Any] = {"faces": len(numbers)}
        if faces[0].weak:
            row |= {
                label: float(share) for label, share in zip(LABELS, shares.mean(0), strict=True)
            }
            row["called_sad_or_angry"] = float(np.isin(answers, (0, 3)).mean())
        else:
            row["macro_f1"] = metrics.macro_f1(labels, answers)
            row["accuracy"] = metrics.accuracy(labels, answers)
            row["natural_recall"] = (
                float((answers[labels == 2] == 2).mean()) if (labels == 2).any() else 1.0
            )
            chosen_shares = shares[np.arange(len(labels)), labels]
            row["nll"] = float(-np.log(np.maximum(chosen_shares, 1e-6)).mean())
            row["ece"] = metrics.calibration_error(shares, labels)
        figures[source] = {name: round(value, 4) for name, value in row.items()}
    return figures


def _write_final(
    folder: Path,
    pictures: Sequence[LabelledPicture],
    crops: FaceCrops,
    first: Floats,
    seen: Floats,
) -> None:
    """Write every face's target, and a list of the labels that are held for wrong."""
    numbers = [
        number
        for number, row in enumerate(crops.rows)
        if row.face != NO_FACE and not row.transplanted
    ]
    faces = [pictures[crops.rows[n].picture].faces[crops.rows[n].face] for n in numbers]
    names = np.array([pictures[crops.rows[n].picture].source for n in numbers])
    labels, views = np.array([face.emotion for face in faces]), seen[numbers]
    wrong = np.zeros(len(numbers), bool)
    for source in sorted(set(names)):
        members = names == source
        wrong[members] = doubtful(labels[members], views[members])
    wrong &= np.array([not face.weak for face in faces])
    targets = np.array(
        [
            blended(face, first[number], view, bool(is_wrong))
            for face, number, view, is_wrong in zip(faces, numbers, views, wrong, strict=True)
        ]
    )
    keys = [(crops.rows[n].picture, crops.rows[n].face) for n in numbers]
    write_targets(folder / TARGETS, pictures, keys, targets)
    with (folder / DOUBTFUL).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("source", "name", "face", "label", "seen", "share"))
        for index in np.flatnonzero(wrong):
            picture = pictures[keys[index][0]]
            answer = int(views[index].argmax())
            row = (picture.source, picture.name, keys[index][1], LABELS[labels[index]])
            writer.writerow((*row, LABELS[answer], f"{views[index][answer]:.3f}"))
    shares = {
        source: round(float(wrong[names == source].mean()), 4)
        for source in sorted(set(names.tolist()))
    }
    LOGGER.info("labels held for wrong: %s", shares)


def scaled(config: TeacherConfig, seconds: float) -> TeacherConfig:
    """Return the settings for this many seconds in all, shapes and expressions."""
    whole = config.shape_seconds + config.seconds
    return replace(
        config,
        shape_seconds=seconds * config.shape_seconds / whole,
        seconds=seconds * config.seconds / whole,
    )
