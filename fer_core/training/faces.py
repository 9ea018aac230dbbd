"""What a labelled picture is: its faces, their boxes, and how sure people were of each class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fer_core.emotions import LABELS, Emotion

Box = tuple[float, float, float, float]

#: Pictures of a "test" split are read and used by nothing here.
SPLITS = ("train", "val", "test")

#: Words other data sets use for the five classes, in lower case.
SYNONYMS = {
    "neutral": "natural",
    "surprise": "surprised",
    "anger": "angry",
    "happiness": "happy",
    "sadness": "sad",
}

#: What a face shows that nobody labelled, in class order: of a person who reads undisturbed, and
#: of anybody. Guesses, until a teacher has looked.
CALM = (0.03, 0.06, 0.82, 0.05, 0.04)
UNKNOWN = (0.1, 0.2, 0.4, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """One face of a picture.

    Attributes:
        box: x, y, width, height in pixels of the picture; forehead to chin, ear to ear.
        distribution: Five shares, sum 1, in class order: votes if people voted, else one-hot.
        voted: Whether the shares are votes, so that they need no smoothing.
        weak: Whether nobody labelled the expression: the shares are a guess.
        opinion: Five shares by which another model labelled it, where one did; equal shares if it
            saw something else than the five.
        relative: Whether the box is in shares of the picture's sides instead: of a tight crop.
    """

    box: Box
    distribution: tuple[float, ...]
    voted: bool = False
    weak: bool = False
    opinion: tuple[float, ...] | None = None
    relative: bool = False

    @property
    def emotion(self) -> int:
        """Index of the likeliest class."""
        return int(np.argmax(self.distribution))

    def box_in(self, height: int, width: int) -> Box:
        """Return the box in pixels of the picture, whose size this is."""
        if not self.relative:
            return self.box
        x, y, across, down = self.box
        return x * width, y * height, across * width, down * height


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and its faces, not yet decoded.

    Attributes:
        source: The data set it belongs to, such as "ferplus".
        name: The archive's member or the path below the data folder.
        split: "train" or "val".
        container: The zip archive or the folder that holds it.
        faces: May be empty: a picture without faces teaches where there are none.
        group: Pictures of one group show the same photo or person and stay together when pictures
            are divided; "" for a picture of its own.
        ratings: Of the clip it is from, such as boredom 0-3.
    """

    source: str
    name: str
    split: str
    container: Path
    faces: tuple[LabelledFace, ...]
    group: str = ""
    ratings: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def unit(self) -> str:
        """What stays together when pictures are divided."""
        return self.group or f"{self.container}/{self.name}"


def one_hot(emotion: int) -> tuple[float, ...]:
    """Return the distribution that is certain of one class."""
    return tuple(float(index == emotion) for index in range(len(LABELS)))


def class_index(name: str) -> int:
    """Return the index of a class by its name or by another data set's word for it.

    Raises:
        ValueError: It is none of the five.
    """
    try:
        return Emotion.from_label(SYNONYMS.get(name.casefold(), name)).index
    except KeyError:
        raise ValueError(f"class {name!r} is none of {', '.join(LABELS)}") from None


def number(row: Mapping[str, str | None], column: str) -> float:
    """Return a column's finite number.

    Raises:
        ValueError: It holds none.
    """
    try:
        value = float(row[column] or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{column} is no number: {row[column] or ''!r}")
    return value
