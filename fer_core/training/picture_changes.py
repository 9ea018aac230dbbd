"""Pictures under one change at a time: size, light, blur, compression, yaw."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from fer_core.training.data import Image

#: A picture and how strongly to change it -> the changed picture.
Change = Callable[[Image, float], Image]


def apply_change(image: Image, change: Change, level: float) -> Image:
    return change(image, level)


def _resized(image: Image, longer_side: float) -> Image:
    factor = longer_side / max(image.shape[:2])
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=interpolation), np.uint8)


def _brightened(image: Image, factor: float) -> Image:
    return np.asarray(np.clip(image * factor, 0, 255), np.uint8)


def _blurred(image: Image, share: float) -> Image:
    if share == 0:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), share * image.shape[0]), np.uint8)


def _compressed(image: Image, quality: float) -> Image:
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _yawed(image: Image, share: float) -> Image:
    """Narrow one side of the picture, as turning the head away from the camera does."""
    height, width = image.shape[:2]
    inset = share * height / 2
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    right = width * (1 - share / 2)
    moved = np.array([[0, 0], [right, inset], [right, height - inset], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    turned = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


#: Name in the report, change, levels; the first level that changes nothing is the reference.
CHANGES: tuple[tuple[str, Change, tuple[float, ...]], ...] = (
    ("longer side of the picture, px", _resized, (32, 48, 64, 96, 160, 320, 640)),
    ("brightness factor", _brightened, (0.15, 0.3, 0.6, 1.0, 1.6, 2.4)),
    ("blur, share of the picture's height", _blurred, (0.0, 0.01, 0.02, 0.04)),
    ("JPEG quality", _compressed, (95, 50, 20, 10)),
    ("yaw-like narrowing", _yawed, (0.0, 0.2, 0.4, 0.6)),
)
