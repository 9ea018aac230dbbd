"""What a network gets to see: pure geometry between a picture and the network's input.

A view is a rectangle of the picture and the input it is resized into. The detector sees a
video frame in one view, a photo in several: at three scales, and in tiles when it is large. A
refiner sees crops, views around one face each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from fer_core.vision.backends import Float32Array
from fer_core.vision.faces import Box
from fer_core.vision.image import RgbImage

#: Longer side of the coarse view of a photo, in which the faces that fill it are found.
COARSE_SIZE = 160
#: Tiles: a face of 40 px in a 12-megapixel group photo keeps 24 px in the input, which the
#: network finds; at 640 px for the whole photo it would be 6 px.
TILE_SCALE = 0.6
TILE_SIDE = 640
TILE_OVERLAP = 128
#: Most input pixels spent on tiles, their overlaps counted twice, about 3 s on two cores; a larger
#: photo, or one of an odd shape, gets a smaller scale.
TILE_PIXELS = 20_000_000
#: By which the scale is made smaller until the tiles fit.
_SMALLER = 0.85
#: A picture is enlarged at most this much: a blurred giant is harder to read than a small face.
MAX_ENLARGEMENT = 2.0
#: The grey that fills the input where the picture has ended, as in YOLO's training.
PAD_GREY = 114


class RefineCrop(NamedTuple):
    """How a refiner sees a face.

    Attributes:
        face_px: Length in the input of the longer side of the face, in pixels.
        input_px: Side of the square input, in pixels; a multiple of the stride.
        flip: Mirror it left to right, for a second opinion on the same pixels.
    """

    face_px: int
    input_px: int
    flip: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the picture and the network input it goes into.

    Attributes:
        x, y, width, height: The rectangle, in source pixels; it may reach over the picture's edge.
        input_width, input_height: The input, in pixels; multiples of the stride.
        scale: Input pixels per source pixel.
        pad_x, pad_y: Where in the input the rectangle's top left corner lies, before mirroring.
        mirrored: The input is flipped left to right.
    """

    x: int
    y: int
    width: int
    height: int
    input_width: int
    input_height: int
    scale: float
    pad_x: int
    pad_y: int
    mirrored: bool = False

    @property
    def input_shape(self) -> tuple[int, int]:
        return self.input_height, self.input_width

    def to_source(self, boxes: Float32Array) -> Float32Array:
        """Turn boxes (n, 4) as centre x, centre y, width, height in the input into corners
        x0, y0, x1, y1 in source pixels.
        """
        half = boxes[:, 2:4] / 2
        centres = boxes[:, :2]
        if self.mirrored:
            centres = np.stack([self.input_width - centres[:, 0], centres[:, 1]], axis=1)
        corners = np.concatenate([centres - half, centres + half], axis=1)
        corners[:, 0::2] = (corners[:, 0::2] - self.pad_x) / self.scale + self.x
        corners[:, 1::2] = (corners[:, 1::2] - self.pad_y) / self.scale + self.y
        return corners.astype(np.float32)

    def render(self, rgb: RgbImage) -> RgbImage:
        """Return the input's pixels, shape (input_height, input_width, 3)."""
        canvas = np.full((self.input_height, self.input_width, 3), PAD_GREY, np.uint8)
        left, top = max(self.x, 0), max(self.y, 0)
        right = min(self.x + self.width, rgb.shape[1])
        bottom = min(self.y + self.height, rgb.shape[0])
        if right <= left or bottom <= top:
            return canvas
        width = max(1, round((right - left) * self.scale))
        height = max(1, round((bottom - top) * self.scale))
        x = self.pad_x + round((left - self.x) * self.scale)
        y = self.pad_y + round((top - self.y) * self.scale)
        width = min(width, self.input_width - x)
        height = min(height, self.input_height - y)
        if width < 1 or height < 1:
            return canvas
        part = rgb[top:bottom, left:right]
        interpolation = cv2.INTER_AREA if self.scale < 0.5 else cv2.INTER_LINEAR
        canvas[y : y + height, x : x + width] = cv2.resize(
            part, (width, height), interpolation=interpolation
        )
        return np.ascontiguousarray(canvas[:, ::-1]) if self.mirrored else canvas


def whole(width: int, height: int, long_side: int, stride: int = 32) -> View:
    """Return the view of a whole picture, its longer side `long_side` pixels in the input."""
    return _letterbox(0, 0, width, height, long_side / max(width, height), stride)


def photo_views(width: int, height: int, photo_size: int, stride: int = 32) -> list[View]:
    """Return the views in which the detector sees a photo.

    Args:
        width: Of the photo, in pixels.
        height: Of the photo, in pixels.
        photo_size: Longer side of the main view, in input pixels.
        stride: The network's stride.
    """
    long_side = max(width, height)
    largest = long_side * MAX_ENLARGEMENT
    sizes = {min(float(size), largest) for size in (COARSE_SIZE, photo_size // 2, photo_size)}
    views = [whole(width, height, round(max(size, stride)), stride) for size in sorted(sizes)]
    scale = TILE_SCALE
    while long_side * scale > photo_size:
        layout = (width, height, scale, TILE_SIDE, TILE_OVERLAP, stride)
        if tile_pixels(*layout) <= TILE_PIXELS:
            return views + tiles(*layout)
        scale *= _SMALLER
    return views


def tiles(
    width: int, height: int, scale: float, side: int, overlap: int, stride: int = 32
) -> list[View]:
    """Cover a picture with overlapping views of one size.

    Args:
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        scale: Input pixels per source pixel.
        side: Longest side of each input, in pixels; a multiple of the stride. Where the picture
            ends before, the input does, too.
        overlap: How many input pixels neighbours share at least: a face of up to that size is
            whole in one of them.
        stride: The network's stride.
    """
    input_width, input_height = _tile_size(width, height, scale, side, stride)
    across, down = input_width / scale, input_height / scale
    return [
        View(x, y, round(across), round(down), input_width, input_height, scale, 0, 0)
        for y in _starts(height, down, overlap / scale)
        for x in _starts(width, across, overlap / scale)
    ]


def tile_pixels(
    width: int, height: int, scale: float, side: int, overlap: int, stride: int = 32
) -> int:
    """Return how many input pixels `tiles` would have, without making them."""
    sizes = _tile_size(width, height, scale, side, stride)
    pixels = 1
    for size, length in zip(sizes, (width, height), strict=True):
        pixels *= size * _count(length, size / scale, overlap / scale)
    return pixels


def around(box: Box, crop: RefineCrop) -> View:
    """Return the square view of a face that a refiner gets.

    Args:
        box: The face, in source pixels.
        crop: Its size in the input, and the input's.
    """
    scale = crop.face_px / max(box.width, box.height, 1.0)
    span = crop.input_px / scale
    centre_x, centre_y = box.centre
    return View(
        round(centre_x - span / 2),
        round(centre_y - span / 2),
        max(1, round(span)),
        max(1, round(span)),
        crop.input_px,
        crop.input_px,
        scale,
        0,
        0,
        crop.flip,
    )


def to_tensor(inputs: list[RgbImage]) -> Float32Array:
    """Stack inputs of one shape into float32 (n, 3, height, width), 0..1."""
    tensor = np.empty((len(inputs), 3, *inputs[0].shape[:2]), np.float32)
    for planes, pixels in zip(tensor, inputs, strict=True):
        # Splitting first and converting planes is 15 times as fast as cv2.dnn.blobFromImage.
        for plane, channel in zip(planes, cv2.split(pixels), strict=True):
            np.multiply(channel, np.float32(1 / 255), out=plane)
    return tensor


def is_blank(rgb: RgbImage) -> bool:
    """Tell whether a picture is all but black, as the frames of a switched-off camera are."""
    sample = rgb[::16, ::16]
    return float(sample.mean()) < 8.0 and float(sample.std()) < 4.0


def _letterbox(x: int, y: int, width: int, height: int, scale: float, stride: int) -> View:
    scaled_width = max(1, round(width * scale))
    scaled_height = max(1, round(height * scale))
    input_width = math.ceil(scaled_width / stride) * stride
    input_height = math.ceil(scaled_height / stride) * stride
    return View(
        x,
        y,
        width,
        height,
        input_width,
        input_height,
        scale,
        (input_width - scaled_width) // 2,
        (input_height - scaled_height) // 2,
    )


def _starts(length: int, span: float, overlap: float) -> list[int]:
    """Return where tiles of `span` begin so that they cover `length` and share `overlap`."""
    count = _count(length, span, overlap)
    if count == 1:
        return [round((length - span) / 2)]
    step = (length - span) / (count - 1)
    return [round(index * step) for index in range(count)]


def _count(length: int, span: float, overlap: float) -> int:
    return 1 if span >= length else math.ceil((length - overlap) / (span - overlap))


def _tile_size(width: int, height: int, scale: float, side: int, stride: int) -> tuple[int, int]:
    across, down = (
        min(side, math.ceil(max(1.0, length * scale) / stride) * stride)
        for length in (width, height)
    )
    return across, down
