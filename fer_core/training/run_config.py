"""What decides a training run, and how far it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from pathlib import Path

from fer_core.training import network as networks


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Everything that decides a run.

    Attributes:
        data: The data folder, in either form.
        run: Where checkpoints, log and curves go.
        model: Key of `network.ARCHITECTURES`; None for that of the weights.
        weights: A .pt or .onnx file to start from, of this architecture or half as wide; None for
            random weights.
        minutes: Training time in all, resumed runs included.
        epochs: In place of minutes: passes over as many faces as the training split holds.
        cooldown: Share of the time, at its end, during which the rate falls to zero.
        final_strength: Of the augmentations during the cool-down: the last steps, which settle the
            weights, see pictures closer to those of use (Touvron et al. 2019).
        learning_rate: AdamW's, once warm.
        weight_decay: AdamW's, on convolution weights only.
        pixels: Pixels of a step's batch, of all processes together.
        refiner: Train a network that refines found faces, in place of the detector.
        sizes: Input size (height, width) -> share of the steps; None for the network's own.
        ema_decay: Of the moving average that is evaluated and shipped.
        warmup_steps: Steps until the rate is reached.
        seed: Of the scenes and the first weights.
        workers: Processes that make scenes; 0 makes them in the training process.
        threads: Torch's threads on the CPU; None leaves its default, or 1 for several processes.
        processes: That train together on the CPU, each on batches of its own; see `process_group`.
        device: "cpu", "cuda" or "cuda:0".
        targets: An .npz of `teach` or `relabel`, in place of the labels.
        landmarks: The folder of `landmark_teacher`'s files, for better boxes.
    """

    data: Path
    run: Path
    model: str | None = None
    weights: Path | None = None
    minutes: float | None = 60.0
    epochs: float | None = None
    cooldown: float = 0.25
    final_strength: float = 0.6
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    pixels: int = 10 * 320 * 320
    refiner: bool = False
    sizes: dict[tuple[int, int], float] | None = None
    ema_decay: float = 0.9995
    warmup_steps: int = 300
    seed: int = 0
    workers: int = 0
    threads: int | None = None
    processes: int = 1
    device: str = "cpu"
    targets: Path | None = None
    landmarks: Path | None = None


@dataclass(slots=True)
class Progress:
    """How far a run is: what a resumed run goes on from."""

    step: int = 0
    faces: int = 0
    elapsed_s: float = 0.0


def rate_factor(done: float, step: int, warmup_steps: int, cooldown: float) -> float:
    """Return the share of the learning rate: linear warm-up, 1, then 1 - sqrt (Hagele et al. 2024).

    Args:
        done: Share of the run that is over, 0..1.
        step: Steps taken.
        warmup_steps: Steps until the rate is reached.
        cooldown: Share of the run at its end in which the rate falls to 0.
    """
    warm = min(1.0, (step + 1) / max(1, warmup_steps))
    if cooldown <= 0 or done <= 1 - cooldown:
        return warm
    return warm * max(0.0, 1 - math.sqrt(min(1.0, (done - (1 - cooldown)) / cooldown)))


def settings_of(checkpoint: Path) -> TrainingConfig:
    """Return the settings of the run that wrote a `last.pt` or `stable.pt`, in its folder's place.

    Raises:
        CheckpointError: It is no such file.
    """
    known = {each.name for each in fields(TrainingConfig)}
    stored = networks.read_run(checkpoint)["config"]
    stored["refiner"] = stored.get("refiner", stored.get("close_looks", False))  # before 1.0
    config = TrainingConfig(**{name: value for name, value in stored.items() if name in known})
    return replace(config, run=checkpoint.parent)


def share_done(config: TrainingConfig, progress: Progress, face_count: int) -> float:
    if config.epochs is not None:
        return progress.faces / max(1.0, config.epochs * face_count)
    return progress.elapsed_s / max(1e-9, 60 * (config.minutes or 0.0))
