"""model.json, the contract of a weights file: what it holds and how it is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fer_core.emotions import LABELS
from fer_core.errors import WeightsChanged, WeightsError, WeightsNotFound

#: What a network does: the detector finds faces in whole pictures; a refiner sees one face at a
#: time and tells its box and its expression; the landmark network gives its points, and the eye
#: network tells how open its eyes are.
Role = Literal["detector", "refiner", "photo_refiner", "second_photo_refiner", "landmarks", "eyes"]
#: What every model has networks for, if one for all three: finding faces and their expressions.
OF_CLASSES: tuple[Role, ...] = ("detector", "refiner", "photo_refiner")

_ROLES: dict[Role, str] = {
    "detector": "finding faces",
    "refiner": "refining them in video",
    "photo_refiner": "refining them in photos",
    "second_photo_refiner": "refining them in photos as well",
    "landmarks": "the points of a face in video",
    "eyes": "telling open eyes from closed ones in video",
}

#: Names in a model.json before 1.0: the further networks', and those of the roles in `metrics`.
_OLD_NETWORKS: dict[str, Role] = {"close_looks": "refiner", "photo_looks": "photo_refiner"}
_OLD_ROLES: dict[str, Role] = {"first": "detector", "close": "refiner", "photo": "photo_refiner"}

_BLOCK_BYTES = 1 << 20


class ModelInput(BaseModel):
    """The tensor that the network takes."""

    model_config = ConfigDict(frozen=True)

    layout: Literal["NCHW"] = "NCHW"
    colour: Literal["RGB"] = "RGB"
    range: tuple[float, float] = (0.0, 1.0)
    stride: int = 32
    dynamic: bool = True
    frame_size: int = Field(default=320, ge=32, le=2048)
    photo_size: int = Field(default=640, ge=32, le=4096)


class NetworkFile(BaseModel):
    """One network's file, beside the model.json.

    Attributes:
        sha256: Of the file, in hexadecimal.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    architecture: str


class Networks(BaseModel):
    """The networks of a model; the first four are of the same classes.

    Attributes:
        detector: Finds faces in whole pictures.
        refiner: Refines found faces; the detector does it, too, if None.
        photo_refiner: A larger one for a photo's faces, which can wait; the refiner does it if
            None.
        second_photo_refiner: One that learnt from other pictures, or otherwise; the mean of both
            counts.
        landmarks: Gives points and shapes of a face; None: head and eyes are not measured.
        eyes: Tells how open an eye is; None: that is not measured. It needs the points.
    """

    model_config = ConfigDict(frozen=True)

    detector: NetworkFile
    refiner: NetworkFile | None = None
    photo_refiner: NetworkFile | None = None
    second_photo_refiner: NetworkFile | None = None
    landmarks: NetworkFile | None = None
    eyes: NetworkFile | None = None

    def by_role(self) -> dict[Role, NetworkFile]:
        """Return which network plays each role in finding faces and their expressions."""
        refiner = self.refiner or self.detector
        by_role: dict[Role, NetworkFile] = {
            "detector": self.detector,
            "refiner": refiner,
            "photo_refiner": self.photo_refiner or refiner,
        }
        if self.second_photo_refiner is not None:
            by_role["second_photo_refiner"] = self.second_photo_refiner
        return by_role

    def roles(self) -> dict[NetworkFile, tuple[Role, ...]]:
        """Return each network once, with the roles that it plays; those for points at the end."""
        by_role = self.by_role()
        if self.landmarks is not None:
            by_role["landmarks"] = self.landmarks
        if self.eyes is not None:
            by_role["eyes"] = self.eyes
        return {
            network: tuple(role for role, player in by_role.items() if player == network)
            for network in by_role.values()
        }


class ModelInfo(BaseModel):
    """A model, described: its networks, and what its answers mean.

    Attributes:
        networks: Their files.
        temperature: T of the calibration softmax(logit(s) / T), Guo et al. (2017).
        confidence_threshold: Candidates less sure than this are no faces.
        iou_threshold: Overlap from which two boxes are one face.
        unsure_below: Probability under which no expression is named.
        metrics: Figures by name, with the data and the command that gave them.
        self_test: The known answer to a drawn face, see `self_test`; None if none is recorded.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    version: str
    networks: Networks
    classes: tuple[str, ...]
    input: ModelInput = ModelInput()
    temperature: float = Field(default=1.0, gt=0)
    confidence_threshold: float = Field(default=0.45, gt=0, lt=1)
    iou_threshold: float = Field(default=0.5, gt=0, lt=1)
    unsure_below: float = Field(default=0.4, ge=0, lt=1)
    metrics: dict[str, Any] = {}
    training_data: tuple[Any, ...] = ()
    licence: str = "unknown"
    date: str = "unknown"
    self_test: Any = None

    @model_validator(mode="before")
    @classmethod
    def _of_any_version(cls, values: Any) -> Any:
        """Take the form of before 1.0, too."""
        return in_new_form(values) if isinstance(values, Mapping) else values

    @property
    def class_order(self) -> tuple[int, ...]:
        """Where each of our classes stands among the network's outputs.

        Raises:
            WeightsError: The file's classes are not our five.
        """
        return class_order(self.classes)


def in_new_form(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model.json says in the form of today; one of today comes back as it is.

    Before 1.0 the detector's file, checksum and architecture stand on their own, the other networks
    under "close_looks" and "photo_looks", and the self-test's answer under "canary".
    """
    if "networks" in values or "file" not in values:
        return dict(values)
    of_detector = tuple(NetworkFile.model_fields)
    networks = {"detector": {name: values[name] for name in of_detector if name in values}}
    networks |= {role: values[old] for old, role in _OLD_NETWORKS.items() if values.get(old)}
    result: dict[str, Any] = {}
    for name, value in values.items():
        if name == "file":
            result["networks"] = networks
        elif name == "canary":
            result["self_test"] = value
        elif name == "metrics" and isinstance(value, Mapping):
            result["metrics"] = dict(value)
        elif name not in (*of_detector, *_OLD_NETWORKS):
            result[name] = value
    fidelity = result.get("metrics", {}).get("fidelity_to_torch")
    if isinstance(fidelity, Mapping):
        result["metrics"]["fidelity_to_torch"] = {
            _OLD_ROLES.get(name, name): figures for name, figures in fidelity.items()
        }
    return result


def name_roles(roles: Iterable[Role]) -> str:
    """Return in words, for people, what a network is there for."""
    return " and ".join(_ROLES[role] for role in roles)


def class_order(classes: tuple[str, ...] | list[str]) -> tuple[int, ...]:
    """Return, for each of `LABELS`, its index in `classes` (compared case-insensitively).

    Raises:
        WeightsError: The two sets of names differ.
    """
    folded = [name.casefold() for name in classes]
    if sorted(folded) != sorted(label.casefold() for label in LABELS):
        raise WeightsError(
            f"This model knows other classes than {', '.join(LABELS)}; it cannot be used here."
        )
    return tuple(folded.index(label.casefold()) for label in LABELS)


def description_of(weights: Path) -> Path:
    """Return where the description of a weights file is: itself, or the model.json beside it."""
    return weights if weights.suffix == ".json" else weights.with_name("model.json")


def read_model_info(path: Path) -> ModelInfo:
    """Read a model.json.

    Raises:
        WeightsNotFound: No such file.
        WeightsError: It does not describe a model.
    """
    try:
        return ModelInfo.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise WeightsNotFound from None
    except (ValueError, ValidationError):
        raise WeightsError("model.json does not describe a model; restore it.") from None


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal.

    Raises:
        WeightsNotFound: No such file.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError:
        raise WeightsNotFound from None
    return digest.hexdigest()


def network_files(description: Path, info: ModelInfo) -> dict[Role, Path]:
    """Return the file of each role's network, beside a model's description, after checking it.

    Raises:
        WeightsNotFound, WeightsChanged: As `verify`.
    """
    files: dict[Role, Path] = {}
    for network, roles in info.networks.roles().items():
        file = description.with_name(Path(network.file).name)
        verify(file, network.sha256)
        files |= dict.fromkeys(roles, file)
    return files


def verify(path: Path, sha256: str) -> None:
    """Check that a weights file is the one with this SHA-256.

    Raises:
        WeightsNotFound: No such file.
        WeightsChanged: Its SHA-256 is another one.
    """
    if sha256_of(path) != sha256:
        raise WeightsChanged
