"""What a refiner sees in single faces, framed as the app frames them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.emotions import LABELS
from fer_core.training import network as networks
from fer_core.training.crop_placement import Tensor
from fer_core.training.crop_sampler import CropSampler


@torch.inference_mode()
def read_crops(
    model: nn.Module,
    sampler: CropSampler,
    indices: Tensor,
    side: int,
    span: float,
    batch: int = 512,
    cut: float = math.inf,
) -> npt.NDArray[np.float32]:
    """Return what a refiner sees in crops as the app shows them: five shares and how sure, (n, 6).

    Args:
        model: In eval mode.
        sampler: Holds the crops.
        indices: Of the crops.
        side: Of the input.
        span: Face lengths that it spans.
        batch: Crops at a time.
        cut: Face lengths that are left of the picture.
    """
    answers = [torch.zeros(0, len(LABELS) + 1)]
    for part in indices.split(batch) if len(indices) else ():
        images, _ = sampler.plain(part, side, span, False, cut)
        answers.append(read_images(model, images).cpu())
    return np.asarray(torch.cat(answers).numpy(), np.float32).reshape(-1, len(LABELS) + 1)


@torch.inference_mode()
def read_images(model: nn.Module, images: Tensor) -> Tensor:
    """Return what a refiner sees in images of single faces: five shares and how sure, (n, 6).

    Args:
        model: In eval mode.
        images: (n, 3, side, side), 0..1.
    """
    images = images.to(memory_format=torch.channels_last)
    votes, voting = voted(networks.predict(model, images)[:, 4:].float())
    return torch.cat([votes.softmax(1), voting.amax(1, keepdim=True)], 1)


def voted(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the anchors say together that would vote on a face in the app.

    Those that overlap the best vote there; those nearly as sure stand for them.

    Args:
        scores: (n, 5, anchors), 0..1.

    Returns:
        The mean of their logits, (n, 5), and how much each counts, (n, anchors): its confidence, or
        0.
    """
    scores = scores.clamp(1e-6, 1 - 1e-6)
    confidences = scores.sum(1)
    voting = torch.where(confidences > 0.5 * confidences.amax(1, keepdim=True), confidences, 0.0)
    logits = (scores.logit() * voting[:, None]).sum(-1) / voting.sum(1, keepdim=True)
    return logits, voting
