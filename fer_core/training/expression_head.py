"""A head that reads the expression from all that a network knows of a face.

The class branch of a YOLO reads a face from a few cells of its finest features, for it has to tell
where in the picture a face is. A refiner's image holds one face, so this head gets what the whole
network makes of it: the features of three levels, each as one mean. It only says how an anchor's
confidence is shared out among the expressions; where a face is, and whether, the network says as
before.

Only the head is fitted, while the network stays: what it learnt from millions of faces is not
forgotten over a few ten thousand (Kirichenko, Izmailov and Wilson 2023), and one core is enough.
Several networks that learnt from other pictures get heads that are fitted together: in a photo the
mean of their logits counts (Lakshminarayanan et al. 2017, "deep ensembles").
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from torch import nn

from fer_core.emotions import LABELS, Emotion
from fer_core.training import network as networks
from fer_core.training.crop_placement import Tensor
from fer_core.training.crop_reading import voted
from fer_core.training.errors import CheckpointError

#: Cells at the edge of the middle and the coarsest level that are left out: they see what is
#: around a face.
RIMS = (2, 1)
#: Units between the features and the logits.
HIDDEN = 256
#: How much of a face drops out while the head learns.
DROPPED = 0.3
#: Before the names of a head's tensors in a refiner's .onnx file.
OF_HEAD = "head."
#: Features that are further from their mean, in standard deviations, count as if they were here.
FARTHEST = 6.0


class Seen(NamedTuple):
    """What a network makes of n images of single faces.

    Attributes:
        output: (n, 9, anchors), as of `network.predict`.
        features: (n, features): means of what its three levels hold.
        votes: (n, 5): the mean logits of the anchors that vote.
        sureness: (n,): their mean confidence, 0..1.
    """

    output: Tensor
    features: Tensor
    votes: Tensor
    sureness: Tensor


class ExpressionHead(nn.Module):
    """From a network's features of a face to five logits."""

    mean: Tensor
    spread: Tensor
    sharpness: Tensor

    def __init__(self, features: int) -> None:
        """Begin as the network's own votes.

        Args:
            features: How many.
        """
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.register_buffer("sharpness", torch.ones(()))
        self.own = nn.Parameter(torch.ones(()))
        self.layers = nn.Sequential(
            nn.Dropout(DROPPED),
            nn.Linear(features, HIDDEN),
            nn.GELU(),
            nn.Dropout(DROPPED),
            nn.Linear(HIDDEN, len(LABELS)),
        )
        last = cast(nn.Linear, self.layers[-1])
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, features: Tensor, votes: Tensor) -> Tensor:
        """Return five logits of each image, (n, 5).

        Args:
            features: (n, features), as of `Seen`.
            votes: (n, 5), the same.
        """
        around_zero = ((features - self.mean) / self.spread).clamp(-FARTHEST, FARTHEST)
        logits = self.own * votes + self.layers(around_zero)
        return cast(Tensor, self.sharpness * logits)


class HeadedNetwork(nn.Module):
    """A network whose anchors share their confidence out as its head says; else it is the same."""

    def __init__(self, network: nn.Module, head: ExpressionHead) -> None:
        """Put a network and its head together."""
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        """Return boxes and scores, (n, 9, anchors), as of `network.predict`."""
        seen = see(self.network, images)
        shares = self.head(seen.features, seen.votes).softmax(1)
        confidences = seen.output[:, 4:].sum(1, keepdim=True).clamp(max=1)
        return torch.cat([seen.output[:, :4], shares[..., None] * confidences], 1)


def see(network: nn.Module, images: Tensor) -> Seen:
    """Return what a network makes of images of single faces.

    Args:
        network: In eval mode.
        images: (n, 3, side, side), 0..1.
    """
    levels: list[Tensor] = []
    named: list[Tensor] = []
    detect: Any = cast(Any, network).model[-1]
    hooks = (
        detect.register_forward_pre_hook(lambda _, given: levels.extend(given[0])),
        detect.cv3[0][-1].register_forward_pre_hook(lambda _, given: named.append(given[0])),
    )
    try:
        output = network(images)
    finally:
        for hook in hooks:
            hook.remove()
    output = cast(Tensor, output[0] if isinstance(output, tuple) else output)
    votes, voting = voted(output[:, 4:])
    sureness = voting.square().sum(1) / voting.sum(1)
    finest = levels[0]
    there = voting[:, : finest.shape[2] * finest.shape[3]]
    there = (there / there.sum(1, keepdim=True).clamp(min=1e-6))[:, None]
    near = [(each.flatten(2) * there).sum(-1) for each in (named[0], finest)]
    around = [
        level[:, :, rim:-rim, rim:-rim].mean((2, 3))
        for level, rim in zip(levels[1:], RIMS, strict=True)
    ]
    return Seen(output, torch.cat([*near, *around], 1), votes, sureness)


@torch.no_grad()
def shift_head_prior(head: ExpressionHead, emotion: Emotion, shift: float) -> None:
    """Add to a class's logits, as `blend.shift_prior` does for a network.

    Args:
        head: Changed in place.
        emotion: The class.
        shift: In logits, before the temperature.
    """
    last = cast(nn.Linear, head.layers[-1])
    last.bias[emotion.index] += shift / head.sharpness


def save_head(head: ExpressionHead, path: Path) -> None:
    """Write a head, which `load_head` reads."""
    partial = path.with_suffix(".partial")
    torch.save({"expression_head": head.state_dict()}, partial)
    partial.replace(path)


def load_head(path: Path) -> ExpressionHead:
    """Return a head that `save_head` wrote, in eval mode.

    Raises:
        CheckpointError: It is no such file.
    """
    try:
        return _restored(torch.load(path, map_location="cpu", weights_only=True)["expression_head"])
    except Exception as error:  # whatever unpickling meets
        raise CheckpointError(f"{path} is no expression head (.pt): {error}") from error


def head_in(path: Path) -> ExpressionHead | None:
    """Return the head that a refiner's .onnx file holds beside the network, in eval mode.

    None where it holds none, as no other kind of file does.

    Raises:
        CheckpointError: It cannot be read.
    """
    if path.suffix != ".onnx":
        return None
    stored = networks.stored_in(path).items()
    own = {name.removeprefix(OF_HEAD): value for name, value in stored if name.startswith(OF_HEAD)}
    return _restored(own) if own else None


def _restored(state: dict[str, Tensor]) -> ExpressionHead:
    head = ExpressionHead(len(state["mean"]))
    head.load_state_dict(state)
    return head.eval()
