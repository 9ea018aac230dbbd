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
from fer_core.training.errors import UnreadablePicture
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box

LOGGER = logging.getLogger(__name__)


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
        if picture.split != "train" or any(face.voted or face.weak for face in picture.faces):
            continue
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        seen = detector.read(image, [Box(*face.box_in(*image.shape[:2])) for face in picture.faces])
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
