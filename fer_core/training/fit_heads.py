"""Fit expression heads to what networks make of faces, whole, cut and with the mouth covered.

Minutes on one core, after an hour or two of looking at the faces.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.emotions import Emotion
from fer_core.training import network as networks
from fer_core.training.crop_augmentation import covered
from fer_core.training.crop_figures import labelled_face
from fer_core.training.crop_files import FaceCrops, open_crops, some_of
from fer_core.training.crop_placement import Tensor
from fer_core.training.crop_sampler import CropSampler, selection
from fer_core.training.distil import CROPS, all_pictures, face_weights, final_targets
from fer_core.training.expression_head import ExpressionHead, see, shift_head_prior
from fer_core.training.refine import USES

LOGGER = logging.getLogger(__name__)

#: Face lengths that are left of a cut picture; the tightest a camera app cuts is one.
CUTS = (1.0, 1.1, 1.25, 1.25, 1.5, 2.0)
#: How far the box that a face is seen by lies from the labelled one: standard deviations of its
#: centre, in sides, and of the logarithm of its size and of each side. Where exactly a labelled box
#: lies, and so where grey begins, tells which collection a picture is from, and with that half of
#: the answer. A head that learns from it is wrong wherever a detector's box lies elsewhere.
SHIFT, SIZE, SIDE = 0.06, 0.12, 0.03
#: A picture as the app sees it, cut, or with a hand or a mask over mouth and chin.
View = Literal["whole", "cut", "covered"]
VIEWS: tuple[View, ...] = ("whole", "cut", "covered")
#: Faces whose pixels are in memory at a time; they share one cut.
CHUNK = 64
#: Faces a step.
BATCH = 256
#: Sharpnesses that are tried, from a quarter to four times.
SHARPNESSES = tuple(2 ** (step / 10) for step in range(-20, 21))


@dataclass(frozen=True, slots=True)
class HeadsConfig:
    """How heads are fitted.

    Attributes:
        use: Key of `refine.USES`: which sides and framing.
        faces: To learn from, at most.
        epochs: Over them.
        learning_rate: AdamW's, falling to zero.
        weight_decay: The same.
        alone: How much a head's own loss counts beside that of the mean, so that each is right
            without the others, too.
        temperature: That the app divides logits by; sharpness is fitted for it.
        natural: Added to the logits of Natural in the end, as of `shift_head_prior`.
        seed: Of everything.
    """

    use: str
    faces: int
    epochs: float
    learning_rate: float
    weight_decay: float = 0.1
    alone: float = 1.0
    temperature: float = 0.73
    natural: float = 0.0
    seed: int = 0


class Shown(NamedTuple):
    """What one network makes of n faces in each of some views.

    Attributes:
        features: float16 (views, n, features).
        votes: (views, n, 5).
        sureness: (views, n).
    """

    features: Tensor
    votes: Tensor
    sureness: Tensor


class Known(NamedTuple):
    """What is known of n faces.

    Attributes:
        targets: (n, 5): shares.
        counts: (n,), 0..1: how much each counts.
        drawn: (n,): how often each is drawn; 0 for those that are kept out.
        kept: (n,), of bool: kept out, to choose by.
        labels: (n,): index of the class; -1 where nobody said it.
    """

    targets: Tensor
    counts: Tensor
    drawn: Tensor
    kept: Tensor
    labels: Tensor


def fit_heads(
    data: Path, folder: Path, weights: Sequence[Path], config: HeadsConfig
) -> list[ExpressionHead]:
    """Return a head for each network, in eval mode, fitted so that their mean is right.

    Args:
        data: The data folder.
        folder: Of `distil.prepare` and, unless the labels are to be the targets,
            `distil.teach_targets`.
        weights: Of the networks.
        config: How.

    Raises:
        DataError: The data, crops or targets cannot be used.
        CheckpointError: The weights cannot be read.
    """
    pictures, crops = all_pictures(data), open_crops(folder / CROPS)
    targets, counts = final_targets(folder, pictures, crops)
    usable, kept = selection(crops, pictures)
    usable &= counts > 0
    weights_of_all = face_weights(crops.rows, targets, usable)
    numbers = np.union1d(drawn(weights_of_all, config.faces, config.seed), np.flatnonzero(kept))
    rows = [crops.rows[number] for number in numbers]
    faces = [labelled_face(pictures, row) for row in rows]
    known = Known(
        torch.from_numpy(targets[numbers]),
        torch.from_numpy(counts[numbers]),
        torch.from_numpy(face_weights(rows, targets[numbers], usable[numbers])),
        torch.from_numpy(kept[numbers]),
        torch.tensor([-1 if face.weak else face.emotion for face in faces]),
    )
    shown = [
        Shown(*(torch.stack(each) for each in zip(*views, strict=True)))
        for network in map(networks.load, weights)
        for views in [[look_at(network, crops, numbers, config, view) for view in VIEWS]]
    ]
    heads = fitted(shown, known, config)
    sharpen(heads, shown, known, config.temperature)
    for head in heads:
        shift_head_prior(head, Emotion.NATURAL, config.natural)
    return heads


def drawn(weights: npt.NDArray[np.float64], count: int, seed: int) -> npt.NDArray[np.int64]:
    """Return the numbers of faces to learn from, each once.

    Args:
        weights: How often each is drawn.
        count: How many, at most.
        seed: Of the draw.
    """
    count = min(count, int((weights > 0).sum()))
    rng = np.random.default_rng(seed)
    return np.asarray(rng.choice(len(weights), count, replace=False, p=weights), np.int64)


@torch.inference_mode()
def look_at(
    network: nn.Module,
    crops: FaceCrops,
    numbers: npt.NDArray[np.int64],
    config: HeadsConfig,
    view: View,
) -> tuple[Tensor, ...]:
    """Return what a network makes of faces in one view, as of `Shown`.

    Args:
        network: In eval mode.
        crops: All of them.
        numbers: Of the faces.
        config: Its use and seed count: all networks see the same.
        view: What is done to the pictures, at random.
    """
    side, span = USES[config.use][2]
    rng = np.random.default_rng((config.seed, VIEWS.index(view)))
    torch.manual_seed(config.seed)
    parts = []
    for start in range(0, len(numbers), CHUNK):
        part = some_of(crops, numbers[start : start + CHUNK])
        part = replace(part, boxes=shaken(part.boxes, rng))
        sampler = CropSampler.of(part, np.zeros(len(part.rows)), torch.device("cpu"))
        mirrored, left = bool(rng.integers(2)), CUTS[rng.integers(len(CUTS))]
        left = left if view == "cut" else math.inf
        images, boxes = sampler.plain(torch.arange(len(part.rows)), side, span, mirrored, left)
        if view == "covered":
            images = covered(images, boxes)
        seen = see(network, images.to(memory_format=torch.channels_last))
        parts.append((seen.features.half(), seen.votes, seen.sureness.clamp(max=1)))
        if start % (20 * CHUNK) == 0:
            LOGGER.info("looked at %d of %d", start, len(numbers))
    return tuple(torch.cat(each) for each in zip(*parts, strict=True))


def shaken(boxes: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return boxes, (n, 4) as x0, y0, x1, y1, about as far off as a detector's are."""
    sides = boxes[:, 2:] - boxes[:, :2]
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 + rng.normal(0, SHIFT, sides.shape) * sides
    sizes = rng.normal(0, SIZE, (len(boxes), 1)) + rng.normal(0, SIDE, sides.shape)
    half = sides * np.exp(sizes) / 2
    return np.concatenate([centres - half, centres + half], axis=1).astype(np.float32)


def fitted(shown: Sequence[Shown], known: Known, config: HeadsConfig) -> list[ExpressionHead]:
    """Return heads, one for each network, in eval mode.

    Args:
        shown: What each network makes of the faces.
        known: What is known of them.
        config: How.
    """
    torch.manual_seed(config.seed)
    learnt = known.drawn > 0
    heads = [_begun(each, learnt) for each in shown]
    optimiser = torch.optim.AdamW(
        nn.ModuleList(heads).parameters(),
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
    )
    views = shown[0].features.shape[0]
    steps = max(1, round(config.epochs * int(learnt.sum()) * views / BATCH))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * (1 + math.cos(math.pi * step / steps)) / 2
        faces = torch.multinomial(known.drawn, BATCH, replacement=True)
        view = torch.randint(views, (BATCH,))
        answers = [
            head(each.features[view, faces].float(), each.votes[view, faces])
            for head, each in zip(heads, shown, strict=True)
        ]
        losses = [_loss(answer, known, faces) for answer in answers]
        loss = _loss(_mean(answers), known, faces)
        if len(heads) > 1:
            loss = loss + config.alone * _mean(losses)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 200 == 0:
            LOGGER.info("step %d of %d: %.4f", step, steps, loss.item())
    return [head.eval() for head in heads]


@torch.no_grad()
def sharpen(
    heads: Sequence[ExpressionHead], shown: Sequence[Shown], known: Known, temperature: float
) -> None:
    """Set the heads' sharpness so that, read as the app reads them, probabilities are right.

    It is the one that shows the labels of the kept-out faces, as they are, with the least negative
    log-likelihood (Guo et al. 2017).

    Args:
        heads: Whose mean counts.
        shown: What each head's network makes of the faces.
        known: What is known of them.
        temperature: That the app divides logits by.
    """
    chosen = known.kept & (known.labels >= 0)
    if not chosen.any():
        return
    logits = _mean(
        [
            head(each.features[0, chosen].float(), each.votes[0, chosen])
            for head, each in zip(heads, shown, strict=True)
        ]
    )
    sureness = _mean([each.sureness[0, chosen] for each in shown])[:, None]
    labels = known.labels[chosen]

    def wrong(sharpness: float) -> float:
        scores = sureness * (sharpness * logits).softmax(1)
        read = (scores.clamp(1e-6, 1 - 1e-6).logit() / temperature).log_softmax(1)
        return float(-read.gather(1, labels[:, None]).mean())

    best = min(SHARPNESSES, key=wrong)
    LOGGER.info("sharpness %.3f, negative log-likelihood %.4f", best, wrong(best))
    for head in heads:
        head.sharpness.fill_(best)


def _begun(shown: Shown, learnt: Tensor) -> ExpressionHead:
    """Return a head that answers as the network votes, and knows how its features spread."""
    features = shown.features[:, learnt].float().flatten(0, 1)
    head = ExpressionHead(features.shape[1])
    head.mean.copy_(features.mean(0))
    head.spread.copy_(features.std(0) + 1e-4)
    return head.train()


def _loss(logits: Tensor, known: Known, faces: Tensor) -> Tensor:
    wrong = -(known.targets[faces] * logits.log_softmax(1)).sum(1)
    return (wrong * known.counts[faces]).mean()


def _mean(tensors: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(tensors)).mean(0)
