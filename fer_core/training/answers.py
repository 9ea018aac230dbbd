"""The detector's answers to pictures and scenes, by one process or by many."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fer_core.boxes import ious
from fer_core.training import metrics
from fer_core.training.data import Image, PictureReader, load_backgrounds
from fer_core.training.dataset import FaceDataset
from fer_core.training.errors import UnreadablePicture
from fer_core.training.faces import LabelledPicture
from fer_core.training.scene_style import VALIDATION
from fer_core.training.scenes import compose
from fer_core.vision.detector import EmotionDetector, Mode
from fer_core.vision.faces import Detections, Face

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

LOGGER = logging.getLogger(__name__)

#: The fixed validation scenes.
SCENE_SEED = 20_240_601
SCENE_SIZE = (320, 320)
#: Found boxes down to this confidence count for average precision, which ranks them.
SCENE_CONFIDENCE = 0.01
#: Pictures, or scenes, that a process takes at a time.
CHUNK = 32


@dataclass(frozen=True, slots=True)
class Answer:
    """The detector's answer to one labelled picture.

    Attributes:
        picture: The picture.
        emotion: Its label, 0..4.
        answer: The largest face's class; `metrics.NO_ANSWER` if nothing was found or it is unsure.
        probabilities: Shape (5,), of the largest face; None if nothing was found.
        face_size: Longer side of the labelled box in pixels.
        iou: Of the largest face's box with the labelled one; 0 if nothing was found.
    """

    picture: LabelledPicture
    emotion: int
    answer: int
    probabilities: npt.NDArray[np.float64] | None
    face_size: float
    iou: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What the detector found in a picture, largest face first."""

    picture: LabelledPicture
    height: int
    width: int
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class SceneAnswer:
    """The detector's answer to one validation scene.

    Attributes:
        result: What is in it, and what was found.
        confidences: Shape (n,), of the found faces.
        cells: Faces a side of its grid.
    """

    result: metrics.SceneResult
    confidences: npt.NDArray[np.float64]
    cells: int


def answer_all(
    detector: EmotionDetector,
    pictures: Sequence[LabelledPicture],
    mode: Mode,
    change: Callable[[Image], Image] | None = None,
) -> list[Answer]:
    """Return the detector's answer to each picture with one labelled face; name unreadable ones."""
    reader = PictureReader()
    answers = []
    for picture in pictures:
        if len(picture.faces) != 1:
            continue
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        seen = change(image) if change else image
        scale = seen.shape[0] / image.shape[0]
        answers.append(_answer(picture, detector.detect(seen, mode), scale))
    return answers


def _answer(picture: LabelledPicture, detections: Detections, scale: float) -> Answer:
    label = picture.faces[0]
    x, y, width, height = (value * scale for value in label.box)
    size = max(label.box[2:]) * scale
    if not detections.faces:
        return Answer(picture, label.emotion, metrics.NO_ANSWER, None, size, 0.0)
    face = detections.faces[0]
    corners = np.array([[x, y, x + width, y + height]])
    iou = float(ious(corners[0], np.array(_corners(face))))
    answer = metrics.NO_ANSWER if face.emotion is None else face.emotion.index
    return Answer(picture, label.emotion, answer, face.probabilities, size, iou)


def see_all(
    detector: EmotionDetector, pictures: Sequence[LabelledPicture], mode: Mode
) -> list[Seen]:
    """Return what the detector finds in each picture; name unreadable ones."""
    reader = PictureReader()
    seen = []
    for picture in pictures:
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        height, width = image.shape[:2]
        seen.append(Seen(picture, height, width, detector.detect(image, mode).faces))
    return seen


def answer_scenes(
    detector: EmotionDetector, dataset: FaceDataset, numbers: Sequence[int], mode: Mode
) -> list[SceneAnswer]:
    """Return the detector's answers to the validation scenes of these numbers."""
    answers = []
    for number in numbers:
        scene = compose(dataset, SCENE_SEED, number, SCENE_SIZE, VALIDATION)
        faces = detector.detect(scene.image, mode, confidence=SCENE_CONFIDENCE).faces
        result = metrics.SceneResult(
            boxes=scene.boxes.astype(np.float64),
            emotions=scene.distributions.argmax(axis=1).astype(np.int64),
            found=np.array([_corners(face) for face in faces]).reshape(-1, 4),
            scores=np.array([_class_scores(face) for face in faces]).reshape(-1, 5),
        )
        confidences = np.array([face.confidence for face in faces], np.float64)
        answers.append(SceneAnswer(result, confidences, scene.cells))
    return answers


class DetectorPool:
    """Processes that look at pictures, each with a detector of its own.

    Args:
        weights: A model.json or a .pt file.
        data: The data folder, for the scenes' backgrounds.
        threads: Of each detector.
        processes: 1 looks in this process.
    """

    def __init__(self, weights: Path, data: Path, threads: int = 2, processes: int = 1) -> None:
        self._arguments = weights, data, threads
        self._pool: Executor | None = None
        if processes > 1:
            self._pool = ProcessPoolExecutor(
                processes, get_context("spawn"), _begin, self._arguments
            )
        else:
            _begin(*self._arguments)

    def __enter__(self) -> DetectorPool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def answers(
        self,
        pictures: Sequence[LabelledPicture],
        mode: Mode,
        change: Callable[[Image], Image] | None = None,
    ) -> list[Answer]:
        """Return what `answer_all` returns."""
        work = partial(_answer_chunk, mode=mode, change=change)
        chunks = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
        return [answer for part in self._map(work, chunks) for answer in part]

    def sees(self, pictures: Sequence[LabelledPicture], mode: Mode) -> list[Seen]:
        """Return what `see_all` returns."""
        work = partial(_see_chunk, mode=mode)
        chunks = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
        return [each for part in self._map(work, chunks) for each in part]

    def scenes(
        self, pictures: Sequence[LabelledPicture], count: int, mode: Mode
    ) -> list[SceneAnswer]:
        """Return the answers to the first `count` validation scenes, composed of the pictures."""
        work = partial(_answer_scene_chunk, pictures=tuple(pictures), mode=mode)
        chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        return [answer for part in self._map(work, chunks) for answer in part]

    def _map(
        self, work: Callable[[_Item], list[_Result]], items: Sequence[_Item]
    ) -> list[list[_Result]]:
        return list(map(work, items) if self._pool is None else self._pool.map(work, items))


@dataclass(slots=True)
class _WorkerState:
    """What a process works with; the scenes' faces are decoded when the first scene comes."""

    detector: EmotionDetector
    data: Path
    dataset: FaceDataset | None = None


_STATE: list[_WorkerState] = []


def _begin(weights: Path, data: Path, threads: int) -> None:
    _STATE[:] = [_WorkerState(EmotionDetector.load(weights, threads), data)]


def _answer_chunk(
    pictures: Sequence[LabelledPicture], mode: Mode, change: Callable[[Image], Image] | None
) -> list[Answer]:
    return answer_all(_STATE[0].detector, pictures, mode, change)


def _see_chunk(pictures: Sequence[LabelledPicture], mode: Mode) -> list[Seen]:
    return see_all(_STATE[0].detector, pictures, mode)


def _answer_scene_chunk(
    numbers: Sequence[int], pictures: Sequence[LabelledPicture], mode: Mode
) -> list[SceneAnswer]:
    state = _STATE[0]
    if state.dataset is None:
        state.dataset = FaceDataset(pictures, load_backgrounds(state.data, PictureReader()))
    return answer_scenes(state.detector, state.dataset, numbers, mode)


def _corners(face: Face) -> tuple[float, float, float, float]:
    box = face.box
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def _class_scores(face: Face) -> npt.NDArray[np.float64]:
    """Return the face's score for each class: its confidence shared out by the probabilities."""
    return np.asarray(face.confidence * face.probabilities, np.float64)
