"""Fit those layers of a refiner anew that name the expression, on one core and in minutes.

A network that learnt from collections with margins of their own reads from the margin which one it
sees, and so what it most likely shows: its features tell expressions apart, its last layers weigh
the margin beside them. It is enough to fit these anew where the margin tells nothing (Kirichenko,
Izmailov and Wilson 2023, "Last layer re-training is sufficient for robustness to spurious
correlations"): on faces as they are and cut at random, all collections alike.

The features of each view are computed once, where the anchors are that vote on the face; an epoch
over them costs a tenth of one over the network.
"""

from __future__ import annotations

import copy
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from fer_core.training import network as networks
from fer_core.training.crop_files import NO_FACE, FaceCrops, open_crops, some_of
from fer_core.training.crop_placement import Framing, Tensor
from fer_core.training.crop_sampler import CropSampler, drawing_weights, selection
from fer_core.training.distil import CROPS, all_pictures
from fer_core.training.faces import LabelledPicture
from fer_core.training.refine import USES
from fer_core.training.soft_targets import first_target, label_weight

LOGGER = logging.getLogger(__name__)

#: Anchors a side around the surest, of the finest level, which casts 95 to 100 % of the votes. Two
#: convolutions of three by three make of their features the scores of the ones in the middle.
WINDOW, VOTERS = 9, 5
#: Anchors that are at least so sure, beside the surest, stand for those that vote in the app.
VOTES_FROM = 0.5
#: Use -> input sides of the cut views; a face as it is has that of the app's look.
CUT_SIDES = {"video": (128, 128), "photo": (160, 128)}
#: Augmentations of the cut views, mild: what is refitted is how the margin weighs.
STRENGTH = 0.35
#: Of the label in a face's target, beside what the refiner says of the uncut picture.
LABEL = 2 / 3
#: Loss gain: that every anchor stays as sure as it was of a face.
SURENESS = 2.0
#: Faces of a step; a tenth as many pieces without one are beside them.
BATCH = 64
#: Faces whose pixels are in memory at a time.
CHUNK = 64


@dataclass(frozen=True, slots=True)
class RefitConfig:
    """How a refiner is fitted anew.

    Attributes:
        use: Key of `refine.USES`: which sides and framing.
        faces: To learn from, at most.
        epochs: Over them.
        learning_rate: AdamW's.
        agreement: Weight of the views' agreement.
        keep: How much of its answer about the uncut picture is kept, 0..1; that view counts more,
            too. At 0 it learns from the label there as well.
        seed: Of everything.
    """

    use: str
    faces: int = 8000
    epochs: float = 2.5
    learning_rate: float = 1e-3
    agreement: float = 2.0
    keep: float = 0.0
    seed: int = 0


class Looks(NamedTuple):
    """What reaches the class branch in n images.

    Attributes:
        features: float16 (n, channels, WINDOW, WINDOW), around each image's surest anchor.
        votes: (n, VOTERS, VOTERS): how much each anchor in the middle votes, 0..1.
    """

    features: Tensor
    votes: Tensor


def refit(data: Path, folder: Path, weights: Path, config: RefitConfig) -> nn.Module:
    """Return a refiner that answers more alike however a picture is cut, in eval mode.

    Args:
        data: The data folder.
        folder: Of `distil.prepare`.
        weights: Of the refiner.
        config: How.

    Raises:
        DataError: The data or crops cannot be used.
        CheckpointError: The weights cannot be read.
    """
    torch.manual_seed(config.seed)
    network = networks.load(weights)
    pictures, crops = all_pictures(data), open_crops(folder / CROPS)
    faces = _drawn(crops, pictures, config)
    pieces = np.flatnonzero([row.face == NO_FACE for row in crops.rows])
    sides = CUT_SIDES[config.use]
    views = looks_of(network, crops, faces, pieces, config.use, (None, *sides))
    kept = _unpadded(_branch(network))
    own = answers(kept, views[0].features.float(), views[0].votes)
    shown = [_known(pictures[crops.rows[n].source, crops.rows[n].name], crops, n) for n in faces]
    labels = torch.tensor(np.array([target for target, _ in shown]))
    shares = torch.tensor([share for _, share in shown])[:, None]
    mixed = shares * labels + (1 - shares) * own.softmax(1)
    uncut = config.keep * own.softmax(1) + (1 - config.keep) * mixed
    targets = torch.stack([uncut, mixed, mixed])
    some = pieces[: len(faces) // 8]
    (empty,) = looks_of(network, crops, some, pieces, config.use, sides[:1])
    _branch(network).load_state_dict(_fitted(kept, views, targets, empty, config).state_dict())
    return network


def look(network: nn.Module, images: Tensor) -> Looks:
    """Return what reaches the class branch of the finest level.

    Args:
        network: In eval mode.
        images: (n, 3, side, side), 0..1, of at least `WINDOW` anchors a side.
    """
    caught: list[Tensor] = []
    hook = _branch(network).register_forward_pre_hook(lambda _, given: caught.append(given[0]))
    scores = networks.predict(network, images.to(memory_format=torch.channels_last))[:, 4:]
    hook.remove()
    features = caught[0]
    count, _, height, width = features.shape
    sure = scores.sum(1).clamp(max=1)
    finest = sure[:, : height * width].reshape(count, height, width)
    best = finest.flatten(1).argmax(1)
    voting = torch.where(finest > VOTES_FROM * sure.amax(1)[:, None, None], finest, 0.0)
    windows, votes = [], []
    rim = (WINDOW - VOTERS) // 2
    for index, place in enumerate(best.tolist()):
        top = min(max(place // width - WINDOW // 2, 0), height - WINDOW)
        left = min(max(place % width - WINDOW // 2, 0), width - WINDOW)
        windows.append(features[index, :, top : top + WINDOW, left : left + WINDOW])
        rows, columns = slice(top + rim, top + rim + VOTERS), slice(left + rim, left + rim + VOTERS)
        votes.append(voting[index, rows, columns])
    return Looks(torch.stack(windows).half(), torch.stack(votes))


def answers(branch: nn.Module, features: Tensor, votes: Tensor) -> Tensor:
    """Return the mean logits of the anchors that vote, (n, 5).

    Args:
        branch: Of `_unpadded`.
        features: (n, channels, WINDOW, WINDOW).
        votes: (n, VOTERS, VOTERS).
    """
    with torch.no_grad():
        parts = [branch(part) for part in features.split(256)]
    return _mean(torch.cat(parts), votes)


def looks_of(
    network: nn.Module,
    crops: FaceCrops,
    faces: npt.NDArray[np.int64],
    pieces: npt.NDArray[np.int64],
    use: str,
    sides: Sequence[int | None],
) -> list[Looks]:
    """Return views of each face, cut at random or as it is.

    Args:
        network: In eval mode.
        crops: All of them.
        faces: Which.
        pieces: Crops without a face, some of which lie around cut pictures.
        use: Key of `refine.USES`.
        sides: Of the input for each view; None for a face as it is, as the app looks at it.
    """
    _, framing, (side, span) = USES[use]
    # As of a face that was just found, hardly turned: only the margin matters here.
    near = Framing((0.85 * span, 1.2 * span), 0.1, (0.6, 0.05, 0.0), 0.05, framing.cut)
    views: list[list[Looks]] = [[] for _ in sides]
    for start in range(0, len(faces), CHUNK):
        part = np.concatenate([faces[start : start + CHUNK], pieces[:CHUNK]])
        sampler = CropSampler.of(some_of(crops, part), np.zeros(len(part)), torch.device("cpu"))
        chosen = torch.arange(min(CHUNK, len(faces) - start))
        for view, of_cut in zip(views, sides, strict=True):
            images = (
                sampler.plain(chosen, side, span, False)
                if of_cut is None
                else sampler.images(chosen, of_cut, near, STRENGTH)[0]
            )
            view.append(look(network, images))
        if start % (20 * CHUNK) == 0:
            LOGGER.info("looked at %d of %d", start, len(faces))
    return [Looks(*(torch.cat(each) for each in zip(*view, strict=True))) for view in views]


def _fitted(
    before: nn.Module, views: list[Looks], targets: Tensor, empty: Looks, config: RefitConfig
) -> nn.Module:
    """Return a class branch that shows the targets in every view, as sure as before of faces."""
    branch = copy.deepcopy(before)
    optimiser = torch.optim.AdamW(
        branch.parameters(), lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=0.0
    )
    counted = torch.stack([view.votes.sum((1, 2)) > 0 for view in views]).float()
    counted[0] *= 1 + config.keep
    count = targets.shape[1]
    steps = max(1, round(config.epochs * count / BATCH))
    for step, batch in enumerate(_batches(count, steps, config.seed)):
        factor = min(1.0, (step + 1) / 20) * (1 + math.cos(math.pi * step / steps)) / 2
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * factor
        some = torch.randint(max(1, len(empty.votes)), (min(BATCH // 5, len(empty.votes)),))
        features = [view.features[batch] for view in views] + [empty.features[some]]
        together = torch.cat(features).float()
        scores = branch(together)
        with torch.no_grad():
            sure = before(together).sigmoid().sum(1).clamp(max=1)
        votes = torch.cat([view.votes[batch] for view in views])
        logits = _mean(scores[: len(votes)], votes).view(len(views), len(batch), -1)
        wrong, apart = _losses(logits.log_softmax(-1), targets[:, batch], counted[:, batch])
        unsure = functional.smooth_l1_loss(scores.sigmoid().sum(1), sure, beta=0.1)
        optimiser.zero_grad()
        (wrong + config.agreement * apart + SURENESS * unsure).backward()
        optimiser.step()
        if step % 50 == 0:
            figures = wrong.item(), apart.item(), unsure.item()
            LOGGER.info(
                "step %d of %d: class %.3f, agreement %.4f, sure %.4f", step, steps, *figures
            )
    return branch


def _losses(shown: Tensor, targets: Tensor, counted: Tensor) -> tuple[Tensor, Tensor]:
    """Return the cross-entropy, and how far the views of a face are from their mean.

    Args:
        shown: Log-probabilities, (views, n, 5).
        targets: (views, n, 5).
        counted: (views, n): how much each counts, 0 where no anchor votes on the face.
    """
    views = counted.sum().clamp(min=1)
    wrong = -((targets * shown).sum(-1) * counted).sum() / views
    mean = (shown.exp() * counted[..., None]).sum(0) / counted.sum(0)[:, None].clamp(min=1)
    apart = (shown.exp() * (shown - mean.clamp(min=1e-6).log())).sum(-1)
    return wrong, (apart * counted).sum() / views


def _batches(count: int, steps: int, seed: int) -> Iterator[Tensor]:
    rng = np.random.default_rng(seed)
    left = np.zeros(0, np.int64)
    for _ in range(steps):
        if len(left) < min(BATCH, count):
            left = np.concatenate([left, rng.permutation(count)])
        yield torch.from_numpy(left[:BATCH].copy())
        left = left[BATCH:]


def _drawn(
    crops: FaceCrops, pictures: dict[tuple[str, str], LabelledPicture], config: RefitConfig
) -> npt.NDArray[np.int64]:
    """Return which faces to learn from, by source and class as `refine` draws them."""
    usable, _ = selection(crops, pictures)
    classes = np.zeros(len(crops.rows), np.int64)
    for number in np.flatnonzero(usable):
        row = crops.rows[number]
        classes[number] = pictures[row.source, row.name].faces[row.face].emotion
    sources = [row.source + ("+" if row.transplanted else "") for row in crops.rows]
    weights = drawing_weights(sources, classes, usable)
    count = min(config.faces, int((weights > 0).sum()))
    rng = np.random.default_rng(config.seed)
    return np.asarray(rng.choice(len(weights), count, replace=False, p=weights), np.int64)


def _known(
    picture: LabelledPicture, crops: FaceCrops, number: int
) -> tuple[npt.NDArray[np.float32], float]:
    """Return what a face's label says of it, (5,), and how much that counts, 0..1."""
    face = picture.faces[crops.rows[number].face]
    target, known = first_target(face, picture.source)
    return target, LABEL * label_weight(face) if known > 0 else 0.0


def _branch(network: nn.Module) -> nn.Module:
    """Return what names the class at the finest level: two convolutions and a linear layer."""
    return cast(nn.Module, cast(Any, network).model[-1].cv3[0])


def _unpadded(branch: nn.Module) -> nn.Module:
    """Return a copy that scores the middle of a window, as the branch does in the whole."""
    copied = copy.deepcopy(branch).eval()
    for module in copied.modules():
        if isinstance(module, nn.Conv2d):
            module.padding = (0, 0)
    return copied


def _mean(scores: Tensor, votes: Tensor) -> Tensor:
    """Return the mean of logits (n, 5, VOTERS, VOTERS), weighted by votes: (n, 5)."""
    weighted = (scores * votes[:, None]).sum((2, 3))
    return weighted / votes.sum((1, 2))[:, None].clamp(min=1e-6)
