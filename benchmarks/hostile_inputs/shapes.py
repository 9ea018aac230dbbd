"""Pictures of odd shapes: strips, specks, and the largest of every proportion."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np

from benchmarks.hostile_inputs import Input
from benchmarks.hostile_inputs.drawing import encoded, face, noise, png

STRIPS = (
    *((300_000, 8), (1_000_000, 40), (40_000_000, 1), (4_000_000, 10), (400_000, 100)),
    *((100_000, 399), (60_000, 660), (20_000, 2000), (12_000, 3300), (8_000, 5000)),
)


def inputs() -> Iterator[Input]:
    for width, height in STRIPS:
        for name, (across, down) in (("lying", (width, height)), ("standing", (height, width))):
            # One bit a pixel, all white: a few kilobytes.
            row = b"\0" + b"\xff" * -(-across // 8)
            data = png(across, down, 1, 0, zlib.compress(row * down, 9))
            yield Input(f"strips, {name}", f"{across}x{down}", data)
    for width, height in ((1, 1), (1, 4000), (4000, 1), (3, 2), (31, 33), (2, 65_000)):
        data = encoded(np.full((height, width, 3), 90, np.uint8), "PNG")
        yield Input("specks", f"{width}x{height}", data)
    for width, height in ((20_000, 2000), (2000, 20_000), (60_000, 600)):
        pixels = np.tile(noise(500, 200), (height // 200, width // 500, 1))
        yield Input("strips of noise", f"{width}x{height}", encoded(pixels, "JPEG", quality=10))
        faces = np.tile(face(200), (height // 200, width // 200, 1))
        yield Input("strips of faces", f"{width}x{height}", encoded(faces, "JPEG", quality=20))
