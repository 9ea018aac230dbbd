"""A TensorFlow.js network on torch: `faceres` of npm's @vladmandic/human, for group_estimates.py.

The package stores it as a graph (JSON) and its constants (one file, 16 bits). It is a MobileNet, so
a dozen operations are all that it needs; on torch it takes a tenth of what WebAssembly takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from fer_core.arrays import FloatArray
from fer_core.vision.image import RgbImage

SIDE = 224
#: What is taken off blue, green and red, as in the networks of Caffe (its authors' code).
MEAN_BGR = (103.939, 116.779, 123.68)
#: The first of its 100 ages, in years; the age is the mean of the two likeliest.
FIRST_AGE = 1


class FaceRes:
    """Tells age, gender and 1,024 features of a face that is cut out upright."""

    def __init__(self, folder: Path) -> None:
        """Read faceres.json and the constants beside it.

        Args:
            folder: The package's folder `models`.
        """
        description = json.loads((folder / "faceres.json").read_text(encoding="utf-8"))
        self._nodes = {node["name"]: node for node in description["modelTopology"]["node"]}
        self._constants = _constants(folder, description["weightsManifest"])

    def __call__(self, face: RgbImage) -> tuple[float, float, FloatArray]:
        """Return age in years, how likely it is a man's, 0..1, and features, shape (1024,).

        Args:
            face: RGB, uint8, shape (224, 224, 3).
        """
        values = _shown([face])
        with torch.inference_mode():
            ages = self._value("age_pred/Softmax", values)[0].numpy()
            male = float(self._value("gender_pred/Sigmoid", values)[0, 0])
            features = values["global_pooling/Mean"][0].numpy()
        likeliest = np.argsort(ages)[-2:]
        age = FIRST_AGE + float(np.average(likeliest, weights=ages[likeliest]))
        return age, male, np.asarray(features, np.float64)

    def features(self, faces: Sequence[RgbImage]) -> FloatArray:
        """Return the features of faces, float32, shape (n, 1024).

        Args:
            faces: RGB, uint8, each of shape (224, 224, 3).
        """
        with torch.inference_mode():
            return self._value("global_pooling/Mean", _shown(faces)).numpy()

    def _value(self, name: str, values: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return a node's value, channels first, after those that it needs."""
        if name in self._constants:
            return self._constants[name]
        if name not in values:
            node = self._nodes[name]
            given = [self._value(each, values) for each in node["input"]]
            values[name] = _OPERATIONS[node["op"]](given, node.get("attr", {}))
        return values[name]


def _shown(faces: Sequence[RgbImage]) -> dict[str, torch.Tensor]:
    """Return the network's input, under its node's name."""
    bgr = torch.from_numpy(np.stack(faces)[..., ::-1] - np.array(MEAN_BGR, np.float32))
    return {"input_1": bgr.permute(0, 3, 1, 2)}


def _constants(folder: Path, manifest: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    found = {}
    for group in manifest:
        data = b"".join((folder / name).read_bytes() for name in group["paths"])
        at = 0
        for weight in group["weights"]:
            kind = np.dtype(weight.get("quantization", weight)["dtype"])
            size = int(np.prod(weight["shape"], dtype=int))
            flat = np.frombuffer(data, kind, size, at)
            at += size * kind.itemsize
            values = torch.from_numpy(flat.reshape(weight["shape"]).astype(np.float32))
            found[weight["name"]] = values
    return found


def _convolved(given: list[torch.Tensor], attributes: Mapping[str, Any]) -> torch.Tensor:
    """Return a convolution padded as TensorFlow does ("SAME"): the odd pixel at the end."""
    image, kernel = given  # (height, width, in, out)
    stride = int(attributes["strides"]["list"]["i"][1])
    pads: list[int] = []
    for length, side in ((image.shape[3], kernel.shape[1]), (image.shape[2], kernel.shape[0])):
        total = max((-(-length // stride) - 1) * stride + side - length, 0)
        pads += [total // 2, total - total // 2]
    return functional.conv2d(functional.pad(image, pads), kernel.permute(3, 2, 0, 1), stride=stride)


def _by_channel(given: list[torch.Tensor], attributes: Mapping[str, Any]) -> torch.Tensor:
    image, kernel = given  # (height, width, channels, 1)
    stride = int(attributes["strides"]["list"]["i"][1])
    side, channels = kernel.shape[0], kernel.shape[2]
    total = max((-(-image.shape[2] // stride) - 1) * stride + side - image.shape[2], 0)
    padded = functional.pad(image, [total // 2, total - total // 2] * 2)
    return functional.conv2d(padded, kernel.permute(2, 3, 0, 1), stride=stride, groups=channels)


def _spread(values: torch.Tensor) -> torch.Tensor:
    """Return a value for each channel in a shape that goes with channels first."""
    return values[:, None, None] if values.ndim == 1 else values


def _pair(function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Any:
    return lambda given, _: function(given[0], _spread(given[1]))


def _dense(given: list[torch.Tensor], attributes: Mapping[str, Any]) -> torch.Tensor:
    values = given[0] @ given[1] + given[2]
    has_relu = len(attributes["fused_ops"]["list"]["s"]) > 1  # after the bias, if anything
    return values.relu() if has_relu else values


_OPERATIONS: dict[str, Callable[[list[torch.Tensor], Mapping[str, Any]], torch.Tensor]] = {
    "Add": _pair(torch.add),
    "Mul": _pair(torch.mul),
    "Minimum": _pair(torch.minimum),
    "Maximum": _pair(torch.maximum),
    "Conv2D": _convolved,
    "DepthwiseConv2dNative": _by_channel,
    "Relu": lambda given, _: given[0].relu(),
    "Mean": lambda given, _: given[0].mean(dim=(2, 3)),
    "_FusedMatMul": _dense,
    "Sigmoid": lambda given, _: given[0].sigmoid(),
    "Softmax": lambda given, _: given[0].softmax(dim=1),
}
