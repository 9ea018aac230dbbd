"""How well a camera tells breathing from shoulders and skin: not well enough, so the app does not.

    python benchmarks/breathing.py [--seconds 64] [--films 2]

plays made-up films of a portrait (scikit-image's astronaut) whose shoulders rise and sink at a
known rate by a known height, with what a learner does besides: sits still, reads (sways, nods), or
types. The films pass a video codec at the quality of a video call. Two ways to read the rate are
tried on windows of 32 s, both as the strongest rhythm between 6 and 30 a minute:

- shoulders: how far the picture below the face has moved up or down, frame by frame (phase
  correlation), with and without what the head moved;
- skin: the mean green of the face, which breathing changes by a few thousandths.

A rate is shown where its rhythm holds at least half of the power. Printed are the share of windows
in which one is shown, and how many of these lie within 2 breaths a minute of the truth.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import skimage.data

RESULTS = Path(__file__).parent / "results" / "breathing.json"
FPS, WINDOW_S, STEP_S = 10, 32, 8
#: Breaths a minute of the films, and by how much the shoulders rise, in pixels of a frame of
#: 320x240: about 1.5 and 4 mm at a desk.
RATES, RISES = (9.0, 14.0, 21.0), (0.7, 1.8)
LOWEST_HZ, HIGHEST_HZ, NEAR_HZ = 0.1, 0.5, 0.03
LEAST_SHARE, RIGHT_WITHIN = 0.5, 2.0
#: Of the portrait in a frame: face (x, y, width, height) and the shoulders' first row.
SIZE = (320, 240)
FACE, SHOULDERS = (120, 28, 44, 62), 108
#: By how much a breath changes the skin's light, and a heartbeat its green.
SKIN_SHARE, BEAT_SHARE, BEAT_HZ = 0.002, 0.005, 1.1


@dataclass(frozen=True, slots=True)
class Manner:
    """What somebody does besides breathing; lengths in pixels.

    Attributes:
        name: Of it.
        sway: Spread of the slow movement of head and shoulders.
        nods: How often the head nods, a minute.
        shake: Spread of the shoulders' quick movement.
        light: Spread of the slow changes of the light on the face, as a share of it: what stands on
            the screen changes, and so does the camera's exposure.
    """

    name: str
    sway: float
    nods: float
    shake: float
    light: float


MANNERS = (
    Manner("still", 0.3, 0, 0.05, 0.001),
    Manner("reads", 2.0, 4, 0.1, 0.005),
    Manner("types", 1.5, 2, 0.6, 0.005),
)


def slow(rng: np.random.Generator, count: int, spread: float) -> np.ndarray:
    """Return a movement without quick parts, shape (count,), of this spread."""
    wide = np.exp(-0.5 * (np.arange(-40, 41) / 12.0) ** 2)
    moved = np.convolve(rng.normal(0, 1, count + 80), wide, "valid")
    return np.asarray(spread * moved / max(float(moved.std()), 1e-9))


def film(
    rate: float, rise: float, manner: Manner, seconds: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, tuple[float, float]]]:
    """Yield frames, RGB, and where the head is in each, as the points of a face tell it."""
    portrait = cv2.resize(skimage.data.astronaut(), (SIZE[1], SIZE[1]))
    aside_px = (SIZE[0] - SIZE[1]) // 2
    wide = cv2.copyMakeBorder(portrait, 0, 0, aside_px, aside_px, cv2.BORDER_REPLICATE)
    still = wide.astype(np.float32)
    columns, rows = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in SIZE))
    below = np.clip((rows - SHOULDERS + 12) / 24, 0, 1)
    count = seconds * FPS
    sway, aside, head = (slow(rng, count, manner.sway * share) for share in (1, 1, 0.7))
    shake, light = rng.normal(0, manner.shake, count), slow(rng, count, manner.light)
    along, nods = np.arange(count, dtype=np.float64), np.zeros(count)
    for at in rng.integers(0, count, rng.poisson(manner.nods * seconds / 60)):
        nods = nods + 3 * np.exp(-0.5 * ((along - at) / (0.3 * FPS)) ** 2)
    # Nobody breathes like a clock: the rate wanders by a tenth.
    phase = np.cumsum(2 * np.pi * rate / 60 / FPS * (1 + slow(rng, count, 0.1)))
    for number in range(count):
        breath = np.sin(phase[number])
        head_y = sway[number] + head[number] + nods[number] - 0.25 * rise * breath
        shoulders_y = sway[number] - rise * breath + shake[number]
        moved = head_y * (1 - below) + shoulders_y * below
        places = columns - np.float32(aside[number]), rows - moved.astype(np.float32)
        edge = cv2.BORDER_REPLICATE
        frame = np.asarray(cv2.remap(still, *places, cv2.INTER_LINEAR, borderMode=edge), np.float64)
        frame *= 1 + SKIN_SHARE * breath * (1 - below[..., None]) + light[number]
        beat = BEAT_SHARE * np.sin(2 * np.pi * BEAT_HZ * number / FPS)
        frame[..., 1] *= 1 + beat * (1 - below)
        frame += rng.normal(0, 2.0, frame.shape)
        place = (float(aside[number]), float(head_y))
        yield np.clip(frame, 0, 255).astype(np.uint8), place


def through_a_call(frames: list[np.ndarray]) -> list[np.ndarray]:
    """Return frames as a video call leaves them: H.264, fast and rough."""
    out = io.BytesIO()
    options = {"crf": "28", "preset": "ultrafast", "tune": "zerolatency"}
    with av.open(out, "w", format="matroska") as container:
        made: Any = container
        stream = made.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for frame in frames:
            made.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        made.mux(stream.encode(None))
    out.seek(0)
    with av.open(out, "r") as played:
        return [frame.to_ndarray(format="rgb24") for frame in played.decode(video=0)]


def signals(frames: list[np.ndarray], places: np.ndarray) -> dict[str, np.ndarray]:
    """Return the signals of both ways, shape (frames,)."""
    x, y, width, height = FACE
    left, top = int(x - 0.6 * width), int(y + 1.45 * height)
    shown = [
        cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)[top : top + 72, left : left + int(2.2 * width)]
        for one in frames
    ]
    window = cv2.createHanningWindow(shown[0].shape[::-1], cv2.CV_32F)
    moved, skin = [0.0], []
    for before, after in itertools.pairwise(shown):
        shift, _ = cv2.phaseCorrelate(before.astype(np.float32), after.astype(np.float32), window)
        moved.append(shift[1])
    for frame, (aside, down) in zip(frames, np.rint(places).astype(int), strict=True):
        part = frame[y + down : y + down + height, x + aside : x + aside + width]
        skin.append(float(part[..., 1].mean()))
    shoulders = np.cumsum(moved)
    without = shoulders - places[:, 1]
    return {"shoulders": shoulders, "shoulders less head": without, "skin": np.array(skin)}


def rate_of(signal: np.ndarray) -> tuple[float, float]:
    """Return the strongest rhythm, a minute, and the share of the power that it holds."""
    along = np.linspace(-1, 1, len(signal))
    level = signal - np.polyval(np.polyfit(along, signal, 3), along)
    power = np.abs(np.fft.rfft(level * np.hanning(len(level)), 4096)) ** 2
    hertz = np.fft.rfftfreq(4096, 1 / FPS)
    band = (hertz >= LOWEST_HZ) & (hertz <= HIGHEST_HZ)
    peak = hertz[band][int(power[band].argmax())]
    near = (np.abs(hertz - peak) <= NEAR_HZ) & band
    return 60 * float(peak), float(power[near].sum() / power[band].sum())


def told_of(
    manner: Manner, rise: float, seconds: int, films: int
) -> dict[str, list[tuple[float, float]]]:
    """Return by way what each window tells: how far off the rate is, and its rhythm's share."""
    told: dict[str, list[tuple[float, float]]] = {}
    for rate, seed in itertools.product(RATES, range(films)):
        rng = np.random.default_rng((seed, int(rate), int(10 * rise)))
        made = list(film(rate, rise, manner, seconds, rng))
        frames = through_a_call([frame for frame, _ in made])
        # What the points of a face tell of its place shakes by a tenth of a pixel.
        places = np.array([place for _, place in made[: len(frames)]])
        places += rng.normal(0, 0.1, places.shape)
        for way, signal in signals(frames, places).items():
            for start in range(0, len(signal) - WINDOW_S * FPS + 1, STEP_S * FPS):
                found, share = rate_of(signal[start : start + WINDOW_S * FPS])
                told.setdefault(way, []).append((abs(found - rate), share))
    return told


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=64, help="of a film")
    parser.add_argument("--films", type=int, default=2, help="of each kind")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    figures: dict[str, dict[str, float | None]] = {}
    for manner, rise in itertools.product(MANNERS, RISES):
        for way, windows in told_of(manner, rise, options.seconds, options.films).items():
            off, share = np.array(windows).T
            right, shown = off <= RIGHT_WITHIN, share >= LEAST_SHARE
            name = f"{way}, {manner.name}, {rise} px"
            figures[name] = {
                "windows": len(windows),
                "shown": float(shown.mean()),
                "right_of_shown": float(right[shown].mean()) if shown.any() else None,
                "right_of_all": float(right.mean()),
            }
            print(name, figures[name], flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
