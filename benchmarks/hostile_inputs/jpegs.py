"""JPEG: scans without end, segments without end, lies about sizes, files that break off."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from benchmarks.hostile_inputs import Input
from benchmarks.hostile_inputs.drawing import Pixels, cut, damaged, encoded, face, noise

SCAN, END = b"\xff\xda", b"\xff\xd9"


def inputs() -> Iterator[Input]:
    yield from _scans()
    yield from _segments()
    yield from _metadata()
    yield from _sizes()
    yield from _broken()
    yield from _several()


def scan_bomb(pixels: Pixels, copies: int) -> bytes:
    """Return a progressive JPEG whose last scan comes again and again."""
    data = encoded(pixels, "JPEG", progressive=True, quality=30)
    last = data.rindex(SCAN)
    return data[:last] + data[last:-2] * copies + data[-2:]


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(data: bytes, segments: bytes) -> bytes:
    """Return a JPEG with these bytes after its first marker."""
    return data[:2] + segments + data[2:]


def _scans() -> Iterator[Input]:
    for side, copies in ((64, 100), (64, 20_000), (600, 500), (1400, 12), (1400, 3000)):
        yield Input("jpeg scans", f"{side}px x{copies}", scan_bomb(face(side), copies))
    for side, copies in ((3000, 3000), (6300, 3000), (6300, 60)):
        flat = np.full((side, side), 90, np.uint8)
        yield Input("jpeg scans", f"grey {side}px x{copies}", scan_bomb(flat, copies))


def _segments() -> Iterator[Input]:
    plain = encoded(face(), "JPEG")
    for count in (100, 10_000, 400_000, 2_000_000):
        comment = segment(0xFE, b"")
        yield Input("jpeg segments", f"{count} comments", with_segments(plain, comment * count))
    for count in (1000, 100_000):
        data = with_segments(plain, segment(0xE1, b"Exif\0\0") * count)
        yield Input("jpeg segments", f"{count} EXIF", data)
    for size in (100_000, 9_000_000):
        yield Input("jpeg padding", f"{size} bytes", with_segments(plain, b"\xff" * size))
        yield Input("jpeg padding", f"{size} zeros at the end", plain + bytes(size))


def _metadata() -> Iterator[Input]:
    plain = encoded(face(), "JPEG")
    profile = segment(0xE2, b"ICC_PROFILE\0\x01\xff" + bytes(60_000))
    for count in (1, 20, 140):
        yield Input("icc profiles", f"{count} parts", with_segments(plain, profile * count))
    head = b"Exif\0\0II*\0\x08\0\0\0"
    entry = struct.pack("<HHII", 0x0112, 3, 1, 6)
    many = head + struct.pack("<H", 5000) + entry * 5000 + bytes(4)
    loop = head + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + bytes(4)
    huge = head + struct.pack("<H", 1) + struct.pack("<HHII", 0x010E, 2, 2**32 - 1, 8) + bytes(4)
    odd = head + struct.pack("<H", 1) + struct.pack("<HHII", 0x0112, 3, 1, 99) + bytes(4)
    for name, body in (("many", many), ("loop", loop), ("huge", huge), ("odd turn", odd)):
        yield Input("exif", name, with_segments(plain, segment(0xE1, body)))
    yield Input("exif", "20 of many", with_segments(plain, segment(0xE1, many) * 20))
    words = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta " + b'tiff:Orientation="' * 3000
    yield Input("exif", "XMP", with_segments(plain, segment(0xE1, words)))
    lying = b"MPF\0II*\0\x08\0\0\0" + struct.pack("<H", 65_000) + bytes(60_000)
    yield Input("mpo", "lying index", with_segments(plain, segment(0xE2, lying)))


def _sizes() -> Iterator[Input]:
    data = encoded(face(64), "JPEG")
    frame = data.index(b"\xff\xc0") + 5
    for height, width in ((65_500, 65_500), (0, 64), (64, 0), (65_500, 600), (6300, 6300), (1, 1)):
        changed = data[:frame] + struct.pack(">HH", height, width) + data[frame + 4 :]
        yield Input("jpeg sizes", f"claims {width}x{height}", changed)
    twice = data[: frame - 5] + data[frame - 5 : frame + 14] + data[frame - 5 :]
    yield Input("jpeg sizes", "two frames", twice)
    for width, height in ((7740, 5160), (4000, 3000)):
        yield Input("large jpegs", f"{width}x{height}", encoded(face(width, height), "JPEG"))
        data = encoded(face(width, height), "JPEG", progressive=True)
        yield Input("large jpegs", f"progressive {width}x{height}", data)
    crowd = np.tile(face(64), (45, 60, 1))
    yield Input("crowds", "2700 faces", encoded(crowd, "JPEG"))
    yield Input("crowds", "300 faces", encoded(np.tile(face(200), (15, 20, 1)), "JPEG"))
    yield Input("noise", "9 megapixels", encoded(noise(3000, 3000), "JPEG", quality=60))
    yield Input("noise", "40 megapixels", encoded(noise(6300, 6300), "JPEG", quality=8))


def _broken() -> Iterator[Input]:
    for name, options in (("baseline", {}), ("progressive", {"progressive": True})):
        data = encoded(face(600), "JPEG", **options)
        for share in (0.02, 0.1, 0.3, 0.5, 0.8, 0.9, 0.99):
            yield Input("cut jpegs", f"{name} {share:.0%}", cut(data, share))
        yield Input("cut jpegs", f"{name} without its end", data.removesuffix(END))
        for number in range(8):
            yield Input("damaged jpegs", f"{name} {number}", damaged(data, number))


def _several() -> Iterator[Input]:
    for mode in ("L", "CMYK", "YCbCr"):
        yield Input("modes", f"jpeg {mode}", encoded(Image.fromarray(face()).convert(mode), "JPEG"))
    file = io.BytesIO()
    rest = [Image.fromarray(noise(320, 320, number)) for number in range(30)]
    Image.fromarray(face()).save(file, "MPO", save_all=True, append_images=rest)
    yield Input("mpo", "31 pictures", file.getvalue())
    yield Input("mpo", "cut", cut(file.getvalue(), 0.1))
