"""Composed scenes: faces of many sizes, framings and lights on one canvas, always new ones.

A detector learns nothing about where faces are from tight crops, so it trains on scenes. A scene
is a pure function of a seed and a number: the same two give the same pixels, in any process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.bank import Face, FaceBank
from fer_core.training.data import Image

Array = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]

#: Letterbox grey, as at inference.
PADDING = 114
#: Longer side of the face in the detector's close look, as a share of the input's side.
CLOSE_SHARE = 0.6
#: A face smaller than this on its short side, in pixels of the input, carries no label.
SMALLEST_FACE = 12.0
#: A face keeps its label while a later element covers less than this share of it...
COVERED = 1 / 3
#: ...and at least this share of it lies on the canvas.
VISIBLE = 0.6


@dataclass(frozen=True, slots=True)
class Style:
    """What scenes look like. All `p_` values are probabilities.

    Attributes:
        p_single: One face, anywhere from small to larger than the canvas, rather than a grid.
        p_whole: Of the single ones: the picture letterboxed into the canvas, as in the detector's
            first look.
        p_close: Of the single ones: the face at 0.6 of the canvas with what is around it, grey
            where the picture has ended, as in the detector's second, close look.
        grid: Weights of grids of 1x1, 2x2, ... elements.
        p_transplant: A cut-out face goes onto a head rather than staying on black.
        p_soft: An element fades into what is behind it.
        p_clutter: Shapes and letters lie behind the faces.
        p_scrap: A sharp piece of a photograph without a face lies behind the faces, or takes an
            element's place: where all that is sharp is a face, all that is sharp gets boxed.
        p_body: A head has a body below it, so that a person's outline is not taken for a face's.
        p_wide: Of single heads of less than half the canvas: what is around them goes on to the
            canvas's edges, as in a photograph. Where every face's surroundings end near it, the
            network sizes the box by that end.
        p_letterbox: The scene fills a part of the canvas, grey lies around it.
        p_empty: An element or scene whose face is covered, so that it carries no label.
        strength: 0 for pictures as they are, 1 for all augmentations.
    """

    p_single: float = 0.25
    p_whole: float = 0.4
    p_close: float = 0.0
    grid: tuple[float, ...] = (0.1, 0.3, 0.3, 0.2, 0.1)
    p_transplant: float = 0.65
    p_soft: float = 0.65
    p_clutter: float = 0.45
    p_scrap: float = 0.3
    p_body: float = 0.4
    p_wide: float = 0.9
    p_letterbox: float = 0.15
    p_empty: float = 0.05
    strength: float = 1.0


#: The fixed validation scenes: the recipe of the data's README, grids of 1 to 5 at equal shares.
VALIDATION = Style(
    p_single=0.0,
    grid=(0.2, 0.2, 0.2, 0.2, 0.2),
    p_transplant=0.65,
    p_soft=0.0,
    p_clutter=0.0,
    p_scrap=0.0,
    p_body=0.0,
    p_wide=0.0,
    p_letterbox=0.0,
    p_empty=0.0,
    strength=0.5,
)


def training_style(size: tuple[int, int], strength: float = 1.0) -> Style:
    """Return the style for an input size: small inputs hold one or few faces, large ones more.

    Most faces then measure 30-100 px, as in a first look at a photo and in the close ones.

    Args:
        size: Height, width of the input in pixels.
        strength: Of the augmentations, 0..1.
    """
    side = min(size)
    if side < 160:
        return Style(0.9, p_whole=0.6, grid=(0.6, 0.4), strength=strength)
    if side < 192:
        return Style(0.55, p_whole=0.15, p_close=0.45, grid=(0.3, 0.4, 0.3), strength=strength)
    if side < 256:
        return Style(0.2, p_whole=0.3, p_close=0.1, grid=(0.1, 0.35, 0.35, 0.2), strength=strength)
    # Whole people and many small faces: without them a face of 30 px gets a box of twice its size,
    # around hair and shoulders.
    return Style(
        0.6, p_whole=0.1, p_body=0.7, grid=(0.08, 0.17, 0.25, 0.27, 0.23), strength=strength
    )


@dataclass(slots=True)
class Scene:
    """A canvas and its labelled faces.

    Attributes:
        image: RGB uint8 (H, W, 3).
        boxes: Shape (n, 4), x0, y0, x1, y1 in pixels.
        distributions: Shape (n, 5), each row sums to 1.
        cells: Faces a side of the grid; 0 for a single face.
    """

    image: Image
    boxes: Array
    distributions: Array
    cells: int


def compose(bank: FaceBank, seed: int, number: int, size: tuple[int, int], style: Style) -> Scene:
    """Return scene `number` of the sequence `seed`.

    Args:
        bank: Where the faces come from.
        seed: Of the whole sequence.
        number: 0, 1, 2, ...
        size: Height, width of the canvas in pixels.
        style: What it looks like.
    """
    rng = np.random.default_rng((seed, number))
    inner = _letterboxed(size, rng) if _happens(style.p_letterbox, rng) else size
    canvas = _canvas(bank, rng, inner)
    if _happens(style.p_scrap, rng):
        _add_scraps(canvas, bank, rng)
    if rng.random() < style.p_clutter:
        _add_clutter(canvas, rng)
    composer = _Composer(canvas, rng, bank, style)
    if rng.random() < style.p_single:
        composer.add_single()
        cells = 0
    else:
        weights = np.asarray(style.grid)
        cells = 1 + int(np.searchsorted(np.cumsum(weights / weights.sum()), rng.random()))
        cells = min(cells, len(style.grid))
        composer.add_grid(cells)
    image = _finish(composer.canvas, rng, style.strength)
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
        self, canvas: Image, rng: np.random.Generator, bank: FaceBank, style: Style
    ) -> None:
        self.canvas = canvas
        self._rng = rng
        self._bank = bank
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
            if _happens(self._style.p_scrap / 3, rng):
                _add_scrap(self.canvas, self._bank, rng, centre, cell * rng.uniform(0.5, 1.0))
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
        if kind < self._style.p_whole + self._style.p_close:
            self.canvas[:] = PADDING
            middle = width / 2 + rng.normal(0, 0.03) * side, height / 2 + rng.normal(0, 0.03) * side
            size = CLOSE_SHARE * side * math.exp(rng.normal(0, 0.12))
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

    def _draw_wide(self, face: Face) -> Face | None:
        """Return the face, or a head in its place, with more around it than its picture has."""
        wide = with_more_around(face)
        head = self._bank.draw_head(self._rng) if wide is None else None
        if head is None:
            return wide
        if face.is_cut_out:
            head = transplant(face, head, self._rng)
        return with_more_around(head)

    def _add_body(self, face: Face, centre: tuple[float, float], face_height: float) -> None:
        """Draw shoulders and what is below them, to the canvas's end or short of it.

        Of the colour of what is at the bottom of the face's picture, or of any.
        """
        rng = self._rng
        if not _happens(self._style.p_body, rng):
            return
        x = centre[0] + rng.normal(0, 0.1) * face_height
        top = centre[1] + face_height * rng.uniform(0.5, 0.75)
        bottom = top + face_height * rng.uniform(1.5, 6)
        shoulder = face_height * rng.uniform(0.8, 1.6)
        waist = shoulder * rng.uniform(0.7, 1.1)
        slope = face_height * rng.uniform(0.15, 0.5)
        outline = np.array(
            [
                (x - 0.3 * face_height, top),
                (x + 0.3 * face_height, top),
                (x + shoulder * 0.85, top + slope * 0.6),
                (x + shoulder, top + slope * 1.6),
                (x + waist, bottom),
                (x - waist, bottom),
                (x - shoulder, top + slope * 1.6),
                (x - shoulder * 0.85, top + slope * 0.6),
            ]
        )
        x0, y0, x1, y1 = (
            round(value)
            for value in _intersection(
                (*outline.min(axis=0), *outline.max(axis=0)),
                (0, 0, self.canvas.shape[1], self.canvas.shape[0]),
            )
        )
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(mask, [np.round(outline - [x0, y0]).astype(np.int32)], 255, cv2.LINE_AA)
        region = self.canvas[y0:y1, x0:x1]
        kind = rng.random()
        cloth = scrap(self._bank, rng, (x1 - x0, y1 - y0)) if kind < 0.4 else None
        if cloth is None:
            rows, columns = face.image.shape[:2]
            bottom_strip = face.image[-max(1, rows // 10) :, columns // 4 : -columns // 4]
            colour = bottom_strip.mean(axis=(0, 1)) if kind < 0.8 else rng.integers(0, 256, 3)
            cloth = np.full(region.shape, np.asarray(colour, np.uint8), np.uint8)
        if rng.random() < 0.5:
            cloth = _shaded(cloth, rng)
        _lay(cloth, region, mask)
        self._cover((x0, y0, x1, y1))

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
        face = self._bank.draw(self._rng)
        if not face.is_cut_out:
            return face
        if self._rng.random() < self._style.p_transplant:
            head = self._bank.draw_head(self._rng)
            if head is not None:
                return transplant(face, head, self._rng)
        elif self._rng.random() < 0.5 * self._style.strength:
            return _on_colour(face, self._rng)
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
        placement = _placed(face, centre, scale, reach, self.canvas.shape[:2], rng, strength)
        x0, y0, x1, y1 = frame = placement.frame
        if x1 - x0 < SMALLEST_FACE or y1 - y0 < SMALLEST_FACE:
            return
        patch = _relit(_drawn(face, placement, rng, strength), rng, strength)
        box = placement.on_canvas(face.box)
        local = (box[0] - x0, box[1] - y0, box[2] - x0, box[3] - y0)
        empty = rng.random() < self._style.p_empty
        if empty:
            _hide(patch, local, rng)
        elif rng.random() < 0.12 * strength:
            _occlude(patch, local, rng)
        self._blend(patch, local, frame)
        self._cover(frame)
        if not empty:
            self._label(box, face.distribution, frame)
        for neighbour in face.neighbours:
            self._label(placement.on_canvas(neighbour.box), neighbour.distribution, frame)

    def _blend(self, patch: Image, face: Box, frame: tuple[int, int, int, int]) -> None:
        """Put the patch on the canvas, often without an edge: faces do not come in rectangles.

        Where every face sits in a rectangle, the network learns to box rectangles, and finds whole
        heads and shoulders in photographs. The fade lies between the face and the frame.
        """
        rng, (x0, y0, x1, y1) = self._rng, frame
        region = self.canvas[y0:y1, x0:x1]
        if rng.random() >= self._style.p_soft:
            region[:] = patch
            return
        height, width = self.canvas.shape[:2]
        share = rng.uniform(0.3, 1.0)
        sides = (x1 - x0, y1 - y0)
        ramps = []
        for axis, (length, starts_inside, ends_inside) in enumerate(
            ((sides[0], x0 > 0, x1 < width), (sides[1], y0 > 0, y1 < height))
        ):
            least = 0.03 * (face[axis + 2] - face[axis])
            places = np.arange(length, dtype=np.float32) + 0.5
            ramp = np.ones(length, np.float32)
            if starts_inside:
                ramp = np.minimum(ramp, places / max(1.0, least, share * face[axis]))
            if ends_inside:
                margin = share * (length - face[axis + 2])
                ramp = np.minimum(ramp, places[::-1] / max(1.0, least, margin))
            ramps.append(ramp)
        weight = np.outer(ramps[1], ramps[0])
        region[:] = cv2.blendLinear(patch, np.ascontiguousarray(region), weight, 1 - weight)

    def _label(self, box: Box, distribution: npt.NDArray[np.float32], frame: Box) -> None:
        visible = _intersection(box, frame)
        share = _area(visible) / max(_area(box), 1e-6)
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
            if _area(_intersection(box, frame)) < COVERED * _area(box)
        ]
        self._boxes = [self._boxes[index] for index in kept]
        self._targets = [self._targets[index] for index in kept]


@dataclass(frozen=True, slots=True)
class _Placement:
    """Where a picture goes on the canvas.

    Attributes:
        frame: x0, y0, x1, y1 of the canvas that the picture fills.
        scale_x, scale_y: Canvas pixels per picture pixel.
        matrix: Shape (2, 3), from pixels of the picture to those of the canvas.
        is_wide: The frame reaches far beyond the picture.
    """

    frame: tuple[int, int, int, int]
    scale_x: float
    scale_y: float
    matrix: npt.NDArray[np.float64]
    is_wide: bool

    def on_canvas(self, box: Box) -> Box:
        """Return the upright box around a face's ellipse once it is moved and turned."""
        x, y, width, height = box
        middle = self.matrix @ np.array([x + width / 2, y + height / 2, 1.0])
        half_x, half_y = np.hypot(self.matrix[:, 0] * width, self.matrix[:, 1] * height) / 2
        return (
            float(middle[0] - half_x),
            float(middle[1] - half_y),
            float(middle[0] + half_x),
            float(middle[1] + half_y),
        )


def _placed(
    face: Face,
    centre: tuple[float, float],
    scale: float,
    reach: tuple[float, ...] | None,
    canvas: tuple[int, ...],
    rng: np.random.Generator,
    strength: float,
) -> _Placement:
    """Draw flip, stretch and turn, and return where the picture goes."""
    x, y, box_width, box_height = face.box
    face_x, face_y = x + box_width / 2, y + box_height / 2
    height, width = face.image.shape[:2]
    flip = rng.random() < 0.5
    stretch = math.exp(rng.uniform(-0.1, 0.1) * strength)
    scale_x, scale_y = scale * stretch, scale / stretch
    angle = rng.normal(0, 9) * strength if rng.random() < 0.4 else 0.0
    radians = math.radians(float(np.clip(angle, -22, 22)))
    mirrored_x = width - face_x if flip else face_x
    edges = (
        centre[0] - mirrored_x * scale_x,
        centre[1] - face_y * scale_y,
        centre[0] + (width - mirrored_x) * scale_x,
        centre[1] + (height - face_y) * scale_y,
    )
    is_wide = reach is not None and math.isinf(reach[0])
    if is_wide:
        edges = (0.0, 0.0, float(canvas[1]), float(canvas[0]))
    elif reach is not None:
        cut = centre[0] - reach[0], centre[1] - reach[1], centre[0] + reach[2], centre[1] + reach[3]
        edges = _intersection(edges, cut)
    x0, y0, x1, y1 = _intersection(edges, (0, 0, canvas[1], canvas[0]))
    cosine, sine = math.cos(radians), math.sin(radians)
    unit_x = -scale_x if flip else scale_x
    turn = np.array([[cosine * unit_x, -sine * scale_y], [sine * unit_x, cosine * scale_y]])
    shift = np.array(centre) - turn @ np.array([face_x, face_y])
    frame = (round(x0), round(y0), round(x1), round(y1))
    return _Placement(frame, scale_x, scale_y, np.column_stack([turn, shift]), is_wide)


def _drawn(face: Face, placement: _Placement, rng: np.random.Generator, strength: float) -> Image:
    """Return what the placement's frame shows."""
    x0, y0, x1, y1 = placement.frame
    larger_scale = max(placement.scale_x, placement.scale_y)
    image, shrunk = _degraded(face.image, larger_scale, max(face.box[2:]), rng, strength)
    matrix = placement.matrix - np.array([[0, 0, x0], [0, 0, y0]])
    matrix[:, :2] /= shrunk
    # A reflection far beyond the picture's edge would show the face again, without a label.
    reflected = not placement.is_wide and rng.random() < 0.3
    border = cv2.BORDER_REFLECT_101 if reflected else cv2.BORDER_REPLICATE
    patch = cv2.warpAffine(
        image,
        matrix,
        (x1 - x0, y1 - y0),
        flags=cv2.INTER_CUBIC if rng.random() < 0.2 else cv2.INTER_LINEAR,
        borderMode=border,
    )
    return np.asarray(patch, np.uint8)


def transplant(face: Face, head: Face, rng: np.random.Generator) -> Face:
    """Return a picture of the head that wears the cut-out face, its colours matched in LAB.

    The cut-out is scaled to the head's face box and feathered; hair, neck and background stay.
    """
    x, y, box_width, box_height = head.box
    cut_height, cut_width = face.image.shape[:2]
    scale = math.sqrt(box_width * box_height / (cut_width * cut_height)) * rng.uniform(0.98, 1.2)
    width, height = max(8, round(cut_width * scale)), max(8, round(cut_height * scale))
    left = round(x + box_width / 2 - width / 2 + rng.uniform(-0.04, 0.04) * box_width)
    top = round(y + box_height / 2 - height / 2 + rng.uniform(-0.06, 0.04) * box_height)
    left = min(max(left, 0), max(0, head.image.shape[1] - width))
    top = min(max(top, 0), max(0, head.image.shape[0] - height))
    width, height = min(width, head.image.shape[1] - left), min(height, head.image.shape[0] - top)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    mask = cv2.resize(_outline(face.image), (width, height), interpolation=cv2.INTER_LINEAR)
    feather = max(1, round(0.03 * height))
    mask = cv2.erode(mask, np.ones((2 * feather + 1, 2 * feather + 1), np.uint8), borderValue=0)
    mask = cv2.GaussianBlur(mask, (0, 0), feather)
    donor = cv2.resize(face.image, (width, height), interpolation=interpolation)
    image = head.image.copy()
    region = image[top : top + height, left : left + width]
    donor = _match_colours(
        np.asarray(donor, np.uint8), region, np.asarray(mask, np.uint8), rng.uniform(0.5, 1.0)
    )
    _lay(donor, region, mask)
    return Face(
        image, (float(left), float(top), float(width), float(height)), face.distribution, False
    )


def _lay(patch: Image, region: Image, mask: Image) -> None:
    """Put the patch on the region, as far as the mask (0..255) lets it."""
    weight = np.asarray(mask, np.float32) / 255
    region[:] = cv2.blendLinear(np.asarray(patch, np.uint8), region, weight, 1 - weight)


def with_more_around(face: Face) -> Face | None:
    """Return a head in a larger picture, what is around it mirrored outwards, the face not.

    None for a face with next to nothing around it, or with labelled neighbours.
    """
    height, width = face.image.shape[:2]
    x, y, face_width, face_height = face.box
    left, right = int(0.9 * x), int(0.9 * (width - x - face_width))
    top, bottom = max(0, int(0.9 * y)), int(0.9 * (height - y - face_height))
    if face.neighbours or min(left, right) < 0.3 * face_width or bottom < 0.15 * face_height:
        return None
    image = cv2.copyMakeBorder(face.image, top, bottom, left, right, cv2.BORDER_REFLECT_101)
    box = (x + left, y + top, face_width, face_height)
    return Face(np.asarray(image, np.uint8), box, face.distribution, False)


def _outline(image: Image) -> Image:
    """Return the filled outline, 0 or 255, of a face on black."""
    bright = np.asarray((image.max(axis=2) > 14) * np.uint8(255), np.uint8)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    mask = np.zeros(image.shape[:2], np.uint8)
    if contours:
        cv2.fillConvexPoly(mask, cv2.convexHull(max(contours, key=len)), 255)
    return mask


def _match_colours(donor: Image, region: Image, mask: Image, share: float) -> Image:
    """Return the donor with the mean and spread of the region's colours inside the mask, in LAB."""
    inside = np.asarray((mask > 128) * np.uint8(255), np.uint8)
    if not inside.any():
        return donor
    lab = cv2.cvtColor(donor, cv2.COLOR_RGB2LAB)
    mean, deviation = cv2.meanStdDev(lab, mask=inside)
    goal_mean, goal_deviation = cv2.meanStdDev(cv2.cvtColor(region, cv2.COLOR_RGB2LAB), mask=inside)
    levels = np.arange(256, dtype=np.float32)[:, None]
    gain = np.clip(goal_deviation.ravel() / np.maximum(deviation.ravel(), 1), 0.6, 1.6)
    moved = (levels - mean.ravel()) * gain + goal_mean.ravel()
    table = np.clip(levels + share * (moved - levels), 0, 255).astype(np.uint8)[None]
    return np.asarray(cv2.cvtColor(cv2.LUT(lab, table), cv2.COLOR_LAB2RGB), np.uint8)


def _on_colour(face: Face, rng: np.random.Generator) -> Face:
    mask = _outline(face.image)
    image = face.image.copy()
    image[mask == 0] = rng.integers(0, 256, 3)
    return Face(image, face.box, face.distribution, False)


def _degraded(
    image: Image, scale: float, face_size: float, rng: np.random.Generator, strength: float
) -> tuple[Image, tuple[float, float]]:
    """Return the picture shrunk before it is drawn, and by which factors (x, y).

    Shrinking by area first keeps small faces free of aliasing; shrinking further, then enlarging,
    gives the blur of small pictures blown up, which large faces of webcams and old photos have.
    """
    factor = 1.0
    if rng.random() < 0.2 * strength:
        factor = min(1.0, math.exp(rng.uniform(math.log(30), math.log(70))) / face_size)
    if scale < 0.7:
        factor = min(factor, scale)
    if factor > 0.9:
        return image, (1.0, 1.0)
    height, width = image.shape[:2]
    size = max(4, round(width * factor)), max(4, round(height * factor))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk, np.uint8), (size[0] / width, size[1] / height)


def _relit(patch: Image, rng: np.random.Generator, strength: float) -> Image:
    """Return the element in another light: exposure, gamma, contrast, tint, grey, shade, blur."""
    if strength == 0:
        return patch
    if rng.random() < 0.12 * strength:
        grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
        patch = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    elif rng.random() < 0.25 * strength:
        grey = cv2.cvtColor(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        saturation = rng.uniform(0.3, 1.5)
        patch = np.asarray(cv2.addWeighted(patch, saturation, grey, 1 - saturation, 0), np.uint8)
    if rng.random() < 0.85:
        patch = np.asarray(cv2.LUT(patch, _tone_curve(rng, strength)), np.uint8)
    if rng.random() < 0.15 * strength:
        patch = _shaded(patch, rng)
    if rng.random() < 0.12 * strength:
        patch = np.asarray(
            cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.4, 0.8 + patch.shape[0] / 150)), np.uint8
        )
    return patch


_LEVELS: Array = np.linspace(0, 1, 256, dtype=np.float32)[:, None]


def _tone_curve(rng: np.random.Generator, strength: float) -> Image:
    gamma = math.exp(rng.normal(0, 0.28) * strength)
    contrast = math.exp(rng.normal(0, 0.2) * strength)
    brightness = rng.normal(0, 0.08) * strength
    tint = np.exp(rng.normal(0, 0.06, 3) * strength).astype(np.float32)
    if rng.random() < 0.06 * strength:  # a dim room
        brightness, contrast = brightness - 0.1, contrast * rng.uniform(0.3, 0.6)
    curve = ((_LEVELS**gamma - 0.5) * contrast + 0.5 + brightness) * tint
    return np.asarray(np.clip(curve * 255, 0, 255), np.uint8)[None]


def _shaded(patch: Image, rng: np.random.Generator) -> Image:
    """Return the patch lit from one side."""
    height, width = patch.shape[:2]
    low, angle = rng.uniform(0.25, 0.8), rng.uniform(0, 2 * math.pi)
    xs = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None] * math.cos(angle)
    ys = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * math.sin(angle)
    gain = np.clip((1 + low) / 2 + (1 - low) * (xs + ys) * 1.4, low, 1.1).astype(np.float32)
    return np.asarray(np.clip(patch * gain[:, :, None], 0, 255), np.uint8)


def _hide(patch: Image, box: Box, rng: np.random.Generator) -> None:
    """Cover the face so that nothing of it is left: what stays is a body without a label."""
    centre = round((box[0] + box[2]) / 2), round((box[1] + box[3]) / 2)
    axes = max(1, round((box[2] - box[0]) * 0.62)), max(1, round((box[3] - box[1]) * 0.68))
    colour = tuple(int(value) for value in rng.integers(0, 256, 3))
    if rng.random() < 0.5:
        cv2.ellipse(patch, centre, axes, 0, 0, 360, colour, -1)
    else:
        first, second = (
            (centre[0] - axes[0], centre[1] - axes[1]),
            (centre[0] + axes[0], centre[1] + axes[1]),
        )
        cv2.rectangle(patch, first, second, colour, -1)


def _occlude(patch: Image, box: Box, rng: np.random.Generator) -> None:
    """Hide a small part of the face: glasses, a bar, a hand-sized blob at the rim."""
    width, height = box[2] - box[0], box[3] - box[1]
    kind = rng.random()
    colour = tuple(int(value) for value in rng.integers(0, 256, 3))
    if kind < 0.4:
        dark = tuple(int(value) for value in rng.integers(0, 90, 3))
        thickness = max(1, round(width * rng.uniform(0.012, 0.04)))
        eyes = box[1] + height * rng.uniform(0.34, 0.42)
        axes = (
            max(2, round(width * rng.uniform(0.12, 0.17))),
            max(2, round(height * rng.uniform(0.07, 0.12))),
        )
        for side in (0.3, 0.7):
            cv2.ellipse(
                patch, (round(box[0] + side * width), round(eyes)), axes, 0, 0, 360, dark, thickness
            )
        bridge = round(box[0] + 0.45 * width), round(box[0] + 0.55 * width)
        cv2.line(patch, (bridge[0], round(eyes)), (bridge[1], round(eyes)), dark, thickness)
    elif kind < 0.6:
        x = round(box[0] + rng.uniform(0, 1) * width)
        thick = max(1, round(width * rng.uniform(0.03, 0.12)))
        end = x + round(rng.uniform(-0.4, 0.4) * width), round(box[3])
        cv2.line(patch, (x, round(box[1])), end, colour, thick)
    else:
        angle = rng.uniform(0, 2 * math.pi)
        centre = (
            round((box[0] + box[2]) / 2 + math.cos(angle) * width * 0.5),
            round((box[1] + box[3]) / 2 + math.sin(angle) * height * 0.5),
        )
        axes = (
            max(1, round(width * rng.uniform(0.1, 0.25))),
            max(1, round(height * rng.uniform(0.1, 0.25))),
        )
        cv2.ellipse(patch, centre, axes, rng.uniform(0, 180), 0, 360, colour, -1)


def _canvas(bank: FaceBank, rng: np.random.Generator, size: tuple[int, int]) -> Image:
    """Return what is behind the faces: a background picture, a colour, a gradient or noise."""
    height, width = size
    background = bank.draw_background(rng) if rng.random() < 0.6 else None
    if background is not None:
        share = rng.uniform(0.3, 1.0)
        rows, columns = (
            max(8, int(background.shape[0] * share)),
            max(8, int(background.shape[1] * share)),
        )
        top = int(rng.integers(background.shape[0] - rows + 1))
        left = int(rng.integers(background.shape[1] - columns + 1))
        crop = background[top : top + rows, left : left + columns]
        crop = crop[:, ::-1] if rng.random() < 0.5 else crop
        canvas = np.asarray(cv2.resize(np.ascontiguousarray(crop), (width, height)), np.uint8)
        return np.asarray(cv2.LUT(canvas, _tone_curve(rng, 1.0)), np.uint8)
    kind = rng.random()
    if kind < 0.4:
        return np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    if kind < 0.55:
        return np.full((height, width, 3), PADDING, np.uint8)
    cells = int(rng.integers(2, 5)) if kind < 0.85 else int(rng.integers(8, 40))
    coarse = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def scrap(bank: FaceBank, rng: np.random.Generator, size: tuple[int, int]) -> Image | None:
    """Return a piece of a photograph beside or below its face, width x height pixels.

    None where the data has no heads with anything around them.
    """
    head = bank.draw_head(rng)
    if head is None:
        return None
    height, width = head.image.shape[:2]
    x, y, face_width, face_height = head.box
    # Hair, collars, clothes: most below the face, where no second person stands.
    below = (0.0, y + 1.2 * face_height, float(width), float(height))
    left = (0.0, 0.0, x - 0.25 * face_width, float(height))
    right = (x + 1.25 * face_width, 0.0, float(width), float(height))
    regions = [below, below, left, right]
    x0, y0, x1, y1 = regions[int(rng.integers(len(regions)))]
    if min(x1 - x0, y1 - y0) < 12:
        return None
    columns, rows = (x1 - x0) * rng.uniform(0.5, 1), (y1 - y0) * rng.uniform(0.5, 1)
    left_edge = int(x0 + rng.random() * (x1 - x0 - columns))
    top_edge = int(y0 + rng.random() * (y1 - y0 - rows))
    piece = head.image[top_edge : top_edge + int(rows), left_edge : left_edge + int(columns)]
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    if rng.random() < 0.5:
        piece = piece.transpose(1, 0, 2)
    if rng.random() < 0.3:
        piece = piece[::-1]
    drawn = cv2.resize(np.ascontiguousarray(piece), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.LUT(drawn, _tone_curve(rng, 1.0)), np.uint8)


def _add_scrap(
    canvas: Image,
    bank: FaceBank,
    rng: np.random.Generator,
    centre: tuple[float, float],
    side: float,
) -> None:
    """Draw a piece of a photograph without a face, as rectangle or ellipse, around `centre`."""
    height, width = canvas.shape[:2]
    half_x, half_y = side / 2 * np.exp(rng.normal(0, 0.3, 2))
    frame = _intersection(
        (centre[0] - half_x, centre[1] - half_y, centre[0] + half_x, centre[1] + half_y),
        (0, 0, width, height),
    )
    x0, y0, x1, y1 = (round(value) for value in frame)
    if min(x1 - x0, y1 - y0) < SMALLEST_FACE:
        return
    piece = scrap(bank, rng, (x1 - x0, y1 - y0))
    if piece is None:
        return
    mask = np.full(piece.shape[:2], 255, np.uint8)
    if rng.random() < 0.5:
        mask[:] = 0
        middle, axes = ((x1 - x0) // 2, (y1 - y0) // 2), ((x1 - x0) // 2 - 1, (y1 - y0) // 2 - 1)
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    _lay(piece, canvas[y0:y1, x0:x1], mask)


def _add_scraps(canvas: Image, bank: FaceBank, rng: np.random.Generator) -> None:
    """Draw one piece over the whole canvas, or a few anywhere."""
    height, width = canvas.shape[:2]
    if rng.random() < 0.5:
        whole = scrap(bank, rng, (width, height))
        if whole is not None:
            canvas[:] = whole
    for _ in range(int(rng.integers(0, 5))):
        centre = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        _add_scrap(canvas, bank, rng, centre, min(height, width) * math.exp(rng.uniform(-2.0, 0)))


def _add_clutter(canvas: Image, rng: np.random.Generator) -> None:
    """Draw letters, round and angular shapes: things with outlines that are no faces."""
    height, width = canvas.shape[:2]
    for _ in range(int(rng.integers(1, 9))):
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        x, y = int(rng.integers(width)), int(rng.integers(height))
        size = max(3, round(min(height, width) * math.exp(rng.uniform(-3.2, -0.8))))
        thickness = -1 if rng.random() < 0.5 else max(1, size // 10)
        kind = rng.random()
        if kind < 0.5:
            text = "".join(chr(code) for code in rng.integers(65, 123, int(rng.integers(1, 9))))
            face, weight = int(rng.integers(8)), max(1, size // 8)
            cv2.putText(canvas, text, (x, y), face, size / 24, colour, weight, cv2.LINE_AA)
        elif kind < 0.78:
            axes = size, max(2, round(size * rng.uniform(0.5, 1.0)))
            cv2.ellipse(canvas, (x, y), axes, rng.uniform(0, 180), 0, 360, colour, thickness)
        else:
            corners = np.array([x, y]) + rng.integers(-size, size + 1, (int(rng.integers(3, 7)), 2))
            if thickness < 0:
                cv2.fillPoly(canvas, [corners.astype(np.int32)], colour, cv2.LINE_AA)
            else:
                cv2.polylines(canvas, [corners.astype(np.int32)], True, colour, thickness)


_NOISE = np.random.default_rng(0).normal(0, 1, (720, 720, 3)).astype(np.float32)


def _finish(canvas: Image, rng: np.random.Generator, strength: float) -> Image:
    """Return the scene as a camera and a file would leave it: noise, then JPEG."""
    if rng.random() < 0.2 * strength:
        height, width = canvas.shape[:2]
        top, left = int(rng.integers(720 - height + 1)), int(rng.integers(720 - width + 1))
        noise = _NOISE[top : top + height, left : left + width]
        canvas = np.asarray(
            cv2.scaleAdd(noise, rng.uniform(2, 14), canvas.astype(np.float32)), np.float32
        )
        canvas = np.clip(canvas, 0, 255).astype(np.uint8)
    if rng.random() < 0.4 * strength:
        quality = int(rng.integers(25, 96))
        _, encoded = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, quality])
        canvas = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(canvas)


def _intersection(first: Box, second: Box) -> Box:
    return (
        max(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        min(first[3], second[3]),
    )


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
