"""model.json, the contract of a weights file: what it holds and how it is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fer_core.emotions import LABELS
from fer_core.errors import WeightsChanged, WeightsError, WeightsNotFound

Look = Literal["first", "close", "photo"]

_LOOKS: dict[Look, str] = {
    "first": "first looks",
    "close": "close looks in video",
    "photo": "close looks in photos",
}

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


class ModelInfo(BaseModel):
    """A model, described: its files, and what its answers mean.

    Attributes:
        close_looks: A second network of the same classes for the close looks at found faces; the
            first takes them, too, if None.
        photo_looks: A third one, larger, for the close looks at a photo's faces, which can wait;
            that of the other close looks takes them if None.
        temperature: T of the calibration softmax(logit(s) / T), Guo et al. (2017).
        confidence_threshold: Candidates less sure than this are no faces.
        iou_threshold: Overlap from which two boxes are one face.
        unsure_below: Probability under which no expression is named.
        metrics: Figures by name, with the data and the command that gave them.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    version: str
    file: str
    sha256: str
    architecture: str
    classes: tuple[str, ...]
    close_looks: NetworkFile | None = None
    photo_looks: NetworkFile | None = None
    input: ModelInput = ModelInput()
    temperature: float = Field(default=1.0, gt=0)
    confidence_threshold: float = Field(default=0.45, gt=0, lt=1)
    iou_threshold: float = Field(default=0.5, gt=0, lt=1)
    unsure_below: float = Field(default=0.4, ge=0, lt=1)
    metrics: dict[str, Any] = {}
    training_data: tuple[Any, ...] = ()
    licence: str = "unknown"
    date: str = "unknown"

    @property
    def networks(self) -> dict[NetworkFile, tuple[Look, ...]]:
        """Each network with the looks that it takes."""
        first = NetworkFile(file=self.file, sha256=self.sha256, architecture=self.architecture)
        close = self.close_looks or first
        by_look: dict[Look, NetworkFile] = {
            "first": first,
            "close": close,
            "photo": self.photo_looks or close,
        }
        return {
            network: tuple(look for look, its_network in by_look.items() if its_network == network)
            for network in by_look.values()
        }

    @property
    def class_order(self) -> tuple[int, ...]:
        """Where each of our classes stands among the network's outputs.

        Raises:
            WeightsError: The file's classes are not our five.
        """
        return class_order(self.classes)


def name_looks(looks: Iterable[Look]) -> str:
    """Return what a network looks at in words, for people."""
    return " and ".join(_LOOKS[look] for look in looks)


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


def verify(path: Path, sha256: str) -> None:
    """Check that a weights file is the one with this SHA-256.

    Raises:
        WeightsNotFound: No such file.
        WeightsChanged: Its SHA-256 is another one.
    """
    if sha256_of(path) != sha256:
        raise WeightsChanged
