"""How close an exported network is to the torch network that it was written from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.boxes import ious
from fer_core.training import network as networks
from fer_core.training.data import Image, PictureReader
from fer_core.training.errors import UnreadablePicture
from fer_core.training.faces import LabelledPicture
from fer_core.vision.candidates import calibrate
from fer_core.vision.crops import View, around, to_tensor, whole
from fer_core.vision.faces import Box
from fer_core.vision.refiner import FRAME_CROPS, PHOTO_CROPS

LOGGER = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

#: Candidates from this score on are compared between two forms of a network.
COMPARED_FROM = 0.25


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How close an exported network is to the torch network on real pictures.

    Attributes:
        faces: Compared candidates: the strongest of each picture and input size.
        box_iou_p1: First percentile of the intersection over union of the two boxes.
        probability_p99: 99th percentile of the largest difference of the five probabilities.
    """

    faces: int
    box_iou_p1: float
    probability_p99: float


def wholes(_: LabelledPicture, image: Image) -> list[View]:
    """Return what the detector sees of a picture, at two input sizes."""
    return [whole(image.shape[1], image.shape[0], side) for side in (160, 320)]


def refined_views(picture: LabelledPicture, _: Image) -> list[View]:
    """Return what a refiner sees of a picture's first face, at two sizes."""
    crops = PHOTO_CROPS[0], FRAME_CROPS[0]
    return [around(Box(*face.box), crop) for face in picture.faces[:1] for crop in crops]


ViewsOf = Callable[[LabelledPicture, Image], list[View]]


def compare(
    network: nn.Module,
    file: Path,
    pictures: Sequence[LabelledPicture],
    count: int = 200,
    least: float = COMPARED_FROM,
    views_of: ViewsOf = wholes,
) -> Fidelity:
    """Compare an ONNX file with the torch network on validation pictures, in two views of each.

    Args:
        network: In eval mode.
        file: The ONNX file.
        pictures: Of the validation split.
        count: How many of them are drawn.
        least: Score from which the strongest candidate of a picture counts.
        views_of: The views of a picture.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def run_onnx(images: Floats) -> Floats:
        return cast(Floats, session.run(None, {"images": images})[0])

    def run_torch(images: Floats) -> Floats:
        return cast(Floats, networks.predict(network, torch.from_numpy(images)).numpy())

    order = np.random.default_rng(0).permutation(len(pictures))[:count]
    return compare_outputs(
        run_torch, run_onnx, [pictures[index] for index in order], least, views_of
    )


def compare_outputs(
    reference: Callable[[Floats], Floats],
    other: Callable[[Floats], Floats],
    pictures: Sequence[LabelledPicture],
    least: float = COMPARED_FROM,
    views_of: ViewsOf = wholes,
) -> Fidelity:
    """Compare two forms of a network, each from images (N, 3, H, W) to (N, 9, A)."""
    reader = PictureReader()
    overlaps: list[float] = []
    differences: list[float] = []
    for picture in pictures:
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        for view in views_of(picture, image):
            tensor = to_tensor([view.render(image)])
            expected, given = reference(tensor)[0], other(tensor)[0]
            anchor = int(expected[4:].max(axis=0).argmax())
            if expected[4:, anchor].max() < least:
                continue
            corners = [_corners(output[:4, anchor]) for output in (expected, given)]
            overlaps.append(float(ious(corners[0], corners[1])[0]))
            first, second = calibrate(expected[4:, anchor], 1.0), calibrate(given[4:, anchor], 1.0)
            differences.append(float(np.abs(first - second).max()))
    if not overlaps:
        return Fidelity(0, 1.0, 0.0)
    return Fidelity(
        len(overlaps),
        round(float(np.percentile(overlaps, 1)), 5),
        round(float(np.percentile(differences, 99)), 5),
    )


def _corners(box: Floats) -> npt.NDArray[np.float64]:
    x, y, width, height = (float(value) for value in box)
    return np.array([[x - width / 2, y - height / 2, x + width / 2, y + height / 2]])
