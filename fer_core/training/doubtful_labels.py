"""What the teachers held for wrong, to be looked at: a list, and a contact sheet."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_core.emotions import LABELS
from fer_core.training.contact_sheet import TILES, tile, write_sheet
from fer_core.training.crop_files import FaceCrops, some_of
from fer_core.training.data import Image

LIST, SHEET = "doubtful.csv", "doubtful.jpg"
#: Of the draw that the sheet shows.
_SEED = 0


def write_doubtful(
    folder: Path,
    crops: FaceCrops,
    numbers: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64],
    answers: npt.NDArray[np.int64],
    shares: npt.NDArray[np.float32],
) -> None:
    """Write all of them to `LIST`, and as many as there is room for, drawn at random, to `SHEET`.

    A tile of the sheet says "label > seen share" and, below that, the data set; faces of one data
    set, label and answer stand side by side, the surest answer first.

    Args:
        folder: To write into.
        crops: Some of which they are of.
        numbers: Of their crops, shape (n,); where there is none, no sheet is left.
        labels: Classes that they are labelled as, shape (n,).
        answers: Classes that the teachers see instead, shape (n,).
        shares: The probabilities that they give those, shape (n,).

    Raises:
        OSError: They cannot be written.
    """
    rows = [crops.rows[number] for number in numbers]
    with (folder / LIST).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("source", "name", "face", "label", "seen", "share"))
        for row, label, answer, share in zip(rows, labels, answers, shares, strict=True):
            names = LABELS[label], LABELS[answer]
            writer.writerow((row.source, row.name, row.face, *names, f"{share:.3f}"))
    (folder / SHEET).unlink(missing_ok=True)
    shown = sorted(
        np.random.default_rng(_SEED).permutation(len(rows))[:TILES],
        key=lambda one: (rows[one].source, labels[one], answers[one], -shares[one]),
    )
    if shown:
        (pixels,) = some_of(crops, numbers[shown]).parts
        tiles = [
            tile(
                _picture_in(crop),
                f"{LABELS[labels[one]][:4]} > {LABELS[answers[one]][:4]} {shares[one]:.2f}",
                rows[one].source,
            )
            for crop, one in zip(pixels, shown, strict=True)
        ]
        write_sheet(tiles, folder / SHEET)


def _picture_in(crop: npt.NDArray[np.uint8]) -> Image:
    """Return what a crop holds of its picture, without what continues it beyond the edges."""
    rows, columns = (np.flatnonzero(crop[..., 3].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return crop[..., :3]
    inside = crop[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.where(inside[..., 3:] > 0, inside[..., :3], np.uint8(0))
