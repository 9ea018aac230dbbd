"""Soft targets from an earlier model: doubtful labels move towards what the model sees.

Labels of web pictures are wrong in one case of five to ten. A model trained on them with strong
augmentation learns the rule before the exceptions (Arpit et al. 2017), so the mean of label and
prediction is closer to what people would vote (Reed et al. 2015). Votes stay as they are.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.dataset import SMOOTHING, SOURCE_SMOOTHING, smooth
from fer_core.training.errors import DataError, UnreadablePicture
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box

LOGGER = logging.getLogger(__name__)

Targets = dict[tuple[str, str], npt.NDArray[np.float32]]


def relabel(weights: Path, data: Path, output: Path, share: float = 0.5, threads: int = 2) -> int:
    """Write an .npz with a target for every training face, and return how many the model moved.

    Args:
        weights: The earlier model's model.json.
        data: The data folder.
        output: The file to write.
        share: Of the prediction in the target, 0..1; the rest is the smoothed label.
        threads: Of the detector.
    """
    detector = EmotionDetector.load(weights, threads)
    reader = PictureReader()
    sources: list[str] = []
    names: list[str] = []
    numbers: list[int] = []
    targets: list[npt.NDArray[np.float32]] = []
    moved = 0
    for picture in load_dataset(data):
        if picture.split != "train" or any(face.voted for face in picture.faces):
            continue
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        seen = detector.read(image, [Box(*face.box) for face in picture.faces])
        smoothing = SOURCE_SMOOTHING.get(picture.source, SMOOTHING)
        for number, face in enumerate(picture.faces):
            target = smooth(np.asarray(face.distribution, np.float32), smoothing)
            if not np.isnan(seen[number]).any():
                target = ((1 - share) * target + share * seen[number]).astype(np.float32)
                moved += int(target.argmax()) != face.emotion
            sources.append(picture.source)
            names.append(picture.name)
            numbers.append(number)
            targets.append(target)
    np.savez_compressed(output, source=sources, name=names, face=numbers, target=np.array(targets))
    LOGGER.info("%d of %d faces changed their likeliest class", moved, len(targets))
    return moved


def read_targets(path: Path) -> Targets:
    """Read what `relabel` wrote: (source, name) -> shape (faces, 5).

    Raises:
        DataError: It is no such file.
    """
    try:
        with np.load(path) as stored:
            rows = list(zip(stored["source"], stored["name"], stored["target"], strict=True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} was not written by relabel: {error}") from error
    grouped: dict[tuple[str, str], list[npt.NDArray[np.float32]]] = {}
    for source, name, target in rows:  # the faces of a picture stand in order
        grouped.setdefault((str(source), str(name)), []).append(target)
    return {key: np.asarray(values, np.float32) for key, values in grouped.items()}
