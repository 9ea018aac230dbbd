"""Does the model still see? A drawn face with a known answer, asked before the app says ready.

The checksum in model.json proves that the file is the right one; the canary proves that file,
runtime and processor together give the right numbers. The face is drawn here, so nobody's
picture is shipped. What any right model says of it is known: one face, there. What this very
model said of it stands in model.json under "canary" (`known_answer` makes the entry), and is
then compared number by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fer_core.errors import Busy, FerError, WeightsError
from fer_core.vision.faces import Box, Detections
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo

SIZE = 320  # px: the model's own input for frames, so nothing is resized on the way
HEAD = Box(84.0, 32.0, 152.0, 204.0)  # px: hair to chin, ear to ear, as drawn below

#: A drawing is no photograph: it may score below the threshold meant for photographs.
CONFIDENCE = 0.1
#: Overlap with the drawn head from which a box counts as that face.
MIN_IOU = 0.5
#: Runtimes and processors differ in the last bits only; damage and mix-ups differ by far more.
MIN_IOU_KNOWN = 0.9
MAX_PROBABILITY_DIFFERENCE = 0.05


class KnownAnswer(BaseModel):
    """What a model said of the drawn face when it was exported."""

    model_config = ConfigDict(frozen=True)

    box: tuple[float, float, float, float] = Field(description="x, y, width, height in pixels")
    probabilities: tuple[float, float, float, float, float]


class Sees(Protocol):
    """The detector or the engine."""

    @property
    def info(self) -> ModelInfo: ...

    def detect(self, rgb: RgbImage, mode: Any = ..., confidence: float | None = ...) -> Detections:
        """Find faces."""
        ...


@dataclass(frozen=True, slots=True)
class CanaryReport:
    """What the canary showed.

    Attributes:
        passed: The model gave the known answer.
        detail: One sentence for the person who has to mend it.
    """

    passed: bool
    detail: str


def check_canary(model: Sees) -> CanaryReport:
    """Show the model the drawn face and an empty picture, and compare with the known answers.

    A model that fails is no exception: the failure is the report.

    Raises:
        Busy: The engine's queue is full, which says nothing of the model.
    """
    try:
        face = model.detect(draw_face(), mode="frame", confidence=CONFIDENCE)
        empty = model.detect(draw_background(), mode="frame")
        known = _recorded(model.info)
    except Busy:
        raise
    except FerError as error:
        return CanaryReport(False, error.message)
    if empty.faces:
        return CanaryReport(False, "The model sees a face in an empty picture.")
    if not face.faces:
        return CanaryReport(False, "The model does not see the drawn face.")
    return _compare_with_head(face) if known is None else _compare_with_known(face, known)


def known_answer(model: Sees) -> KnownAnswer:
    """Return what to write into model.json under "canary" when a model is exported.

    Raises:
        WeightsError: The model does not see the drawn face where it is, so it must not ship.
    """
    detections = model.detect(draw_face(), mode="frame", confidence=CONFIDENCE)
    if not detections.faces or not _compare_with_head(detections).passed:
        raise WeightsError("The model does not see the drawn face of the canary.")
    face = max(detections.faces, key=lambda found: found.box.iou(HEAD))
    return KnownAnswer(
        box=tuple(round(value, 1) for value in face.box),
        probabilities=tuple(round(float(value), 4) for value in face.probabilities),
    )


def draw_background() -> RgbImage:
    """Return the picture without the face: RGB, uint8, (320, 320, 3)."""
    return _light(np.full((SIZE, SIZE, 3), (150, 165, 180), dtype=np.uint8))


def draw_face() -> RgbImage:
    """Return the drawn, smiling face: RGB, uint8, (320, 320, 3)."""
    picture = np.full((SIZE, SIZE, 3), (150, 165, 180), dtype=np.uint8)
    skin, hair, white = (224, 180, 150), (60, 40, 30), (250, 250, 250)

    def ellipse(
        centre: tuple[int, int],
        axes: tuple[int, int],
        colour: tuple[int, int, int],
        arc: tuple[int, int] = (0, 360),
        thickness: int = cv2.FILLED,
    ) -> None:
        cv2.ellipse(picture, centre, axes, 0, arc[0], arc[1], colour, thickness, cv2.LINE_AA)

    ellipse((160, 304), (106, 64), (60, 80, 120))  # shoulders
    ellipse((160, 240), (29, 45), (205, 160, 130))  # neck
    ellipse((160, 128), (78, 96), hair)
    ellipse((160, 150), (66, 85), skin)
    for x in (93, 227):  # ears
        ellipse((x, 154), (10, 19), skin)
    ellipse((160, 83), (64, 26), hair)  # fringe
    for x in (131, 189):
        ellipse((x, 141), (13, 6), white)
        ellipse((x, 141), (6, 6), (70, 50, 40))
        ellipse((x, 141), (3, 3), (10, 10, 10))
        ellipse((x, 141), (13, 7), (90, 60, 50), (180, 360), 2)  # lid
        ellipse((x, 126), (16, 6), hair, (190, 350), 4)  # brow
        ellipse((160 + (x - 160) * 11 // 10, 176), (13, 10), (230, 165, 140))  # cheek
    ellipse((160, 170), (10, 16), (205, 155, 125), (20, 160), 3)
    ellipse((160, 157), (4, 19), (235, 195, 165))  # nose
    ellipse((160, 189), (27, 19), (150, 60, 60), (0, 180))  # smile
    ellipse((160, 190), (23, 9), white, (0, 180))
    return _light(cv2.GaussianBlur(picture, (0, 0), 1.9))


def _light(picture: RgbImage) -> RgbImage:
    """Light the picture from the left: flat colour is what no camera sends."""
    light = np.linspace(1.12, 0.85, SIZE)[None, :, None]
    return np.clip(picture * light, 0, 255).astype(np.uint8)


def _recorded(info: ModelInfo) -> KnownAnswer | None:
    entry = (info.model_extra or {}).get("canary")
    if entry is None:
        return None
    try:
        return KnownAnswer.model_validate(entry)
    except ValidationError:
        raise WeightsError("The canary entry of model.json cannot be read; restore it.") from None


def _compare_with_head(detections: Detections) -> CanaryReport:
    overlap = max(face.box.iou(HEAD) for face in detections.faces)
    if overlap < MIN_IOU:
        return CanaryReport(False, "The model sees the drawn face in the wrong place.")
    return CanaryReport(True, f"The drawn face was found (overlap {overlap:.2f}).")


def _compare_with_known(detections: Detections, known: KnownAnswer) -> CanaryReport:
    face = max(detections.faces, key=lambda found: found.box.iou(Box(*known.box)))
    overlap = face.box.iou(Box(*known.box))
    difference = float(np.abs(face.probabilities - np.array(known.probabilities)).max())
    if overlap < MIN_IOU_KNOWN or not difference <= MAX_PROBABILITY_DIFFERENCE:
        return CanaryReport(
            False,
            "The model answers otherwise than when it was exported: "
            f"overlap {overlap:.2f}, probabilities differ by {difference:.2f}.",
        )
    return CanaryReport(True, f"The known answer came (differs by {difference:.4f} at most).")
