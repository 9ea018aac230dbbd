"""How well what a network sees in crops agrees with their labels, by source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.emotions import LABELS
from fer_core.training import metrics
from fer_core.training.crop_files import FaceCrops, Row
from fer_core.training.crop_reading import read_crops
from fer_core.training.crop_sampler import CropSampler
from fer_core.training.faces import LabelledFace, LabelledPicture

Floats = npt.NDArray[np.float32]
Pictures = Mapping[tuple[str, str], LabelledPicture]


def judge(
    model: nn.Module,
    sampler: CropSampler,
    pictures: Pictures,
    crops: FaceCrops,
    chosen: npt.NDArray[np.bool_],
    side: int,
    span: float,
    cut: float = math.inf,
) -> dict[str, dict[str, float]]:
    """Return a refiner's figures by source, on plain crops of the chosen faces.

    Of their pictures, `cut` face lengths are left.
    """
    device = sampler.weights.device
    seen = np.zeros((len(crops.rows), len(LABELS) + 1), np.float32)
    indices = torch.from_numpy(np.flatnonzero(chosen)).to(device)
    seen[chosen] = read_crops(model.to(device), sampler, indices, side, span, cut=cut)
    figures = expression_figures(pictures, crops, seen[:, :5], chosen)
    names = np.array([row.source for row in crops.rows])
    for source, row in figures.items():
        row["sure"] = round(float(seen[chosen & (names == source), 5].mean()), 4)
    return figures


def labelled_face(pictures: Pictures, row: Row) -> LabelledFace:
    """Return the face that a crop shows."""
    return pictures[row.source, row.name].faces[row.face]


def expression_figures(
    pictures: Pictures,
    crops: FaceCrops,
    seen: Floats,
    chosen: npt.NDArray[np.bool_],
) -> dict[str, dict[str, float]]:
    """Return figures by source: of labelled faces how often right, of others what was seen."""
    by_source: dict[str, list[int]] = {}
    for number in np.flatnonzero(chosen):
        by_source.setdefault(crops.rows[number].source, []).append(int(number))
    figures: dict[str, dict[str, float]] = {}
    for source, numbers in sorted(by_source.items()):
        faces = [labelled_face(pictures, crops.rows[n]) for n in numbers]
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
            row["ece"] = metrics.calibration_error(shares.astype(np.float64), labels)
        figures[source] = {name: round(value, 4) for name, value in row.items()}
    return figures
