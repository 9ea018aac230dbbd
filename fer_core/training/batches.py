"""Batches of scenes for the training loop: seeded, resumable, made by any number of workers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from fer_core.training.dataset import FaceDataset
from fer_core.training.scene_style import Style, training_style
from fer_core.training.scenes import Scene, compose

#: Input size (height, width) -> share of the steps. Every step costs about the same: small inputs
#: come in larger batches, and buy faces of 30-150 px cheaply; 256x320 is a webcam's frame.
SIZES: dict[tuple[int, int], float] = {
    (96, 96): 0.06,
    (160, 160): 0.28,
    (192, 192): 0.12,
    (224, 224): 0.08,
    (256, 320): 0.22,
    (320, 320): 0.24,
}

#: The same for a network that only looks closely, at 72-96 px for faces.
REFINER_SIZES: dict[tuple[int, int], float] = {(96, 96): 0.15, (128, 128): 0.5, (160, 160): 0.35}

Batch = dict[str, torch.Tensor]


@dataclass(frozen=True)
class SceneBatches(Dataset[Batch]):
    """Batch number -> batch, the same for the same seed in any process.

    Attributes:
        dataset: Where the faces come from.
        seed: Of the whole sequence.
        pixels: Pixels of a batch; the number of scenes follows from the input size.
        sizes: Input size (height, width) -> share of the batches.
        strength: Of the augmentations, 0..1.
        style: What the scenes of an input size and strength look like.
    """

    dataset: FaceDataset
    seed: int
    pixels: int
    sizes: tuple[tuple[tuple[int, int], float], ...]
    strength: float = 1.0
    style: Callable[[tuple[int, int], float], Style] = training_style

    def __getitem__(self, number: int) -> Batch:
        """Return uint8 images (N, 3, H, W) and the faces in the form `SoftTargetLoss` takes."""
        rng = np.random.default_rng((self.seed, number, 1))
        shares = np.array([share for _, share in self.sizes])
        size = self.sizes[int(rng.choice(len(shares), p=shares / shares.sum()))][0]
        count = max(1, round(self.pixels / (size[0] * size[1])))
        style = self.style(size, self.strength)
        scenes = [
            compose(self.dataset, self.seed, number * 10_000 + index, size, style)
            for index in range(count)
        ]
        return collate(scenes)


class CountFrom(Sampler[int]):
    """Yields start, start + stride, start + 2 stride, ... without end."""

    def __init__(self, start: int, stride: int = 1) -> None:
        self._start = start
        self._stride = stride

    def __iter__(self) -> Iterator[int]:
        return itertools.count(self._start, self._stride)


def collate(scenes: list[Scene]) -> Batch:
    """Return the scenes as one batch.

    Returns:
        "images": uint8 (N, 3, H, W). "batch_idx": (n,), the scene of each face. "bboxes": (n, 4),
        centre and size as shares of width and height. "distributions": (n, 5).
    """
    height, width = scenes[0].image.shape[:2]
    images = torch.from_numpy(np.stack([scene.image for scene in scenes])).permute(0, 3, 1, 2)
    corners = np.concatenate([scene.boxes for scene in scenes])
    centres_and_sizes = np.concatenate(
        [(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], axis=1
    ) / np.array([width, height, width, height], np.float32)
    counts = [len(scene.boxes) for scene in scenes]
    return {
        "images": images,
        "batch_idx": torch.from_numpy(np.repeat(np.arange(len(scenes), dtype=np.float32), counts)),
        "bboxes": torch.from_numpy(centres_and_sizes.astype(np.float32)),
        "distributions": torch.from_numpy(
            np.concatenate([scene.distributions for scene in scenes])
        ),
    }


def loader(
    batches: SceneBatches, start: int, workers: int, pin_memory: bool, stride: int = 1
) -> DataLoader[Batch]:
    """Return an endless loader of the batches `start`, `start` + `stride`, ..."""
    return DataLoader(
        batches,
        batch_size=None,
        sampler=CountFrom(start, stride),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        persistent_workers=workers > 0,
        pin_memory=pin_memory,
        worker_init_fn=_single_threaded,
    )


def _single_threaded(_: int) -> None:
    cv2.setNumThreads(0)  # the workers are the parallelism
    torch.set_num_threads(1)
