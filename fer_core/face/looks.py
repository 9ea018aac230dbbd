"""What an onlooker would say of a learner's face: that it looks bored, or little engaged.

Two ridge regressions on what the points of a face measure, fitted to what a crowd said of clips of
students at a webcam, 0 (not at all) to 3 (very). They are weak, and say nothing of what is felt:
so a level is shown only against the learner's own usual, over a minute. Confusion and frustration
are not told better than by Angry and Sad together, so no such head is here. Method G;
`fer train states` fits the weights, `benchmarks/states.py` judges them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.face.measures import FaceMeasures
from fer_core.vision.faces import FaceMarks
from fer_core.vision.landmark_layout import SHAPES

WEIGHTS_FILE = Path(__file__).with_name("looks.json")
#: Levels of the crowd's votes.
HIGHEST = 3.0
#: A measure counts at most so many standard deviations from the students' mean.
LIMIT_SDS = 4.0


class Look(StrEnum):
    """What a face can look like to an onlooker."""

    BORED = "bored"
    DISENGAGED = "disengaged"

    @property
    def words(self) -> str:
        """What is said where it stands out."""
        return _WORDS[self]


_WORDS = {Look.BORED: "more bored", Look.DISENGAGED: "less engaged"}


def _sides(name: str) -> tuple[int, ...]:
    """Return the places of a shape on both sides of the face, or of one in its middle."""
    other = name.replace("Left", "Right")
    return tuple(SHAPES.index(one) for one in dict.fromkeys((name, other)) if one in SHAPES)


#: Shapes of a face, the mean of both sides: a camera may stand on either.
_SHAPES = {name: _sides(name) for name in SHAPES if not name.endswith("Right")}
_MEANS = np.array([np.isin(np.arange(len(SHAPES)), places) for places in _SHAPES.values()], float)
_MEANS /= _MEANS.sum(axis=1, keepdims=True)
#: What a head is made from, in order.
MEASURES = (
    *_SHAPES,
    *("yaw", "pitch", "roll", "mouth_opening", "mouth_width", "brow_height"),
    *("gaze_x", "gaze_y", "openness"),
)


def measures_of(marks: FaceMarks, measures: FaceMeasures) -> FloatArray:
    """Return what the heads see of a face, shape (23,); NaN where it was not measured.

    Left and right count alike: yaw, roll and sideways gaze by their size.
    """
    pose = measures.pose
    values: list[float | None] = [*(_MEANS @ marks.shapes)]
    values += [abs(pose.yaw), pose.pitch, abs(pose.roll)]
    values += [measures.mouth_opening, measures.mouth_width, measures.brow_height]
    values += [None if measures.gaze_x is None else abs(measures.gaze_x), measures.gaze_y]
    values += [measures.openness]
    return np.array([np.nan if value is None else value for value in values])


def standardised(values: FloatArray, mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Return features in standard deviations from their mean, as the regressions take them.

    Args:
        values: Shape (d,) or (n, d); NaN counts as the mean.
        mean: Shape (d,).
        sd: Shape (d,).
    """
    z = np.nan_to_num((values - mean) / sd, nan=0.0)
    return np.asarray(np.clip(z, -LIMIT_SDS, LIMIT_SDS))


@dataclass(frozen=True, slots=True, eq=False)
class LookHeads:
    """The regressions.

    Attributes:
        mean: Of each measure over the students, shape (23,).
        sd: Its standard deviation, shape (23,).
        centres: Of each look its mean level, shape (2,).
        weights: In levels per standard deviation, shape (2, 23).
        spreads: How much a level varies within one sitting of a student, as a standard deviation,
            shape (2,).
    """

    mean: FloatArray
    sd: FloatArray
    centres: FloatArray
    weights: FloatArray
    spreads: FloatArray

    def levels(self, measures: FloatArray) -> FloatArray:
        """Return the level of each look, 0..3, shape (2,) or (n, 2), in the order of `Look`.

        What was not measured counts as the students' mean.

        Args:
            measures: From `measures_of`, shape (23,) or (n, 23).
        """
        z = standardised(measures, self.mean, self.sd)
        return np.asarray(np.clip(self.centres + z @ self.weights.T, 0.0, HIGHEST))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "measures": list(MEASURES),
            "mean": _plain(self.mean),
            "sd": _plain(self.sd),
            "looks": {
                str(look): {
                    "centre": float(self.centres[place]),
                    "spread": float(self.spreads[place]),
                    "weights": _plain(self.weights[place]),
                }
                for place, look in enumerate(Look)
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LookHeads:
        """Read what `to_dict` wrote.

        Raises:
            KeyError, ValueError: The values are not such heads.
        """
        if data["measures"] != list(MEASURES):
            raise ValueError("these heads see other measures of a face")
        heads = [data["looks"][str(look)] for look in Look]
        return cls(
            mean=np.array(data["mean"], np.float64),
            sd=np.array(data["sd"], np.float64),
            centres=np.array([head["centre"] for head in heads], np.float64),
            weights=np.array([head["weights"] for head in heads], np.float64),
            spreads=np.array([head["spread"] for head in heads], np.float64),
        )


def _plain(values: FloatArray) -> list[float]:
    return [float(f"{value:.6g}") for value in values]


@lru_cache(maxsize=1)
def shipped_heads() -> LookHeads:
    """Return the heads that come with the app."""
    return LookHeads.from_dict(json.loads(WEIGHTS_FILE.read_text(encoding="utf-8")))
