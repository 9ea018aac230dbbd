"""What each face is taught to show: the given label, softened, and what a teacher sees.

Labels of web pictures are wrong in one case of five to ten. A teacher that never saw a picture
tells which labels are doubtful (confident learning, Northcutt et al. 2021), and the mean of label
and prediction is closer to what people would vote (Reed et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.emotions import LABELS
from fer_core.training.dataset import SMOOTHING, SOURCE_SMOOTHING, smooth
from fer_core.training.errors import DataError
from fer_core.training.faces import LabelledFace

Floats = npt.NDArray[np.float32]
Targets = dict[tuple[str, str], Floats]

#: Weight of the label against the teacher, by kind of label. Votes count most; a label that
#: another model shares more than one it does not; a guess least.
VOTED, SHARED, LABELLED, CONTRADICTED, GUESSED = 0.88, 0.75, 0.75, 0.52, 0.5
#: Of labels that confident learning holds for wrong.
WRONG = 0.45
#: Another model's opinion in a label that it contradicts, before any teacher has looked.
OPINION = 0.3
#: The classes in which another model's opinion counts: on Natural and Happy it is often wrong.
OPINION_CLASSES = ("Angry", "Sad", "Surprised")
#: What counts for a smile: the mean of the two blendshapes of the mouth's corners.
SMILE, SMILE_SHAPES = 0.3, (44, 45)
#: How much a guess counts beside a label while a teacher learns.
GUESS_WEIGHT = 0.4


def first_target(
    face: LabelledFace, source: str, shapes: Floats | None = None
) -> tuple[Floats, float]:
    """Return what a teacher learns of a face before any teacher has looked, and how much it counts.

    Args:
        face: The face.
        source: Its data set.
        shapes: Its blendshapes, NaN or None where unknown: someone who smiles is not calm.

    Returns:
        Five shares, sum 1, and a weight, 0..1; 0 where nothing is known.
    """
    target = np.asarray(face.distribution, np.float32)
    if face.voted:
        return target, 1.0
    if face.weak:
        smiles = shapes is not None and float(shapes[list(SMILE_SHAPES)].mean()) > SMILE
        known = target.max() > 0.5 and not smiles
        return target, GUESS_WEIGHT if known else 0.0
    target = smooth(target, SOURCE_SMOOTHING.get(source, SMOOTHING))
    if face.opinion is None or LABELS[face.emotion] not in OPINION_CLASSES:
        return target, 1.0
    opinion = np.asarray(face.opinion, np.float32)
    if int(opinion.argmax()) == face.emotion:
        return target, 1.0
    return (1 - OPINION) * target + OPINION * opinion, 0.7


def label_weight(face: LabelledFace) -> float:
    """Return the weight of a face's label against a teacher's view of it, 0..1."""
    if face.voted:
        return VOTED
    if face.weak:
        return GUESSED if max(face.distribution) > 0.5 else 0.0
    if face.opinion is None or LABELS[face.emotion] not in OPINION_CLASSES:
        return LABELLED
    return SHARED if int(np.argmax(face.opinion)) == face.emotion else CONTRADICTED


def corrected(labels: npt.NDArray[np.int64], probabilities: Floats) -> npt.NDArray[np.int64]:
    """Return the labels, and another class in place of those likely wrong (Northcutt et al. 2021).

    A class's threshold is the mean probability of it among the pictures labelled so. A label is
    doubtful where another class passes its threshold and the label's own class does not; the
    likeliest that passes takes its place. That need not be the likeliest of all.

    Args:
        labels: Shape (n,).
        probabilities: Shape (n, 5), of a teacher that did not learn from these pictures.
    """
    classes = probabilities.shape[1]
    thresholds = np.array(
        [
            probabilities[labels == each, each].mean() if (labels == each).any() else 1.0
            for each in range(classes)
        ]
    )
    passed = probabilities >= thresholds
    own = passed[np.arange(len(labels)), labels]
    best = np.where(passed, probabilities, -1).argmax(axis=1)
    return np.asarray(np.where(passed.any(axis=1) & ~own, best, labels), np.int64)


def blended(
    face: LabelledFace, first: Floats, seen: Floats, is_doubtful: bool, is_known: bool = True
) -> Floats:
    """Return a face's final target: its first one and what the teacher sees.

    Args:
        face: The face.
        first: Its target before, shape (5,).
        seen: The teacher's probabilities, shape (5,).
        is_doubtful: Of the label.
        is_known: Whether the first target says anything.
    """
    share = label_weight(face) if is_known else 0.0
    if is_doubtful and not face.voted:
        share = min(share, WRONG)
    return np.asarray(share * first + (1 - share) * seen, np.float32)


def write_targets(path: Path, keys: Sequence[tuple[str, str, int]], targets: Floats) -> None:
    """Write targets for `read_targets`.

    Args:
        path: The .npz file.
        keys: Of each target: data set, picture, and index of the face in it, in order.
        targets: Shape (n, 5).
    """
    sources, names, faces = zip(*keys, strict=True)
    np.savez_compressed(
        path, source=sources, name=names, face=faces, target=targets.astype(np.float16)
    )


def read_targets(path: Path) -> Targets:
    """Read what `write_targets` wrote: (source, name) -> shape (faces, 5).

    Raises:
        DataError: It is no such file.
    """
    try:
        with np.load(path) as stored:
            rows = list(zip(stored["source"], stored["name"], stored["target"], strict=True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} was not written by relabel or teach: {error}") from error
    grouped: dict[tuple[str, str], list[Floats]] = {}
    for source, name, target in rows:  # the faces of a picture stand in order
        grouped.setdefault((str(source), str(name)), []).append(target)
    return {key: np.asarray(values, np.float32) for key, values in grouped.items()}
