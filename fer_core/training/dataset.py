"""The faces that scenes are made of: decoded once, drawn by class, then source, then picture."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_core.emotions import LABELS
from fer_core.training.data import Image, PictureReader
from fer_core.training.errors import DataError, UnreadablePicture
from fer_core.training.faces import LabelledFace, LabelledPicture

LOGGER = logging.getLogger(__name__)

Box = tuple[float, float, float, float]

#: A source with few pictures of a class is drawn less: its weight is n / (n + this).
SCARCE = 300.0
#: Share of the label's mass spread over the five classes, for labels that are not votes. From the
#: data's README: affect_faces has 10-30 % doubtful labels, web_crops some.
SMOOTHING = 0.05
SOURCE_SMOOTHING = {"affect_faces": 0.15, "web_crops": 0.08, "news_heads": 0.08}
#: A picture is a cut-out where all four corners are darker than this (0..255).
CUT_OUT_LEVEL = 16
#: A picture is a scene of its own where it is this many times as high as the face.
SCENE_HEIGHT = 2.2
#: A picture is a head where the face has at least this much context on every side, in face widths.
HEAD_MARGIN = 0.3


@dataclass(frozen=True, slots=True)
class LabelledTarget:
    """A box x, y, width, height in pixels of the picture, and its target of shape (5,)."""

    box: tuple[float, float, float, float]
    distribution: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Face:
    """One decoded face.

    Attributes:
        image: RGB uint8 (H, W, 3), shared by all faces of the picture.
        box: x, y, width, height in its pixels.
        distribution: Shape (5,), the target.
        is_cut_out: The picture is a face on black without context.
        neighbours: The other labelled faces of the picture.
    """

    image: Image
    box: tuple[float, float, float, float]
    distribution: npt.NDArray[np.float32]
    is_cut_out: bool
    neighbours: tuple[LabelledTarget, ...] = ()


class FaceDataset:
    """All faces of one split, in memory, with the background pictures.

    Args:
        pictures: Of one split.
        backgrounds: RGB pictures without (recognisable) faces; may be empty. Pictures without
            faces join them.
        source_weights: Source -> weight; 1 for those not named.
        distributions: (source, name) -> shape (faces, 5), in place of the labels.
        negatives: RGB pictures without faces that are sharp and fill the picture.
        boxes: (source, name) -> x, y, width, height, in place of the box of its one face.

    Raises:
        DataError: No face could be read.
    """

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        backgrounds: Sequence[Image],
        source_weights: Mapping[str, float] | None = None,
        distributions: Mapping[tuple[str, str], npt.NDArray[np.float32]] | None = None,
        negatives: Sequence[Image] = (),
        boxes: Mapping[tuple[str, str], Box] | None = None,
    ) -> None:
        self.backgrounds = list(backgrounds)
        self._negatives = list(negatives)
        self.faces: list[Face] = []
        self.unreadable: list[str] = []
        self._heads: list[int] = []
        self._scenes: list[int] = []
        groups: dict[tuple[int, str], list[int]] = defaultdict(list)
        reader = PictureReader()
        for picture in pictures:
            try:
                image = reader.read(picture.container, picture.name)
            except UnreadablePicture as error:
                LOGGER.warning("left out: %s", error)
                self.unreadable.append(str(error))
                continue
            if not picture.faces:
                self.backgrounds.append(image)
            replaced = (distributions or {}).get((picture.source, picture.name))
            cut_out = is_cut_out(image)
            labelled: list[tuple[LabelledFace, LabelledTarget]] = []
            better = (boxes or {}).get((picture.source, picture.name))
            for index, face in enumerate(picture.faces):
                box = better or face.box_in(*image.shape[:2])
                if not _is_in(box, image):
                    title = f"{picture.container.name}: {picture.name}"
                    LOGGER.warning("left out: %s: no picture in the box %s", title, box)
                    continue
                shares = _target(face, picture.source) if replaced is None else replaced[index]
                labelled.append((face, LabelledTarget(box, shares)))
            for face, target in labelled:
                others = tuple(other for _, other in labelled if other is not target)
                number = len(self.faces)
                self.faces.append(Face(image, target.box, target.distribution, cut_out, others))
                groups[face.emotion, picture.source].append(number)
                if image.shape[0] > SCENE_HEIGHT * target.box[3]:
                    self._scenes.append(number)
                if not cut_out and not others and _has_context(target.box, image):
                    self._heads.append(number)
        if not self.faces:
            raise DataError(f"none of {len(pictures)} pictures has a face that can be read")
        self._groups: list[tuple[list[npt.NDArray[np.int64]], npt.NDArray[np.float64]]] = []
        for emotion in range(len(LABELS)):
            members = {
                source: np.array(group)
                for (known, source), group in groups.items()
                if known == emotion
            }
            if not members:
                continue
            weights = np.array(
                [
                    (source_weights or {}).get(source, 1.0) * len(group) / (len(group) + SCARCE)
                    for source, group in members.items()
                ]
            )
            self._groups.append((list(members.values()), np.cumsum(weights / weights.sum())))

    def draw(self, rng: np.random.Generator) -> Face:
        """Return a face: class uniformly, then source by weight, then picture uniformly."""
        members, cumulative = self._groups[int(rng.integers(len(self._groups)))]
        source = min(int(np.searchsorted(cumulative, rng.random())), len(members) - 1)
        return self.faces[int(members[source][int(rng.integers(len(members[source])))])]

    def draw_head(self, rng: np.random.Generator) -> Face | None:
        """Return a face with hair, neck and background around it, None where the data has none."""
        return self.faces[self._heads[int(rng.integers(len(self._heads)))]] if self._heads else None

    def draw_scene(self, rng: np.random.Generator) -> Face | None:
        """Return a face in a picture that is a scene by itself, None where the data has none."""
        scenes = self._scenes
        return self.faces[scenes[int(rng.integers(len(scenes)))]] if scenes else None

    @property
    def has_negatives(self) -> bool:
        """Whether there are sharp pictures without faces."""
        return bool(self._negatives)

    def draw_negative(self, rng: np.random.Generator) -> Image | None:
        """Return a sharp picture without a face, None where the data has none."""
        found = self._negatives
        return found[int(rng.integers(len(found)))] if found else None

    def draw_background(self, rng: np.random.Generator) -> Image | None:
        """Return a background picture, None where the data has none."""
        return (
            self.backgrounds[int(rng.integers(len(self.backgrounds)))] if self.backgrounds else None
        )


def _target(face: LabelledFace, source: str) -> npt.NDArray[np.float32]:
    target = np.asarray(face.distribution, np.float32)
    return (
        target
        if face.voted or face.weak
        else smooth(target, SOURCE_SMOOTHING.get(source, SMOOTHING))
    )


def smooth(distribution: npt.NDArray[np.float32], share: float) -> npt.NDArray[np.float32]:
    """Return the distribution with a share of its mass spread evenly over the classes."""
    return np.asarray(distribution * (1 - share) + share / len(distribution), np.float32)


def is_cut_out(image: Image) -> bool:
    """Tell whether a picture is a face on black, without anything around it."""
    corners = (image[:4, :4], image[:4, -4:], image[-4:, :4], image[-4:, -4:])
    return all(int(corner.max()) < CUT_OUT_LEVEL for corner in corners)


def _is_in(box: tuple[float, float, float, float], image: Image) -> bool:
    """Tell whether there is anything of the picture in the box."""
    x, y, width, height = box
    across = min(x + width, image.shape[1]) - max(x, 0)
    down = min(y + height, image.shape[0]) - max(y, 0)
    return bool(across >= 1 and down >= 1)


def _has_context(box: tuple[float, float, float, float], image: Image) -> bool:
    x, y, width, height = box
    margin = (
        min(x, image.shape[1] - x - width) / width,
        min(y, image.shape[0] - y - height) / height,
    )
    return bool(min(margin) >= HEAD_MARGIN)
