"""What training starts from: random weights, those of a file, or a narrower network's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import nn

from fer_core.training import network as networks
from fer_core.training.errors import CheckpointError

#: Standard deviation of the share by which a channel's weight is split among its two copies. At 0
#: both copies would get the same gradients, and stay one channel for ever.
SPLIT_SPREAD = 0.3


#: Where neither weights nor a name say which.
USUAL = "yolov9t"


def first_network(name: str | None, weights: Path | None) -> nn.Module:
    """Return the network that training starts with.

    Args:
        name: One of `network.ARCHITECTURES`; None for that of the weights.
        weights: A file that `network.load` reads, of that architecture, or of half the width, which
            is widened; None for random weights.

    Raises:
        CheckpointError: The file cannot be used for this architecture.
    """
    if weights is None:
        return networks.build(name or USUAL)
    network = networks.load(weights)
    if name is None or name == networks.key(network):
        return network
    return widened(network, name)


@torch.no_grad()
def settle_norms(network: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Give each batch norm the statistics of what reaches it; the network answers as before.

    In training a norm uses those of its batch, so a network whose norms hold others would answer
    differently from the first step on.

    Args:
        network: Whose norms are changed.
        batches: Float images, shape (N, 3, H, W), RGB in [0, 1].
    """
    norms = [each for each in network.modules() if isinstance(each, nn.BatchNorm2d)]
    sums: dict[nn.Module, list[torch.Tensor]] = {norm: [] for norm in norms}

    def collect(norm: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        values = inputs[0].float()
        sums[norm].append(torch.stack([values.mean((0, 2, 3)), values.square().mean((0, 2, 3))]))

    hooks = [norm.register_forward_pre_hook(collect) for norm in norms]
    was_training = network.training
    network.eval()
    for images in batches:
        network(images)
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        if not sums[norm]:
            continue
        mean, square = torch.stack(sums[norm]).mean(0)
        variance = (square - mean.square()).clamp_min(0)
        old_mean, old_variance = networks.statistics_of(norm)
        before, after = (old_variance + norm.eps).sqrt(), (variance + norm.eps).sqrt()
        norm.bias.add_(norm.weight * (mean - old_mean) / before)
        norm.weight.mul_(after / before)
        old_mean.copy_(mean)
        old_variance.copy_(variance)


def widened(network: nn.Module, name: str, seed: int = 0) -> nn.Module:
    """Return a network of twice the channels that answers as this one (Net2Net, Chen et al. 2016).

    Each channel is doubled, and what reads it takes a part of its weight from each copy.

    Args:
        network: Of half the width.
        name: One of `network.ARCHITECTURES`.
        seed: Of how weights are split among the copies.

    Raises:
        CheckpointError: That network is not twice as wide as this one.
    """
    larger = networks.build(name)
    source, state = network.state_dict(), larger.state_dict()
    generator = torch.Generator().manual_seed(seed)
    for key, target in state.items():
        value = source.get(key)
        if value is None or value.ndim != target.ndim:
            raise _not_twice_as_wide(network, name)
        for dimension, (narrow, wide) in enumerate(zip(value.shape, target.shape, strict=True)):
            if wide == narrow:
                continue
            if wide != 2 * narrow or dimension > 1:
                raise _not_twice_as_wide(network, name)
            if dimension == 1:
                share = 0.5 + SPLIT_SPREAD * torch.randn(value.shape[:2], generator=generator)
                share = share[:, :, None, None]
                halves = torch.stack([value * share, value * (1 - share)], 2)
                value = halves.flatten(1, 2)
            else:
                value = value.repeat_interleave(2, 0)
        target.copy_(value)
    return larger.eval()


def _not_twice_as_wide(network: nn.Module, name: str) -> CheckpointError:
    return CheckpointError(
        f"a {networks.key(network)} cannot become a {name}: start from one of the same kind, or "
        "from one half as wide (yolov9t for yolov9s)"
    )
