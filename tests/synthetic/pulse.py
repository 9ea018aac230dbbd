"""Made-up faces with a heartbeat in their skin, for what heart rate from a camera can do.

Used by `benchmarks/signals.py`, which prints the figures, and by the tests, which hold them.
Nobody's picture: an oval in a skin colour with eyes, mouth and hair, before a wall.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
import numpy.typing as npt

from fer_core.affect.heart_rate import (
    RATE_HZ,
    Pulse,
    evenly,
    pos,
    strongest_rhythm,
)
from fer_core.affect.paired_pulse import PairedPulseReader
from fer_core.vision.faces import Box
from fer_core.vision.skin_colour import skin_regions
from tests.pictures import decoded

Picture = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]

#: How much of a heartbeat each of red, green and blue shows, relative to one another (de Haan and
#: van Leest 2014).
PULSE_COLOUR = np.array([0.33, 0.77, 0.53])


@dataclass(frozen=True)
class Sitter:
    """A face before a camera for a while.

    Attributes:
        bpm: Heart rate; None: a face without a pulse, such as a photograph.
        strength: Amplitude of the pulse in the skin's colour; about .005 in a webcam.
        skin: Red, green, blue, 0..255.
        noise: Standard deviation of each pixel's noise, 0..255.
        sway: Standard deviation of the head's place, in pixels, wandering within a second or two.
        nod_hz: A rhythm of the head, such as to music; 0: none.
        nod_px: How far it goes.
        light: Relative wander of the light's brightness.
        jitter: Standard deviation of the detector's box, in pixels.
        talk_hz: A rhythm of the mouth, as in chewing and talk; 0: none.
        talk: Relative amplitude of the colour that it gives the skin around the mouth.
    """

    bpm: float | None = 72.0
    strength: float = 0.005
    skin: tuple[float, float, float] = (198.0, 150.0, 125.0)
    noise: float = 4.0
    sway: float = 2.0
    nod_hz: float = 0.0
    nod_px: float = 0.0
    light: float = 0.01
    jitter: float = 1.0
    talk_hz: float = 0.0
    talk: float = 0.0


WIDTH, HEIGHT = 640, 480
_FACE = Box(250.0, 130.0, 150.0, 190.0)
#: The part of the picture that moves and beats, with room around the face.
_TOP, _LEFT, _SIDE = 80, 180, 290
_NOISES, _MARGIN = 4, 64


def film(
    sitter: Sitter, rng: np.random.Generator, seconds: float = 31.0, fps: float = 24.0
) -> Iterator[tuple[float, Picture, Box]]:
    """Yield (time, picture, box as a detector would give it)."""
    skin, still = _drawing(sitter)
    wall = np.rint(still).astype(np.int16)
    part = (slice(_TOP, _TOP + _SIDE), slice(_LEFT, _LEFT + _SIDE))
    still, skin = still[part], skin[part]
    mouth = np.zeros_like(skin)
    below = (int(_FACE.centre[0]) - _LEFT, int(_FACE.centre[1]) + 50 - _TOP)
    cv2.ellipse(mouth, below, (38, 24), 0, 0, 360, 1.0, -1)
    shape = (HEIGHT + _MARGIN, WIDTH + _MARGIN, 3)
    noises = [rng.normal(0.0, sitter.noise, shape).astype(np.float32) for _ in range(_NOISES)]
    place, light = np.zeros(2), 0.0
    keep = float(np.exp(-1.0 / fps))
    fresh = float(np.sqrt(1 - keep**2))
    for i in range(int(seconds * fps)):
        at = i / fps
        place = keep * place + sitter.sway * fresh * rng.normal(size=2)
        light = keep * light + sitter.light * fresh * rng.normal()
        beat = 0.0
        if sitter.bpm is not None:
            phase = 2 * np.pi * at * sitter.bpm / 60.0
            beat = sitter.strength * (np.sin(phase) + 0.3 * np.sin(2 * phase))
        dx, dy = place[0], place[1] + sitter.nod_px * np.sin(2 * np.pi * sitter.nod_hz * at)
        beaten = still * (1.0 + skin[..., None] * (beat * PULSE_COLOUR).astype(np.float32))
        if sitter.talk_hz:
            said = sitter.talk * np.sin(2 * np.pi * sitter.talk_hz * at)
            beaten *= 1.0 + mouth[..., None] * (said * PULSE_COLOUR).astype(np.float32)
        move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        moved = cv2.warpAffine(beaten, move, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE)
        # Light from the side: a head that moves changes its brightness.
        face = moved * np.float32(1.0 + light + 0.001 * (dx + dy))
        top, left = (int(value) for value in rng.integers(0, _MARGIN, 2))
        noise = noises[int(rng.integers(_NOISES))][top : top + HEIGHT, left : left + WIDTH]
        picture = wall + noise.astype(np.int16)
        picture[part] = np.rint(face + noise[part])
        x, y, width, height = np.array(_FACE) + sitter.jitter * rng.normal(size=4)
        box = Box(float(x + dx), float(y + dy), float(width), float(height))
        yield at, np.clip(picture, 0, 255).astype(np.uint8), box


def _drawing(sitter: Sitter) -> tuple[Plane, Plane]:
    """Return where skin is, (480, 640), and the picture at rest, (480, 640, 3)."""
    x, y = (int(value) for value in _FACE.centre)
    half = (int(_FACE.width / 2), int(_FACE.height / 2))
    picture = np.full((HEIGHT, WIDTH, 3), (150, 155, 160), np.float32)
    cv2.ellipse(picture, (x, y - 12), (half[0] + 14, half[1] + 8), 0, 0, 360, (60, 45, 35), -1)
    skin = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.ellipse(skin, (x, y), half, 0, 0, 360, 1.0, -1)
    # Cheeks in the light, temples in the shade.
    shade = 1.0 - 0.15 * ((np.arange(WIDTH, dtype=np.float32) - x) / half[0]) ** 2
    picture = np.where(
        skin[..., None] > 0, np.array(sitter.skin, np.float32) * shade[:, None], picture
    )
    for centre, size in (((x - 30, y - 25), (14, 7)), ((x + 30, y - 25), (14, 7)),
                         ((x, y + 50), (28, 8))):  # fmt: skip
        cv2.ellipse(skin, centre, size, 0, 0, 360, 0.0, -1)
        cv2.ellipse(picture, centre, size, 0, 0, 360, (110, 60, 60), -1)
    return skin, np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)


# What the picture goes through on its way


def as_jpeg(pictures: Iterable[Picture], quality: int = 80) -> Iterator[Picture]:
    for picture in pictures:
        data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        yield decoded(data.tobytes())


def as_video(
    pictures: Iterable[Picture], codec: str, fps: float, options: dict[str, str], bit_rate: int = 0
) -> Iterator[Picture]:
    """Yield the pictures encoded and decoded again."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as out:
        stream = out.add_stream(codec, rate=Fraction(fps).limit_denominator(1000))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {**options}
        if bit_rate:
            stream.bit_rate = bit_rate
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as container:
        for decoded_frame in container.decode(video=0):
            yield np.asarray(decoded_frame.to_ndarray(format="rgb24"), np.uint8)


def as_vp8(
    pictures: Iterable[Picture], fps: float = 24.0, kilobits: int = 500
) -> Iterator[Picture]:
    """As a browser sends it."""
    options = {"deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "g": "3000"}
    return as_video(pictures, "libvpx", fps, options, 1000 * kilobits)


def as_x264(pictures: Iterable[Picture], fps: float = 24.0, crf: int = 23) -> Iterator[Picture]:
    options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency"}
    return as_video(pictures, "libx264", fps, options)


def read_pulse(times: Iterable[float], pictures: Iterable[Picture], boxes: Iterable[Box]) -> Pulse:
    """Return what the app reads from half a minute of pictures."""
    reader, at = PairedPulseReader(), 0.0
    for at, picture, box in zip(times, pictures, boxes, strict=False):
        skin = skin_regions(picture, box)
        x, y = box.centre
        if skin is not None:
            reader.push(at, skin, (x / box.height, y / box.height))
    return reader.read(at)


def pulse_signal(
    times: Iterable[float], pictures: Iterable[Picture], boxes: Iterable[Box]
) -> tuple[float, float]:
    """Return beats a minute and SNR in decibels of the strongest rhythm, shown or not."""
    at, colours = [], []
    for moment, picture, box in zip(times, pictures, boxes, strict=False):
        skin = skin_regions(picture, box)
        if skin is not None:
            at.append(moment)
            colours.append(np.mean(skin, axis=0))
    return strongest_rhythm(pos(evenly(np.array(at), np.array(colours)), RATE_HZ), RATE_HZ)
