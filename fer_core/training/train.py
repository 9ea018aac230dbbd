"""The training loop: warm-up, constant rate, cool-down; stopped and resumed at any moment.

The rate is constant until the cool-down (warm-up, stable, decay: Hu et al. 2024), so a run can be
extended for as long as there is time: `stable.pt`, written when the cool-down starts, is where a
longer run goes on.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import cv2
import torch
from torch import nn
from ultralytics.utils.torch_utils import ModelEMA

from fer_core.training import network as networks
from fer_core.training.batches import REFINER_SIZES, SIZES, Batch, SceneBatches, loader
from fer_core.training.check import cross_split_duplicates
from fer_core.training.data import (
    NEGATIVES_ARCHIVE,
    PictureReader,
    load_backgrounds,
    load_dataset,
)
from fer_core.training.dataset import FaceDataset
from fer_core.training.devices import device_of
from fer_core.training.errors import OptionError
from fer_core.training.faces import Box
from fer_core.training.initialise import first_network, settle_norms
from fer_core.training.landmark_teacher import BOXED_ANEW, read_landmarks
from fer_core.training.losses import SoftTargetLoss
from fer_core.training.process_group import ProcessGroup, gathered
from fer_core.training.run_config import Progress, TrainingConfig, rate_factor, share_done
from fer_core.training.run_log import RunLog, draw_curves
from fer_core.training.scene_style import refiner_style, training_style
from fer_core.training.soft_targets import read_targets

LOGGER = logging.getLogger(__name__)

#: A kill loses at most this much work.
CHECKPOINT_EVERY_S = 120.0
#: From which the norms of first weights that come from a file get their statistics.
SETTLING_BATCHES = 12
#: Source -> how often it is drawn. affect_faces more, because it feeds the transplants, the most
#: varied element; news_heads and web_crops less, because they are small.
SOURCE_WEIGHTS = {
    "affect_faces": 1.2,
    "colour_heads": 1.2,
    "ferplus": 0.8,
    "news_heads": 0.6,
    "web_crops": 0.6,
    "webcam_frames": 0.5,
    "landmarks": 0.6,
    "students": 0.2,
}
#: Loss gains. With Ultralytics' 7.5, 0.5, 1.5 the boxes dominate; here they are the easy part.
BOX_GAIN, CLASS_GAIN, DISTANCE_GAIN = 5.0, 1.5, 1.0
#: Of the moving average once the rate falls: the weights of before the cool-down soon leave it.
FINAL_EMA_DECAY = 0.998
#: Against the rare step that would throw the weights off: about three times the usual norm.
GRADIENT_LIMIT = 100.0


def train(config: TrainingConfig, resume: Path | None = None) -> Path:
    """Train, and return the path of the finished weights in Ultralytics' checkpoint form.

    Args:
        config: Of the run.
        resume: A `last.pt` or `stable.pt` to go on from; its architecture is taken, the first
            weights of the config are not.

    Raises:
        CheckpointError: A checkpoint cannot be used.
        DataError: The data cannot be used.
        OptionError: There is no such device.
    """
    if config.processes > 1 and device_of(config.device).type != "cpu":
        raise OptionError("--processes is for the CPU: leave it out with --device")
    if resume is not None:
        config = replace(config, model=networks.read_run(resume)["config"]["model"], weights=None)
    config.run.mkdir(parents=True, exist_ok=True)
    with gathered(config.processes, partial(_train, config, resume)) as group:
        return _train(config, resume, group)


def _train(config: TrainingConfig, resume: Path | None, group: ProcessGroup) -> Path:
    device = device_of(config.device)
    state = None if resume is None else networks.read_run(resume)
    torch.manual_seed(config.seed)
    threads = config.threads or (1 if group.size > 1 else None)
    if threads:
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
    dataset, face_count = _load_faces(config)
    model = first_network(config.model, config.weights)
    moved: Any = model  # torch's types know no memory_format
    model = moved.to(device=device, memory_format=torch.channels_last).train()
    if config.weights is not None:
        batches = _feed(dataset, config, Progress(), 1.0, group)
        settle_norms(model, (_images(next(batches), device) for _ in range(SETTLING_BATCHES)))
    config = replace(config, model=networks.key(model))
    joined = group.joined(model)
    gains: Any = model.args
    gains.box, gains.cls, gains.dfl = BOX_GAIN, CLASS_GAIN, DISTANCE_GAIN
    optimiser = _optimiser(model, config)
    average = ModelEMA(model, decay=config.ema_decay, tau=500)
    progress = Progress()
    if state is not None:
        progress = _restore(state, model, average, optimiser)
        LOGGER.info(
            "resumed %s at step %d, %.1f min", resume, progress.step, progress.elapsed_s / 60
        )
    loss_of = SoftTargetLoss(model)
    cooling, factor, done = False, 0.0, share_done(config, progress, face_count)
    if config.cooldown > 0 and done >= 1 - config.cooldown:  # stopped while it cooled
        cooling, batches = True, _cooldown(dataset, config, progress, average, group)
    else:
        batches = _feed(dataset, config, progress, 1.0, group)
    if done >= 1:
        LOGGER.info("this run is finished: more --minutes (or --epochs) would extend it")
    log = RunLog(config.run / "log.csv", progress.step) if group.rank == 0 else None
    begun, before = time.monotonic(), progress.elapsed_s
    saved_at = time.monotonic()
    with _interruptible() as interrupted:
        while True:
            progress.elapsed_s = before + time.monotonic() - begun
            done = group.agree(share_done(config, progress, face_count))
            if not cooling and config.cooldown > 0 and done >= 1 - config.cooldown:
                if log:
                    _save(config.run / "stable.pt", config, model, average, optimiser, progress)
                cooling = True
                batches = _cooldown(dataset, config, progress, average, group)
            if done >= 1 or group.agree(interrupted()):
                break
            batch = next(batches)
            factor = rate_factor(done, progress.step, config.warmup_steps, config.cooldown)
            for part in optimiser.param_groups:
                part["lr"] = config.learning_rate * factor
            losses, gradient = _step(model, joined, loss_of, optimiser, batch, device)
            average.update(model)
            progress.step += 1
            progress.faces += len(batch["batch_idx"]) * group.size
            if log is None:
                continue
            log.add(progress, config.learning_rate * factor, losses, gradient, done)
            if time.monotonic() - saved_at > CHECKPOINT_EVERY_S:
                _save(config.run / "last.pt", config, model, average, optimiser, progress)
                saved_at = time.monotonic()
    weights = config.run / "weights.pt"
    if log:
        log.write(progress, config.learning_rate * factor, done)
        _save(config.run / "last.pt", config, model, average, optimiser, progress)
        networks.save(average.ema, weights)
        draw_curves(config.run / "log.csv", config.run / "curves.png")
    return weights


def _load_faces(config: TrainingConfig) -> tuple[FaceDataset, int]:
    everything = load_dataset(config.data)
    held_out = cross_split_duplicates(everything)
    if held_out:
        LOGGER.info(
            "%d pictures are in both splits: their training part is left out", len(held_out)
        )
    groups = {each.unit for each in everything if each.split != "train"}
    pictures = [
        each
        for each in everything
        if each.split == "train" and each not in held_out and each.unit not in groups
    ]
    distributions = None if config.targets is None else read_targets(config.targets)
    boxes: dict[tuple[str, str], Box] = {}
    if config.landmarks is not None:
        for source, known in read_landmarks(config.landmarks).items():
            if source in BOXED_ANEW:
                boxes |= {(source, name): box for name, box in known.boxes_by_name().items()}
    reader = PictureReader()
    dataset = FaceDataset(
        pictures,
        load_backgrounds(config.data, reader),
        SOURCE_WEIGHTS,
        distributions,
        load_backgrounds(config.data, reader, NEGATIVES_ARCHIVE),
        boxes,
    )
    return dataset, len(dataset.faces)


def _cooldown(
    dataset: FaceDataset,
    config: TrainingConfig,
    progress: Progress,
    average: ModelEMA,
    group: ProcessGroup,
) -> Iterator[Batch]:
    """Return the batches of the cool-down, and let the average follow its better weights."""
    average.decay = lambda _updates: FINAL_EMA_DECAY
    return _feed(dataset, config, progress, config.final_strength, group)


def _feed(
    dataset: FaceDataset,
    config: TrainingConfig,
    progress: Progress,
    strength: float,
    group: ProcessGroup,
) -> Iterator[Batch]:
    sizes = config.sizes or (REFINER_SIZES if config.refiner else SIZES)
    style = refiner_style if config.refiner else training_style
    pixels = config.pixels // group.size
    batches = SceneBatches(dataset, config.seed, pixels, tuple(sizes.items()), strength, style)
    pinned = config.device.startswith("cuda")
    start = progress.step * group.size + group.rank
    return iter(loader(batches, start, config.workers, pinned, group.size))


def _images(batch: Batch, device: torch.device) -> torch.Tensor:
    images = batch["images"].to(device, non_blocking=True)
    return images.to(memory_format=torch.channels_last).float() / 255


def _optimiser(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    weights = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in model.parameters() if parameter.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": config.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.99), fused=True)


def _step(
    model: nn.Module,
    joined: nn.Module,
    loss_of: SoftTargetLoss,
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    device: torch.device,
) -> tuple[torch.Tensor, float]:
    images = _images(batch, device)
    with torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device)):
        predictions = joined(images)
    # The loss in full precision: bf16 keeps 3 digits, too few for boxes of 320 pixels.
    predictions = {
        name: value.float() if isinstance(value, torch.Tensor) else value
        for name, value in predictions.items()
    }
    losses, _ = loss_of(predictions, batch)
    losses = losses / len(images)
    total = losses.sum()
    if joined is not model:  # its peers wait for every gradient, also where it sees no face
        total = total + 0 * predictions["boxes"].sum()
    total.backward()
    gradient = torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_LIMIT)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return losses.detach(), float(gradient)


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _save(
    path: Path,
    config: TrainingConfig,
    model: nn.Module,
    average: ModelEMA,
    optimiser: torch.optim.Optimizer,
    progress: Progress,
) -> None:
    """Write a checkpoint, all or nothing: a kill in between leaves the one before."""
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "config": asdict(config),
            "model": model.state_dict(),
            "average": average.ema.state_dict(),
            "average_updates": average.updates,
            "optimiser": optimiser.state_dict(),
            "progress": asdict(progress),
        },
        partial,
    )
    partial.replace(path)


def _restore(
    state: dict[str, Any], model: nn.Module, average: ModelEMA, optimiser: torch.optim.Optimizer
) -> Progress:
    model.load_state_dict(state["model"])
    average.ema.load_state_dict(state["average"])
    average.updates = state["average_updates"]
    optimiser.load_state_dict(state["optimiser"])
    return Progress(**state["progress"])


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether SIGINT or SIGTERM came, so that the loop can save."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
