"""The moving average of a network's weights, in few calls: a GPU waits for each."""

from __future__ import annotations

import copy

import torch
from torch import nn


class MovingAverage:
    """Follows a network's weights and statistics.

    Attributes:
        network: The average, in eval mode.

    Args:
        followed: The network in training.
        decay: Weight of the average so far; smaller in the first steps.
    """

    def __init__(self, followed: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(followed).eval()
        for parameter in self.network.parameters():
            parameter.requires_grad_(False)
        ours, theirs = self.network.state_dict(), followed.state_dict()
        names = [name for name, value in ours.items() if value.is_floating_point()]
        self._ours, self._theirs = [ours[name] for name in names], [theirs[name] for name in names]
        self._decay, self._steps = decay, 0

    @torch.no_grad()
    def follow(self) -> None:
        """Take a step's weights into the average."""
        self._steps += 1
        decay = min(self._decay, self._steps / (self._steps + 9))
        torch._foreach_lerp_(self._ours, self._theirs, 1 - decay)
