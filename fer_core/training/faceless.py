"""Makers of pictures that show no face: textures, cells, moons, logos, animals, and so on."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from fer_core.training.data import Image

Random = np.random.Generator
Maker = Callable[[tuple[int, int], Random], Image]


def _smooth_noise(
    size: tuple[int, int], rng: Random, cells: float, octaves: int = 4
) -> npt.NDArray[np.float32]:
    """Return noise of several scales (height, width), 0..1."""
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        rows = max(2, int(cells * 2**octave * size[0] / max(size)))
        columns = max(2, int(cells * 2**octave * size[1] / max(size)))
        coarse = rng.random((rows, columns)).astype(np.float32)
        total += cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
    low, high = float(total.min()), float(total.max())
    return np.asarray((total - low) / max(1e-6, high - low), np.float32)


def _coloured(values: npt.NDArray[np.float32], rng: Random, skin: float = 0.3) -> Image:
    """Return values 0..1 (height, width) between two or three colours, often those of skin."""
    count = int(rng.integers(2, 4))
    colours = rng.uniform(0, 255, (count, 3))
    if rng.random() < skin:
        colours = np.array([224, 172, 140]) * rng.uniform(0.25, 1.15, (count, 1)) + rng.normal(
            0, 12, (count, 3)
        )
    places = np.linspace(0, 1, count)
    planes = [np.interp(values, places, colours[:, channel]) for channel in range(3)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def _grid(size: tuple[int, int]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float32)
    return rows, columns


def _texture(size: tuple[int, int], rng: Random) -> Image:
    values = _smooth_noise(size, rng, rng.uniform(1.5, 24), int(rng.integers(1, 6)))
    if rng.random() < 0.4:
        rows, columns = _grid(size)
        angle, period = rng.uniform(0, math.pi), rng.uniform(4, 50)
        wave = np.sin(
            (rows * math.sin(angle) + columns * math.cos(angle)) / period * 6.28 + 8 * values
        )
        values = np.asarray((wave + 1) / 2, np.float32)
    return _coloured(values, rng)


def _cells(size: tuple[int, int], rng: Random) -> Image:
    rows, columns = _grid(size)
    count = int(rng.integers(5, 70))
    nearest = np.full(size, 1e9, np.float32)
    second = nearest.copy()
    for y, x in rng.random((count, 2)) * size:
        distance = np.hypot(rows - y, columns - x)
        second = np.minimum(second, np.maximum(distance, nearest))
        nearest = np.minimum(nearest, distance)
    edge = np.clip((second - nearest) / rng.uniform(3, 25), 0, 1)
    body = np.clip(nearest / nearest.max(), 0, 1)
    return _coloured(np.asarray(edge * (0.5 + 0.5 * (1 - body)), np.float32), rng)


def _ball(size: tuple[int, int], rng: Random) -> Image:
    """A moon, a lamp, a ball, a fruit, a plate: round, shaded, spotted, large in the picture."""
    rows, columns = _grid(size)
    radius = min(size) * rng.uniform(0.25, 0.6)
    y = size[0] / 2 + rng.normal(0, 0.08) * size[0]
    x = size[1] / 2 + rng.normal(0, 0.08) * size[1]
    squeeze = rng.uniform(0.75, 1.25)
    distance = np.hypot((rows - y) / squeeze, columns - x) / radius
    surface = _smooth_noise(size, rng, rng.uniform(2, 14), 5)
    angle = rng.uniform(0, 2 * math.pi)
    towards = ((rows - y) * math.sin(angle) + (columns - x) * math.cos(angle)) / radius
    depth = np.sqrt(np.clip(1 - distance**2, 0, 1))
    light = np.clip(depth * 0.8 + towards * rng.uniform(0, 0.7), 0, 1)
    kind = rng.random()
    if kind < 0.4:  # a moon, with craters
        for _ in range(int(rng.integers(5, 40))):
            cy, cx = y + rng.normal(0, 0.5) * radius, x + rng.normal(0, 0.5) * radius
            size_of = radius * rng.uniform(0.02, 0.18)
            ring = np.hypot(rows - cy, columns - cx) / size_of
            surface = surface - 0.35 * (ring < 1) + 0.3 * (np.abs(ring - 1) < 0.25)
        values = light * np.clip(0.35 + 0.65 * surface, 0, 1)
    elif kind < 0.65:  # a lamp
        values = np.clip(1.2 * np.exp(-(distance**2) * rng.uniform(0.4, 2)), 0, 1)
    else:
        values = light * (0.7 + 0.3 * surface)
    behind = (
        _coloured(_smooth_noise(size, rng, 3, 3), rng, 0.1)
        if rng.random() < 0.5
        else np.full((*size, 3), rng.integers(0, 60), np.uint8)
    )
    shown = _coloured(np.asarray(values, np.float32), rng, 0.4)
    weight = np.clip((1 - distance) * radius / 2, 0, 1)[..., None]
    return np.asarray(shown * weight + behind * (1 - weight), np.uint8)


def _lettering(size: tuple[int, int], rng: Random) -> Image:
    image = np.full((*size, 3), rng.integers(0, 256, 3), np.uint8)
    if rng.random() < 0.4:
        image = _coloured(_smooth_noise(size, rng, 3, 2), rng)
    scale = math.exp(rng.uniform(math.log(0.3), math.log(4)))
    step = max(6, int(30 * scale))
    colour = tuple(int(value) for value in rng.integers(0, 256, 3))
    for y in range(step, size[0] + step, int(step * rng.uniform(1, 1.5))):
        text = "".join(chr(code) for code in rng.integers(48, 123, int(rng.integers(3, 40))))
        place = int(rng.integers(-10, 30)), y
        weight = max(1, int(scale * rng.uniform(1, 4)))
        cv2.putText(image, text, place, int(rng.integers(8)), scale, colour, weight, cv2.LINE_AA)
    return image


def _logo(size: tuple[int, int], rng: Random) -> Image:
    image = np.full((*size, 3), rng.integers(0, 256, 3), np.uint8)
    middle = np.array([size[1] / 2, size[0] / 2])
    reach = min(size) * rng.uniform(0.3, 0.5)
    for _ in range(int(rng.integers(1, 6))):
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        kind = rng.random()
        centre = middle + rng.normal(0, 0.25, 2) * reach
        length = reach * rng.uniform(0.15, 1.0)
        thickness = -1 if rng.random() < 0.6 else max(1, int(length / 6))
        place = int(centre[0]), int(centre[1])
        if kind < 0.4:
            axes = max(2, int(length)), max(2, int(length * rng.uniform(0.4, 1)))
            start = rng.uniform(0, 360)
            end = start + (360 if rng.random() < 0.6 else rng.uniform(60, 300))
            cv2.ellipse(
                image, place, axes, rng.uniform(0, 180), start, end, colour, thickness, cv2.LINE_AA
            )
        elif kind < 0.8:
            sides = int(rng.integers(3, 9))
            angles = np.arange(sides) * 2 * math.pi / sides + rng.uniform(0, 6)
            radii = length * np.where(np.arange(sides) % 2, rng.uniform(0.4, 1), 1)
            corners = centre + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
            cv2.fillPoly(image, [corners.astype(np.int32)], colour, cv2.LINE_AA)
        else:
            letter = chr(int(rng.integers(65, 91)))
            cv2.putText(
                image,
                letter,
                place,
                int(rng.integers(8)),
                length / 20,
                colour,
                max(1, int(length / 8)),
                cv2.LINE_AA,
            )
    return image


def _vessels(size: tuple[int, int], rng: Random) -> Image:
    """A retina, roots, cracks, rivers: branches on a round or full ground."""
    image = _coloured(_smooth_noise(size, rng, 2, 3) * 0.4 + 0.4, rng, 0.6)
    colour = tuple(int(value) for value in rng.integers(0, 140, 3))
    origin = np.array([rng.uniform(0.2, 0.8) * size[1], rng.uniform(0.2, 0.8) * size[0]])
    for _ in range(int(rng.integers(4, 12))):
        place, angle = origin.copy(), rng.uniform(0, 2 * math.pi)
        width = rng.uniform(1, 6)
        for _ in range(60):
            angle += rng.normal(0, 0.25)
            after = place + 5 * np.array([math.cos(angle), math.sin(angle)])
            start, end = (int(place[0]), int(place[1])), (int(after[0]), int(after[1]))
            cv2.line(image, start, end, colour, max(1, int(width)), cv2.LINE_AA)
            place, width = after, width * 0.975
    if rng.random() < 0.6:
        rows, columns = _grid(size)
        outside = np.hypot(rows - size[0] / 2, columns - size[1] / 2) > min(size) * 0.48
        image[outside] = rng.integers(0, 30)
    return image


def _things(size: tuple[int, int], rng: Random) -> Image:
    """A shelf, windows, a chart, a keyboard: rows of boxes and dots on a ground."""
    image = _coloured(_smooth_noise(size, rng, 2, 2), rng)
    rows, columns = (int(value) for value in rng.integers(1, 9, 2))
    height, width = size[0] / rows, size[1] / columns
    shape = rng.random()
    for row in range(rows):
        for column in range(columns):
            colour = tuple(int(value) for value in rng.integers(0, 256, 3))
            y, x = (row + 0.5) * height, (column + 0.5) * width
            half_y, half_x = height * rng.uniform(0.15, 0.48), width * rng.uniform(0.15, 0.48)
            if shape < 0.5:
                corners = (int(x - half_x), int(y - half_y)), (int(x + half_x), int(y + half_y))
                cv2.rectangle(image, *corners, colour, -1 if rng.random() < 0.7 else 2)
            else:
                axes = max(1, int(half_x)), max(1, int(half_y))
                cv2.ellipse(image, (int(x), int(y)), axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    return image


def _socket(size: tuple[int, int], rng: Random) -> Image:
    """Two spots and a bar on something round or square: a socket, a car's front, a button."""
    image = _coloured(_smooth_noise(size, rng, 2, 3), rng)
    y, x = size[0] / 2, size[1] / 2
    reach = min(size) * rng.uniform(0.3, 0.48)
    body = tuple(int(value) for value in rng.integers(90, 256, 3))
    place, axes = (int(x), int(y)), (int(reach), int(reach * rng.uniform(0.7, 1.1)))
    if rng.random() < 0.5:
        cv2.ellipse(image, place, axes, 0, 0, 360, body, -1, cv2.LINE_AA)
    else:
        cv2.rectangle(
            image,
            (place[0] - axes[0], place[1] - axes[1]),
            (place[0] + axes[0], place[1] + axes[1]),
            body,
            -1,
        )
    dark = tuple(int(value) for value in rng.integers(0, 80, 3))
    apart, up = reach * rng.uniform(0.2, 0.6), reach * rng.uniform(-0.3, 0.4)
    size_of = max(2, int(reach * rng.uniform(0.06, 0.2)))
    for side in (-1, 1):
        spot = int(x + side * apart), int(y - up)
        if rng.random() < 0.7:
            cv2.circle(image, spot, size_of, dark, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(
                image,
                (spot[0] - size_of // 2, spot[1] - size_of),
                (spot[0] + size_of // 2, spot[1] + size_of),
                dark,
                -1,
            )
    if rng.random() < 0.5:
        half = int(reach * rng.uniform(0.1, 0.5))
        bar = int(y + reach * rng.uniform(0.3, 0.6))
        cv2.line(image, (int(x) - half, bar), (int(x) + half, bar), dark, max(1, size_of // 2))
    return image


def _animal(size: tuple[int, int], rng: Random) -> Image:
    """A furry head with ears, round eyes, a snout: a cat, a dog, a bear, drawn."""
    image = _coloured(_smooth_noise(size, rng, 3, 4), rng, 0.1)
    y, x = size[0] * rng.uniform(0.45, 0.6), size[1] / 2
    reach = min(size) * rng.uniform(0.25, 0.42)
    fur = np.array([200, 150, 100]) * rng.uniform(0.15, 1.2) + rng.normal(0, 25, 3)
    fur = np.clip(fur, 0, 255)
    colour = tuple(float(value) for value in fur)
    for side in (-1, 1):
        pointed = rng.random() < 0.6
        ear = np.array(
            [
                [x + side * reach * 0.95, y - reach * 0.3],
                [x + side * reach * rng.uniform(0.6, 1.1), y - reach * rng.uniform(1.2, 1.7)],
                [x + side * reach * 0.25, y - reach * 0.8],
            ]
        )
        if pointed:
            cv2.fillPoly(image, [ear.astype(np.int32)], colour, cv2.LINE_AA)
        else:
            middle = ear.mean(axis=0)
            cv2.circle(
                image, (int(middle[0]), int(middle[1])), int(reach * 0.35), colour, -1, cv2.LINE_AA
            )
    cv2.ellipse(
        image,
        (int(x), int(y)),
        (int(reach), int(reach * rng.uniform(0.8, 1.0))),
        0,
        0,
        360,
        colour,
        -1,
        cv2.LINE_AA,
    )
    eye = tuple(int(value) for value in rng.integers(0, 256, 3))
    for side in (-1, 1):
        spot = int(x + side * reach * 0.42), int(y - reach * 0.15)
        cv2.ellipse(
            image, spot, (int(reach * 0.18), int(reach * 0.16)), 0, 0, 360, eye, -1, cv2.LINE_AA
        )
        cv2.ellipse(
            image,
            spot,
            (max(1, int(reach * rng.uniform(0.04, 0.12))), int(reach * 0.13)),
            0,
            0,
            360,
            (10, 10, 10),
            -1,
            cv2.LINE_AA,
        )
    light = tuple(float(value) for value in np.clip(fur * 1.4 + 30, 0, 255))
    snout = int(x), int(y + reach * 0.35)
    cv2.ellipse(
        image, snout, (int(reach * 0.42), int(reach * 0.32)), 0, 0, 360, light, -1, cv2.LINE_AA
    )
    nose = np.array(
        [
            [x - reach * 0.14, y + reach * 0.15],
            [x + reach * 0.14, y + reach * 0.15],
            [x, y + reach * 0.32],
        ]
    )
    cv2.fillPoly(image, [nose.astype(np.int32)], (40, 20, 30), cv2.LINE_AA)
    for _ in range(400):  # fur
        start = rng.normal(0, 0.5, 2) * reach + (x, y)
        end = start + rng.normal(0, 0.08, 2) * reach
        shade = tuple(float(value) for value in np.clip(fur * rng.uniform(0.5, 1.5), 0, 255))
        cv2.line(
            image, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), shade, 1, cv2.LINE_AA
        )
    return image


MAKERS: tuple[Maker, ...] = (
    *(_texture, _cells, _ball, _lettering, _logo, _vessels, _things, _socket, _ball, _animal),
)
