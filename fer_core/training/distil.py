"""From a data folder to a refiner: crops, teachers, soft targets, the refiner itself.

Each step writes into one folder, so that the next ones, and several refiners at once, go on from
there: `crops/`, `targets.npz`, `doubtful.csv` and `doubtful.jpg`.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.emotions import LABELS
from fer_core.training.crop_figures import expression_figures, judge, labelled_face
from fer_core.training.crop_files import NO_FACE, FaceCrops, Row, joined, open_crops
from fer_core.training.crop_sampler import CropSampler, drawing_weights, fold_of, selection
from fer_core.training.data import load_dataset, load_faceless
from fer_core.training.doubtful_labels import write_doubtful
from fer_core.training.evaluate import limited
from fer_core.training.face_crops import decode
from fer_core.training.faces import LabelledPicture
from fer_core.training.landmark_teacher import even, read_landmarks
from fer_core.training.landmark_training import (
    LandmarkConfig,
    judge_landmarks,
    train_landmarks,
    with_points,
)
from fer_core.training.refine import PHOTO_LOOK, VIDEO_LOOK, RefinerConfig, refine
from fer_core.training.soft_targets import (
    blended,
    corrected,
    first_target,
    read_targets,
    write_targets,
)
from fer_core.training.teacher import Lessons, TeacherConfig, teach, views_of
from fer_core.training.turned_crops import write_turned

LOGGER = logging.getLogger(__name__)

CROPS, TARGETS = "crops", "targets.npz"
TEACHER_FIGURES, FIGURES = "teacher.json", "figures.json"
#: Pieces without a face from a picture that has room beside its faces.
PIECES = 3
#: Whose heads wear other faces: with hair, neck and background around them.
HEAD_SOURCES = frozenset({"news_heads", "colour_heads"})
#: Where a refiner is judged when it is trained.
JUDGED = (VIDEO_LOOK, PHOTO_LOOK)
#: How many face lengths are left of the pictures there: all, and as of a portrait cut tightly.
JUDGED_CUTS = (math.inf, 1.25, 1.0)
Floats = npt.NDArray[np.float32]


Pictures = dict[tuple[str, str], LabelledPicture]


def all_pictures(data: Path) -> Pictures:
    """Return the pictures with faces and those without of a data folder: (source, name) -> picture.

    Raises:
        DataError: It cannot be used.
    """
    everything = [*load_dataset(data), *load_faceless(data)]
    return {(each.source, each.name): each for each in everything}


def prepare(
    data: Path,
    folder: Path,
    landmarks: Path | None,
    processes: int,
    sources: Sequence[str] | None = None,
    limit: int | None = None,
) -> int:
    """Decode every face of a data folder into crops, and return how many.

    Args:
        data: The data folder.
        folder: Where to write.
        landmarks: The folder of `landmark_teacher`'s files, if there is one.
        processes: That decode.
        sources: Only these data sets, beside what is there already; all if None.
        limit: Most pictures of each set and split, for little memory; all if None.

    Raises:
        DataError: The data cannot be used.
    """
    known = read_landmarks(landmarks) if landmarks else None
    everything = all_pictures(data).values()
    heads = [
        each
        for each in everything
        if each.source in HEAD_SOURCES and each.split == "train" and len(each.faces) == 1
    ]
    asked = [each for each in everything if sources is None or each.source in sources]
    pictures = [
        picture
        for split in sorted({each.split for each in asked})
        for picture in limited([each for each in asked if each.split == split], limit)
    ]
    count = decode(pictures, folder / CROPS, heads, known, processes, PIECES)
    LOGGER.info("%d crops", count)
    return count


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
    usable, kept_out = selection(crops, pictures)
    shapes = even(crops.shapes)
    first, weights = _first_targets(pictures, crops, shapes)
    folds = np.array(
        [fold_of(pictures[row.source, row.name].unit, config.folds) for row in crops.rows]
    )
    learnt = usable & (weights > 0)
    sampler = CropSampler.of(crops, face_weights(crops.rows, first, learnt), device)
    lessons = Lessons(
        *(torch.from_numpy(each).to(device) for each in (first, weights, folds, shapes))
    )
    teachers = teach(sampler, lessons, config)
    seen = views_of(teachers, sampler, config.side, np.where(learnt, folds, -1))
    figures = {
        name: expression_figures(pictures, crops, seen, chosen)
        for name, chosen in (
            ("out_of_fold", learnt & ~_transplanted(crops)),
            ("selection", kept_out),
            ("val", _of_val(pictures, crops)),
        )
    }
    (folder / TEACHER_FIGURES).write_text(json.dumps(figures, indent=1), encoding="utf-8")
    LOGGER.info("teachers: %s", json.dumps(figures))
    _write_final(folder, pictures, crops, first, weights, seen)
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
        folder: Of `prepare` and, unless the labels are to be the targets, `teach_targets`.
        configs: One for each.
        seconds: Of training, all together.
        device: That trains.

    Raises:
        DataError: The data, crops or targets cannot be used.
    """
    _make_fast()
    pictures, crops = all_pictures(data), open_crops(folder / CROPS)
    usable, kept_out = selection(crops, pictures)
    targets, weights = final_targets(folder, pictures, crops)
    usable &= weights > 0
    sampler = CropSampler.of(crops, face_weights(crops.rows, targets, usable), device)
    models = refine(configs, sampler, torch.from_numpy(targets).to(device), seconds)
    chosen = {"selection": kept_out, "val": _of_val(pictures, crops)}
    for config, model in zip(configs, models, strict=True):
        figures = {
            f"{name}_{side}" + (f"_cut_{cut}" if math.isfinite(cut) else ""): judge(
                model, sampler, pictures, crops, faces, side, span, cut
            )
            for name, faces in chosen.items()
            for side, span in JUDGED
            for cut in JUDGED_CUTS
        }
        path = config.output / FIGURES
        path.write_text(json.dumps(figures, indent=1), encoding="utf-8")
        LOGGER.info("%s: %s", config.output.name, json.dumps(figures))
    return models


def train_landmark_network(
    data: Path,
    folder: Path,
    config: LandmarkConfig,
    device: torch.device,
    turned: Path | None = None,
) -> dict[str, float]:
    """Train the landmark network on the crops of `prepare`; return its errors by source, percent.

    Args:
        data: The data folder.
        folder: Of `prepare`, which knew the landmarks.
        config: How.
        device: That trains.
        turned: The folder of `turn`, to learn from as well; its errors come as "SOURCE turned".

    Raises:
        DataError: The data or crops cannot be used, or no face's points are known.
        CheckpointError: The weights to go on from cannot be read.
    """
    _make_fast()
    folders = [folder / CROPS, *(() if turned is None else (turned,))]
    pictures, (plain, *more) = all_pictures(data), [open_crops(each) for each in folders]
    crops = joined([plain, *more])
    moved = np.arange(len(crops.rows)) >= len(plain.rows)
    usable, _ = selection(crops, pictures)
    network = train_landmarks(crops, usable, config, device, moved)
    of_val = _of_val(pictures, crops)
    judged = with_points(crops, of_val & ~moved) | {
        f"{source} turned": rows for source, rows in with_points(crops, of_val & moved).items()
    }
    return judge_landmarks(network, crops, judged, config.output)


def write_turned_faces(
    data: Path, meshes: Path, points: Path, output: Path, share: float, seed: int
) -> int:
    """Write crops of faces turned further than they were; see `turned_crops.write_turned`."""
    return write_turned(all_pictures(data), meshes, points, output, share, seed)


def _make_fast() -> None:
    """Let a GPU use its matrix units for what is left in 32 bits, and try out convolutions."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True


def _of_val(pictures: Pictures, crops: FaceCrops) -> npt.NDArray[np.bool_]:
    """Return which crops show `val` faces whose picture does not occur in training as well."""
    learnt = {
        row.picture_hash for row in crops.rows if pictures[row.source, row.name].split == "train"
    }
    return np.array(
        [
            pictures[row.source, row.name].split == "val"
            and row.face != NO_FACE
            and not row.transplanted
            and row.picture_hash not in learnt
            for row in crops.rows
        ]
    )


def _transplanted(crops: FaceCrops) -> npt.NDArray[np.bool_]:
    return np.array([row.transplanted for row in crops.rows])


def _first_targets(pictures: Pictures, crops: FaceCrops, shapes: Floats) -> tuple[Floats, Floats]:
    targets = np.full((len(crops.rows), len(LABELS)), 1 / len(LABELS), np.float32)
    weights = np.zeros(len(crops.rows), np.float32)
    for number, row in enumerate(crops.rows):
        if row.face != NO_FACE:
            picture = pictures[row.source, row.name]
            targets[number], weights[number] = first_target(
                picture.faces[row.face], picture.source, shapes[number]
            )
    return targets, weights


def final_targets(folder: Path, pictures: Pictures, crops: FaceCrops) -> tuple[Floats, Floats]:
    """Return each face's target and whether it may be learnt from (above 0): labels untaught."""
    if not (folder / TARGETS).exists():
        return _first_targets(pictures, crops, even(crops.shapes))
    known = read_targets(folder / TARGETS)
    targets = np.full((len(crops.rows), len(LABELS)), 1 / len(LABELS), np.float32)
    weights = np.zeros(len(crops.rows), np.float32)
    for number, row in enumerate(crops.rows):
        shares = known.get((row.source, row.name))
        if row.face != NO_FACE and shares is not None:
            targets[number], weights[number] = shares[row.face], 1.0
    return targets, weights


def face_weights(
    rows: Sequence[Row], targets: Floats, usable: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return how often each crop is drawn to learn from; see `drawing_weights`.

    Args:
        rows: What each shows.
        targets: (n, 5); the largest share is the class.
        usable: Which may be drawn.
    """
    sources = [row.source + ("+" if row.transplanted else "") for row in rows]
    return drawing_weights(sources, targets.argmax(axis=1), usable)


def _write_final(
    folder: Path,
    pictures: Pictures,
    crops: FaceCrops,
    first: Floats,
    weights: Floats,
    seen: Floats,
) -> None:
    """Write every face's target, and the labels that are held for wrong."""
    numbers = [
        number
        for number, row in enumerate(crops.rows)
        if row.face != NO_FACE and not row.transplanted
    ]
    faces = [labelled_face(pictures, crops.rows[n]) for n in numbers]
    names = np.array([crops.rows[n].source for n in numbers])
    labels, views = np.array([face.emotion for face in faces]), seen[numbers]
    answers = labels.copy()
    for source in sorted(set(names)):
        members = names == source
        answers[members] = corrected(labels[members], views[members])
    wrong = (answers != labels) & np.array([not face.weak for face in faces])
    targets = np.array(
        [
            blended(face, first[number], view, bool(is_wrong), weights[number] > 0)
            for face, number, view, is_wrong in zip(faces, numbers, views, wrong, strict=True)
        ]
    )
    keys = [(crops.rows[n].source, crops.rows[n].name, crops.rows[n].face) for n in numbers]
    write_targets(folder / TARGETS, keys, targets)
    seen_instead = views[wrong, answers[wrong]]
    write_doubtful(
        folder, crops, np.array(numbers)[wrong], labels[wrong], answers[wrong], seen_instead
    )
    shares = {
        source: round(float(wrong[names == source].mean()), 4)
        for source in sorted(set(names.tolist()))
    }
    LOGGER.info("labels held for wrong: %s", shares)
