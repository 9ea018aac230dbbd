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
from fer_core.training.expression_head import ExpressionHead, HeadedNetwork
from fer_core.training.faces import LabelledPicture
from fer_core.training.landmark_network import Exported, LandmarkNetwork
from fer_core.training.scene_style import refiner_style, training_style
from fer_core.training.scenes import compose
from fer_core.vision.crops import to_tensor
from fer_core.vision.landmark_layout import CROP_PX

Floats = npt.NDArray[np.float32]

#: Within what ONNX Runtime, OpenVINO and browsers' runtimes all read.
OPSET = 17

#: What of a landmark network is computed in 8 bits.
_EIGHT_BITS = ("Conv", "Relu", "Add", "Gemm")
#: Scenes whose activations set the int8 ranges.
CALIBRATION_SCENES = 64


def to_onnx(network: nn.Module, path: Path, expressions: ExpressionHead | None = None) -> None:
    """Write the network as ONNX with dynamic batch, height and width.

    Input "images": float32 (N, 3, H, W), RGB in [0, 1]. Output "output0": float32 (N, 9, A), boxes
    as centre x, centre y, width, height in input pixels, then five sigmoid scores.

    Args:
        network: Which.
        path: The file to write.
        expressions: A head that shares out the scores of a refiner, if there is one.
    """
    import onnx
    import onnxslim

    model: Any = copy.deepcopy(network).float().eval()
    model = model.fuse(verbose=False)
    head = model.model[-1]
    head.export, head.dynamic = True, True
    if expressions is not None:
        model = HeadedNetwork(model, copy.deepcopy(expressions)).eval()
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


def landmarks_to_onnx(network: LandmarkNetwork, path: Path, examples: Floats | None = None) -> None:
    """Write a landmark network as ONNX with a dynamic batch.

    Input "images": float32 (n, 3, 112, 112), RGB in [0, 1]. Outputs "points" (n, 70, 2), "shapes"
    (n, 24) and "presence" (n,): shares, of the side for points.

    Args:
        network: Which.
        path: The file to write.
        examples: Images by which it is quantised to 8 bits, (n, 3, 112, 112), for half the time
            and a third of the size; None: 32 bits, with weights stored in half their size.
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
    if examples is None:
        store_in_half(path)
    else:
        _quantise_landmarks(path, examples)


def _quantise_landmarks(file: Path, examples: Floats) -> None:
    """Rewrite a landmark network in 8 bits, but for its first two convolutions and its heads.

    What comes from the picture's pixels, and the points' tenths of a pixel, need more than 8 bits:
    with all in 8 bits, points shake by .067 to .069 % of the eye distance instead of .061 to .063.
    """
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantType

    nodes = onnx.load(str(file)).graph.node
    of = {kind: [one.name for one in nodes if one.op_type == kind] for kind in _EIGHT_BITS}
    _quantise_static(
        file,
        iter(examples[:, None]),
        op_types_to_quantize=list(_EIGHT_BITS),
        nodes_to_exclude=[*of["Conv"][:2], *of["Relu"][:2], *of["Gemm"][1:], of["Relu"][-1]],
        # Seven bits of a weight's eight: so sums stay right on processors without VNNI, too.
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # A few outliers would take the steps from all the rest.
        calibrate_method=CalibrationMethod.Percentile,
        extra_options={
            "CalibPercentile": 99.999,
            "OpTypesToExcludeOutputQuantization": ["Gemm"],
        },
    )


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
    from onnxruntime.quantization import QuantType

    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(pictures))[:2000]
    dataset = FaceDataset([pictures[index] for index in chosen], [])
    sizes = tuple(REFINER_SIZES) if refines else ((160, 160), (256, 320), (320, 320))
    style = refiner_style if refines else training_style

    def scenes() -> Iterator[Floats]:
        for number in range(CALIBRATION_SCENES):
            size = sizes[number % len(sizes)]
            yield np.asarray(
                to_tensor([compose(dataset, seed, number, size, style(size)).image]), np.float32
            )

    graph = onnx.load(str(file)).graph
    outputs = {output.name for output in graph.output}
    head = [
        node.name
        for node in graph.node
        if node.op_type == "Conv" and ("dfl" in node.name or outputs & set(node.output))
    ]
    _quantise_static(
        file,
        scenes(),
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=head,
        weight_type=QuantType.QInt8,
    )


def _quantise_static(file: Path, images: Iterator[Floats], **how: Any) -> None:
    """Rewrite an ONNX file in 8 bits, each channel's weights by their own range.

    Args:
        file: Of a network whose input is "images".
        images: Whose activations set the ranges.
        how: Further arguments of `quantize_static`.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # untyped base
        def get_next(self) -> dict[str, Floats] | None:
            image = next(images, None)
            return None if image is None else {"images": image}

    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / file.name
        file.replace(plain)
        quantize_static(
            str(plain),
            str(file),
            Reader(),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            **how,
        )
