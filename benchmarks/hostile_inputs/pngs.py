"""PNG: chunks without end, streams that unpack to gigabytes, every depth, frames that lie."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from benchmarks.hostile_inputs import Input
from benchmarks.hostile_inputs.drawing import (
    chunk,
    cut,
    damaged,
    encoded,
    face,
    noise,
    packed_zeros,
    png,
)

#: Depths and colour types that the format knows, with the samples of a pixel.
KINDS = [(depth, 0, 1) for depth in (1, 2, 4, 8, 16)]
KINDS += [(depth, 3, 1) for depth in (1, 2, 4, 8)]
KINDS += [
    (depth, colour, samples) for depth in (8, 16) for colour, samples in ((2, 3), (4, 2), (6, 4))
]


def inputs() -> Iterator[Input]:
    yield from _chunks()
    yield from _unpacked()
    yield from _depths()
    yield from _claims()
    yield from _broken()
    yield from _animated()


def _rows(width: int, height: int, depth: int, samples: int) -> bytes:
    return (b"\0" + b"\x5a" * -(-width * depth * samples // 8)) * height


def _chunks() -> Iterator[Input]:
    body = zlib.compress(_rows(64, 64, 8, 3))
    for count in (1000, 100_000, 600_000):
        words = chunk(b"tEXt", b"k\0v") * count
        yield Input("png chunks", f"{count} words", png(64, 64, 8, 2, body, words))
        yield Input(
            "png chunks", f"{count} unknown", png(64, 64, 8, 2, body, chunk(b"teSt", b"") * count)
        )
    parts = b"".join(chunk(b"IDAT", body[at : at + 1]) for at in range(len(body)))
    padded = parts + chunk(b"IDAT", b"") * 500_000
    yield Input("png chunks", "500000 empty pixels", png(64, 64, 8, 2, b"", padded))
    yield Input("png chunks", "pixels a byte each", png(64, 64, 8, 2, b"", parts))
    for kind, head in ((b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")):
        for megabytes in (10, 1000):
            bomb = chunk(kind, head + packed_zeros(megabytes * 1_000_000))
            name = f"{kind.decode()} of {megabytes} MB"
            yield Input("png comments that unpack", name, png(64, 64, 8, 2, body, bomb))


def _unpacked() -> Iterator[Input]:
    giant = packed_zeros(2_000_000_000)
    yield Input("zlib bombs", "2 GB behind 64x64", png(64, 64, 8, 2, giant))
    yield Input("zlib bombs", "2 GB behind 6300x6300", png(6300, 6300, 8, 2, giant))
    for depth, colour, samples in ((1, 0, 1), (8, 0, 1), (8, 2, 3), (16, 6, 4)):
        body = zlib.compress(_rows(6300, 6300, depth, samples), 9)
        name = f"6300x6300, {depth} bits, {samples} samples"
        yield Input("large pngs", name, png(6300, 6300, depth, colour, body))
    interlaced = encoded(Image.fromarray(face(1500)), "PNG")
    changed = bytearray(interlaced)
    changed[28] = 1
    changed[29:33] = struct.pack(">I", zlib.crc32(bytes(changed[12:29])))
    yield Input("zlib bombs", "says it is interlaced", bytes(changed))


def _depths() -> Iterator[Input]:
    palette = chunk(b"PLTE", bytes(range(256)) * 3)
    see_through = {0: b"\0\5", 2: b"\0\5\0\5\0\5", 3: bytes(range(200))}
    for depth, colour, samples in KINDS:
        body = zlib.compress(_rows(97, 64, depth, samples))
        small = chunk(b"PLTE", bytes(3 * 2**depth)) if colour == 3 and depth < 8 else palette
        extra = [small] if colour == 3 else []
        name = f"{depth} bits, colour type {colour}"
        yield Input("png depths", name, png(97, 64, depth, colour, body, *extra))
        if colour in see_through:
            hole = chunk(b"tRNS", see_through[colour][: 2**depth if colour == 3 else 6])
            yield Input("see-through pngs", name, png(97, 64, depth, colour, body, *extra, hole))
    for depth, colour in ((3, 0), (16, 3), (4, 2), (8, 7), (0, 0)):
        data = png(64, 64, depth, colour, zlib.compress(bytes(100_000)))
        yield Input("pngs that cannot be", f"{depth} bits, colour type {colour}", data)


def _claims() -> Iterator[Input]:
    body = zlib.compress(bytes(10_000))
    for width, height in ((7000, 7000), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1)):
        yield Input("png claims", f"{width}x{height}", png(width, height, 8, 2, body))
    for width, height in ((0, 64), (64, 0), (2**32 - 1, 64), (6000, 6000)):
        yield Input("png claims", f"{width}x{height}", png(width, height, 8, 2, body))


def _broken() -> Iterator[Input]:
    data = encoded(noise(200, 200), "PNG")
    for share in (0.001, 0.1, 0.5, 0.9, 0.999):
        yield Input("cut pngs", f"{share:.1%}", cut(data, share))
    yield Input("cut pngs", "without IEND", data[:-12])
    for number in range(8):
        yield Input("damaged pngs", str(number), damaged(data, number))
    filters = b"".join(bytes([row % 256]) + bytes(192) for row in range(64))
    yield Input("damaged pngs", "filters 0 to 63", png(64, 64, 8, 2, zlib.compress(filters)))


def _animated() -> Iterator[Input]:
    for count in (2, 300):
        frames = [Image.fromarray(noise(64, 64, number)) for number in range(count)]
        file = io.BytesIO()
        Image.fromarray(face(64)).save(file, "PNG", save_all=True, append_images=frames)
        yield Input("animated pngs", f"{count} frames", file.getvalue())
    body = zlib.compress(_rows(64, 64, 8, 3))
    for frames_told in (0, 1, 2**31 - 1, 2**32 - 1):
        control = chunk(b"acTL", struct.pack(">II", frames_told, 0))
        yield Input("animated pngs", f"tells {frames_told}", png(64, 64, 8, 2, body, control))
    control = chunk(b"acTL", struct.pack(">II", 100_000, 0))
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 64, 64, 0, 0, 1, 1, 0, 0))
    many = png(64, 64, 8, 2, body, control, frame * 100_000)
    yield Input("animated pngs", "100000 frame controls", many)
    grey = np.linspace(0, 65_535, 64, dtype=np.uint16)[None].repeat(64, 0)
    yield Input("png depths", "a ramp of 16 bits", encoded(Image.fromarray(grey), "PNG"))
