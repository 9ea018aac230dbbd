"""GIF, WebP, BMP, TIFF, HEIC, AVIF, what only pretends to be a picture, and two things at once."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.hostile_inputs import Input
from benchmarks.hostile_inputs.drawing import cut, damaged, encoded, face, noise

FORMATS: dict[str, dict[str, Any]] = {
    "GIF": {},
    "WEBP": {"method": 0},
    "BMP": {},
    "TIFF": {},
    "HEIF": {"quality": 60},
    "AVIF": {"quality": 60, "speed": 10},
}
BEGINNINGS = {
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "gif": b"GIF89a",
    "webp": b"RIFF\x04\0\0\0WEBP",
    "bmp": b"BM" + bytes(12),
    "tiff": b"II*\0\x08\0\0\0",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "avif": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
    "one byte": b"\xff",
    "nothing": b"",
}


def inputs() -> Iterator[Input]:
    yield from _each_format()
    yield from _gifs()
    yield from _bmps()
    yield from _tiffs()
    yield from _disguised()
    yield from _polyglots()


def _each_format() -> Iterator[Input]:
    for form, options in FORMATS.items():
        kind = form.lower()
        data = encoded(face(), form, **options)
        yield Input("whole files", kind, data)
        for share in (0.02, 0.5, 0.95):
            yield Input(f"cut {kind}s", f"{share:.0%}", cut(data, share))
        for number in range(5):
            yield Input(f"damaged {kind}s", str(number), damaged(data, number))
        side = {"BMP": 1800, "TIFF": 1800, "HEIF": 2000}.get(form, 6000)
        yield Input("large files", f"{kind} {side}px", encoded(face(side), form, **options))
    for form, count in (("GIF", 500), ("WEBP", 200), ("TIFF", 800), ("HEIF", 40), ("AVIF", 100)):
        frames = [Image.fromarray(noise(64, 64, number)) for number in range(count)]
        data = encoded(
            Image.fromarray(face(64)), form, save_all=True, append_images=frames, **FORMATS[form]
        )
        yield Input("many frames", form.lower(), data)
        yield Input("many frames", f"{form.lower()}, cut", cut(data, 0.5))
    lossless = encoded(face(2000), "WEBP", lossless=True, method=0)
    yield Input("large files", "lossless webp", lossless)
    clear = np.dstack([face(), np.linspace(0, 255, 320, dtype=np.uint8)[None].repeat(320, 0)])
    for form in ("WEBP", "TIFF", "HEIF", "AVIF"):
        yield Input("see-through files", form.lower(), encoded(clear, form, **FORMATS[form]))


def _gifs() -> Iterator[Input]:
    def screen(width: int, height: int) -> bytes:
        return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff"

    def picture(width: int, height: int, body: bytes) -> bytes:
        return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02" + body + b"\0;"

    yield Input("gif claims", "65535x65535", screen(65_535, 65_535) + b";")
    yield Input(
        "gif claims", "6300x6300, tiny frame", screen(6300, 6300) + picture(1, 1, b"\x02\x4c\x01")
    )
    yield Input(
        "gif claims", "tiny, giant frame", screen(8, 8) + picture(65_535, 600, b"\x02\x4c\x01")
    )
    for count in (10_000, 2_000_000):
        comments = b"!\xfe\x01x\0" * min(count, 1_900_000)
        yield Input(
            "gif comments", str(count), screen(8, 8) + comments + picture(8, 8, b"\x02\x4c\x01")
        )
    blocks = screen(8, 8) + b"!\xfe" + b"\x01x" * 4_000_000 + b"\0" + picture(8, 8, b"\x02\x4c\x01")
    yield Input("gif comments", "one of 4000000 blocks", blocks)


def _bmps() -> Iterator[Input]:
    def bitmap(width: int, height: int, bits: int, packing: int, body: bytes) -> bytes:
        header = struct.pack(
            "<IiiHHIIiiII", 40, width, height, 1, bits, packing, len(body), 0, 0, 0, 0
        )
        return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + header + body

    for width, height in ((2**31 - 1, 2**31 - 1), (-64, -64), (64, -64), (0, 0), (6300, 6300)):
        yield Input("bmp claims", f"{width}x{height}", bitmap(width, height, 24, 0, bytes(12_288)))
    for name, body in (("jumps", b"\0\2\xff\xff" * 100_000), ("runs", b"\xff\x01" * 100_000)):
        yield Input("bmp run lengths", name, bitmap(6300, 6300, 8, 1, bytes(1024) + body))
        yield Input("bmp run lengths", f"{name}, small", bitmap(64, 64, 8, 1, bytes(1024) + body))
    for bits in (1, 4, 16, 32):
        yield Input("bmp depths", str(bits), bitmap(64, 64, bits, 0, bytes(64 + 64 * 64 * 4)))


def _tiffs() -> Iterator[Input]:
    def tiff(*entries: tuple[int, int, int, int], after: int = 0, body: bytes = b"") -> bytes:
        packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        head = struct.pack("<2sHIH", b"II", 42, 8, len(entries))
        return head + packed + struct.pack("<I", after) + body

    size = ((256, 4, 1, 64), (257, 4, 1, 64))
    yield Input("tiff loops", "points at itself", tiff(*size, after=8))
    yield Input("tiff loops", "no pixels", tiff(*size))
    yield Input("tiff tags", "60000", tiff(*[(300 + n % 60_000, 4, 1, n) for n in range(60_000)]))
    yield Input("tiff tags", "one of 4 GB", tiff(*size, (270, 2, 2**32 - 1, 8)))
    strips = [(258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (278, 4, 1, 1)]
    yield Input("tiff claims", "giant", tiff((256, 4, 1, 2**31), (257, 4, 1, 2**31), *strips))
    yield Input("tiff claims", "many strips", tiff(*size, *strips, (279, 4, 2**20, 8)))
    for name, pixels in (
        ("float", np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)),
        ("float of no numbers", np.full((64, 64), np.nan, np.float32)),
        ("12 bits in 16", (np.arange(4096, dtype=np.uint16)).reshape(64, 64)),
        ("32 bits", np.arange(4096, dtype=np.int32).reshape(64, 64) * 500_000),
    ):
        yield Input("deep tiffs", name, encoded(pixels, "TIFF"))
    for mode in ("1", "P", "LA", "CMYK", "LAB", "YCbCr"):
        image = Image.fromarray(face()).convert("RGB")
        image = (
            Image.new("LAB", (320, 320), (128, 10, 10)) if mode == "LAB" else image.convert(mode)
        )
        yield Input("modes", f"tiff {mode}", encoded(image, "TIFF"))
    zeros = np.zeros((6300, 6300, 3), np.uint8)
    for packing in ("tiff_adobe_deflate", "tiff_lzw", "packbits", "jpeg", "group4"):
        black = Image.fromarray(zeros).convert("1" if packing == "group4" else "RGB")
        yield Input("packed tiffs", packing, encoded(black, "TIFF", compression=packing))


def _disguised() -> Iterator[Input]:
    for name, data in BEGINNINGS.items():
        yield Input("beginnings", name, data)
        if data:
            yield Input("beginnings", f"{name} and zeros", data + bytes(100_000))
            yield Input("beginnings", f"{name} and noise", data + noise(100, 100).tobytes())
    for form in ("PCX", "ICO", "PPM", "TGA", "JPEG2000", "SGI", "EPS", "PDF", "DDS", "ICNS"):
        pixels = face(64) if form != "EPS" else face(64)[..., 0]
        yield Input("other files as photos", form, encoded(pixels, form))
    words = {
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "html": b"<html><script>alert(1)</script></html>",
        "text": b"hello, world\n" * 10_000,
        "elf": b"\x7fELF" + bytes(1000),
        "pickle": b"\x80\x04\x95" + bytes(30),
        "mp4": b"\0\0\0\x18ftypmp42" + bytes(1000),
        "gzip": zlib.compress(bytes(10_000_000)),
        "psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 6300, 6300, 8, 3) + bytes(100),
        "zeros": bytes(9_000_000),
        "too many bytes": bytes(10_000_001),
    }
    for name, data in words.items():
        yield Input("other files as photos", name, data)


def _polyglots() -> Iterator[Input]:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    endings = {
        "zip": file.getvalue(),
        "script": b"*/=1;alert(1)//",
        "php": b"<?php system($_GET[0]); ?>",
        "another picture": encoded(noise(64, 64), "PNG"),
    }
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        for name, ending in endings.items():
            yield Input("polyglots", f"{form.lower()} and {name}", encoded(face(), form) + ending)
    yield Input("polyglots", "pdf before jpeg", b"%PDF-1.7\n" + encoded(face(), "JPEG"))
