"""Every face of the data as one crop of one size, decoded once, so that a GPU can draw from them.

A crop shows the face with what is around it, in four planes: colour, and how far a pixel belongs
to the picture. Outside its picture a crop is mirrored, and the fourth plane is 0; around a cut-out
face it is `BLACK`: augmentation may put there what it likes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.check import difference_hash
from fer_core.training.crop_files import NO_FACE, SIDE, Collected, Row
from fer_core.training.data import Image, PictureReader
from fer_core.training.dataset import Face, is_cut_out
from fer_core.training.errors import UnreadablePicture
from fer_core.training.faces import Box, LabelledPicture
from fer_core.training.head_transplant import outline, transplant
from fer_core.training.landmark_teacher import BOXED_ANEW, Landmarks

LOGGER = logging.getLogger(__name__)

#: How many face lengths a crop spans: a face is 83 px long, as much as most pictures hold, and the
#: refiner's widest crop (2.2 faces) fits inside.
SPAN = 2.5
#: Pictures that one worker decodes at a time.
CHUNK = 256
#: Share of the pictures without faces from which a piece is cut, the others are taken whole.
PIECES = 0.7
#: A piece around a picture's faces keeps this distance from them, in face lengths.
CLEAR = 0.15
#: In a crop's fourth plane: the black around a cut-out face, which belongs to its picture but to
#: nothing seen.
BLACK = 128


def decode(
    pictures: Sequence[LabelledPicture],
    folder: Path,
    heads: Sequence[LabelledPicture] = (),
    landmarks: Mapping[str, Landmarks] | None = None,
    processes: int = 1,
    negatives_per_picture: int = 0,
    seed: int = 0,
) -> int:
    """Decode the faces of all pictures, and return how many crops came of it.

    Args:
        pictures: Those without faces give pieces that show none.
        folder: Each process writes its crops there, 4 x SIDE x SIDE bytes each;
            `crop_files.open_crops` maps them into memory.
        heads: Of one face each, which wear the cut-out faces of others.
        landmarks: Of each source, where a landmark network has looked: better boxes and targets.
        processes: That decode.
        negatives_per_picture: Pieces without a face from each picture that has room beside its
            faces (webcam pictures have), and from each that has no face.
        seed: Of the pieces and transplants.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work = _Work(pictures, folder, list(heads), landmarks or {}, negatives_per_picture, seed)
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=(work,)) as pool:
        return sum(pool.map(_decode_chunk, range(0, len(pictures), CHUNK)))


@dataclass(frozen=True, slots=True)
class _Work:
    """What every process of `decode` knows."""

    pictures: Sequence[LabelledPicture]
    folder: Path
    heads: Sequence[LabelledPicture]
    landmarks: Mapping[str, Landmarks]
    pieces: int
    seed: int


_WORK: list[_Work] = []


def _begin(work: _Work) -> None:
    cv2.setNumThreads(0)  # the processes are the parallelism
    _WORK[:] = [work]


def _decode_chunk(start: int) -> int:
    """Write the crops of the pictures from `start` on, and return how many."""
    work = _WORK[0]
    pictures, heads, landmarks = work.pictures[start : start + CHUNK], work.heads, work.landmarks
    rng = np.random.default_rng((work.seed, start))
    reader = PictureReader()
    collected = Collected()
    for picture in pictures:
        try:
            image = reader.read(picture.container, picture.name)
        except UnreadablePicture as error:
            LOGGER.warning("left out: %s", error)
            continue
        known = landmarks.get(picture.source)
        row = known.row(picture.name) if known else None
        boxes = [face.box_in(*image.shape[:2]) for face in picture.faces]
        if known and row is not None and picture.source in BOXED_ANEW and len(boxes) == 1:
            x, y, width, height = (float(value) for value in known.boxes[row])
            boxes = [(x, y, width, height)]
        cut_out, its_hash = is_cut_out(image), difference_hash(image)
        for index, box in enumerate(boxes):
            alpha = np.full(image.shape[:2], 255, np.uint8)
            if cut_out:
                alpha[outline(image) == 0] = BLACK
            seen = known is not None and row is not None and len(boxes) == 1
            shapes = known.shapes[row] if known is not None and seen else None
            placed = known is not None and seen and is_inside(known.points[row], box)
            points = in_crop(known.points[row], box) if known and placed else None
            collected.add(
                Row(picture.source, picture.name, index, picture_hash=its_hash),
                crop(image, alpha, box),
                shapes,
                points,
            )
            if cut_out and heads:
                worn = _worn(image, box, heads, reader, rng)
                if worn is not None:
                    of_head = Row(picture.source, picture.name, index, True, its_hash)
                    collected.add(of_head, worn, shapes)
        for piece in _pieces(image, boxes, work.pieces, rng):
            faceless = Row(picture.source, picture.name, NO_FACE, picture_hash=its_hash)
            collected.add(faceless, (piece, np.zeros(4, np.float32)))
    return collected.write(work.folder / f"{pictures[0].source}-{start:07}.crops.npy")


def is_inside(points: npt.NDArray[np.float32], box: Box) -> bool:
    """Tell whether the middle of a face's points lies well within its box: not another face's."""
    x, y, width, height = box
    across, down = (points.mean(0) - (x, y)) / (width, height)
    return bool(0.2 < across < 0.8 and 0.25 < down < 0.9)


def in_crop(points: npt.NDArray[np.float32], box: Box) -> npt.NDArray[np.float32]:
    """Return points (n, 2) in pixels of a face's crop."""
    x, y, width, height = box
    scale = SIDE / (SPAN * max(width, height, 1.0))
    middle = np.array([x + width / 2, y + height / 2], np.float32)
    return np.asarray((points - middle) * scale + SIDE / 2, np.float32)


def crop(image: Image, alpha: Image, box: Box) -> tuple[Image, npt.NDArray[np.float32]]:
    """Return a face's crop and its box there, as corners."""
    x, y, width, height = box
    scale = SIDE / (SPAN * max(width, height, 1.0))
    matrix = np.array(
        [
            [scale, 0, SIDE / 2 - scale * (x + width / 2)],
            [0, scale, SIDE / 2 - scale * (y + height / 2)],
        ],
        np.float32,
    )
    # Pixel centres lie at halves of a pixel: OpenCV counts them as whole numbers.
    centred = matrix.copy()
    centred[:, 2] += 0.5 * scale - 0.5
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    if scale < 0.6:
        image, alpha, centred = _shrunk(image, alpha, scale, centred)
        flags = cv2.INTER_LINEAR
    colours = cv2.warpAffine(
        image, centred, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )
    covered = cv2.warpAffine(alpha, centred, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderValue=0)
    corners = np.array([x, y, x + width, y + height], np.float32)
    corners = corners * scale + np.tile(matrix[:, 2], 2)
    return np.dstack([colours, covered]), corners.astype(np.float32)


def _shrunk(
    image: Image, alpha: Image, scale: float, matrix: npt.NDArray[np.float32]
) -> tuple[Image, Image, npt.NDArray[np.float32]]:
    """Shrink by area first: a warp alone would skip pixels."""
    height, width = image.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    moved = matrix.copy()
    moved[:, 0] /= size[0] / width
    moved[:, 1] /= size[1] / height
    return (
        np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8),
        moved,
    )


def _worn(
    image: Image,
    box: Box,
    heads: Sequence[LabelledPicture],
    reader: PictureReader,
    rng: np.random.Generator,
) -> tuple[Image, npt.NDArray[np.float32]] | None:
    """Return the crop of a cut-out face on another head."""
    picture = heads[int(rng.integers(len(heads)))]
    try:
        head = reader.read(picture.container, picture.name)
    except UnreadablePicture:
        return None
    nothing = np.zeros(5, np.float32)
    place = picture.faces[0].box_in(*head.shape[:2])
    result = transplant(Face(image, box, nothing, True), Face(head, place, nothing, False), rng)
    return crop(result.image, np.full(result.image.shape[:2], 255, np.uint8), result.box)


def _pieces(
    image: Image, boxes: Sequence[Box], count: int, rng: np.random.Generator
) -> list[Image]:
    """Return pieces of a picture that show none of its faces."""
    height, width = image.shape[:2]
    pieces: list[Image] = []
    longest = max((max(box[2:]) for box in boxes), default=0.0)
    # A head's picture has no room beside the face; a webcam's has.
    if boxes and min(height, width) < 2.2 * longest:
        return pieces
    alpha = np.full((height, width), 255, np.uint8)
    for _ in range(4 * count):
        if len(pieces) == count:
            break
        if not boxes and rng.random() > PIECES:
            side = float(max(height, width))
            x, y = (width - side) / 2, (height - side) / 2
        else:
            side = rng.uniform(0.25, 0.9) * min(height, width)
            x, y = rng.uniform(0, width - side), rng.uniform(0, height - side)
        clear = CLEAR * longest
        if any(
            x < box[0] + box[2] + clear
            and box[0] - clear < x + side
            and y < box[1] + box[3] + clear
            and box[1] - clear < y + side
            for box in boxes
        ):
            continue
        square = (
            x + side / 2 * (1 - 1 / SPAN),
            y + side / 2 * (1 - 1 / SPAN),
            side / SPAN,
            side / SPAN,
        )
        pieces.append(crop(image, alpha, square)[0])
    return pieces
