"""Files of crops: pixels that are mapped into memory, and what each crop shows beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.training.data import Image
from fer_core.training.errors import DataError
from fer_core.training.landmark_teacher import SHAPES
from fer_core.vision.landmark_layout import POINTS

#: Side of a crop, pixels.
SIDE = 208
NO_FACE = -1


@dataclass(frozen=True, slots=True)
class Row:
    """What a crop shows.

    Attributes:
        source: The picture's data set.
        name: The picture's name in it.
        face: Index among its faces; `NO_FACE` for a piece without one.
        transplanted: The cut-out face sits on another head.
        picture_hash: Of the picture; those of two splits that look the same share it.
    """

    source: str
    name: str
    face: int
    transplanted: bool = False
    picture_hash: str = ""


@dataclass(frozen=True, slots=True)
class FaceCrops:
    """All crops.

    Attributes:
        parts: uint8 (m, SIDE, SIDE, 4) each, mapped from files: RGB, and 255 where the picture is
            (see `face_crops`).
        boxes: (n, 4), x0, y0, x1, y1 in the crop's pixels; zeros without a face.
        rows: What each shows, n of them.
        shapes: (n, SHAPES), 0..1, NaN where unknown.
        points: (n, POINTS, 2) in the crop's pixels, NaN where unknown.
    """

    parts: tuple[npt.NDArray[np.uint8], ...]
    boxes: npt.NDArray[np.float32]
    rows: tuple[Row, ...]
    shapes: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]


class Collected:
    """Crops on their way to a file."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._crops: list[tuple[Image, npt.NDArray[np.float32]]] = []
        self._shapes: list[npt.NDArray[np.float32]] = []
        self._points: list[npt.NDArray[np.float32]] = []

    def add(
        self,
        row: Row,
        shown: tuple[Image, npt.NDArray[np.float32]],
        shapes: npt.NDArray[np.float32] | None = None,
        points: npt.NDArray[np.float32] | None = None,
    ) -> None:
        """Take a crop of `crop`, and what is known of it: shapes, and points in its pixels."""
        self.rows.append(row)
        self._crops.append(shown)
        self._shapes.append(np.full(SHAPES, np.nan, np.float32) if shapes is None else shapes)
        nowhere = np.full((POINTS, 2), np.nan, np.float32)
        self._points.append(nowhere if points is None else points)

    def write(self, path: Path) -> int:
        """Write the file, and what it shows beside it; return how many crops it holds."""
        if self.rows:
            np.save(path, np.stack([pixels for pixels, _ in self._crops]))
            np.savez(
                _index_of(path),
                boxes=np.array([corners for _, corners in self._crops], np.float32),
                shapes=np.array(self._shapes, np.float16),
                points=np.array(self._points, np.float16),
                source=[row.source for row in self.rows],
                name=[row.name for row in self.rows],
                face=[row.face for row in self.rows],
                worn=[row.transplanted for row in self.rows],
                look=[row.picture_hash for row in self.rows],
            )
        return len(self.rows)


def open_crops(folder: Path) -> FaceCrops:
    """Return the crops that `decode` wrote.

    Raises:
        DataError: There is none that shows a face.
    """
    parts, boxes, shapes, points = [], [], [], []
    rows: list[Row] = []
    for path in sorted(folder.glob("*.crops.npy")):
        try:
            parts.append(np.load(path, mmap_mode="r"))
            with np.load(_index_of(path)) as index:
                boxes.append(index["boxes"])
                shapes.append(index["shapes"].astype(np.float32))
                points.append(index["points"].astype(np.float32))
                columns = (
                    index[each].tolist() for each in ("source", "name", "face", "worn", "look")
                )
                rows += [Row(*values) for values in zip(*columns, strict=True)]
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{path} holds no crops: {error}") from error
    if not any(row.face != NO_FACE for row in rows):
        raise DataError(f"{folder} holds no face that could be read")
    joined = (np.concatenate(each) for each in (shapes, points))
    return FaceCrops(tuple(parts), np.concatenate(boxes), tuple(rows), *joined)


def _index_of(path: Path) -> Path:
    return path.with_name(path.name.replace(".crops.npy", ".index.npz"))


def joined(crops: Sequence[FaceCrops]) -> FaceCrops:
    """Return the crops of several folders as one."""
    return FaceCrops(
        tuple(part for each in crops for part in each.parts),
        np.concatenate([each.boxes for each in crops]),
        tuple(row for each in crops for row in each.rows),
        np.concatenate([each.shapes for each in crops]),
        np.concatenate([each.points for each in crops]),
    )


def some_of(crops: FaceCrops, numbers: npt.NDArray[np.int64]) -> FaceCrops:
    """Return some of the crops, read into memory."""
    starts = np.cumsum([0, *(len(part) for part in crops.parts)])
    parts = np.searchsorted(starts, numbers, side="right") - 1
    read = [crops.parts[part][n - starts[part]] for n, part in zip(numbers, parts, strict=True)]
    return FaceCrops(
        (np.array(read, np.uint8).reshape(-1, SIDE, SIDE, 4),),
        crops.boxes[numbers],
        tuple(crops.rows[number] for number in numbers),
        crops.shapes[numbers],
        crops.points[numbers],
    )
