"""Photos in, faces out: the shapes of /api/v1/analyses and of the faces in a session."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field

from fer_core.api.schemas.problems import Problem
from fer_core.emotions import UNSURE_EMOJI, UNSURE_LABEL
from fer_core.vision.faces import Box, Detections, Face

MAX_IMAGES = 64

Label = Literal["Angry", "Happy", "Natural", "Sad", "Surprised"]
LabelOrUnsure = Literal["Angry", "Happy", "Natural", "Sad", "Surprised", "Unsure"]


class Frozen(BaseModel):
    """A value of the contract: exactly these fields, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_json_schema(cls, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Return the JSON schema; flask-openapi3 asks for it anew at every request."""
        if arguments or options:
            return super().model_json_schema(*arguments, **options)
        return _schema_of(cls)


@cache
def _schema_of(model: type[Frozen]) -> dict[str, Any]:
    return super(Frozen, model).model_json_schema()


class AnalysisQuery(Frozen):
    """How thoroughly to analyse the pictures."""

    mode: Literal["photo", "frame"] = Field(
        default="photo",
        description=(
            "photo: detects at several scales, in tiles in large pictures, refines each face, and "
            "turns pictures in which no face is sure; "
            "frame: detects at one scale and refines the largest face, about a quarter of the "
            "time, for pictures from a webcam"
        ),
    )
    confidence: float | None = Field(
        default=None,
        ge=0.05,
        le=1,
        allow_inf_nan=False,
        description="Weakest face to report; the model's own threshold if absent",
    )


class AnalysisForm(Frozen):
    """One or more pictures, each in a part named `file`."""

    file: list[FileStorage] = Field(
        min_length=1, max_length=MAX_IMAGES, description="The pictures, in order"
    )


class ModelName(Frozen):
    """Which weights answered."""

    name: str = Field(examples=["fer-yolov9t"])
    version: str = Field(examples=["1.0.0"])


class ImageSize(Frozen):
    """The picture as it was analysed, its EXIF orientation applied."""

    width: int = Field(ge=1, description="Pixels")
    height: int = Field(ge=1, description="Pixels")


class BoxOut(Frozen):
    """Forehead to chin, ear to ear, in pixels of the picture; (x, y) is the top left corner."""

    x: float
    y: float
    width: float = Field(ge=0)
    height: float = Field(ge=0)

    @classmethod
    def of(cls, box: Box) -> BoxOut:
        """Round to a tenth of a pixel."""
        return cls(**{name: round(value, 1) for name, value in box._asdict().items()})


class EmotionOut(Frozen):
    """The expression, named only where the model is sure enough."""

    label: LabelOrUnsure = Field(description="Unsure: the strongest is below the threshold")
    emoji: str
    probability: float = Field(ge=0, le=1, description="Of the strongest class, calibrated")


class Probabilities(Frozen):
    """Calibrated probabilities of the five classes; their sum is 1."""

    Angry: float = Field(ge=0, le=1)
    Happy: float = Field(ge=0, le=1)
    Natural: float = Field(ge=0, le=1)
    Sad: float = Field(ge=0, le=1)
    Surprised: float = Field(ge=0, le=1)


class FaceOut(Frozen):
    """One face."""

    face_id: int = Field(
        ge=1, description="1, 2, ... by size in a photo; the same face through a session"
    )
    confidence: float = Field(ge=0, le=1, description="How sure the model is that a face is here")
    box: BoxOut
    emotion: EmotionOut
    probabilities: Probabilities

    @classmethod
    def of(cls, face: Face, face_id: int) -> FaceOut:
        """Describe a face of the core."""
        emotion = face.emotion
        return cls(
            face_id=face_id,
            confidence=round(face.confidence, 4),
            box=BoxOut.of(face.box),
            emotion=EmotionOut(
                label=emotion.label if emotion else UNSURE_LABEL,
                emoji=emotion.emoji if emotion else UNSURE_EMOJI,
                probability=round(face.probability, 4),
            ),
            probabilities=Probabilities(
                **dict(
                    zip(
                        Probabilities.model_fields,
                        (round(float(value), 4) for value in face.probabilities),
                        strict=True,
                    )
                )
            ),
        )


class TimingOut(Frozen):
    """What the answer cost, in milliseconds."""

    decode: float = Field(ge=0)
    inference: float = Field(ge=0, description="All of the analysis, without waiting for its turn")


class AnalysisResult(Frozen):
    """What is in one picture."""

    index: int = Field(ge=0, description="Place of the picture in the request")
    image: ImageSize | None = Field(description="null if the picture could not be read")
    faces: list[FaceOut] = Field(description="Largest first")
    reason: Literal["no_face"] | None = Field(description="Why `faces` is empty")
    incomplete: bool = Field(
        description="The file breaks off: what is there of the picture was analysed"
    )
    problem: Problem | None = Field(description="Why this picture of several could not be read")
    timing_ms: TimingOut | None

    @classmethod
    def of(
        cls, index: int, detections: Detections, decode_ms: float, *, incomplete: bool = False
    ) -> AnalysisResult:
        """Describe what the core found in one picture."""
        return cls(
            index=index,
            image=ImageSize(width=detections.width, height=detections.height),
            faces=[FaceOut.of(face, n) for n, face in enumerate(detections.faces, start=1)],
            reason=None if detections.faces else "no_face",
            incomplete=incomplete,
            problem=None,
            timing_ms=TimingOut(
                decode=round(decode_ms, 1), inference=round(detections.timing.total_ms, 1)
            ),
        )

    @classmethod
    def failed(cls, index: int, problem: Problem) -> AnalysisResult:
        """Describe a picture that could not be read."""
        return cls(
            index=index,
            image=None,
            faces=[],
            reason=None,
            incomplete=False,
            problem=problem,
            timing_ms=None,
        )


class Analysis(Frozen):
    """What is in each picture, in the order they were sent."""

    model: ModelName
    results: list[AnalysisResult]
