"""Faces onto other heads, turned heads, and more around a head than its picture has."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fer_core.training.data import Image
from fer_core.training.dataset import Face


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
    cut = outline(face.image)
    mask_of_cut = cv2.resize(cut, (width, height), interpolation=cv2.INTER_LINEAR)
    feather = max(1, round(0.03 * height))
    kernel = np.ones((2 * feather + 1, 2 * feather + 1), np.uint8)
    eroded = cv2.erode(mask_of_cut, kernel, borderValue=0)
    mask = np.asarray(cv2.GaussianBlur(eroded, (0, 0), feather), np.uint8)
    donor = np.asarray(
        cv2.resize(face.image, (width, height), interpolation=interpolation), np.uint8
    )
    image = head.image.copy()
    region = image[top : top + height, left : left + width]
    donor = _match_colours(donor, region, mask, rng.uniform(0.5, 1.0))
    blend_into(donor, region, mask)
    return Face(
        image, (float(left), float(top), float(width), float(height)), face.distribution, False
    )


def blend_into(patch: Image, region: Image, mask: Image) -> None:
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


def outline(image: Image) -> Image:
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


def on_colour(face: Face, rng: np.random.Generator) -> Face:
    """Return a cut-out face on a plain colour in place of black."""
    mask = outline(face.image)
    image = face.image.copy()
    image[mask == 0] = rng.integers(0, 256, 3)
    return Face(image, face.box, face.distribution, False)


def turned(face: Face, rng: np.random.Generator) -> Face:
    """Return a face whose picture is turned: most by a little, some by quarters, some by any angle.

    The box becomes that around the ellipse which the upright one holds. Outside the picture it goes
    on mirrored; black stays black.
    """
    if face.neighbours:
        return face
    kind = rng.random()
    if kind < 0.55:
        angle = math.radians(rng.normal(0, 18))
    elif kind < 0.8:
        angle = rng.uniform(-math.pi / 2, math.pi / 2)
    else:
        angle = math.pi / 2 * int(rng.integers(1, 4))
    x, y, width, height = face.box
    middle = x + width / 2, y + height / 2
    matrix = cv2.getRotationMatrix2D(middle, math.degrees(angle), 1.0)
    rows, columns = face.image.shape[:2]
    border = cv2.BORDER_CONSTANT if face.is_cut_out else cv2.BORDER_REFLECT_101
    image = cv2.warpAffine(
        face.image, matrix, (columns, rows), flags=cv2.INTER_LINEAR, borderMode=border
    )
    cosine, sine = math.cos(angle), math.sin(angle)
    across = math.hypot(width * cosine, height * sine)
    down = math.hypot(width * sine, height * cosine)
    box = middle[0] - across / 2, middle[1] - down / 2, across, down
    return Face(np.asarray(image, np.uint8), box, face.distribution, face.is_cut_out)
