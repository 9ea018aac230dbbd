"""Teachers: larger networks that say what each training picture shows without having learnt it.

First one network learns the faces' shapes (blendshapes of a landmark network), which
needs no label of an expression, so it may see every picture. From it, one teacher a fold learns
expressions from the pictures of the other folds; its view of its own fold is out of sample.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from fer_core.emotions import LABELS
from fer_core.training.crop_placement import Framing, Tensor
from fer_core.training.crop_sampler import CropSampler
from fer_core.training.landmark_teacher import SHAPES
from fer_core.training.moving_average import MovingAverage

LOGGER = logging.getLogger(__name__)

#: The teacher looks at a face alone: more of it than the refiner shows, none of its surroundings.
FRAMING = Framing(span=(1.05, 1.6), shift=0.1, roll=(0.6, 0.1, 0.02), narrow=0.08)
#: Views of a picture whose answers are averaged: span in face lengths, mirrored.
VIEWS = ((1.2, False), (1.2, True), (1.4, False), (1.4, True))
MIXED_SHARE, MIXING = 0.5, 0.3
EMA_DECAY = 0.998
LOG_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class TeacherConfig:
    """How teachers learn.

    Attributes:
        folds: Teachers; each leaves out one part of the pictures.
        shape_seconds: Of learning shapes, for all together.
        seconds: Of learning expressions, for all together.
        batch: Faces a step.
        side: Of the input, pixels.
        learning_rate: AdamW's.
        weight_decay: AdamW's.
        width: Channels of the first stage; 64 is ResNet-34's.
        auxiliary: Weight of the shapes beside the expressions.
    """

    folds: int = 3
    shape_seconds: float = 80.0
    seconds: float = 200.0
    batch: int = 768
    side: int = 112
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    width: int = 64
    auxiliary: float = 2.0


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is known of each crop, on the device.

    Attributes:
        targets: (n, 5).
        weights: (n,): how much a target counts.
        folds: (n,): which teacher does not learn from it.
        shapes: (n, SHAPES), NaN where unknown.
    """

    targets: Tensor
    weights: Tensor
    folds: Tensor
    shapes: Tensor


class Teacher(nn.Module):
    """ResNet-34 without the first pooling, so that 112 px keep 7 x 7 places; two heads."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)
        )
        stages: list[nn.Module] = []
        before = width
        for stage, count in enumerate((3, 4, 6, 3)):
            channels = width * 2**stage
            for block in range(count):
                stages.append(_Block(before, channels, 2 if stage and not block else 1))
                before = channels
        self.stages = nn.Sequential(*stages)
        self.dropout = nn.Dropout(0.2)
        self.expression = nn.Linear(before, len(LABELS))
        self.shapes = nn.Linear(before, SHAPES)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of expressions (n, 5) and of blendshapes (n, SHAPES).

        Args:
            images: (n, 3, side, side), 0..1.
        """
        features = self.stages(self.stem((images - 0.5) * 4)).mean((2, 3))
        return self.expression(self.dropout(features)), self.shapes(features)


class _Block(nn.Module):
    """Two convolutions, a gate on the channels (Hu et al. 2018), and the way around them."""

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.gate = nn.Sequential(
            nn.Linear(channels, channels // 8),
            nn.ReLU(inplace=True),
            nn.Linear(channels // 8, channels),
        )
        same = stride == 1 and before == channels
        self.around = (
            nn.Identity()
            if same
            else nn.Sequential(
                nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )
        )

    def forward(self, features: Tensor) -> Tensor:
        changed = self.body(features)
        gate = self.gate(changed.mean((2, 3))).sigmoid()[:, :, None, None]
        return functional.relu(changed * gate + self.around(features))


def teach(sampler: CropSampler, lessons: Lessons, config: TeacherConfig) -> list[Teacher]:
    """Return the teachers, in eval mode, one a fold.

    Args:
        sampler: Draws the faces to learn from.
        lessons: What is known of them.
        config: How.
    """
    device = sampler.weights.device
    first = _placed(Teacher(config.width), device)
    _learn([first], sampler, lessons, config, config.shape_seconds, expressions=False)
    teachers = [_copy(first, config.width) for _ in range(config.folds)]
    return _learn(teachers, sampler, lessons, config, config.seconds, expressions=True)


@torch.inference_mode()
def views_of(
    teachers: Sequence[Teacher],
    sampler: CropSampler,
    side: int,
    folds: npt.NDArray[np.int64] | None,
    batch: int = 1024,
) -> npt.NDArray[np.float32]:
    """Return the probabilities (n, 5) that the teachers see in every crop.

    Args:
        teachers: One a fold.
        sampler: Holds the crops.
        side: Of the input.
        folds: (n,): the teacher that answers; -1, or None, for the mean of all.
        batch: Crops at a time.
    """
    count, device = len(sampler.weights), sampler.weights.device
    logits = torch.zeros(len(teachers), count, len(LABELS), device=device)
    for start in range(0, count, batch):
        indices = torch.arange(start, min(start + batch, count), device=device)
        for span, mirrored in VIEWS:
            images, _ = sampler.plain(indices, side, span, mirrored)
            images = images.to(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                for number, teacher in enumerate(teachers):
                    logits[number, indices] += teacher(images)[0].float() / len(VIEWS)
    mean = logits.softmax(-1).mean(0)
    if folds is None:
        return np.asarray(mean.cpu().numpy(), np.float32)
    chosen = torch.from_numpy(folds).to(device)
    own = logits[chosen.clamp(min=0), torch.arange(count, device=device)].softmax(-1)
    seen = torch.where(chosen[:, None] >= 0, own, mean)
    return np.asarray(seen.cpu().numpy(), np.float32)


def _placed(teacher: Teacher, device: torch.device) -> Teacher:
    """Return the teacher on a device, its weights in the order that is fast there."""
    cast(Any, teacher).to(device=device, memory_format=torch.channels_last)
    return teacher


def _copy(teacher: Teacher, width: int) -> Teacher:
    copied = _placed(Teacher(width), next(teacher.parameters()).device)
    copied.load_state_dict(teacher.state_dict())
    return copied


def _learn(
    teachers: Sequence[Teacher],
    sampler: CropSampler,
    lessons: Lessons,
    config: TeacherConfig,
    seconds: float,
    expressions: bool,
) -> list[Teacher]:
    """Train the teachers side by side on the same crops, and return their moving averages."""
    optimisers = [_optimiser(each, config) for each in teachers]
    averages = [MovingAverage(each, EMA_DECAY) for each in teachers]
    most = int(0.9 * config.batch * (1 - 1 / config.folds)) if expressions else config.batch
    begun = logged = time.monotonic()
    step = faces = 0
    for teacher in teachers:
        teacher.train()
    while (done := (time.monotonic() - begun) / seconds) < 1:
        rate = (
            config.learning_rate * min(1.0, (step + 1) / 100) * (1 + math.cos(math.pi * done)) / 2
        )
        indices = sampler.draw(config.batch)
        images, _ = sampler.images(indices, config.side, FRAMING, 1.0)
        images = images.to(memory_format=torch.channels_last)
        losses = []
        for number, teacher in enumerate(teachers):
            if expressions:
                mine = (lessons.folds[indices] != number) & (lessons.weights[indices] > 0)
            else:
                mine = torch.ones_like(indices, dtype=torch.bool)
            # As many each time, so that convolutions need be tried out only once.
            chosen = mine.nonzero()[:most, 0]
            if len(chosen) < 2:
                continue
            loss = _loss(teacher, images[chosen], indices[chosen], lessons, config, expressions)
            loss.backward()
            for group in optimisers[number].param_groups:
                group["lr"] = rate
            optimisers[number].step()
            optimisers[number].zero_grad(set_to_none=True)
            averages[number].follow()
            losses.append(loss.detach())
        step += 1
        faces += config.batch
        if losses and time.monotonic() - logged > LOG_EVERY_S:
            logged = time.monotonic()
            LOGGER.info(
                "%s: step %d, loss %.3f, %.0f faces/s",
                "expressions" if expressions else "shapes",
                step,
                float(torch.stack(losses).mean()),
                faces / (logged - begun),
            )
    if not expressions:
        teachers[0].load_state_dict(averages[0].network.state_dict())
    return [cast(Teacher, average.network) for average in averages]


def _loss(
    teacher: Teacher,
    images: Tensor,
    indices: Tensor,
    lessons: Lessons,
    config: TeacherConfig,
    expressions: bool,
) -> Tensor:
    count, device = len(images), images.device
    targets, weights = lessons.targets[indices], lessons.weights[indices]
    mixed = expressions and bool(torch.rand(()) < MIXED_SHARE)
    if mixed:
        share = float(np.random.default_rng().beta(MIXING, MIXING))
        other = torch.randperm(count, device=device)
        images = share * images + (1 - share) * images[other]
        targets = share * targets + (1 - share) * targets[other]
        weights = share * weights + (1 - share) * weights[other]
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        logits, shapes = teacher(images)
    loss = torch.zeros((), device=device)
    if expressions:
        entropy = -(targets * logits.float().log_softmax(-1)).sum(-1)
        loss = (entropy * weights).sum() / weights.sum().clamp(min=1)
    if not mixed:
        gain = config.auxiliary if expressions else 5.0
        known = lessons.shapes[indices]
        seen = ~known.isnan()
        difference = functional.binary_cross_entropy_with_logits(
            shapes.float(), torch.where(seen, known, 0.0), reduction="none"
        )
        loss = loss + gain * (difference * seen).sum() / seen.sum().clamp(min=1)
    return loss


def _optimiser(teacher: nn.Module, config: TeacherConfig) -> torch.optim.Optimizer:
    weights = [each for each in teacher.parameters() if each.ndim > 1]
    others = [each for each in teacher.parameters() if each.ndim <= 1]
    return torch.optim.AdamW(
        [
            {"params": weights, "weight_decay": config.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=config.learning_rate,
        betas=(0.9, 0.99),
        fused=cast(Any, next(teacher.parameters())).is_cuda,
    )


def scaled(config: TeacherConfig, seconds: float) -> TeacherConfig:
    """Return the settings for this many seconds in all, shapes and expressions."""
    whole = config.shape_seconds + config.seconds
    return replace(
        config,
        shape_seconds=seconds * config.shape_seconds / whole,
        seconds=seconds * config.seconds / whole,
    )
