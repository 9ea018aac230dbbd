"""Contact sheets: many small pictures in one, to look over labels at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fer_core.training.data import Image

COLUMNS, ROWS, TILE_PX = 16, 10, 112
#: How many pictures a sheet has room for.
TILES = COLUMNS * ROWS
_FONT, _SIZE, _YELLOW = cv2.FONT_HERSHEY_SIMPLEX, 0.35, (255, 255, 0)
_LETTERS = 16  # that fit into a tile's width


def tile(image: Image, above: str, below: str = "") -> Image:
    """Return a picture in a tile of a sheet.

    Args:
        image: RGB, of any size.
        above: What to write at the tile's upper edge, in ASCII; what has no room is cut off.
        below: At its lower edge.
    """
    factor = TILE_PX / max(image.shape[:2])
    width, height = (max(1, round(side * factor)) for side in (image.shape[1], image.shape[0]))
    made = np.full((TILE_PX, TILE_PX, 3), 40, np.uint8)
    made[:height, :width] = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    for text, y in ((above, 10), (below, TILE_PX - 4)):
        cv2.putText(made, text[:_LETTERS], (2, y), _FONT, _SIZE, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(made, text[:_LETTERS], (2, y), _FONT, _SIZE, _YELLOW, 1, cv2.LINE_AA)
    return made


def write_sheet(tiles: Sequence[Image], path: Path) -> None:
    """Write tiles from left to right and top to bottom; the folder is made if there is none.

    Args:
        tiles: Of `tile`, at least one.
        path: The picture's file; its ending says which kind.

    Raises:
        OSError: It cannot be written.
    """
    blank = np.zeros((TILE_PX, TILE_PX, 3), np.uint8)
    filled = [*tiles, *[blank] * (-len(tiles) % COLUMNS)]
    rows = [np.hstack(filled[start : start + COLUMNS]) for start in range(0, len(filled), COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    done, stored = cv2.imencode(path.suffix, cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))
    if not done:
        raise OSError(f"{path} cannot be written as a picture")
    path.write_bytes(stored.tobytes())
