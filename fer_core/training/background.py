"""What lies behind the faces of a scene: pictures, colours, lettering, pieces of photographs."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fer_core.training.appearance import tone_curve
from fer_core.training.data import Image
from fer_core.training.dataset import FaceDataset
from fer_core.training.geometry import PADDING, SMALLEST_FACE, intersection
from fer_core.training.head_transplant import blend_into

#: Share of the pieces that are of pictures without faces.
NEGATIVE_SCRAPS = 0.4


def draw_background(dataset: FaceDataset, rng: np.random.Generator, size: tuple[int, int]) -> Image:
    """Return what is behind the faces: a background picture, a colour, a gradient or noise."""
    height, width = size
    background = dataset.draw_background(rng) if rng.random() < 0.6 else None
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
        return np.asarray(cv2.LUT(canvas, tone_curve(rng, 1.0)), np.uint8)
    kind = rng.random()
    if kind < 0.4:
        return np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    if kind < 0.55:
        return np.full((height, width, 3), PADDING, np.uint8)
    cells = int(rng.integers(2, 5)) if kind < 0.85 else int(rng.integers(8, 40))
    coarse = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def distractor(
    dataset: FaceDataset, rng: np.random.Generator, size: tuple[int, int]
) -> Image | None:
    """Return a piece of a photograph beside or below its face, width x height pixels.

    Now and then of a picture without faces, where the data has some; None where it has neither
    those nor heads with anything around them.
    """
    if dataset.has_negatives and rng.random() < NEGATIVE_SCRAPS:
        return negative(dataset, rng, size)
    head = dataset.draw_head(rng)
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
    return np.asarray(cv2.LUT(drawn, tone_curve(rng, 1.0)), np.uint8)


def negative(dataset: FaceDataset, rng: np.random.Generator, size: tuple[int, int]) -> Image | None:
    """Return a picture without a face, or most of it, width x height pixels."""
    picture = dataset.draw_negative(rng)
    if picture is None:
        return None
    height, width = picture.shape[:2]
    share = rng.uniform(0.5, 1.0) if rng.random() < 0.5 else 1.0
    rows, columns = max(4, int(height * share)), max(4, int(width * share))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    piece = picture[top : top + rows, left : left + columns]
    piece = piece[:, ::-1] if rng.random() < 0.5 else piece
    drawn = cv2.resize(np.ascontiguousarray(piece), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.LUT(drawn, tone_curve(rng, 1.0)), np.uint8)


def add_distractor(
    canvas: Image,
    dataset: FaceDataset,
    rng: np.random.Generator,
    centre: tuple[float, float],
    side: float,
) -> None:
    """Draw a piece of a photograph without a face, as rectangle or ellipse, around `centre`."""
    height, width = canvas.shape[:2]
    half_x, half_y = side / 2 * np.exp(rng.normal(0, 0.3, 2))
    frame = intersection(
        (centre[0] - half_x, centre[1] - half_y, centre[0] + half_x, centre[1] + half_y),
        (0, 0, width, height),
    )
    x0, y0, x1, y1 = (round(value) for value in frame)
    if min(x1 - x0, y1 - y0) < SMALLEST_FACE:
        return
    piece = distractor(dataset, rng, (x1 - x0, y1 - y0))
    if piece is None:
        return
    mask = np.full(piece.shape[:2], 255, np.uint8)
    if rng.random() < 0.5:
        mask[:] = 0
        middle, axes = ((x1 - x0) // 2, (y1 - y0) // 2), ((x1 - x0) // 2 - 1, (y1 - y0) // 2 - 1)
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    blend_into(piece, canvas[y0:y1, x0:x1], mask)


def add_distractors(canvas: Image, dataset: FaceDataset, rng: np.random.Generator) -> None:
    """Draw one piece over the whole canvas, or a few anywhere."""
    height, width = canvas.shape[:2]
    if rng.random() < 0.5:
        whole = distractor(dataset, rng, (width, height))
        if whole is not None:
            canvas[:] = whole
    for _ in range(int(rng.integers(0, 5))):
        centre = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        size = min(height, width) * math.exp(rng.uniform(-2.0, 0))
        add_distractor(canvas, dataset, rng, centre, size)


def add_clutter(canvas: Image, rng: np.random.Generator) -> None:
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
