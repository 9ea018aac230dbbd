"""A network as an ONNX file: written, stored in half its size, quantised."""

from __future__ import annotations

import copy
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.training.batches import REFINER_SIZES
from fer_core.training.dataset import FaceDataset
from fer_core.training.faces import LabelledPicture
from fer_core.training.landmark_network import Exported, LandmarkNetwork
from fer_core.training.scene_style import refiner_style, training_style
from fer_core.training.scenes import compose
from fer_core.vision.crops import to_tensor
from fer_core.vision.landmark_layout import CROP_PX

Floats = npt.NDArray[np.float32]

#: Within what ONNX Runtime, OpenVINO and browsers' runtimes all read.
OPSET = 17

#: Scenes whose activations set the int8 ranges.
CALIBRATION_SCENES = 64


def to_onnx(network: nn.Module, path: Path) -> None:
    """Write the network as ONNX with dynamic batch, height and width.

    Input "images": float32 (N, 3, H, W), RGB in [0, 1]. Output "output0": float32 (N, 9, A), boxes
    as centre x, centre y, width, height in input pixels, then five sigmoid scores.
    """
    import onnx
    import onnxslim

    model: Any = copy.deepcopy(network).float().eval()
    model = model.fuse(verbose=False)
    head = model.model[-1]
    head.export, head.dynamic = True, True
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of every shape it turns into a number
        torch.onnx.export(
            model,
            (torch.zeros(1, 3, 256, 320),),
            str(path),
            opset_version=OPSET,
            input_names=["images"],
            output_names=["output0"],
            dynamic_axes={
                "images": {0: "batch", 2: "height", 3: "width"},
                "output0": {0: "batch", 2: "anchors"},
            },
            dynamo=False,
        )
    graph = onnxslim.slim(onnx.load(str(path)))
    del graph.graph.value_info[:]  # 2 MB of shapes, which runtimes work out themselves
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def landmarks_to_onnx(network: LandmarkNetwork, path: Path) -> None:
    """Write a landmark network as ONNX with a dynamic batch, in half its size.

    Input "images": float32 (n, 3, 112, 112), RGB in [0, 1]. Outputs "points" (n, 70, 2), "shapes"
    (n, 24) and "presence" (n,): shares, of the side for points.
    """
    import onnx
    import onnxslim

    path.parent.mkdir(parents=True, exist_ok=True)
    outputs = ["points", "shapes", "presence"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Exported(network).eval(),
            (torch.zeros(1, 3, CROP_PX, CROP_PX),),
            str(path),
            opset_version=OPSET,
            input_names=["images"],
            output_names=outputs,
            dynamic_axes={name: {0: "batch"} for name in ("images", *outputs)},
            dynamo=False,
        )
    graph = onnxslim.slim(onnx.load(str(path)))
    del graph.graph.value_info[:]
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))
    store_in_half(path)


def store_in_half(file: Path) -> None:
    """Rewrite an ONNX file with its convolutions' weights in 16 bits, for half the size.

    They become float32 again as the file is loaded, so that it runs as fast as before; `export`
    checks that it answers as the network does.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(file))
    graph = model.graph
    weights = {node.input[1] for node in graph.node if node.op_type == "Conv"}
    casts = []
    for tensor in graph.initializer:
        if tensor.name in weights and tensor.data_type == TensorProto.FLOAT:
            halved = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(halved, tensor.name))
            casts.append(
                helper.make_node(
                    "Cast", [tensor.name], [f"{tensor.name}/float"], to=TensorProto.FLOAT
                )
            )
    renamed = {node.input[0]: node.output[0] for node in casts}
    for node in graph.node:
        if node.op_type == "Conv":
            node.input[1] = renamed.get(node.input[1], node.input[1])
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def quantise(
    file: Path, pictures: Sequence[LabelledPicture], refines: bool = False, seed: int = 0
) -> None:
    """Rewrite an ONNX file in 8 bits: convolutions only, ranges from training scenes.

    The head's decoding of boxes stays in float32: eight bits are too few for pixels.
    """
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(pictures))[:2000]
    dataset = FaceDataset([pictures[index] for index in chosen], [])
    sizes = tuple(REFINER_SIZES) if refines else ((160, 160), (256, 320), (320, 320))
    style = refiner_style if refines else training_style

    class Scenes(CalibrationDataReader):  # type: ignore[misc]  # untyped base
        def __init__(self) -> None:
            self._numbers: Iterator[int] = iter(range(CALIBRATION_SCENES))

        def get_next(self) -> dict[str, Floats] | None:
            number = next(self._numbers, None)
            if number is None:
                return None
            size = sizes[number % len(sizes)]
            scene = compose(dataset, seed, number, size, style(size))
            return {"images": np.asarray(to_tensor([scene.image]))}

    graph = onnx.load(str(file)).graph
    outputs = {output.name for output in graph.output}
    head = [
        node.name
        for node in graph.node
        if node.op_type == "Conv" and ("dfl" in node.name or outputs & set(node.output))
    ]
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / file.name
        file.replace(plain)
        quantize_static(
            str(plain),
            str(file),
            Scenes(),
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=head,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
