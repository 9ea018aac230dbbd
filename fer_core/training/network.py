"""The network itself: build a YOLOv9, load and save its weights, run it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from ultralytics.nn.modules.conv import Conv, RepConv
from ultralytics.nn.tasks import DetectionModel, load_checkpoint
from ultralytics.utils import DEFAULT_CFG_DICT, SETTINGS, IterableSimpleNamespace

from fer_core.emotions import LABELS
from fer_core.training.errors import CheckpointError

SETTINGS.update({"sync": False})  # on by default, and posts usage to an analytics service

#: Name on the command line -> Ultralytics' description of the architecture.
ARCHITECTURES = {
    "yolov9t": "YOLOv9t",
    "yolov9s": "YOLOv9s",
    "yolov9m": "YOLOv9m",
    "yolov9c": "YOLOv9c",
}

#: The coarsest level's stride: a side of the input is a multiple of it.
STRIDE = 32
#: Before the names of a network's tensors in an .onnx file that holds an expression head as well.
OF_NETWORK = "network."


def build(name: str) -> nn.Module:
    """Return an untrained network for the five classes.

    Args:
        name: One of `ARCHITECTURES`.

    Raises:
        KeyError: The name is none of them.
    """
    if name not in ARCHITECTURES:
        raise KeyError(f"unknown model {name!r}; one of {', '.join(ARCHITECTURES)}")
    network = DetectionModel(f"{name}.yaml", ch=3, nc=len(LABELS), verbose=False)
    return _prepare(network)


def load(path: Path) -> nn.Module:
    """Return a file's network in eval mode.

    Args:
        path: An .onnx file that `export` wrote; the checkpoint of a run, whose average is taken; or
            one in Ultralytics' form.

    Raises:
        CheckpointError: It cannot be read, or its classes are not the five of this project, in this
            order.
    """
    if path.suffix == ".onnx":
        return _read_onnx(path)
    state = read(path)
    if _is_run(state):
        return restored(state["config"]["model"], state["average"])
    if isinstance(state, dict) and {"model_key", "state"} <= state.keys():
        return restored(state["model_key"], state["state"])
    try:
        network, _ = load_checkpoint(str(path))
    except Exception as error:  # whatever it misses
        raise CheckpointError(f"{path} is no YOLO checkpoint (.pt): {error}") from error
    names = tuple(str(network.names[index]) for index in range(len(network.names)))
    if names != LABELS:
        raise CheckpointError(
            f"{path} has the classes {', '.join(names)}; expected, in this order: "
            f"{', '.join(LABELS)}"
        )
    return _prepare(network).eval()


def save(network: nn.Module, path: Path) -> None:
    """Write the network in Ultralytics' checkpoint form, which `YOLO(path)` and `load` read."""
    checkpoint = {
        "epoch": -1,
        "model": None,
        "ema": network,
        "updates": 0,
        "optimizer": None,
        "train_args": {**DEFAULT_CFG_DICT, "task": "detect"},
    }
    partial = path.with_suffix(".partial")
    torch.save(checkpoint, partial)
    partial.replace(path)


def save_state(network: nn.Module, model: str, path: Path) -> None:
    """Write the weights alone, the large ones in 16 bits, with the architecture's key.

    `load` reads it.
    """
    state = {
        name: value.detach().cpu().half() if value.ndim > 1 else value.detach().cpu()
        for name, value in network.state_dict().items()
    }
    partial = path.with_suffix(".partial")
    torch.save({"model_key": model, "state": state}, partial)
    partial.replace(path)


def read(path: Path) -> Any:
    """Return what a checkpoint of either form holds, on the CPU.

    Raises:
        CheckpointError: It cannot be read.
    """
    if not path.is_file():
        raise CheckpointError(f"{path} is not there")
    try:
        return torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:  # whatever unpickling meets
        raise CheckpointError(f"{path} is no checkpoint (.pt): {error}") from error


def read_run(path: Path) -> dict[str, Any]:
    """Return what a run's `last.pt` or `stable.pt` holds, on the CPU.

    Raises:
        CheckpointError: It is no such file.
    """
    state = read(path)
    if not _is_run(state):
        raise CheckpointError(f"{path} is no last.pt or stable.pt of a run")
    return cast(dict[str, Any], state)


def _is_run(state: Any) -> bool:
    return isinstance(state, dict) and {"config", "average", "progress"} <= state.keys()


def key(network: nn.Module) -> str:
    """Return the architecture's key in `ARCHITECTURES`.

    Raises:
        CheckpointError: It is none of them.
    """
    name = architecture(network).lower()
    if name not in ARCHITECTURES:
        raise CheckpointError(f"{name} cannot be trained here; one of {', '.join(ARCHITECTURES)}")
    return name


def restored(name: str, state: dict[str, torch.Tensor]) -> nn.Module:
    """Return a network of that name with the weights of a state dictionary, in eval mode."""
    network = build(name)
    network.load_state_dict(state)
    return network.float().eval()


def architecture(network: nn.Module) -> str:
    """Return the name of the architecture, such as "YOLOv9t"."""
    description = Path(str(cast(Any, network).yaml.get("yaml_file", ""))).stem
    return ARCHITECTURES.get(description, description or "unknown")


def predict(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Return boxes and scores of a batch.

    Args:
        network: In eval mode.
        images: Shape (N, 3, H, W), RGB in [0, 1], sides multiples of `STRIDE`.

    Returns:
        Shape (N, 9, A): centre x, centre y, width, height in pixels of the input, then five
        scores in [0, 1].
    """
    with torch.inference_mode():
        output = network(images)
    return cast(torch.Tensor, output[0] if isinstance(output, tuple) else output)


def folded(network: nn.Module) -> nn.Module:
    """Return a trainable copy whose norms are folded into its convolutions; it answers alike.

    A step over it takes two thirds of the time, and what few pictures show moves no statistics.
    """
    copied: Any = copy.deepcopy(network)
    return _trainable(copied.fuse(verbose=False))


def unfolded(network: nn.Module) -> nn.Module:
    """Return the network that `folded` would make this one of, with norms that only add."""
    whole = build(key(network))
    _unfuse(whole, network.state_dict())
    return whole.eval()


def _prepare(network: nn.Module) -> nn.Module:
    model: Any = network  # which knows only tensors and modules as attributes
    model.names = dict(enumerate(LABELS))
    model.args = IterableSimpleNamespace(**DEFAULT_CFG_DICT)  # the loss reads its gains from here
    return _trainable(network)


def _trainable(network: nn.Module) -> nn.Module:
    for name, parameter in network.named_parameters():
        # The distances that a box's shares stand for are given: they get no gradient, and processes
        # that train together would wait for one.
        parameter.requires_grad_(".dfl." not in name)
    return network


def stored_in(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of an ONNX file, float32, by name.

    Raises:
        CheckpointError: It cannot be read.
    """
    import onnx
    from onnx import numpy_helper

    if not path.is_file():
        raise CheckpointError(f"{path} is not there")
    try:
        graph = onnx.load(str(path)).graph
    except Exception as error:  # whatever protobuf meets
        raise CheckpointError(f"{path} is no ONNX file: {error}") from error
    return {
        each.name: torch.from_numpy(numpy_helper.to_array(each).copy()).float()
        for each in graph.initializer
    }


def _read_onnx(path: Path) -> nn.Module:
    """Return the trainable network of an ONNX file that `export` wrote.

    Only such files ship, so going on from what ships, with one's own pictures, begins with one.
    Export has folded the batch norms into the convolutions; they come back as norms that only add.
    It answers as the file does, but for an expression head, which `head_in` reads.
    """
    stored = {name.removeprefix(OF_NETWORK): value for name, value in stored_in(path).items()}
    for name in ARCHITECTURES:
        network = build(name)
        fused: Any = copy.deepcopy(network).eval()
        expected = fused.fuse(verbose=False).state_dict()
        if all(
            key in stored and stored[key].shape == value.shape for key, value in expected.items()
        ):
            _unfuse(network, stored)
            return network.eval()
    raise CheckpointError(
        f"{path} holds none of the networks {', '.join(ARCHITECTURES)} for five classes "
        "as export writes them"
    )


@torch.no_grad()
def _unfuse(network: nn.Module, stored: dict[str, torch.Tensor]) -> None:
    for name, module in network.named_modules():
        if isinstance(module, RepConv):
            _put(module.conv1, stored, name)
            module.conv2.bn.weight.zero_()  # folded into the first; may grow again
        elif isinstance(module, Conv) and f"{name}.conv.weight" in stored:
            _put(module, stored, name)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            module.weight.copy_(stored[f"{name}.weight"])
            module.bias.copy_(stored[f"{name}.bias"])


def _put(layer: Conv, stored: dict[str, torch.Tensor], name: str) -> None:
    """Set a convolution and its norm, which then only adds the bias."""
    layer.conv.weight.copy_(stored[f"{name}.conv.weight"])
    layer.bn.weight.fill_(1.0)
    layer.bn.bias.copy_(stored[f"{name}.conv.bias"])
    mean, variance = statistics_of(layer.bn)
    mean.zero_()
    variance.fill_(1.0 - layer.bn.eps)


def statistics_of(norm: nn.BatchNorm2d) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean and the variance that a norm of ours, which all keep them, has seen."""
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        raise TypeError("this norm keeps no statistics")
    return mean, variance
