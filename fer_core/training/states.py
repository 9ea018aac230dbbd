"""Fit what an onlooker says of students' faces: the heads of `fer_core.face.looks`.

The faces are those of `students.csv` and `students.zip`: one of each clip of ten seconds, with the
votes of a crowd on the whole clip, 0 to 3 (DAiSEE; Gupta et al. 2016). Ridge regressions whose
penalty is chosen by folds of people; somebody with many clips weighs as the root of their number.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray, median_and_sd
from fer_core.face.looks import MEASURES, LookHeads, measures_of, standardised
from fer_core.face.measures import measure_face
from fer_core.training.errors import DataError
from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage
from fer_core.vision.landmarks import MarkReader

#: Penalties tried, and folds of people that choose among them.
PENALTIES = (1e1, 1e2, 3e2, 1e3, 3e3, 1e4, 3e4, 1e5)
FOLDS = 5
#: The states that have a head, in the order of `Look`.
SHOWN = ("boredom", "low engagement")
#: Of the picture, how much the face takes: the archive's crops are a face with a little room.
FACE_SHARE = 0.84
SPLITS = ("train", "val")
#: Fewer clips of one sitting say nothing of how much a level varies in it.
LEAST_CLIPS = 10

People = npt.NDArray[np.str_]


class Students(NamedTuple):
    """Clips of students, shape (n,) or (n, ...).

    Attributes:
        names: Of their faces in the archive.
        people: Who is in each.
        sittings: Which recording of theirs it is from.
        train: Whether the person belongs to the train split.
        levels: By state its level, 0..3: boredom, low engagement, confusion, frustration.
    """

    names: list[str]
    people: People
    sittings: People
    train: npt.NDArray[np.bool_]
    levels: dict[str, FloatArray]

    @classmethod
    def read(cls, data: Path) -> Students:
        """Read `students.csv` of a folder: the train and the val split, and no other.

        People of a test split are kept for a test by others: nothing here may look at them.

        Raises:
            DataError: It cannot be read, or lacks a column.
        """
        try:
            with (data / "students.csv").open(encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file) if row["split"] in SPLITS]
            levels = {
                "boredom": [float(row["boredom"]) for row in rows],
                "low engagement": [3.0 - float(row["engagement"]) for row in rows],
                "confusion": [float(row["confusion"]) for row in rows],
                "frustration": [float(row["frustration"]) for row in rows],
            }
            people = [row["subject"] for row in rows]
            names = [row["name"] for row in rows]
            train = [row["split"] == "train" for row in rows]
        except (OSError, KeyError, ValueError) as error:
            raise DataError(f"students.csv cannot be used: {error}") from None
        # DAiSEE names a clip by person, recording and its place in it.
        sittings = [
            name.rsplit("/")[-1][: len(person) + 1]
            for name, person in zip(names, people, strict=True)
        ]
        return cls(
            names,
            np.array(people),
            np.array(sittings),
            np.array(train),
            {state: np.array(values) for state, values in levels.items()},
        )


def pictures_of(data: Path, names: Iterable[str]) -> Iterator[tuple[RgbImage, Box]]:
    """Yield the picture of each clip, and where its face is.

    Raises:
        DataError: A picture cannot be decoded.
    """
    with zipfile.ZipFile(data / "students.zip") as archive:
        for name in names:
            bgr = cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_COLOR)
            if bgr is None:
                raise DataError(f"{name} cannot be decoded")
            rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
            height, width = rgb.shape[:2]
            room = (1 - FACE_SHARE) / 2
            yield rgb, Box(room * width, room * height, FACE_SHARE * width, FACE_SHARE * height)


def faces_of(data: Path, names: list[str], reader: MarkReader) -> FloatArray:
    """Return what the heads see of each face, shape (n, 23); NaN where it was not measured.

    Raises:
        DataError: A picture cannot be decoded.
    """
    made = []
    for rgb, box in pictures_of(data, names):
        marks = reader.read(rgb, box)
        measures = None if marks is None else measure_face(marks)
        if marks is None or measures is None:
            made.append(np.full(len(MEASURES), np.nan))
        else:
            made.append(measures_of(marks, measures))
    return np.array(made)


class Ridge:
    """Ridge regressions of several targets on the same standardised features."""

    def __init__(self, features: FloatArray, people: People) -> None:
        """Take the training features, shape (n, d); NaN counts as the mean."""
        self.mean = np.nanmean(features, axis=0)
        self.sd = np.nanstd(features, axis=0) + 1e-6
        _, inverse, counts = np.unique(people, return_inverse=True, return_counts=True)
        self._shares = 1.0 / np.sqrt(counts[inverse])
        self._z = standardised(features, self.mean, self.sd)
        weighted = (self._z * self._shares[:, None]).T
        values, vectors = np.linalg.eigh(weighted @ self._z)
        self._values, self._vectors = np.maximum(values, 0.0), vectors

    def fit(self, targets: FloatArray, penalty: float) -> tuple[float, FloatArray]:
        """Return centre and weights, shape (d,), for targets, shape (n,)."""
        centre = float(np.average(targets, weights=self._shares))
        pulled = self._z.T @ (self._shares * (targets - centre))
        return centre, self._vectors @ ((self._vectors.T @ pulled) / (self._values + penalty))

    def predict(self, targets: FloatArray, penalty: float, features: FloatArray) -> FloatArray:
        """Fit to targets, shape (n,), and return what it says of other features."""
        centre, weights = self.fit(targets, penalty)
        return np.asarray(centre + standardised(features, self.mean, self.sd) @ weights)


def fold_of(people: People, folds: int = FOLDS) -> npt.NDArray[np.intp]:
    """Return the fold of each row: a person is in one only, shape (n,)."""
    names, inverse = np.unique(people, return_inverse=True)
    order = np.random.default_rng(3).permutation(len(names))
    return np.asarray(order[inverse] % folds, np.intp)


def choose_penalties(
    features: FloatArray, people: People, levels: Mapping[str, FloatArray]
) -> dict[str, float]:
    """Return by state the penalty with the least squared error on people left out."""
    fold = fold_of(people)
    errors = {state: dict.fromkeys(PENALTIES, 0.0) for state in levels}
    for left_out in range(FOLDS):
        here = fold == left_out
        ridge = Ridge(features[~here], people[~here])
        for state, wanted in levels.items():
            for penalty in PENALTIES:
                made = ridge.predict(wanted[~here], penalty, features[here])
                errors[state][penalty] += float(((made - wanted[here]) ** 2).sum())
    return {state: min(of, key=lambda penalty: of[penalty]) for state, of in errors.items()}


def fit_heads(students: Students, faces: FloatArray) -> LookHeads:
    """Fit the heads to the people of the train split.

    Args:
        students: All clips.
        faces: From `faces_of`, in their order.
    """
    train = students.train
    ridge = Ridge(faces[train], students.people[train])
    fitted, spreads = [], []
    wanted = {state: students.levels[state][train] for state in SHOWN}
    penalties = choose_penalties(faces[train], students.people[train], wanted)
    for state, levels in wanted.items():
        penalty = penalties[state]
        fitted.append(ridge.fit(levels, penalty))
        made = ridge.predict(levels, penalty, faces[train])
        spreads.append(_spread_within(made, students.sittings[train]))
    return LookHeads(
        mean=ridge.mean,
        sd=ridge.sd,
        centres=np.array([centre for centre, _ in fitted]),
        weights=np.array([weights for _, weights in fitted]),
        spreads=np.array(spreads),
    )


def _spread_within(levels: FloatArray, sittings: People) -> float:
    """Return the median over sittings of how much a level varies in one."""
    found = []
    for name in np.unique(sittings):
        here = levels[sittings == name]
        if len(here) >= LEAST_CLIPS:
            found.append(float(median_and_sd(here)[1]))
    if not found:
        raise DataError("no sitting has enough clips to tell how much a look varies in it")
    return float(np.median(found))


def write_heads(data: Path, landmarks: Path, eyes: Path | None, output: Path) -> LookHeads:
    """Fit the heads and write them as JSON; return them.

    Raises:
        DataError: The data cannot be used.
        WeightsError: A network cannot be loaded.
    """
    reader = MarkReader.load(landmarks, eyes)
    if reader is None:
        raise DataError("a network for points is needed")
    students = Students.read(data)
    heads = fit_heads(students, faces_of(data, students.names, reader))
    output.write_text(json.dumps(heads.to_dict(), indent=1) + "\n", encoding="utf-8")
    return heads
