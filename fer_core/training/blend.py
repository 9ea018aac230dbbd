"""The mean of two networks' weights: what a fine-tuned one learnt, without what it forgot.

Going on from a network on other pictures, it gets better there and a little worse where it was
good. Between the weights of before and after lies a network that keeps most of both (Wortsman et
al. 2022, "Robust fine-tuning of zero-shot models"), at no cost when it runs.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn

from fer_core.emotions import LABELS, Emotion
from fer_core.training import network as networks
from fer_core.training.errors import CheckpointError


@torch.no_grad()
def blended_network(before: nn.Module, after: nn.Module, share: float) -> nn.Module:
    """Return the network whose weights lie between those of two, in eval mode.

    The norms are folded into the convolutions first: two norms that do the same may do it by
    different numbers, whose mean would do something else.

    Args:
        before: A network.
        after: One of the same architecture that was trained on from it.
        share: Of the latter, 0..1.

    Raises:
        CheckpointError: They are of different architectures.
    """
    first, second = networks.key(before), networks.key(after)
    if first != second:
        raise CheckpointError(f"a {first} and a {second} have no mean")
    state, other = (
        networks.unfolded(networks.folded(each)).state_dict() for each in (before, after)
    )
    mean = {
        name: torch.lerp(value, other[name], share) if value.is_floating_point() else value
        for name, value in state.items()
    }
    return networks.restored(first, mean)


@torch.no_grad()
def shift_prior(network: nn.Module, emotion: Emotion, shift: float) -> None:
    """Add to a class's logits: it is so much likelier where the network is used.

    A network that learnt from classes drawn about equally often assumes that they are; the
    logarithm of how much more often a class occurs is what is missing (Saerens et al. 2002).

    Args:
        network: Changed in place.
        emotion: The class.
        shift: In logits, before the temperature.
    """
    head = cast(Any, network).model[-1]
    for branch in head.cv3:
        bias = branch[-1].bias
        if bias.shape != (len(LABELS),):
            raise CheckpointError("the network's head has no score for each class")
        bias[emotion.index] += shift
