"""Train a refiner: from one crop around a face its box, how sure it is one, and what it shows.

The crops are framed as when a face is followed from where it was: off centre, from tight to wide,
in every light. Two views of each face go through the network together, and what they show must
agree: the same face is the same expression, however it is framed, lit and compressed. Pieces
without a face teach when there is none.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from fer_core.emotions import LABELS
from fer_core.training import network as networks
from fer_core.training.crop_placement import Framing, Tensor
from fer_core.training.crop_reading import read_crops, read_images
from fer_core.training.crop_sampler import CropSampler
from fer_core.training.initialise import first_network, settle_norms
from fer_core.training.losses import FaceViews, SoftTargetLoss
from fer_core.training.moving_average import MovingAverage

LOGGER = logging.getLogger(__name__)

WEIGHTS = "refiner.pt"
LOG_EVERY_S = 10.0
#: A network is written this often, so that a stop loses no more.
SAVE_EVERY_S = 60.0
SETTLING_BATCHES = 12
#: Loss gains, as for the detector.
BOX_GAIN, CLASS_GAIN, DISTANCE_GAIN = 5.0, 1.5, 1.0
GRADIENT_LIMIT = 100.0
#: Of the moving average: over the last thousand steps.
EMA_DECAY = 0.999
#: Input sides, pixels, and their shares of the steps.
VIDEO_SIDES = {96: 0.15, 128: 0.65, 160: 0.2}
PHOTO_SIDES = {128: 0.5, 160: 0.5}
#: In video a face is followed from where it was; in photos it was just found.
#: Most pictures are cut, all collections alike.
VIDEO_FRAMING = Framing(span=(1.2, 2.3), shift=0.25, roll=(0.65, 0.12, 0.04), cut=0.75)
PHOTO_FRAMING = Framing(span=(1.35, 2.1), shift=0.12, roll=(0.6, 0.15, 0.1), cut=0.75)
#: A teacher has learnt from images of this side and more, pixels.
TEACHER_SIDE = 128
#: Input side and face lengths that it spans, in the app's look at a followed face and a photo's.
VIDEO_LOOK, PHOTO_LOOK = (128, 128 / 77), (160, 160 / 96)
#: What a refiner is for -> input sides with their shares, framing, look.
USES = {
    "video": (tuple(VIDEO_SIDES.items()), VIDEO_FRAMING, VIDEO_LOOK),
    "photo": (tuple(PHOTO_SIDES.items()), PHOTO_FRAMING, PHOTO_LOOK),
}


Predictions = dict[str, Any]
_Forward = Callable[[Tensor], Predictions]


@dataclass(frozen=True, slots=True)
class RefinerConfig:
    """How a refiner learns.

    Attributes:
        output: The folder of its weights and log.
        model: Key of `network.ARCHITECTURES`.
        weights: A file to start from.
        pixels: Of a step's images, both views and pieces together.
        sides: Input side -> share of the steps.
        framing: Of the crops.
        look: Input side and face lengths that it spans, where `own` is read.
        own: Share in a face's target of what the network it starts from sees of the uncut picture
            (self-distillation): what it knew of whole heads stays, and cut ones learn it.
        teacher: A larger refiner's file, which sees the same views (Hinton, Vinyals and Dean 2015;
            Beyer et al. 2022: in just the same crop, again and again).
        taught: Share in a face's target of the mean of what the teacher sees in both views.
        folds: Its norms are folded into its convolutions: for a short run from weights.
        pieces: Share of the images that show no face.
        agreement: Weight of the two views' agreement.
        learning_rate: AdamW's.
        weight_decay: AdamW's.
        strength: Of the augmentations, 0..1; six tenths of it in the last third.
        seed: Of everything.
    """

    output: Path
    model: str
    weights: Path | None
    pixels: int = 768 * 128 * 128
    sides: tuple[tuple[int, float], ...] = tuple(VIDEO_SIDES.items())
    framing: Framing = VIDEO_FRAMING
    look: tuple[int, float] = VIDEO_LOOK
    own: float = 0.0
    teacher: Path | None = None
    taught: float = 0.0
    folds: bool = False
    pieces: float = 0.15
    agreement: float = 6.0
    learning_rate: float = 2e-3
    weight_decay: float = 0.03
    strength: float = 1.0
    seed: int = 0


def refine(
    configs: Sequence[RefinerConfig], sampler: CropSampler, targets: Tensor, seconds: float
) -> list[nn.Module]:
    """Train refiners in turns, a step each, and return their moving averages, in eval mode.

    In one process, so that they share the crops on the device.

    Args:
        configs: One for each.
        sampler: Draws the faces.
        targets: (n, 5), of all crops, on the device.
        seconds: Of training, all together.
    """
    runs = [_Run(config, sampler, targets) for config in configs]
    begun = logged = saved = time.monotonic()
    while (done := (time.monotonic() - begun) / seconds) < 1:
        for run in runs:
            run.step(done)
        now = time.monotonic()
        if now - logged > LOG_EVERY_S:
            logged = now
            for run in runs:
                run.log(now - begun)
        if now - saved > SAVE_EVERY_S:
            saved = now
            for run in runs:
                run.save()
    for run in runs:
        run.save()
    return [run.trained() for run in runs]


class _Run:
    """One refiner in training."""

    def __init__(self, config: RefinerConfig, sampler: CropSampler, targets: Tensor) -> None:
        torch.manual_seed(config.seed)
        self._config, self._sampler = config, sampler
        self._rng = np.random.default_rng(config.seed)
        config.output.mkdir(parents=True, exist_ok=True)
        model = first_network(config.model, config.weights)
        # Without types for it, though torch has it for modules as well as for tensors.
        place = cast(Any, model).to
        place(device=sampler.weights.device, memory_format=torch.channels_last)
        self._targets = with_own(targets, model, sampler, config) if config.own else targets
        self._teacher: nn.Module | None = None
        if config.teacher is not None and config.taught:
            teacher = cast(Any, networks.load(config.teacher)).fuse(verbose=False).eval()
            self._teacher = teacher.to(sampler.weights.device, memory_format=torch.channels_last)
        if config.folds:
            model = networks.folded(model)
        self._model = model.train()
        args = cast(Any, model).args
        args.box, args.cls, args.dfl = BOX_GAIN, CLASS_GAIN, DISTANCE_GAIN
        if config.weights is not None and not config.folds:
            settle_norms(self._model, (self._settling() for _ in range(SETTLING_BATCHES)))
        self._optimiser = _optimiser(self._model, config)
        self.average = MovingAverage(self._model, EMA_DECAY)
        self._forwards: dict[int, _Forward] = {}
        self._loss_of = SoftTargetLoss(self._model)
        self._steps = self._faces = 0
        self._sums = torch.zeros(4, device=sampler.weights.device)
        self._since = 0

    def step(self, done: float) -> None:
        """Take one step; `done` is the share of the training that is over, 0..1."""
        config, sampler = self._config, self._sampler
        factor = min(1.0, (self._steps + 1) / 200) * (1 + math.cos(math.pi * done)) / 2
        for group in self._optimiser.param_groups:
            group["lr"] = config.learning_rate * factor
        side = self._side()
        strength = config.strength * (1.0 if done < 2 / 3 else 0.6)
        count = max(1, round(config.pixels * (1 - config.pieces) / side**2 / 2))
        pieces = sampler.draw_pieces(round(2 * count * config.pieces / (1 - config.pieces)))
        chosen = sampler.draw(count)
        indices = torch.cat([chosen, chosen, pieces])
        images, boxes = sampler.images(indices, side, config.framing, strength)
        if side not in self._forwards:
            self._forwards[side] = _forward_of(self._model, images)
        predictions = self._forwards[side](images.to(memory_format=torch.channels_last))
        targets = self._targets[chosen]
        if self._teacher is not None:
            targets = with_teacher(targets, self._teacher, images, config.taught)
        losses = _losses(predictions, self._loss_of, images, boxes, targets, config.agreement)
        losses.sum().backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), GRADIENT_LIMIT)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self.average.follow()
        self._sums += losses.detach()
        self._steps += 1
        self._since += 1
        self._faces += count

    def log(self, seconds: float) -> None:
        """Log the means since the last time; `seconds` have passed since the start."""
        box, cls, distance, agreement = (self._sums / max(1, self._since)).tolist()
        LOGGER.info(
            "%s: step %d, %.0f faces/s: box %.3f, class %.3f, distance %.3f, agreement %.4f",
            *(self._config.output.name, self._steps, self._faces / seconds),
            *(box, cls, distance, agreement),
        )
        self._sums.zero_()
        self._since = 0

    def save(self) -> None:
        """Write the moving average."""
        path = self._config.output / WEIGHTS
        networks.save_state(self.trained(), self._config.model, path)

    def trained(self) -> nn.Module:
        """Return the moving average, in eval mode, as `network.build` makes one."""
        average = self.average.network
        return networks.unfolded(average) if self._config.folds else average

    def _side(self) -> int:
        sides, shares = zip(*self._config.sides, strict=True)
        return int(self._rng.choice(sides, p=np.array(shares) / sum(shares)))

    def _settling(self) -> Tensor:
        chosen = self._sampler.draw(128)
        images, _ = self._sampler.images(chosen, self._side(), self._config.framing, 1.0)
        return images


class _Answers(nn.Module):
    """A network, on a GPU in 16 bits, without answers that the loss needs only the shapes of."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        # A processor without matrix units takes longer in 16 bits than in 32. The cache of cast
        # weights would outlive a recorded graph.
        kind = images.device.type
        with torch.autocast(kind, torch.bfloat16, enabled=images.is_cuda, cache_enabled=False):
            predictions = self.model(images)
        return predictions["boxes"].float(), predictions["scores"].float()


def with_own(
    targets: Tensor, model: nn.Module, sampler: CropSampler, config: RefinerConfig
) -> Tensor:
    """Return the targets (n, 5), mixed with the network's own answers about uncut pictures."""
    faces = (sampler.weights > 0).nonzero()[:, 0]
    seen = torch.from_numpy(read_crops(model, sampler, faces, *config.look)[:, : len(LABELS)])
    mixed = targets.clone()
    mixed[faces] = torch.lerp(targets[faces], seen.to(targets.device), config.own)
    return mixed


def with_teacher(targets: Tensor, teacher: nn.Module, images: Tensor, share: float) -> Tensor:
    """Return the targets (n, 5), mixed with the mean of what a teacher sees in two views.

    Args:
        targets: Of the faces.
        teacher: In eval mode.
        images: (2n or more, 3, side, side): first one view of all faces, then the other.
        share: Of the teacher in the result.
    """
    views = images[: 2 * len(targets)]
    if views.shape[-1] < TEACHER_SIDE:
        views = functional.interpolate(views, TEACHER_SIDE, mode="bilinear")
    seen = read_images(teacher, views)[:, : len(LABELS)]
    return torch.lerp(targets, seen.view(2, -1, len(LABELS)).mean(0), share)


def _forward_of(model: nn.Module, images: Tensor) -> _Forward:
    """Return what answers images of this shape; on a GPU as one recorded graph.

    A network of hundreds of small layers otherwise waits for the processor, which starts them one
    by one, several times as long as the GPU computes.
    """
    answers = _Answers(model)
    strides = cast(Tensor, cast(Any, model).stride).tolist()
    count, side = len(images), images.shape[-1]
    levels = [torch.empty(count, 1, *(2 * [int(side / stride)])) for stride in strides]
    levels = [level.to(images.device) for level in levels]
    called: Any = answers
    if images.is_cuda:
        sample = torch.zeros_like(images).to(memory_format=torch.channels_last)
        called = torch.cuda.make_graphed_callables(answers, (sample,), allow_unused_input=True)

    def forward(images: Tensor) -> Predictions:
        boxes, scores = called(images)
        return {"boxes": boxes, "scores": scores, "feats": levels}

    return forward


def _losses(
    predictions: Predictions,
    loss_of: SoftTargetLoss,
    images: Tensor,
    boxes: Tensor,
    targets: Tensor,
    agreement: float,
) -> Tensor:
    """Return the losses of box, class, distance and agreement, shape (4,).

    Args:
        predictions: Of the network.
        loss_of: Its loss.
        images: Two views of each face, one view of all, then the other, then pieces without any.
        boxes: Of all images, as corners in pixels.
        targets: (faces, 5).
        agreement: Weight of it.
    """
    device, side, count = images.device, images.shape[-1], len(targets)
    corners = boxes[: 2 * count] / side
    batch = {
        "batch_idx": torch.arange(2 * count, device=device, dtype=torch.float32),
        "bboxes": torch.cat(
            [(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1
        ),
        "distributions": targets.repeat(2, 1),
    }
    losses, _ = loss_of(predictions, batch)
    views: FaceViews = loss_of.face_views(predictions["scores"], 2 * count)
    first, second = views.log_probabilities.chunk(2)
    both = views.seen[:count] & views.seen[count:]
    # Jensen-Shannon: from each view to the mean of both.
    mean = ((first.exp() + second.exp()) / 2).clamp(min=1e-6).log()
    apart = sum((each.exp() * (each - mean)).sum(-1) for each in (first, second)) / 2
    differing = (apart * both).sum() / both.sum().clamp(min=1)
    return torch.cat([losses / len(images), (agreement * differing)[None]])


def _optimiser(model: nn.Module, config: RefinerConfig) -> torch.optim.Optimizer:
    weights = [each for each in model.parameters() if each.ndim > 1]
    others = [each for each in model.parameters() if each.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": config.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.99), fused=True)
