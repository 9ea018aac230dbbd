"""A trained network becomes the files the app loads: ONNX, checked, and its model.json."""

from __future__ import annotations

import datetime
import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import nn

from fer_core.emotions import LABELS
from fer_core.training import network as networks
from fer_core.training.answers import DetectorPool
from fer_core.training.data import load_dataset
from fer_core.training.errors import CheckpointError, OptionError
from fer_core.training.evaluate import MODES, limited, write_json
from fer_core.training.expression_head import ExpressionHead, HeadedNetwork, head_in, load_head
from fer_core.training.faces import LabelledPicture
from fer_core.training.faster_graph import make_faster
from fer_core.training.fidelity import Fidelity, compare, refined_views, wholes
from fer_core.training.figures import calibration_figures
from fer_core.training.onnx_files import quantise, store_in_half, to_onnx
from fer_core.vision import self_test
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.model_info import (
    ModelInfo,
    ModelInput,
    NetworkFile,
    Networks,
    Role,
    sha256_of,
)

LOGGER = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

#: Most pictures of a source that set the temperature; sources count alike anyway.
CALIBRATION_PICTURES = 300
#: How sure it must be that there is a face: of 300 pictures without one 1.1 takes 4 for a face at
#: .5 and 3 at .6 (one frame), where it loses one head of 120 that it finds at .5.
FACE_FROM = 0.5
#: Probabilities are calibrated, so below this an answer is wrong two times in three: say "unsure".
UNSURE_BELOW = 0.35
#: Whose networks refine found faces.
REFINERS: tuple[Role, ...] = ("refiner", "photo_refiner", "second_photo_refiner")
#: What the networks are that `export` takes as they are.
TAKEN: dict[Role, str] = {"landmarks": "Residual CNN", "eyes": "Small CNN"}
LICENCE = (
    "AGPL-3.0, as trained with Ultralytics. The training pictures are research data without a "
    "licence for redistribution or commercial use; see MODEL_CARD.md."
)


@dataclass(frozen=True, slots=True)
class RefinerFiles:
    """What a refiner is made of.

    Attributes:
        weights: A file that `network.load` reads.
        head: One that `expression_head.load_head` reads, of a head that names the expression; the
            one that the weights' file holds if None, and if there is none, the network does it.
    """

    weights: Path
    head: Path | None = None


def export(
    weights: Path,
    folder: Path,
    data: Path | None = None,
    name: str | None = None,
    version: str = "1.0.0",
    int8: bool = False,
    threads: int = 2,
    refiners: Mapping[Role, RefinerFiles] | None = None,
    processes: int = 1,
    landmarks: Path | None = None,
    eyes: Path | None = None,
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
        refiners: By role, what further networks refine found faces.
        processes: That calibrate.
        landmarks: The .onnx of a network that gives a face's points, taken as it is.
        eyes: The same, of one that tells how open an eye is.

    Raises:
        CheckpointError: The weights cannot be read, the ONNX file does not answer as the network
            does, or the network finds no face to compare and calibrate on.
        OptionError: int8 lacks data.
    """
    if int8 and data is None:
        raise OptionError("--int8 needs --data, for the ranges of the activations")
    network = networks.load(weights)
    loaded = {
        role: (
            networks.load(files.weights),
            load_head(files.head) if files.head else head_in(files.weights),
        )
        for role, files in (refiners or {}).items()
    }
    pictures = _labelled(load_dataset(data)) if data is not None else []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        written = Path(scratch)
        file = written / f"{name or _usual_name(network, int8)}.onnx"
        exported: dict[Role, _Exported] = {"detector": _write(network, file, pictures, int8)}
        for role, (its_network, head) in loaded.items():
            suffix = role.replace("_", "-")
            its_file = written / f"{name or _usual_name(its_network, int8)}-{suffix}.onnx"
            exported[role] = _write(
                its_network, its_file, pictures, int8, refines=True, expressions=head
            )
        given: tuple[tuple[Role, Path | None], ...] = (("landmarks", landmarks), ("eyes", eyes))
        for role, path in given:
            if path is not None:
                exported[role] = _taken(path, written / f"fer-{role}.onnx", role)
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


def _taken(path: Path, file: Path, role: Role) -> _Exported:
    """Copy a network that was written as the app loads it."""
    shutil.copyfile(path, file)
    return _Exported(
        NetworkFile(file=file.name, sha256=sha256_of(file), architecture=TAKEN[role]), None
    )


def _write(
    network: nn.Module,
    file: Path,
    pictures: Sequence[LabelledPicture],
    int8: bool,
    refines: bool = False,
    expressions: ExpressionHead | None = None,
) -> _Exported:
    """Write an ONNX file and check it."""
    to_onnx(network, file, expressions)
    if int8:
        quantise(file, [each for each in pictures if each.split == "train"], refines)
    else:
        store_in_half(file)
        make_faster(file)
    written = NetworkFile(
        file=file.name, sha256=sha256_of(file), architecture=networks.architecture(network)
    )
    held_out = [picture for picture in pictures if picture.split == "val"]
    if not held_out:
        return _Exported(written, None)
    answering = HeadedNetwork(network, expressions).eval() if expressions else network
    fidelity = compare(answering, file, held_out, views_of=refined_views if refines else wholes)
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


def calibrate_weights(
    description: Path, pictures: Sequence[LabelledPicture], threads: int, processes: int = 1
) -> float:
    """Return the temperature for a model.json: least negative log-likelihood over both modes.

    Sources count alike. A video frame gets fewer crops and is read a little less well, so photos
    alone would leave the live view too sure of itself.
    """
    info = EmotionDetector.load(description, threads).info
    chosen = limited(pictures, CALIBRATION_PICTURES)
    with DetectorPool(description, description.parent, threads, processes) as pool:
        answers = [answer for mode in MODES for answer in pool.answers(chosen, mode)]
    ratio = calibration_figures(answers)["temperature_ratio"]
    return round(float(ratio) * info.temperature, 4)
