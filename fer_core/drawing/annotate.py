"""Faces drawn into a picture: boxes, labels, emoji, probabilities, the face that is marked.

One way for photos and for live video. Sizes follow the picture and the face, so that an annotated
picture reads the same whether it is 320 or 8000 pixels wide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.boxes import intersections
from fer_core.drawing.emoji import RgbaImage
from fer_core.drawing.labels import blend, colour_of, label_size, label_sprite, probability_panel
from fer_core.drawing.marks import draw_marks
from fer_core.emotions import UNSURE_LABEL
from fer_core.vision.faces import Box, Face
from fer_core.vision.image import RgbImage

#: cv2 takes points in sixteenths of a pixel: boxes glide in a video instead of jumping.
_SHIFT = 4
_DARK = (17, 22, 29)
_WHITE = (255, 255, 255)
#: How much of the light stays outside a marked face.
_DIMMED = 0.45


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """What is drawn for each face.

    Attributes:
        box: A frame around it.
        labels: The expression's word.
        probabilities: Its probability, in percent.
        emoji: Its emoji.
        numbers: The face's own number in a video; in a photo its position in the list, from 1, as
            tables beside the picture count. A photo's only face has none.
        bars: A panel with all five probabilities beside the face.
        marked: Index of the face to set apart: the rest of the picture is dimmed.
        study_words: Words for a face that reads ("Brow lowered" instead of "Angry").
        word: What stands there instead of the strongest expression's word; "": that word.
        mesh: The points of the face, joined; where they are known.
        axis: Where the head points: a line from the nose.
        eyes: A ring around each eye that is open, a bar over one that is closed.
    """

    box: bool = True
    labels: bool = True
    probabilities: bool = True
    emoji: bool = True
    numbers: bool = False
    bars: bool = False
    marked: int | None = None
    study_words: bool = False
    word: str = ""
    mesh: bool = False
    axis: bool = False
    eyes: bool = False

    def marking(self, index: int | None) -> DrawOptions:
        """Return the same options with that face marked, or none."""
        return replace(self, marked=index)


def draw_faces(
    rgb: RgbImage, faces: Sequence[Face], options: DrawOptions = DrawOptions()
) -> RgbImage:
    """Return a copy of a picture with its faces drawn in.

    An unsure face has a dashed box, so that it differs from a sure one by more than colour. Where
    faces stand close, labels give up the percentage, then the word, rather than cover each other.

    Args:
        rgb: Uint8, shape (height, width, 3).
        faces: In the same picture's pixels.
        options: What to draw.

    Returns:
        A new picture of the same shape.
    """
    canvas = rgb.copy()
    draw_faces_into(canvas, faces, options)
    return canvas


def draw_faces_into(
    canvas: RgbImage, faces: Sequence[Face], options: DrawOptions = DrawOptions()
) -> None:
    """Draw faces as `draw_faces` does, into the picture itself: a video's frame is shown once."""
    if not faces:
        return
    height, width = canvas.shape[:2]
    line = max(2, round(max(width, height) / 400))
    marked = options.marked if options.marked in range(len(faces)) else None
    # The marked face chooses its label's place first and is drawn last, over the dimmed others.
    order = sorted(range(len(faces)), key=lambda index: index != marked)
    labels = _place_labels(faces, order, options, width, height, line)
    for index in reversed(order):
        face, sprite, spot = faces[index], *labels[index]
        if index == marked:
            _set_apart(canvas, face.box, line)
        if options.box:
            _draw_box(canvas, face, line)
        draw_marks(canvas, face, mesh=options.mesh, axis=options.axis, eyes=options.eyes)
        blend(canvas, sprite, round(spot.x), round(spot.y))
        if options.bars:
            _draw_panel(canvas, face, line)


def scale_faces(faces: Sequence[Face], factor: float) -> tuple[Face, ...]:
    """Return the same faces in a picture resized by `factor`."""
    return tuple(
        replace(
            face,
            box=Box(*(float(value * factor) for value in face.box)),
            marks=None
            if face.marks is None
            else replace(face.marks, points=face.marks.points * factor),
        )
        for face in faces
    )


def text_size(face_height: float, width: int, height: int) -> int:
    """Return the text height for a face, in pixels.

    A fifth of the face, but never below 13 pixels or a 50th of the picture's longer side (about
    12 pixels where a page shows it 600 pixels wide), never above 6 % of its shorter side. In
    steps, so that a face moving in a video uses a handful of sizes.
    """
    least = max(13.0, max(width, height) / 50)
    most = max(least, min(width, height) * 0.06)
    size = min(max(face_height / 5, least), most)
    step = 2 if size < 40 else 4
    return max(12, math.floor(size / step) * step)


class _Taken:
    """The rectangles that labels keep off.

    These are the faces, the labels placed so far, and for each face still to come the place of the
    shortest label it could have: so one long label never takes the room of its neighbours' only
    ones.
    """

    def __init__(self, boxes: Sequence[Box], reserved: Sequence[Box]) -> None:
        self._boxes = np.array([box.corners for box in boxes])
        self._labels = np.array([box.corners for box in reserved])

    def overlap(self, label: Box, own: int) -> float:
        """Return the area that a face's label would share with other faces and their labels."""
        corners = np.array(label.corners)
        shared = intersections(self._boxes, corners) + intersections(self._labels, corners)
        shared[own] = 0
        return float(shared.sum())

    def take(self, label: Box, own: int) -> None:
        self._labels[own] = label.corners


def _texts(face: Face, number: str, options: DrawOptions) -> list[str]:
    """Return the label's text, then ever shorter ones for where there is no room."""
    emotion = face.shown
    word = UNSURE_LABEL
    if emotion is not None:
        word = options.word or (emotion.study_label if options.study_words else emotion.label)
    numbers = [number] if number else []
    label = [word] if options.labels else []
    # What somebody said has no probability.
    percent = [f"{face.probability:.0%}"] if options.probabilities and face.said is None else []
    shorter = [[*numbers, *label, *percent], [*numbers, *label], numbers]
    if not options.emoji:
        shorter = [parts for parts in shorter if parts]
    return list(dict.fromkeys("  ".join(parts) for parts in shorter)) or [""]


def _number(face: Face, index: int, count: int) -> str:
    """Return what a face is numbered by: its own number, or its position among several."""
    if face.track_id:
        return str(face.track_id)
    return str(index + 1) if count > 1 else ""


def _place_labels(
    faces: Sequence[Face],
    order: Sequence[int],
    options: DrawOptions,
    width: int,
    height: int,
    line: int,
) -> dict[int, tuple[RgbaImage, Box]]:
    """Return each face's label and its place, chosen in the given order."""
    sizes = [text_size(face.box.height, width, height) for face in faces]
    texts = [
        _texts(face, _number(face, index, len(faces)) if options.numbers else "", options)
        for index, face in enumerate(faces)
    ]

    def spots(index: int, text: str) -> list[Box]:
        label_width, label_height = label_size(text, sizes[index], emoji=options.emoji)
        return _spots(faces[index].box, label_width, label_height, width, height, line)

    if len(faces) == 1:
        text = texts[0][0]
        sprite = label_sprite(faces[0].shown, text, sizes[0], emoji=options.emoji)
        return {0: (sprite, spots(0, text)[0])}
    taken = _Taken(
        [face.box for face in faces],
        [spots(index, texts[index][-1])[0] for index in range(len(faces))],
    )
    labels = {}
    for index in order:
        overlap, text, spot = float("inf"), "", faces[index].box
        for shorter_text in texts[index]:
            for next_spot in spots(index, shorter_text):
                next_overlap = taken.overlap(next_spot, own=index)
                if next_overlap < overlap:
                    overlap, text, spot = next_overlap, shorter_text, next_spot
            if overlap == 0:
                break
        taken.take(spot, own=index)
        sprite = label_sprite(faces[index].shown, text, sizes[index], emoji=options.emoji)
        labels[index] = (sprite, spot)
    return labels


def _spots(
    box: Box, label_width: int, label_height: int, width: int, height: int, line: int
) -> list[Box]:
    """Return where a label may stand, best first: above, below, then inside at the top."""
    x = round(min(max(box.x - line, 0), max(width - label_width, 0)))
    above = round(box.y - line * 1.5 - label_height)
    below = round(box.y + box.height + line * 1.5)
    inside = min(max(round(box.y + line), 0), max(height - label_height, 0))
    tops = []
    if above >= 0:
        tops.append(above)
    if below + label_height <= height:
        tops.append(below)
    if not tops or label_height < box.height / 4:
        tops.append(inside)
    return [Box(x, top, label_width, label_height) for top in tops]


def _draw_panel(canvas: RgbImage, face: Face, line: int) -> None:
    height, width = canvas.shape[:2]
    sprite = probability_panel(
        face.probabilities, max(11, text_size(face.box.height, width, height) * 3 // 4)
    )
    panel_height, panel_width = sprite.shape[:2]
    left, right = face.box.x, face.box.x + face.box.width
    x = right + 3 * line if width - right >= left else left - 3 * line - panel_width
    y = min(max(face.box.y, 0), max(height - panel_height, 0))
    blend(canvas, sprite, round(min(max(x, 0), max(width - panel_width, 0))), round(y))


def _draw_box(canvas: RgbImage, face: Face, line: int) -> None:
    outline = _rounded_outline(face.box, radius=min(face.box.width, face.box.height) * 0.08)
    closed = face.shown is not None
    parts = [outline] if closed else _dashes(outline, 5 * line)
    for colour, thickness in ((_DARK, line + 2), (colour_of(face.shown), line)):
        cv2.polylines(canvas, parts, closed, colour, thickness, cv2.LINE_AA, _SHIFT)


def _set_apart(canvas: RgbImage, box: Box, line: int) -> None:
    """Dim everything but a face, and frame it in white outside its own box."""
    reach = 2 * line
    frame = Box(box.x - reach, box.y - reach, box.width + 2 * reach, box.height + 2 * reach)
    outline = _rounded_outline(frame, radius=min(frame.width, frame.height) * 0.08)
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA, _SHIFT)
    light = (_DIMMED * 255 + (1 - _DIMMED) * mask).astype(np.uint8)
    cv2.multiply(canvas, cv2.merge([light] * 3), dst=canvas, scale=1 / 255)
    cv2.polylines(canvas, [outline], True, _WHITE, 2 * line, cv2.LINE_AA, _SHIFT)


def _rounded_outline(box: Box, radius: float) -> npt.NDArray[np.int32]:
    """Return a rounded rectangle as points (n, 2), in sixteenths of a pixel."""
    radius = max(radius, 0.5)
    corners = (
        (box.x + radius, box.y + radius, 180),
        (box.x + box.width - radius, box.y + radius, 270),
        (box.x + box.width - radius, box.y + box.height - radius, 0),
        (box.x + radius, box.y + box.height - radius, 90),
    )
    points = [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for x, y, start in corners
        for angle in (math.radians(start + step * 15) for step in range(7))
    ]
    return np.asarray(np.round(np.array(points) * 2**_SHIFT), np.int32)


def _dashes(outline: npt.NDArray[np.int32], length: int) -> list[npt.NDArray[np.int32]]:
    """Cut a closed outline into dashes and gaps of about `length` pixels."""
    closed = np.vstack([outline, outline[:1]]).astype(np.float64)
    steps = np.hypot(*np.diff(closed, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    period = length * 2 * 2**_SHIFT
    count = max(4, round(along[-1] / period))
    period = along[-1] / count
    dashes = []
    for index in range(count):
        at = np.linspace(index * period, index * period + period * 0.5, 6)
        points = np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], axis=1)
        dashes.append(np.round(points).astype(np.int32))
    return dashes
