"""Contact sheets: many small pictures in one, to look over labels at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fer_core.training.data import Image

COLUMNS, ROWS = 16, 10
#: How many pictures a sheet has room for.
TILES = COLUMNS * ROWS
#: Of a tile: a square for the picture, two lines of words below it.
WIDTH_PX, LINE_PX = 112, 14
HEIGHT_PX = WIDTH_PX + 2 * LINE_PX
_LETTERS = 16  # have room in a line
_GREY, _YELLOW = 40, (255, 255, 0)


def tile(image: Image, words: str, more: str = "") -> Image:
    """Return a picture in a tile of a sheet.

    Args:
        image: RGB, of any size.
        words: The line below it, in ASCII; what has no room is cut off.
        more: The line below that.
    """
    factor = WIDTH_PX / max(image.shape[:2])
    width, height = (max(1, round(side * factor)) for side in (image.shape[1], image.shape[0]))
    made = np.full((HEIGHT_PX, WIDTH_PX, 3), _GREY, np.uint8)
    made[:height, :width] = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    for line, text in enumerate((words, more), start=1):
        place = 2, WIDTH_PX + line * LINE_PX - 4
        cv2.putText(made, text[:_LETTERS], place, cv2.FONT_HERSHEY_SIMPLEX, 0.35, _YELLOW)
    return made


def write_sheet(tiles: Sequence[Image], path: Path) -> None:
    """Write tiles from left to right and top to bottom; the folder is made if there is none.

    Args:
        tiles: Of `tile`, at least one.
        path: The picture's file; its ending says which kind.

    Raises:
        OSError: It cannot be written.
    """
    blank = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    filled = [*tiles, *[blank] * (-len(tiles) % COLUMNS)]
    rows = [np.hstack(filled[start : start + COLUMNS]) for start in range(0, len(filled), COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    done, stored = cv2.imencode(path.suffix, cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    if not done:
        raise OSError(f"{path} cannot be written as a picture")
    path.write_bytes(stored.tobytes())
