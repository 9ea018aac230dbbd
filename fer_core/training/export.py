"""A trained network becomes the files the app loads: ONNX, checked, and its model.json."""

from __future__ import annotations

import copy
import datetime
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from fer_core.boxes import ious
from fer_core.emotions import LABELS
from fer_core.training import network as networks
from fer_core.training.answers import Crew
from fer_core.training.batches import CLOSE_SIZES
from fer_core.training.data import Image, PictureReader, load_dataset
from fer_core.training.dataset import FaceDataset
from fer_core.training.errors import CheckpointError, OptionError, UnreadablePicture
from fer_core.training.evaluate import MODES, calibration_figures, limited, write_json
from fer_core.training.faces import LabelledPicture
from fer_core.training.scenes import close_style, compose, training_style
from fer_core.vision import self_test
from fer_core.vision.candidates import calibrate
from fer_core.vision.crops import View, around, to_tensor, whole
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box
from fer_core.vision.model_info import (
    ModelInfo,
    ModelInput,
    NetworkFile,
    Networks,
    Role,
    sha256_of,
)
from fer_core.vision.refiner import PHOTO_CROPS

LOGGER = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

#: Within what ONNX Runtime, OpenVINO and browsers' runtimes all read.
OPSET = 17
#: Candidates from this score on are compared between two forms of a network.
COMPARED_FROM = 0.25
#: Most pictures of a source that set the temperature; sources count alike anyway.
CALIBRATION_PICTURES = 300
#: How sure it must be that there is a face: of 300 pictures without one 37 were taken for a face by
#: 0.6.0 at .45, 23 by 1.0 at .5 and 16 at .6, which loses one of 900 faces that it had found.
FACE_FROM = 0.6
#: Probabilities are calibrated, so below this an answer is wrong two times in three: say "unsure".
UNSURE_BELOW = 0.35
#: Scenes whose activations set the int8 ranges.
CALIBRATION_SCENES = 64
LICENCE = (
    "AGPL-3.0, as trained with Ultralytics. The training pictures are research data without a "
    "licence for redistribution or commercial use; see MODEL_CARD.md."
)


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How close an exported network is to the torch network on real pictures.

    Attributes:
        faces: Compared candidates: the strongest of each picture and input size.
        box_iou_p1: First percentile of the intersection over union of the two boxes.
        probability_p99: 99th percentile of the largest difference of the five probabilities.
    """

    faces: int
    box_iou_p1: float
    probability_p99: float


def export(
    weights: Path,
    folder: Path,
    data: Path | None = None,
    name: str | None = None,
    version: str = "1.0.0",
    int8: bool = False,
    threads: int = 2,
    refiner: Path | None = None,
    photo_refiner: Path | None = None,
    processes: int = 1,
) -> Path:
    """Write the ONNX file and its model.json, and return the latter's path.

    What is in the folder is replaced at the end, when everything has been checked.

    Args:
        weights: A file that `network.load` reads.
        folder: Where to write.
        data: With it, the export is checked on the validation pictures and calibrated.
        name: Of the model; "fer-" and the architecture if None.
        version: Of the model.
        int8: Quantise to 8 bits, with ranges from training scenes; needs `data`.
        threads: Of the detector that calibrates.
        refiner: As `weights`, of a second network that refines found faces.
        photo_refiner: As `weights`, of a larger one that refines a photo's faces.
        processes: That calibrate.

    Raises:
        CheckpointError: The weights cannot be read, the ONNX file does not answer as the network
            does, or the network finds no face to compare and calibrate on.
        OptionError: int8 lacks data.
    """
    if int8 and data is None:
        raise OptionError("--int8 needs --data, for the ranges of the activations")
    network = networks.load(weights)
    refiners: dict[Role, nn.Module] = {}
    if refiner is not None:
        refiners["refiner"] = networks.load(refiner)
    if photo_refiner is not None:
        refiners["photo_refiner"] = networks.load(photo_refiner)
    pictures = _labelled(load_dataset(data)) if data is not None else []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        written = Path(scratch)
        file = written / f"{name or _usual_name(network, int8)}.onnx"
        exported: dict[Role, _Exported] = {"detector": _write(network, file, pictures, int8)}
        for role, its_network in refiners.items():
            suffix = role.replace("_", "-")
            its_file = written / f"{name or _usual_name(its_network, int8)}-{suffix}.onnx"
            exported[role] = _write(its_network, its_file, pictures, int8, refines=True)
        description = _describe(written, file.stem, version, exported, pictures, threads, processes)
        for file in written.glob("*.onnx"):
            file.replace(folder / file.name)
        return description.replace(folder / description.name)


def _labelled(pictures: Sequence[LabelledPicture]) -> list[LabelledPicture]:
    """Return the pictures of whose faces somebody said what they show."""
    return [each for each in pictures if not any(face.weak for face in each.faces)]


def _usual_name(network: nn.Module, int8: bool) -> str:
    return f"fer-{networks.architecture(network).lower()}" + ("-int8" if int8 else "")


@dataclass(frozen=True, slots=True)
class _Exported:
    """A network's file, and how close it is to torch: None where there was no data to tell."""

    network: NetworkFile
    fidelity: Fidelity | None


def _write(
    network: nn.Module,
    file: Path,
    pictures: Sequence[LabelledPicture],
    int8: bool,
    refines: bool = False,
) -> _Exported:
    """Write an ONNX file and check it."""
    to_onnx(network, file)
    if int8:
        quantise(file, [each for each in pictures if each.split == "train"], refines)
    else:
        store_in_half(file)
    written = NetworkFile(
        file=file.name, sha256=sha256_of(file), architecture=networks.architecture(network)
    )
    held_out = [picture for picture in pictures if picture.split == "val"]
    if not held_out:
        return _Exported(written, None)
    fidelity = compare(network, file, held_out, views_of=close_views if refines else wholes)
    LOGGER.info("%s against torch: %s", file.name, fidelity)
    if not fidelity.faces:
        raise CheckpointError(
            "the network finds no face in the validation pictures, so it can neither be "
            "checked nor calibrated: train it longer, or export it without --data"
        )
    allowed = 0.05 if int8 else 0.02
    if fidelity.box_iou_p1 < 0.95 or fidelity.probability_p99 > allowed:
        raise CheckpointError(f"{file.name} does not answer as the network does: {fidelity}")
    return _Exported(written, fidelity)


def _describe(
    folder: Path,
    name: str,
    version: str,
    exported: Mapping[Role, _Exported],
    pictures: Sequence[LabelledPicture],
    threads: int,
    processes: int,
) -> Path:
    """Write the model.json beside the files, calibrated if there is data, and return its path."""
    info = ModelInfo(
        name=name,
        version=version,
        networks=Networks(**{role: each.network for role, each in exported.items()}),
        classes=LABELS,
        input=ModelInput(),
        confidence_threshold=FACE_FROM,
        unsure_below=UNSURE_BELOW,
        training_data=tuple(sorted({picture.source for picture in pictures})),
        licence=LICENCE,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    )
    description = folder / "model.json"
    write_json(description, info.model_dump(mode="json"))
    held_out = [picture for picture in pictures if picture.split == "val"]
    if held_out:
        calibrated = {"temperature": calibrate_weights(description, held_out, threads, processes)}
        fidelity = {role: asdict(each.fidelity) for role, each in exported.items() if each.fidelity}
        figures = {"metrics": {"fidelity_to_torch": fidelity}}
        write_json(description, info.model_dump(mode="json") | calibrated | figures)
    self_test.record(description)  # last: the temperature is part of the answer
    return description


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
    sizes = tuple(CLOSE_SIZES) if refines else ((160, 160), (256, 320), (320, 320))
    style = close_style if refines else training_style

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


def wholes(_: LabelledPicture, image: Image) -> list[View]:
    """Return what the detector sees of a picture, at two input sizes."""
    return [whole(image.shape[1], image.shape[0], side) for side in (160, 320)]


def close_views(picture: LabelledPicture, _: Image) -> list[View]:
    """Return what a refiner sees of a picture's first face, at two sizes."""
    return [around(Box(*face.box), crop) for face in picture.faces[:1] for crop in PHOTO_CROPS[::2]]


ViewsOf = Callable[[LabelledPicture, Image], list[View]]


def compare(
    network: nn.Module,
    file: Path,
    pictures: Sequence[LabelledPicture],
    count: int = 200,
    least: float = COMPARED_FROM,
    views_of: ViewsOf = wholes,
) -> Fidelity:
    """Compare an ONNX file with the torch network on validation pictures, in two views of each.

    Args:
        network: In eval mode.
        file: The ONNX file.
        pictures: Of the validation split.
        count: How many of them are drawn.
        least: Score from which the strongest candidate of a picture counts.
        views_of: The views of a picture.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def run_onnx(images: Floats) -> Floats:
        return cast(Floats, session.run(None, {"images": images})[0])

    def run_torch(images: Floats) -> Floats:
        return cast(Floats, networks.predict(network, torch.from_numpy(images)).numpy())

    order = np.random.default_rng(0).permutation(len(pictures))[:count]
    return compare_outputs(
        run_torch, run_onnx, [pictures[index] for index in order], least, views_of
    )


def compare_outputs(
    reference: Callable[[Floats], Floats],
    other: Callable[[Floats], Floats],
    pictures: Sequence[LabelledPicture],
    least: float = COMPARED_FROM,
    views_of: ViewsOf = wholes,
) -> Fidelity:
    """Compare two forms of a network, each from images (N, 3, H, W) to (N, 9, A)."""
    reader = PictureReader()
    overlaps: list[float] = []
    differences: list[float] = []
    for picture in pictures:
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        for view in views_of(picture, image):
            tensor = to_tensor([view.render(image)])
            expected, given = reference(tensor)[0], other(tensor)[0]
            anchor = int(expected[4:].max(axis=0).argmax())
            if expected[4:, anchor].max() < least:
                continue
            corners = [_corners(output[:4, anchor]) for output in (expected, given)]
            overlaps.append(float(ious(corners[0], corners[1])[0]))
            first, second = calibrate(expected[4:, anchor], 1.0), calibrate(given[4:, anchor], 1.0)
            differences.append(float(np.abs(first - second).max()))
    if not overlaps:
        return Fidelity(0, 1.0, 0.0)
    return Fidelity(
        len(overlaps),
        round(float(np.percentile(overlaps, 1)), 5),
        round(float(np.percentile(differences, 99)), 5),
    )


def calibrate_weights(
    description: Path, pictures: Sequence[LabelledPicture], threads: int, processes: int = 1
) -> float:
    """Return the temperature for a model.json: least negative log-likelihood over both modes.

    Sources count alike. A video frame gets fewer crops and is read a little less well, so photos
    alone would leave the live view too sure of itself.
    """
    info = EmotionDetector.load(description, threads).info
    chosen = limited(pictures, CALIBRATION_PICTURES)
    with Crew(description, description.parent, threads, processes) as crew:
        answers = [answer for mode in MODES for answer in crew.answers(chosen, mode)]
    ratio = calibration_figures(answers)["temperature_ratio"]
    return round(float(ratio) * info.temperature, 4)


def _corners(box: Floats) -> npt.NDArray[np.float64]:
    x, y, width, height = (float(value) for value in box)
    return np.array([[x - width / 2, y - height / 2, x + width / 2, y + height / 2]])
