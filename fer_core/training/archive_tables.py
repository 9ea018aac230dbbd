"""Pictures whose table bears their archive's name: heads, webcam pictures, faces with landmarks.

`NAME.csv` beside `NAME.zip` has a row for each picture, with `name`, `split` and what is known:
a label and another model's opinion of it, a box, 68 landmarks, ratings of the clip a picture is
from, the person it shows. Where nobody labelled the expression, the face is "weak": it teaches
where faces are, and its distribution is a guess that `soft_targets` replaces.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fer_core.training.errors import DataError
from fer_core.training.faces import (
    CALM,
    SPLITS,
    UNKNOWN,
    LabelledFace,
    LabelledPicture,
    class_index,
    number,
    one_hot,
)

#: Another model's words for what is none of the five classes; they say nothing here.
OTHER_WORDS = frozenset({"contempt", "disgust", "fear"})
#: Share of the picture's sides that a face takes where a tight crop has no box of its own.
CROP_BOX = (0.08, 0.06, 0.84, 0.86)
#: The 68 points reach from the brows to the chin; a box reaches from the forehead. In heights.
FOREHEAD = 0.22
#: Where a table has no `val` rows, one person in this many is kept for it.
KEPT_PERSON = 5
RATINGS = ("boredom", "confusion", "engagement", "frustration")


def archived_by_name(folder: Path) -> list[LabelledPicture]:
    """Return the pictures of every archive with a table of its own name.

    Tables that hold neither a label, a box, landmarks nor ratings are about something else (single
    eyes, say) and are left out.

    Raises:
        DataError: A table cannot be read.
    """
    pictures: list[LabelledPicture] = []
    for table in sorted(folder.glob("*.csv")):
        archive = table.with_suffix(".zip")
        if archive.is_file():
            pictures.extend(_read(table, archive))
    return pictures


def _read(table: Path, archive: Path) -> list[LabelledPicture]:
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{table} cannot be read as UTF-8: {error}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = set(reader.fieldnames or ())
    if not {"name", "split"} <= columns or not columns & {"emotion", "x", "points68_xy", *RATINGS}:
        return []
    rows = list(reader)
    has_val = any(row["split"] == "val" for row in rows)
    pictures = []
    for line, row in enumerate(rows, start=2):
        try:
            if row["split"] not in SPLITS:
                raise ValueError(f"the split {row['split']!r} is none of {', '.join(SPLITS)}")
            faces = _faces(row)
        except ValueError as error:
            raise DataError(f"{table.name} line {line}: {error}") from error
        split, person = row["split"], row.get("subject") or ""
        if not has_val and person and zlib.crc32(person.encode()) % KEPT_PERSON == 0:
            split = "val"
        same_photo = row.get("same_photo_in_affect_faces") or ""
        group = f"affect_faces/{same_photo}" if same_photo else f"person/{person}" if person else ""
        ratings = {name: float(row[name]) for name in RATINGS if row.get(name)}
        pictures.append(
            LabelledPicture(table.stem, row["name"], split, archive, faces, group, ratings)
        )
    return pictures


def _faces(row: Mapping[str, str]) -> tuple[LabelledFace, ...]:
    if row.get("points68_xy"):
        return (LabelledFace(_box_of_points(row["points68_xy"]), UNKNOWN, weak=True),)
    if "x" in row and not row["x"]:
        return ()  # looked at, and no face was found in it
    if "x" in row:
        box = (number(row, "x"), number(row, "y"), number(row, "width"), number(row, "height"))
    else:
        box = None
    if row.get("emotion"):
        if box is None:
            raise ValueError("a labelled face needs x, y, width and height")
        return (LabelledFace(box, one_hot(class_index(row["emotion"])), opinion=_opinion(row)),)
    # Of people who read at a webcam and were neither puzzled nor upset, nearly all look calm.
    troubled = any(float(row.get(name) or 0) > 0 for name in ("confusion", "frustration"))
    return (
        LabelledFace(
            box or CROP_BOX, UNKNOWN if troubled else CALM, weak=True, relative=box is None
        ),
    )


def _opinion(row: Mapping[str, str]) -> tuple[float, ...] | None:
    word = (row.get("second_opinion") or "").casefold()
    if not word:
        return None
    if word in OTHER_WORDS:
        return (1 / 5,) * 5
    share = number(row, "second_confidence") if row.get("second_confidence") else 1.0
    opinion = np.full(5, (1 - share) / 5)
    opinion[class_index(word)] += share
    return tuple(float(value) for value in opinion)


def _box_of_points(text: str) -> tuple[float, float, float, float]:
    points = np.array([float(value) for value in text.split()]).reshape(-1, 2)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    top -= FOREHEAD * (bottom - top)
    return float(left), float(top), float(right - left), float(bottom - top)
