"""The shapes of /api/v1/model, /healthz and /readyz."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from fer_core.api.schemas.analyses import Frozen, Label
from fer_core.emotions import EMOTIONS
from fer_core.vision.model_info import ModelInfo, NetworkFile, Networks


class LabelOut(Frozen):
    """One of the five classes."""

    label: Label
    emoji: str
    colour: str = Field(pattern="^#[0-9A-F]{6}$", description="Colour-blind safe")
    valence: float = Field(ge=-1, le=1, description="Unpleasant to pleasant (Russell 1980)")
    arousal: float = Field(ge=-1, le=1, description="Calm to excited (Russell 1980)")


class InputSize(Frozen):
    """Longer side of the network's input, in pixels, by `mode`."""

    frame: int
    photo: int


class NetworkOut(Frozen):
    """One network of the model."""

    architecture: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")

    @classmethod
    def of(cls, network: NetworkFile) -> NetworkOut:
        """Describe a network; nothing here names a file."""
        return cls(architecture=network.architecture, sha256=network.sha256)


class NetworksOut(Frozen):
    """The networks of the model."""

    detector: NetworkOut = Field(description="Finds faces in whole pictures")
    refiner: NetworkOut | None = Field(
        description="Refines found faces one at a time; the detector does where it is null"
    )
    photo_refiner: NetworkOut | None = Field(
        description="Refines those of photos; the refiner does where it is null"
    )
    second_photo_refiner: NetworkOut | None = Field(
        default=None, description="Refines those as well; the mean of both counts"
    )
    landmarks: NetworkOut | None = Field(
        default=None,
        description="Gives the points of a face in video; null: head and eyes are not measured",
    )
    eyes: NetworkOut | None = Field(
        default=None, description="Tells open eyes from closed ones in video; null: not measured"
    )

    @classmethod
    def of(cls, networks: Networks) -> NetworksOut:
        """Describe them; nothing here names a file."""
        described = {
            role: NetworkOut.of(network) if (network := getattr(networks, role)) else None
            for role in cls.model_fields
        }
        return cls.model_validate(described)


class ModelOut(Frozen):
    """The model that answers."""

    name: str
    version: str
    networks: NetworksOut
    labels: list[LabelOut] = Field(description="In the order of every probability vector")
    input_size: InputSize
    confidence_threshold: float = Field(description="Weakest face that is reported by default")
    unsure_below: float = Field(description="Probability under which the label is Unsure")
    metrics: dict[str, Any] = Field(description="Measured figures with their data")
    licence: str
    date: str

    @classmethod
    def of(cls, info: ModelInfo) -> ModelOut:
        """Describe the loaded weights; nothing here names a file or a folder."""
        return cls(
            name=info.name,
            version=info.version,
            networks=NetworksOut.of(info.networks),
            labels=[
                LabelOut(
                    label=emotion.label,
                    emoji=emotion.emoji,
                    colour=emotion.colour,
                    valence=emotion.valence,
                    arousal=emotion.arousal,
                )
                for emotion in EMOTIONS
            ],
            input_size=InputSize(frame=info.input.frame_size, photo=info.input.photo_size),
            confidence_threshold=info.confidence_threshold,
            unsure_below=info.unsure_below,
            metrics=info.metrics,
            licence=info.licence,
            date=info.date,
        )


class Health(Frozen):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = Field(description="Of the API")


class Ready(Frozen):
    """The model is loaded and gave the known answer."""

    status: Literal["ready"] = "ready"
    self_test: str = Field(description="What the self-test showed")
