"""A handful of generated faces in both forms of training data."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.emotions import LABELS

SIDE = 96


def draw_face(emotion: int, rng: np.random.Generator) -> np.ndarray:
    """A drawn head, RGB (96, 96, 3); the mouth tells the class."""
    coarse = rng.integers(40, 140, (6, 6, 3)).astype(np.uint8)  # no two pictures look the same
    image = np.ascontiguousarray(cv2.resize(coarse, (SIDE, SIDE)))
    skin = tuple(int(value) for value in rng.integers(140, 230, 3))
    cv2.ellipse(image, (48, 48), (24, 30), 0, 0, 360, skin, -1)
    for x in (39, 57):
        cv2.circle(image, (x, 42), 3, (20, 20, 20), -1)
    if emotion == 0:
        cv2.line(image, (34, 34), (44, 38), (20, 20, 20), 2)
        cv2.line(image, (62, 34), (52, 38), (20, 20, 20), 2)
    elif emotion == 1:
        cv2.ellipse(image, (48, 56), (11, 9), 0, 0, 180, (120, 20, 20), 3)
    elif emotion == 2:
        cv2.line(image, (39, 62), (57, 62), (120, 20, 20), 2)
    elif emotion == 3:
        cv2.ellipse(image, (48, 68), (11, 9), 0, 180, 360, (120, 20, 20), 3)
    else:
        cv2.circle(image, (48, 63), 7, (120, 20, 20), -1)
    return image


BOX = (24.0, 18.0, 48.0, 60.0)


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """labels.csv beside one archive: 20 training and 10 validation faces, and two backgrounds."""
    return write_archives(tmp_path / "data")


def write_archives(folder: Path) -> Path:
    """Write the data of `archives` to a new folder, and return it."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    votes = [f"votes_{label}" for label in LABELS]
    with (
        zipfile.ZipFile(folder / "heads.zip", "w") as archive,
        (folder / "labels.csv").open("w", newline="") as file,
    ):
        columns = ["archive", "name", "split", "emotion", "x", "y", "width", "height", *votes]
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for split, count in (("train", 4), ("val", 2)):
            for emotion, label in enumerate(LABELS):
                for number in range(count):
                    name = f"{split}/{label}/{number}.png"
                    image = cv2.cvtColor(draw_face(emotion, rng), cv2.COLOR_RGB2BGR)
                    archive.writestr(name, cv2.imencode(".png", image)[1].tobytes())
                    x, y, width, height = BOX
                    row = {"archive": "heads.zip", "name": name, "split": split, "emotion": label}
                    writer.writerow(row | {"x": x, "y": y, "width": width, "height": height})
    with zipfile.ZipFile(folder / "backgrounds.zip", "w") as archive:
        for number in range(2):
            image = np.full((60, 80, 3), rng.integers(0, 256, 3), np.uint8)
            archive.writestr(f"{number}.png", cv2.imencode(".png", image)[1].tobytes())
    return folder


@pytest.fixture
def yolo_folder(tmp_path: Path) -> Path:
    """An Ultralytics data set as Roboflow exports it, with other class names in another order."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "export"
    for split in ("train", "valid"):
        (folder / split / "images").mkdir(parents=True)
        (folder / split / "labels").mkdir(parents=True)
        for number in range(5):
            image = cv2.cvtColor(draw_face(number, rng), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(folder / split / "images" / f"{number}.jpg"), image)
            text = f"{number} 0.5 0.5 0.5 0.625\n"
            (folder / split / "labels" / f"{number}.txt").write_text(text)
    names = ["anger", "happy", "neutral", "sad", "surprise"]
    (folder / "data.yaml").write_text(
        f"train: ../train/images\nval: ../valid/images\nnc: 5\nnames: {names}\n"
    )
    return folder
