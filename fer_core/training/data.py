"""Labelled pictures: archives with labels.csv and Ultralytics dataset folders, in one form."""

from __future__ import annotations

import csv
import io
import logging
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import yaml

from fer_core.emotions import LABELS
from fer_core.training.archive_tables import archived_by_name
from fer_core.training.errors import DataError, UnreadablePicture
from fer_core.training.faces import (
    SPLITS,
    LabelledFace,
    LabelledPicture,
    class_index,
    number,
    one_hot,
)

LOGGER = logging.getLogger(__name__)

Image = npt.NDArray[np.uint8]

LABELS_FILE = "labels.csv"
COLUMNS = ("archive", "name", "split", "emotion", "x", "y", "width", "height")
BACKGROUNDS_ARCHIVE = "backgrounds.zip"
#: Pictures without faces that are sharp and fill the picture; see `negatives`.
NEGATIVES_ARCHIVE = "negatives.zip"
IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})


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
        except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
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
    if not folder.exists():
        raise DataError(f"{folder} is not there")
    if folder.is_dir() and (folder / LABELS_FILE).exists():
        return [*_archived_pictures(folder), *archived_by_name(folder)]
    description = folder if folder.suffix in {".yaml", ".yml"} else folder / "data.yaml"
    if description.is_file():
        return list(_ultralytics_pictures(description))
    if folder.is_file():
        raise DataError(f"{folder}: name the folder of {LABELS_FILE}, or a data.yaml")
    raise DataError(f"{folder} holds neither {LABELS_FILE} nor data.yaml")


def load_backgrounds(
    folder: Path, reader: PictureReader, archive: str = BACKGROUNDS_ARCHIVE
) -> list[Image]:
    """Return the pictures of backgrounds.zip, RGB uint8; none where the folder has none.

    One that cannot be read is left out and named in the log.

    Raises:
        DataError: The archive is none.
    """
    backgrounds = []
    for picture in load_faceless(folder, archive):
        try:
            backgrounds.append(reader.read(picture.container, picture.name))
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
    return backgrounds


def load_faceless(folder: Path, archive: str = NEGATIVES_ARCHIVE) -> list[LabelledPicture]:
    """Return the pictures of an archive that holds no faces, of the training split.

    Raises:
        DataError: The archive is none.
    """
    path = Path(folder) / archive
    if not path.exists():
        return []
    try:
        with zipfile.ZipFile(path) as names:
            members = sorted(
                name for name in names.namelist() if Path(name).suffix.lower() in IMAGE_SUFFIXES
            )
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be opened: {error}") from error
    return [LabelledPicture(path.stem, name, "train", path, ()) for name in members]


def _archived_pictures(folder: Path) -> Iterator[LabelledPicture]:
    rows: dict[tuple[str, str], tuple[str, list[LabelledFace]]] = {}
    try:
        # Spreadsheets write a byte order mark, which utf-8-sig takes away.
        text = (folder / LABELS_FILE).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{folder / LABELS_FILE} cannot be read as UTF-8: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{folder / LABELS_FILE} lacks the columns {', '.join(missing)}")
    for row in reader:
        try:
            votes = _votes(row)
            face = LabelledFace(
                box=(
                    number(row, "x"),
                    number(row, "y"),
                    number(row, "width"),
                    number(row, "height"),
                ),
                distribution=votes or one_hot(class_index(row["emotion"] or "")),
                voted=votes is not None,
            )
            if row["split"] not in SPLITS:
                raise ValueError(f"the split {row['split']!r} is none of {', '.join(SPLITS)}")
        except ValueError as error:
            raise DataError(f"{LABELS_FILE} line {reader.line_num}: {error}") from error
        key = (row["archive"], row["name"])
        rows.setdefault(key, (row["split"], []))[1].append(face)
    for (archive, name), (split, faces) in rows.items():
        source = Path(archive).stem
        # A table of another archive may say that it shows the same photo: then they share a group.
        yield LabelledPicture(
            source, name, split, folder / archive, tuple(faces), f"{source}/{name}"
        )


def _votes(row: Mapping[str, str | None]) -> tuple[float, ...] | None:
    columns = [f"votes_{label}" for label in LABELS]
    if not all(row.get(column) for column in columns):
        return None
    shares = [number(row, column) for column in columns]
    total = sum(shares)
    return tuple(share / total for share in shares) if total > 0 else None


def _ultralytics_pictures(description: Path) -> Iterator[LabelledPicture]:
    try:
        config = yaml.safe_load(description.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError(f"{description} cannot be read: {error}") from error
    names = config.get("names") if isinstance(config, dict) else None
    if not isinstance(names, dict | list) or not names:
        raise DataError(f"{description} names no classes; it needs a line such as names: [angry]")
    ordered = [names[key] for key in sorted(names)] if isinstance(names, dict) else names
    try:
        classes = [class_index(str(name)) for name in ordered]
    except ValueError as error:
        raise DataError(f"{description}: {error}") from error
    root = Path(config.get("path") or description.parent)
    if not root.is_absolute():
        root = description.parent / root
    for split in ("train", "val"):
        entries = config.get(split) or []
        for entry in entries if isinstance(entries, list) else [entries]:
            images = _existing(root, description.parent, str(entry))
            if images is None:
                raise DataError(f"{description}: the {split} pictures {entry} are not there")
            yield from _yolo_pictures(images, split, classes)


def _existing(root: Path, beside: Path, entry: str) -> Path | None:
    # Roboflow writes "../train/images" for train/images beside the file; Ultralytics copes too.
    trimmed = entry.removeprefix("../")
    candidates = (root / entry, beside / entry, root / trimmed, beside / trimmed)
    return next((candidate for candidate in candidates if candidate.exists()), None)


def _yolo_pictures(images: Path, split: str, classes: list[int]) -> Iterator[LabelledPicture]:
    """Read a folder of pictures, or a text file that lists them."""
    if images.is_dir():
        paths, source = sorted(images.rglob("*")), images.parent.parent.name
    else:
        lines = images.read_text(encoding="utf-8").splitlines()
        paths = [images.parent / line.strip() for line in lines if line.strip()]
        source = images.parent.name
    for path in paths:
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
        for line_number, line in enumerate(lines, start=1):
            values = line.split()
            if not values:
                continue
            try:
                faces.append(_yolo_face(values, classes, width, height))
            except ValueError as error:
                raise DataError(f"{label_file} line {line_number}: {error}") from error
        yield LabelledPicture(source or "data", path.name, split, path.parent, tuple(faces))


def _yolo_face(values: list[str], classes: list[int], width: int, height: int) -> LabelledFace:
    try:
        known, *numbers = (float(value) for value in values)
    except ValueError:
        raise ValueError(f"not only numbers: {' '.join(values)[:80]}") from None
    if not all(map(math.isfinite, (known, *numbers))):
        raise ValueError(f"not only finite numbers: {' '.join(values)[:80]}")
    if known not in range(len(classes)):
        raise ValueError(f"no class {values[0]}")
    emotion = classes[int(known)]
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
