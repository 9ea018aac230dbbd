"""Does the model still see? A drawn face with a known answer, asked before the app says ready.

The checksum in model.json proves that the file is the right one; the self-test proves that file,
runtime and processor together give the right numbers. The face is drawn here, so nobody's
picture is shipped. What a model said of the drawing when it was exported stands in its model.json
under "self_test" (`record` writes it) and must come again; a good model may well take the drawing
for no face, so nothing else is asked of it. New weights need `python -m fer_core.vision.self_test`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from fer_core.errors import Busy, FerError, WeightsError
from fer_core.vision.faces import Box, Detections
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo, in_new_form

SIZE = 320  # px: the model's own input for frames, so nothing is resized on the way

#: A drawing is no photograph: the strongest candidate counts, however weak. The shipped model is
#: .85 sure of a face here; while training, models were between .04 and .69.
CONFIDENCE = 0.02
#: Runtimes and processors differ in the last bits only; damage and mix-ups differ by far more.
MIN_IOU = 0.9
MAX_DIFFERENCE = 0.05


class KnownAnswer(BaseModel):
    """A model's strongest candidate in the drawn face.

    Attributes:
        confidence: Its strongest score, 0..1; 0 where there is no candidate at all.
        box: x, y, width, height in pixels.
        probabilities: Of the five classes, calibrated.
    """

    model_config = ConfigDict(frozen=True)

    confidence: float
    box: tuple[float, float, float, float]
    probabilities: tuple[float, float, float, float, float]


class Sees(Protocol):
    """The detector or the engine."""

    @property
    def info(self) -> ModelInfo: ...

    def detect(self, rgb: RgbImage, mode: Any = ..., confidence: float | None = ...) -> Detections:
        """Find faces."""
        ...


@dataclass(frozen=True, slots=True)
class SelfTestReport:
    """What the self-test showed.

    Attributes:
        passed: The model gave the known answer.
        detail: One sentence for the person who has to mend it.
    """

    passed: bool
    detail: str


def run_self_test(model: Sees) -> SelfTestReport:
    """Show the model the drawn face and an empty picture, and compare with the known answer.

    Without a known answer (weights of one's own), the model must answer in proper numbers, and
    twice the same. A model that fails is no exception: the failure is the report.

    Raises:
        Busy: The engine's queue is full, which says nothing of the model.
    """
    try:
        answer = known_answer(model)
        empty = model.detect(draw_background(), mode="frame")
        expected = recorded(model.info)
        compared = known_answer(model) if expected is None else expected
    except Busy:
        raise
    except FerError as error:
        return SelfTestReport(False, error.message)
    if empty.faces:
        return SelfTestReport(False, "The model sees a face in an empty picture.")
    if not _is_same(answer, compared):
        return SelfTestReport(
            False,
            "The model answers otherwise than when it was exported."
            if expected is not None
            else "The model does not answer in proper numbers, or not twice the same.",
        )
    if expected is None:
        return SelfTestReport(True, "It answers; no known answer is recorded for these weights.")
    return SelfTestReport(True, "It gave the known answer to a drawn face.")


def known_answer(model: Sees) -> KnownAnswer:
    """Return what a model says of the drawn face."""
    detections = model.detect(draw_face(), mode="frame", confidence=CONFIDENCE)
    if not detections.faces:
        return KnownAnswer(confidence=0.0, box=(0, 0, 0, 0), probabilities=(0, 0, 0, 0, 0))
    face = max(detections.faces, key=lambda found: found.confidence)
    x, y, width, height = (round(value, 1) for value in face.box)
    angry, happy, natural, sad, surprised = (round(float(p), 4) for p in face.probabilities)
    return KnownAnswer(
        confidence=round(face.confidence, 4),
        box=(x, y, width, height),
        probabilities=(angry, happy, natural, sad, surprised),
    )


def recorded(info: ModelInfo) -> KnownAnswer | None:
    """Return the known answer that a model.json states, if any.

    Raises:
        WeightsError: The entry cannot be read.
    """
    entry = info.self_test
    if entry is None:
        return None
    try:
        return KnownAnswer.model_validate(entry)
    except ValidationError:
        raise WeightsError("model.json's self_test cannot be read; restore it.") from None


def record(description: Path) -> KnownAnswer:
    """Write into a model.json what its model says of the drawn face now.

    Raises:
        WeightsError: The model cannot be loaded.
    """
    from fer_core.vision.detector import EmotionDetector

    answer = known_answer(EmotionDetector.load(description))
    values = json.loads(description.read_text(encoding="utf-8"))
    values = in_new_form(values) | {"self_test": answer.model_dump()}
    partial = description.with_suffix(".partial")
    partial.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(description)
    return answer


def _is_same(answer: KnownAnswer, expected: KnownAnswer) -> bool:
    numbers = np.array([answer.confidence, *answer.probabilities])
    difference = float(np.abs(numbers - [expected.confidence, *expected.probabilities]).max())
    if not difference <= MAX_DIFFERENCE:  # also where it is no number
        return False
    weak = max(answer.confidence, expected.confidence) <= CONFIDENCE + MAX_DIFFERENCE
    return weak or Box(*answer.box).iou(Box(*expected.box)) >= MIN_IOU


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
    return _light(np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.9), np.uint8))


def _light(picture: RgbImage) -> RgbImage:
    """Light the picture from the left: flat colour is what no camera sends."""
    light = np.linspace(1.12, 0.85, SIZE)[None, :, None]
    return np.clip(picture * light, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    sys.stdout.write(f"{record(Path(sys.argv[1] if sys.argv[1:] else 'weights/model.json'))}\n")
