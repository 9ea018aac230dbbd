"""A small network that finds a face's points, what its brows, lids, gaze and mouth do, in a crop.

It learns from `landmark_points` and blendshapes of a landmark network, and from points that people
set by hand, on the same crops and in the same lights as the refiners.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import cast

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_linear_bn_eval

from fer_core.training.crop_placement import Tensor
from fer_core.training.errors import CheckpointError
from fer_core.vision.landmark_layout import CROP_PX, POINTS, SHAPES

#: Name in MediaPipe -> its place among the 52, in the order of the network's output.
PLACES = dict(
    zip(
        SHAPES,
        (1, 2, 3, 4, 5, 9, 10, 19, 20, 21, 22, 11, 12, 13, 14, 15, 16, 25, 44, 45, 30, 31, 38, 36),
        strict=True,
    )
)


class LandmarkNetwork(nn.Module):
    """Residual convolutions down to 7 x 7 places, then one layer that sees them all.

    Args:
        width: Channels of the first stage.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.width = width
        channels = [width, 2 * width, 4 * width, 8 * width]
        stages: list[nn.Module] = [_convolution(3, channels[0], 2)]
        for before, after, blocks in zip(channels, channels[1:], (1, 2, 2), strict=False):
            stages.append(_convolution(before, after, 2))
            stages.extend(_Block(after) for _ in range(blocks))
        self.features = nn.Sequential(*stages)
        self.gathered = nn.Sequential(
            _convolution(channels[-1], 48, 1, 1),
            nn.Flatten(),
            nn.Linear(48 * (CROP_PX // 16) ** 2, 256),
            nn.BatchNorm1d(256),
            nn.ReLU(inplace=True),
        )
        self.points = nn.Linear(256, 2 * POINTS)
        self.shapes = nn.Linear(256, len(SHAPES))
        self.presence = nn.Linear(256, 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return points (n, POINTS, 2) as shares of the side, and logits of shapes and presence.

        Args:
            images: (n, 3, CROP_PX, CROP_PX), 0..1.
        """
        return self.heads(self.seen(images))

    def seen(self, images: Tensor) -> Tensor:
        """Return what the heads read, (n, 256)."""
        return cast(Tensor, self.gathered(self.features((images - 0.5) * 4)))

    def heads(self, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the network's answers; in 32 bits, as 16 would move points by tenths of a pixel.

        Args:
            seen: (n, 256).
        """
        points = self.points(seen).view(-1, POINTS, 2) + 0.5
        return points, self.shapes(seen), self.presence(seen)[:, 0]


class Exported(nn.Module):
    """The network as it ships: shapes and presence as shares, a layer less.

    Args:
        network: In eval mode; it stays as it is.
    """

    def __init__(self, network: LandmarkNetwork) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).eval()
        # The exporter does so with convolutions only.
        layers = self.network.gathered
        whole, norm = cast(nn.Linear, layers[2]), cast(nn.BatchNorm1d, layers[3])
        layers[2] = fuse_linear_bn_eval(whole, norm)
        layers[3] = nn.Identity()

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return points (n, POINTS, 2), shapes (n, 24) and presence (n,), shares 0..1."""
        points, shapes, presence = self.network(images)
        return points, shapes.sigmoid(), presence.sigmoid()


class _Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(features + self.second(self.first(features)))


def _convolution(before: int, after: int, stride: int = 1, side: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


def load(path: Path) -> LandmarkNetwork:
    """Return a written network, in eval mode.

    Raises:
        CheckpointError: It is no such file.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        network = LandmarkNetwork(stored["width"])
        network.load_state_dict(stored["state"])
    except Exception as error:  # whatever unpickling meets
        raise CheckpointError(f"{path} holds no landmark network: {error}") from error
    return network.eval()
