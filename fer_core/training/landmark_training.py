"""Train the landmark network, on the same crops and in the same lights as the refiners."""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from fer_core.training.crop_files import NO_FACE, FaceCrops
from fer_core.training.crop_placement import Crops, Framing, Tensor, plain
from fer_core.training.crop_sampler import CropSampler
from fer_core.training.errors import DataError
from fer_core.training.landmark_network import PLACES, LandmarkNetwork, load
from fer_core.training.moving_average import MovingAverage
from fer_core.vision.landmark_layout import CROP_FACES, CROP_PX, MIRRORED, MIRRORED_SHAPES

LOGGER = logging.getLogger(__name__)

WEIGHTS, FIGURES = "landmarks.pt", "landmarks.json"
#: How the training frames a face: the box it comes from is never quite right.
FRAMING = Framing(span=(1.25, 1.85), shift=0.14, roll=(0.62, 0.2, 0.03))
#: How often faces of a source are drawn. Those whose points people set most: they are few.
SOURCE_WEIGHTS = {
    "landmarks": 0.2,
    "colour_heads": 0.24,
    "news_heads": 0.12,
    "affect_faces": 0.1,
    "students": 0.12,
    "webcam_frames": 0.1,
    "web_crops": 0.08,
    "ferplus": 0.06,
}
#: Closed eyes and open mouths are rare, and what the indicators are about.
RARE = {9: 0.4, 25: 0.35}
#: So are heads that are turned far: their nose's tip is nearer to one end of the jaw than this
#: share of the way from one to the other.
ASIDE = 0.3
RARER = 3.0
POINT_GAIN, SHAPE_GAIN, PRESENCE_GAIN = 40.0, 2.0, 0.5
#: Share of the faces that are drawn from the turned ones, where there are any.
TURNED = 0.4
#: Share of a step's crops that show no face.
PIECES = 0.1
LOG_EVERY_S, SAVE_EVERY_S = 10.0, 60.0
#: Source -> rows of crops.
Rows = dict[str, npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class LandmarkConfig:
    """How it learns.

    Attributes:
        output: The folder of its weights and figures.
        seconds: Of training.
        batch: Crops a step.
        learning_rate: AdamW's.
        weight_decay: AdamW's.
        width: Channels of the first stage.
        seed: Of everything.
        weights: A written network to go on from; random ones if None.
        warm_up: Steps until the learning rate is reached.
    """

    output: Path
    seconds: float = 300.0
    batch: int = 1024
    learning_rate: float = 3e-3
    weight_decay: float = 0.02
    width: int = 16
    seed: int = 0
    weights: Path | None = None
    warm_up: int = 300


def drawing_weights(
    crops: FaceCrops, usable: npt.NDArray[np.bool_], turned: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.float64]:
    """Return how often each face is drawn, shape (n,), sum 1; none whose points are unknown.

    Args:
        crops: All.
        usable: Which may be drawn, (n,).
        turned: Which were turned from another picture; `TURNED` of the draws are theirs.
    """
    known = usable & ~np.isnan(crops.points[:, 0, 0])
    sources = np.array([row.source for row in crops.rows])
    weights = np.zeros(len(sources))
    moved = np.zeros(len(sources), bool) if turned is None else turned
    across = crops.points[:, [0, 16, 30], 0]
    jaw = np.where(known, across[:, 1] - across[:, 0], 1.0)
    nose = np.nan_to_num((across[:, 2] - across[:, 0]) / np.where(jaw == 0, 1.0, jaw), nan=0.5)
    aside = np.abs(nose - 0.5) > 0.5 - ASIDE
    for of_kind, share in ((~moved, 1 - TURNED), (moved, TURNED)):
        part = np.zeros(len(sources))
        for source in sorted(set(sources.tolist())):
            members = known & of_kind & (sources == source)
            if members.any():
                part[members] = SOURCE_WEIGHTS.get(source, 0.1) / members.sum()
        for shape, least in RARE.items():
            part[np.nan_to_num(crops.shapes[:, shape]) > least] *= RARER
        part[aside] *= RARER
        weights += share * part / max(float(part.sum()), 1e-12)
    return np.asarray(weights / max(float(weights.sum()), 1e-12))


def train_landmarks(
    crops: FaceCrops,
    usable: npt.NDArray[np.bool_],
    config: LandmarkConfig,
    device: torch.device,
    turned: npt.NDArray[np.bool_] | None = None,
) -> LandmarkNetwork:
    """Train the network, write it, and return its moving average, in eval mode.

    Args:
        crops: All.
        usable: Which may be learnt from.
        config: How.
        device: That trains.
        turned: Which were turned from another picture.

    Raises:
        DataError: The points of no face are known.
        CheckpointError: The weights to go on from cannot be read.
    """
    weights = drawing_weights(crops, usable, turned)
    if not weights.any():
        raise DataError("no face's points are known: run prepare with --landmarks")
    torch.manual_seed(config.seed)
    config.output.mkdir(parents=True, exist_ok=True)
    sampler = CropSampler.of(crops, weights, device)
    points = torch.from_numpy(crops.points).to(device)
    shapes = torch.from_numpy(crops.shapes[:, list(PLACES.values())]).to(device)
    network = LandmarkNetwork(config.width) if config.weights is None else load(config.weights)
    cast(Any, network).to(device=device, memory_format=torch.channels_last)
    average = MovingAverage(network, 0.999)
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        betas=(0.9, 0.99),
    )
    begun = logged = saved = time.monotonic()
    step, sums, since = 0, torch.zeros(3, device=device), 0
    network.train()
    while (done := (time.monotonic() - begun) / config.seconds) < 1:
        for group in optimiser.param_groups:
            factor = min(1.0, (step + 1) / config.warm_up) * (1 + math.cos(math.pi * done)) / 2
            group["lr"] = config.learning_rate * factor
        losses = _losses(network, sampler, points, shapes, config.batch)
        losses.sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        average.follow()
        sums += losses.detach()
        step, since = step + 1, since + 1
        now = time.monotonic()
        if now - logged > LOG_EVERY_S:
            means = (sums / since).tolist()
            LOGGER.info("landmarks: step %d, points %.3f, shapes %.3f, presence %.4f", step, *means)
            sums.zero_()
            logged, since = now, 0
        if now - saved > SAVE_EVERY_S:
            saved = now
            save(cast(LandmarkNetwork, average.network), config.output / WEIGHTS)
    save(cast(LandmarkNetwork, average.network), config.output / WEIGHTS)
    return cast(LandmarkNetwork, average.network.eval())


def save(network: LandmarkNetwork, path: Path) -> None:
    """Write a network, whole or not at all; `landmark_network.load` reads it."""
    state = {name: value.detach().cpu() for name, value in network.state_dict().items()}
    partial = path.with_suffix(".partial")
    torch.save({"width": network.width, "state": state}, partial)
    partial.replace(path)


def _losses(
    network: LandmarkNetwork, sampler: CropSampler, points: Tensor, shapes: Tensor, count: int
) -> Tensor:
    """Return the losses of points, shapes and presence, shape (3,)."""
    device = points.device
    pieces = sampler.draw_pieces(round(PIECES * count))
    faces = sampler.draw(count - len(pieces))
    images, _, placement = sampler.placed_images(torch.cat([faces, pieces]), CROP_PX, FRAMING, 0.9)
    # Without a GPU's matrix units 16 bits are slower.
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        seen = network.seen(images.to(memory_format=torch.channels_last))
    found, shown, presence = network.heads(seen.float())
    mirrored = placement.mirrored[: len(faces)]
    wanted = placement.points(points[torch.cat([faces, pieces])])[: len(faces)] / CROP_PX
    swapped = wanted[:, list(MIRRORED)]
    wanted = torch.where(mirrored[:, None, None], swapped, wanted)
    known = ~wanted.isnan()
    apart = (found[: len(faces)] - torch.where(known, wanted, 0.0)).abs()
    point_loss = (apart * known).sum() / known.sum().clamp(min=1)
    target = shapes[faces]
    target = torch.where(mirrored[:, None], target[:, list(MIRRORED_SHAPES)], target)
    told = ~target.isnan()
    shape_loss = functional.binary_cross_entropy_with_logits(
        shown[: len(faces)], torch.where(told, target, 0.0), reduction="none"
    )
    shape_loss = (shape_loss * told).sum() / told.sum().clamp(min=1)
    is_face = torch.zeros_like(presence)
    is_face[: len(faces)] = 1.0
    presence_loss = functional.binary_cross_entropy_with_logits(presence, is_face)
    gains = POINT_GAIN, SHAPE_GAIN, PRESENCE_GAIN
    losses = (point_loss, shape_loss, presence_loss)
    return torch.stack([loss * gain for loss, gain in zip(losses, gains, strict=True)])


@torch.inference_mode()
def point_errors(
    network: LandmarkNetwork, crops: FaceCrops, chosen: npt.NDArray[np.int64], batch: int = 256
) -> npt.NDArray[np.float64]:
    """Return the mean distance of the 68 points, in distances of the outer eye corners, (n,).

    Args:
        network: In eval mode.
        crops: All.
        chosen: Of which, faces whose points are known.
        batch: Crops at a time.
    """
    device = next(network.parameters()).device
    errors = []
    for start in range(0, len(chosen), batch):
        rows = chosen[start : start + batch]
        part = Crops(
            torch.from_numpy(pixels_of(crops, rows)).to(device),
            torch.from_numpy(crops.boxes[rows]).to(device),
        )
        images, placement = plain(part, CROP_PX, CROP_FACES)
        found = network(images)[0][:, :68] * CROP_PX
        wanted = placement.points(torch.from_numpy(crops.points[rows]).to(device))[:, :68]
        apart = (found - wanted).norm(dim=2).mean(1)
        eyes = (wanted[:, 36] - wanted[:, 45]).norm(dim=1)
        errors.append((apart / eyes).double().cpu().numpy())
    return np.concatenate(errors) if errors else np.zeros(0)


def pixels_of(crops: FaceCrops, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    starts = np.cumsum([0, *(len(part) for part in crops.parts)])
    parts = np.searchsorted(starts, rows, side="right") - 1
    return np.stack(
        [crops.parts[part][row - starts[part]] for part, row in zip(parts, rows, strict=True)]
    )


def judge_landmarks(
    network: LandmarkNetwork,
    crops: FaceCrops,
    by_source: dict[str, npt.NDArray[np.int64]],
    output: Path,
) -> dict[str, float]:
    """Write and return the mean error of the points by source, percent of the eye distance."""
    figures = {
        source: round(100 * float(point_errors(network, crops, rows).mean()), 3)
        for source, rows in by_source.items()
        if len(rows)
    }
    (output / FIGURES).write_text(json.dumps(figures, indent=1), encoding="utf-8")
    LOGGER.info("landmarks: error %s", figures)
    return figures


def with_points(
    crops: FaceCrops, chosen: npt.NDArray[np.bool_]
) -> dict[str, npt.NDArray[np.int64]]:
    """Return source -> the chosen faces whose points are known."""
    known = chosen & ~np.isnan(crops.points[:, 0, 0])
    known &= np.array([row.face != NO_FACE and not row.transplanted for row in crops.rows])
    sources = np.array([row.source for row in crops.rows])
    return {
        source: np.flatnonzero(known & (sources == source))
        for source in sorted(set(sources[known].tolist()))
    }
