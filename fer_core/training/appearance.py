"""How light, camera and file change a picture, and what may hide a part of a face."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.data import Image
from fer_core.training.geometry import Box

Array = npt.NDArray[np.float32]


def degraded(
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


def relit(patch: Image, rng: np.random.Generator, strength: float) -> Image:
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
        patch = np.asarray(cv2.LUT(patch, tone_curve(rng, strength)), np.uint8)
    if rng.random() < 0.15 * strength:
        patch = shaded(patch, rng)
    if rng.random() < 0.12 * strength:
        patch = np.asarray(
            cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.4, 0.8 + patch.shape[0] / 150)), np.uint8
        )
    return patch


_LEVELS: Array = np.linspace(0, 1, 256, dtype=np.float32)[:, None]


def tone_curve(rng: np.random.Generator, strength: float) -> Image:
    """Return a table for `cv2.LUT`, uint8 (1, 256, 3): exposure, gamma, contrast and tint."""
    gamma = math.exp(rng.normal(0, 0.28) * strength)
    contrast = math.exp(rng.normal(0, 0.2) * strength)
    brightness = rng.normal(0, 0.08) * strength
    tint = np.exp(rng.normal(0, 0.06, 3) * strength).astype(np.float32)
    if rng.random() < 0.06 * strength:  # a dim room
        brightness, contrast = brightness - 0.1, contrast * rng.uniform(0.3, 0.6)
    curve = ((_LEVELS**gamma - 0.5) * contrast + 0.5 + brightness) * tint
    return np.asarray(np.clip(curve * 255, 0, 255), np.uint8)[None]


def shaded(patch: Image, rng: np.random.Generator) -> Image:
    """Return the patch lit from one side."""
    height, width = patch.shape[:2]
    low, angle = rng.uniform(0.25, 0.8), rng.uniform(0, 2 * math.pi)
    xs = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None] * math.cos(angle)
    ys = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * math.sin(angle)
    gain = np.clip((1 + low) / 2 + (1 - low) * (xs + ys) * 1.4, low, 1.1).astype(np.float32)
    return np.asarray(np.clip(patch * gain[:, :, None], 0, 255), np.uint8)


def hide(patch: Image, box: Box, rng: np.random.Generator) -> None:
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


def occlude(patch: Image, box: Box, rng: np.random.Generator) -> None:
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


_NOISE = np.random.default_rng(0).normal(0, 1, (720, 720, 3)).astype(np.float32)


def finish(canvas: Image, rng: np.random.Generator, strength: float) -> Image:
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
