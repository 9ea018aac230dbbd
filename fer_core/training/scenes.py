"""Composed scenes: faces of many sizes, framings and lights on one canvas, always new ones.

A detector learns nothing about where faces are from tight crops, so it trains on scenes. A scene
is a pure function of a seed and a number: the same two give the same pixels, in any process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_core.training.appearance import finish, hide, occlude, relit
from fer_core.training.background import (
    add_clutter,
    add_distractor,
    add_distractors,
    draw_background,
    negative,
)
from fer_core.training.body import draw_body
from fer_core.training.data import Image
from fer_core.training.dataset import Face, FaceDataset
from fer_core.training.geometry import PADDING, SMALLEST_FACE, Box, area, intersection
from fer_core.training.head_transplant import (
    on_colour,
    transplant,
    turned,
    with_more_around,
)
from fer_core.training.pasting import paste
from fer_core.training.placement import drawn, place
from fer_core.training.scene_style import Style

Array = npt.NDArray[np.float32]

#: Longer side of the face in a refiner's crop, as a share of the input's side.
FACE_SHARE = 0.6
#: A face keeps its label while a later element covers less than this share of it...
COVERED = 1 / 3
#: ...and at least this share of it lies on the canvas.
VISIBLE = 0.6


@dataclass(slots=True)
class Scene:
    """A canvas and its labelled faces.

    Attributes:
        image: RGB uint8 (H, W, 3).
        boxes: Shape (n, 4), x0, y0, x1, y1 in pixels.
        distributions: Shape (n, 5), each row sums to 1.
        cells: Faces a side of the grid; 0 for a single face or none.
    """

    image: Image
    boxes: Array
    distributions: Array
    cells: int


def compose(
    dataset: FaceDataset, seed: int, number: int, size: tuple[int, int], style: Style
) -> Scene:
    """Return scene `number` of the sequence `seed`.

    Args:
        dataset: Where the faces come from.
        seed: Of the whole sequence.
        number: 0, 1, 2, ...
        size: Height, width of the canvas in pixels.
        style: What it looks like.
    """
    rng = np.random.default_rng((seed, number))
    inner = _letterboxed(size, rng) if _happens(style.p_letterbox, rng) else size
    canvas = draw_background(dataset, rng, inner)
    if _happens(style.p_distractor, rng):
        add_distractors(canvas, dataset, rng)
    if rng.random() < style.p_clutter:
        add_clutter(canvas, rng)
    composer = _Composer(canvas, rng, dataset, style)
    if _happens(style.p_none, rng):
        cells = 0
        if _happens(style.p_filled, rng):
            composer.fill_without_face()
    elif _happens(style.p_real, rng) and composer.add_real():
        cells = 0
    elif rng.random() < style.p_single:
        composer.add_single()
        cells = 0
    else:
        weights = np.asarray(style.grid)
        cells = 1 + int(np.searchsorted(np.cumsum(weights / weights.sum()), rng.random()))
        cells = min(cells, len(style.grid))
        composer.add_grid(cells)
    image = finish(composer.canvas, rng, style.strength)
    boxes, distributions = composer.labels()
    if inner != size:
        top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
        padded = np.full((*size, 3), PADDING, np.uint8)
        padded[top : top + inner[0], left : left + inner[1]] = image
        image, boxes = padded, boxes + np.array([left, top, left, top], np.float32)
    return Scene(image, boxes, distributions, cells)


def _happens(probability: float, rng: np.random.Generator) -> bool:
    """Return whether it does; draws no number for 0, so that fixed scenes stay what they are."""
    return probability > 0 and bool(rng.random() < probability)


def _letterboxed(size: tuple[int, int], rng: np.random.Generator) -> tuple[int, int]:
    """Return the size with one of its sides shortened to 0.4-0.95."""
    side, share = int(rng.integers(2)), rng.uniform(0.4, 0.95)
    height, width = size
    return (round(height * share), width) if side == 0 else (height, round(width * share))


class _Composer:
    """Pastes elements onto one canvas and keeps the labels that stay visible."""

    def __init__(
        self, canvas: Image, rng: np.random.Generator, dataset: FaceDataset, style: Style
    ) -> None:
        self.canvas = canvas
        self._rng = rng
        self._dataset = dataset
        self._style = style
        self._boxes: list[Box] = []
        self._targets: list[npt.NDArray[np.float32]] = []

    def labels(self) -> tuple[Array, Array]:
        """Return boxes (n, 4) as corners and distributions (n, 5)."""
        if not self._boxes:
            return np.zeros((0, 4), np.float32), np.zeros((0, 5), np.float32)
        return np.asarray(self._boxes, np.float32), np.asarray(self._targets, np.float32)

    def add_grid(self, cells: int) -> None:
        """Fill a jittered grid of cells x cells elements."""
        rng = self._rng
        height, width = self.canvas.shape[:2]
        cell_height, cell_width = height / cells, width / cells
        cell = min(cell_height, cell_width)
        for number in rng.permutation(cells * cells):
            if rng.random() < 0.07:
                continue
            row, column = divmod(int(number), cells)
            jitter_x, jitter_y = rng.uniform(-0.15, 0.15, 2)
            centre = ((column + 0.5 + jitter_x) * cell_width, (row + 0.5 + jitter_y) * cell_height)
            face_height = cell * rng.uniform(0.45, 0.92)
            if _happens(self._style.p_distractor / 3, rng):
                size = cell * rng.uniform(0.5, 1.0)
                add_distractor(self.canvas, self._dataset, rng, centre, size)
                continue
            face = self._draw()
            if cells <= 3:
                self._add_body(face, centre, face_height)
            # The element's frame, in pixels from the face's centre: left, top, right, bottom.
            reach = face_height / 2 * rng.uniform(0.9, 2.0, 4)
            self._add(face, centre, face_height, tuple(float(value) for value in reach))

    def add_single(self) -> None:
        """Add one face: as the detector looks at pictures, or at any size and place."""
        rng = self._rng
        height, width = self.canvas.shape[:2]
        kind, side = rng.random(), min(height, width)
        if kind < self._style.p_whole:
            self._add_whole()
            return
        if kind < self._style.p_whole + self._style.p_crop:
            self.canvas[:] = PADDING
            middle = width / 2 + rng.normal(0, 0.03) * side, height / 2 + rng.normal(0, 0.03) * side
            size = FACE_SHARE * side * math.exp(rng.normal(0, 0.12))
            self._add(self._draw(), middle, size, None)
            return
        face_height = side * math.exp(rng.uniform(math.log(0.1), math.log(1.0)))
        slack_x = max(0.08 * width, (width - face_height) / 2)
        slack_y = max(0.08 * height, (height - face_height) / 2)
        centre = (
            width / 2 + rng.uniform(-1, 1) * slack_x,
            height / 2 + rng.uniform(-1, 1) * slack_y,
        )
        face, reach = self._draw(), None
        if face_height < 0.5 * side:
            wide = self._draw_wide(face) if _happens(self._style.p_wide, rng) else None
            if wide is not None:
                self._add(wide, centre, face_height, (math.inf,) * 4)
                return
            self._add_body(face, centre, face_height)
            # The picture's own edges would tell where the face is.
            reach = tuple(float(value) for value in face_height / 2 * rng.uniform(1.1, 2.5, 4))
        self._add(face, centre, face_height, reach)

    def fill_without_face(self) -> None:
        """Fill the canvas with a picture that shows no face, or letterbox it."""
        rng, (height, width) = self._rng, self.canvas.shape[:2]
        if rng.random() < 0.5:
            self.canvas[:] = PADDING
            share = rng.uniform(0.5, 1.0)
            size = (
                (round(width * share), height)
                if rng.random() < 0.5
                else (width, round(height * share))
            )
        else:
            size = width, height
        picture = negative(self._dataset, rng, size)
        if picture is not None:
            top, left = (height - size[1]) // 2, (width - size[0]) // 2
            self.canvas[top : top + size[1], left : left + size[0]] = picture

    def add_real(self) -> bool:
        """Add a picture as it was taken; return whether the data has one."""
        rng, (height, width) = self._rng, self.canvas.shape[:2]
        face = self._dataset.draw_scene(rng)
        if face is None:
            return False
        rows, columns = face.image.shape[:2]
        scale = min(height / rows, width / columns) * math.exp(rng.uniform(-0.15, 0.7))
        self.canvas[:] = PADDING
        x, y, box_width, box_height = face.box
        # The face stays on the canvas: what goes beyond it is cut off.
        left = rng.uniform(-0.1, 1.1) * (width - columns * scale)
        top = rng.uniform(-0.1, 1.1) * (height - rows * scale)
        half_x, half_y = box_width * scale / 2, box_height * scale / 2
        centre_x = min(max(left + (x + box_width / 2) * scale, half_x), max(half_x, width - half_x))
        centre_y = min(
            max(top + (y + box_height / 2) * scale, half_y), max(half_y, height - half_y)
        )
        self._paste(face, (centre_x, centre_y), scale, None)
        return True

    def _draw_wide(self, face: Face) -> Face | None:
        """Return the face, or a head in its place, with more around it than its picture has."""
        wide = with_more_around(face)
        head = self._dataset.draw_head(self._rng) if wide is None else None
        if head is None:
            return wide
        if face.is_cut_out:
            head = transplant(face, head, self._rng)
        return with_more_around(head)

    def _add_body(self, face: Face, centre: tuple[float, float], face_height: float) -> None:
        if _happens(self._style.p_body, self._rng):
            frame = draw_body(self.canvas, face, centre, face_height, self._dataset, self._rng)
            if frame is not None:
                self._cover(frame)

    def _add_whole(self) -> None:
        rng = self._rng
        height, width = self.canvas.shape[:2]
        face = self._draw()
        picture_height, picture_width = face.image.shape[:2]
        zoom = rng.uniform(0.8, 1.3) if rng.random() < 0.5 else 1.0
        scale = min(height / picture_height, width / picture_width) * zoom
        fill = PADDING if rng.random() < 0.7 else int(rng.integers(256))
        if rng.random() < 0.7:
            self.canvas[:] = fill
        x, y, box_width, box_height = face.box
        offset_x, offset_y = (
            (width - picture_width * scale) / 2,
            (height - picture_height * scale) / 2,
        )
        if zoom != 1.0:
            offset_x += rng.uniform(-0.1, 0.1) * width
            offset_y += rng.uniform(-0.1, 0.1) * height
        centre = (offset_x + (x + box_width / 2) * scale, offset_y + (y + box_height / 2) * scale)
        self._paste(face, centre, scale, None)

    def _add(
        self,
        face: Face,
        centre: tuple[float, float],
        face_height: float,
        reach: tuple[float, ...] | None,
    ) -> None:
        self._paste(face, centre, face_height / max(face.box[2:]), reach)

    def _draw(self) -> Face:
        face = self._draw_upright()
        return turned(face, self._rng) if _happens(self._style.p_turned, self._rng) else face

    def _draw_upright(self) -> Face:
        face = self._dataset.draw(self._rng)
        if not face.is_cut_out:
            return face
        if self._rng.random() < self._style.p_transplant:
            head = self._dataset.draw_head(self._rng)
            if head is not None:
                return transplant(face, head, self._rng)
        elif self._rng.random() < 0.5 * self._style.strength:
            return on_colour(face, self._rng)
        return face

    def _paste(
        self,
        face: Face,
        centre: tuple[float, float],
        scale: float,
        reach: tuple[float, ...] | None,
    ) -> None:
        """Draw the picture with the face's centre on `centre`, cut to `reach` around it.

        Where the reach is infinite, the picture's edges go on to the canvas's.
        """
        rng, strength = self._rng, self._style.strength
        placement = place(face, centre, scale, reach, self.canvas.shape[:2], rng, strength)
        x0, y0, x1, y1 = frame = placement.frame
        if x1 - x0 < SMALLEST_FACE or y1 - y0 < SMALLEST_FACE:
            return
        patch = relit(drawn(face, placement, rng, strength), rng, strength)
        box = placement.on_canvas(face.box)
        local = (box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0)
        empty = rng.random() < self._style.p_empty
        if empty:
            hide(patch, local, rng)
        elif rng.random() < 0.12 * strength:
            occlude(patch, local, rng)
        paste(self.canvas, patch, local, frame, self._style.p_soft, rng)
        self._cover(frame)
        if not empty:
            self._label(box, face.distribution, frame)
        for neighbour in face.neighbours:
            self._label(placement.on_canvas(neighbour.box), neighbour.distribution, frame)

    def _label(self, box: Box, distribution: npt.NDArray[np.float32], frame: Box) -> None:
        visible = intersection(box, frame)
        share = area(visible) / max(area(box), 1e-6)
        if (
            share >= VISIBLE
            and min(visible[2] - visible[0], visible[3] - visible[1]) >= SMALLEST_FACE
        ):
            self._boxes.append(visible)
            self._targets.append(distribution)

    def _cover(self, frame: Box) -> None:
        kept = [
            index
            for index, box in enumerate(self._boxes)
            if area(intersection(box, frame)) < COVERED * area(box)
        ]
        self._boxes = [self._boxes[index] for index in kept]
        self._targets = [self._targets[index] for index in kept]
