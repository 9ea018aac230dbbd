"""How far the time on each passage is from the time really read, by how one reads.

    python benchmarks/reading_styles.py [--readers 12]

Made-up readers (`tests/synthetic/scrolling.py`) who read line by line at paces of their own, scroll
in their own habits, look ahead and back, and use a pointer, a focused line or neither. "band" is
the time by shares of the reading band alone, as in earlier versions and for clients that report no
more; "screen" is what the app does now. Prints a table; docs/method.md has it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.arrays import FloatArray
from fer_core.reading.attribution import attribute
from fer_core.reading.visibility import ReadingLog
from tests.synthetic.reading import NO_CAMERA
from tests.synthetic.scrolling import MANNERS, Scrolled, read_by

#: An error that counts as near.
NEAR = 0.2


def errors(reading: Scrolled, *, by_band: bool) -> FloatArray:
    """Return the relative error of the time on each passage, shape (passages,)."""
    views = reading.views
    if by_band:
        views = tuple(replace(view, on_screen=None, line=None) for view in views)
    found = attribute(reading.passages, ReadingLog(views).views, NO_CAMERA)
    seconds = np.array([one.seconds for one in found])
    return np.asarray(np.abs(seconds - reading.read_s) / reading.read_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=12, help="made-up readers of each kind")
    readers = parser.parse_args().readers
    print(f"{'':<24}{'within 20 %':^14}{'screen':^18}")
    print(f"{'manner':<24}{'band':>7}{'screen':>7}{'median':>9}{'nine of ten':>13}")
    everything: list[tuple[FloatArray, FloatArray]] = []
    for name, manner in MANNERS.items():
        made = [read_by(manner, 1000 + seed) for seed in range(readers)]
        band, screen = (
            np.concatenate([errors(one, by_band=by_band) for one in made])
            for by_band in (True, False)
        )
        everything.append((band, screen))
        _say(name, band, screen)
    _say("all", *(np.concatenate(of) for of in zip(*everything, strict=True)))


def _say(name: str, band: FloatArray, screen: FloatArray) -> None:
    ninth = np.quantile(screen, 0.9)
    print(
        f"{name:<24}{(band <= NEAR).mean():>7.2f}{(screen <= NEAR).mean():>7.2f}"
        f"{np.median(screen):>9.2f}{ninth:>13.2f}"
    )


if __name__ == "__main__":
    main()
