"""Labelled pictures: archives with labels.csv and Ultralytics dataset folders, in one form."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import yaml

from fer_core.emotions import LABELS, Emotion

Image = npt.NDArray[np.uint8]

LABELS_FILE = "labels.csv"
BACKGROUNDS_ARCHIVE = "backgrounds.zip"
IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})

#: Words other data sets use for the five classes, in lower case.
SYNONYMS = {
    "neutral": "natural",
    "surprise": "surprised",
    "anger": "angry",
    "happiness": "happy",
    "sadness": "sad",
}


class DataError(Exception):
    """The training data cannot be used as it is; the message says which file and why."""


class UnreadablePicture(DataError):
    """A picture is missing or cannot be decoded; the message names it."""


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """One face of a picture.

    Attributes:
        box: x, y, width, height in pixels of the picture; forehead to chin, ear to ear.
        distribution: Five shares, sum 1, in class order: votes if people voted, else one-hot.
        voted: Whether the shares are votes, so that they need no smoothing.
    """

    box: tuple[float, float, float, float]
    distribution: tuple[float, ...]
    voted: bool = False

    @property
    def emotion(self) -> int:
        """Index of the likeliest class."""
        return int(np.argmax(self.distribution))


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and its faces, not yet decoded.

    Attributes:
        source: The data set it belongs to, such as "ferplus".
        name: The archive's member or the path below the data folder.
        split: "train" or "val".
        container: The zip archive or the folder that holds it.
        faces: May be empty: a picture without faces teaches where there are none.
    """

    source: str
    name: str
    split: str
    container: Path
    faces: tuple[LabelledFace, ...]


class PictureReader:
    """Decodes pictures; keeps the archives open. Not to be shared between processes."""

    def __init__(self) -> None:
        self._archives: dict[Path, zipfile.ZipFile] = {}

    def read_bytes(self, container: Path, name: str) -> bytes:
        """Return the file as stored.

        Raises:
            UnreadablePicture: It is not there.
        """
        try:
            if container.suffix != ".zip":
                return (container / name).read_bytes()
            if container not in self._archives:
                self._archives[container] = zipfile.ZipFile(container)
            return self._archives[container].read(name)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise UnreadablePicture(f"{container.name}: {name}: {error}") from error

    def read(self, container: Path, name: str) -> Image:
        """Return the picture, RGB uint8 (H, W, 3).

        Raises:
            UnreadablePicture: It is not there or no picture.
        """
        data = np.frombuffer(self.read_bytes(container, name), np.uint8)
        try:
            decoded = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
        except cv2.error:  # raised for an empty buffer, where damaged data gives None
            decoded = None
        if decoded is None:
            raise UnreadablePicture(f"{container.name}: {name}: not a picture")
        return np.asarray(decoded, np.uint8)


def load_dataset(folder: Path) -> list[LabelledPicture]:
    """Return every labelled picture of a data folder, in either of the two forms.

    Args:
        folder: Holds labels.csv beside its archives, or is (or holds) an Ultralytics data.yaml.

    Raises:
        DataError: It is neither, or a label cannot be read.
    """
    folder = Path(folder)
    if folder.is_dir() and (folder / LABELS_FILE).exists():
        return list(_archived_pictures(folder))
    description = folder if folder.suffix in {".yaml", ".yml"} else folder / "data.yaml"
    if description.exists():
        return list(_ultralytics_pictures(description))
    raise DataError(f"{folder} holds neither {LABELS_FILE} nor data.yaml")


def load_backgrounds(folder: Path, reader: PictureReader) -> list[Image]:
    """Return the pictures of backgrounds.zip, RGB uint8; none where the folder has none."""
    archive = Path(folder) / BACKGROUNDS_ARCHIVE
    if not archive.exists():
        return []
    with zipfile.ZipFile(archive) as names:
        members = sorted(
            name for name in names.namelist() if Path(name).suffix.lower() in IMAGE_SUFFIXES
        )
    return [reader.read(archive, name) for name in members]


def one_hot(emotion: int) -> tuple[float, ...]:
    """Return the distribution that is certain of one class."""
    return tuple(float(index == emotion) for index in range(len(LABELS)))


def _archived_pictures(folder: Path) -> Iterator[LabelledPicture]:
    rows: dict[tuple[str, str], tuple[str, list[LabelledFace]]] = {}
    with (folder / LABELS_FILE).open(newline="", encoding="utf-8") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                face = LabelledFace(
                    box=(
                        float(row["x"]),
                        float(row["y"]),
                        float(row["width"]),
                        float(row["height"]),
                    ),
                    distribution=_votes(row) or one_hot(Emotion.from_label(row["emotion"]).index),
                    voted=_votes(row) is not None,
                )
                key = (row["archive"], row["name"])
                rows.setdefault(key, (row["split"], []))[1].append(face)
            except (KeyError, ValueError, TypeError) as error:
                raise DataError(f"{LABELS_FILE} line {line}: {error!r}") from error
    for (archive, name), (split, faces) in rows.items():
        yield LabelledPicture(Path(archive).stem, name, split, folder / archive, tuple(faces))


def _votes(row: Mapping[str, str | None]) -> tuple[float, ...] | None:
    values = [row.get(f"votes_{label}") or "" for label in LABELS]
    if not all(values):
        return None
    shares = [float(value) for value in values]
    total = sum(shares)
    return tuple(share / total for share in shares) if total > 0 else None


def _ultralytics_pictures(description: Path) -> Iterator[LabelledPicture]:
    config = yaml.safe_load(description.read_text(encoding="utf-8"))
    names = config.get("names", [])
    ordered = [names[key] for key in sorted(names)] if isinstance(names, dict) else list(names)
    try:
        classes = [
            Emotion.from_label(SYNONYMS.get(name.casefold(), name)).index for name in ordered
        ]
    except KeyError as error:
        raise DataError(f"{description}: class {error} is none of {', '.join(LABELS)}") from error
    root = Path(config.get("path") or description.parent)
    if not root.is_absolute():
        root = description.parent / root
    for split in ("train", "val"):
        entries = config.get(split) or []
        for entry in entries if isinstance(entries, list) else [entries]:
            yield from _yolo_folder(_existing(root, description.parent, entry), split, classes)


def _existing(root: Path, beside: Path, entry: str) -> Path:
    # Roboflow writes "../train/images" for train/images beside the file; Ultralytics copes too.
    trimmed = entry[3:] if entry.startswith("../") else entry
    for candidate in (root / entry, beside / entry, root / trimmed, beside / trimmed):
        if candidate.exists():
            return candidate
    raise DataError(f"{entry} of data.yaml is not there")


def _yolo_folder(images: Path, split: str, classes: list[int]) -> Iterator[LabelledPicture]:
    for path in sorted(images.rglob("*")):
        if path.suffix.lower() not in IMAGE_SUFFIXES:
            continue
        parts = list(path.parts)
        for index in range(len(parts) - 1, -1, -1):
            if parts[index] == "images":
                parts[index] = "labels"
                break
        label_file = Path(*parts).with_suffix(".txt")
        height, width = _picture_size(path)
        faces: list[LabelledFace] = []
        lines = label_file.read_text(encoding="utf-8").splitlines() if label_file.exists() else []
        for number, line in enumerate(lines, start=1):
            values = line.split()
            if not values:
                continue
            try:
                faces.append(_yolo_face(values, classes, width, height))
            except ValueError as error:
                raise DataError(f"{label_file} line {number}: {error}") from error
        yield LabelledPicture(
            images.parent.parent.name or "data", path.name, split, path.parent, tuple(faces)
        )


def _yolo_face(values: list[str], classes: list[int], width: int, height: int) -> LabelledFace:
    if not 0 <= int(values[0]) < len(classes):
        raise ValueError(f"no class {values[0]}")
    emotion, numbers = classes[int(values[0])], [float(value) for value in values[1:]]
    if len(numbers) == 4:
        centre_x, centre_y, box_width, box_height = numbers
    elif len(numbers) >= 6 and len(numbers) % 2 == 0:  # a polygon, which Roboflow mixes in
        xs, ys = numbers[0::2], numbers[1::2]
        box_width, box_height = max(xs) - min(xs), max(ys) - min(ys)
        centre_x, centre_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    else:
        raise ValueError(f"expected a class and four numbers, got {len(values)} values")
    box = (
        (centre_x - box_width / 2) * width,
        (centre_y - box_height / 2) * height,
        box_width * width,
        box_height * height,
    )
    return LabelledFace(box, one_hot(emotion))


def _picture_size(path: Path) -> tuple[int, int]:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        return 0, 0  # the loader and `check` name it when they decode it
    return int(image.shape[0]), int(image.shape[1])
