"""How far the time on each passage is from the time really read, by where on the screen one reads.

    python benchmarks/reading_styles.py [--readers 12]

Made-up readers who read line by line at a pace of their own, and scroll as they like: the line in
the middle of the view, high, low, moving on by half a view, or a page at a time. The page reports
the shares of the reading band as it does (`clients/typescript/src/visibility.ts`); the truth is
when the line was in which passage. Prints a table; docs/method.md has it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.arrays import FloatArray
from fer_core.reading.attribution import attribute
from fer_core.reading.visibility import ReadingLog, View
from fer_core.texts.document import Passage
from tests.synthetic.reading import NO_CAMERA, PASSAGE_GAP, PIXELS_PER_WORD

PASSAGES = 24
VIEW_PX = 760.0
#: Of the view's height, as in visibility.ts.
BAND_TOP, BAND_HEIGHT = 0.2, 0.42
STEP_S = 0.05
REPORT_STEPS = 5
#: Shares and errors that count.
LEAST_SHARE, NEAR = 0.005, 0.2


def kept_at(
    place: float, least: float, most: float, *, both_ways: bool = False
) -> Callable[..., FloatArray]:
    """Return a way to scroll: the line goes back to a place once it has wandered off far enough.

    Args:
        place: Of the view's height, 0..1.
        least: Pixels of wandering that are borne at least.
        most: The same, at most.
        both_ways: Also where the line stands above its place.
    """

    def scroll(line: FloatArray, rng: np.random.Generator) -> FloatArray:
        top, patience = line[0] - place * VIEW_PX, rng.uniform(least, most)
        tops = np.empty_like(line)
        for position, at in enumerate(line):
            off = at - (top + place * VIEW_PX)
            if (abs(off) if both_ways else off) > patience:
                top, patience = at - place * VIEW_PX, rng.uniform(least, most)
            tops[position] = top
        return tops

    return scroll


def moved_on(from_place: float, by: float, begin: float) -> Callable[..., FloatArray]:
    """Return a way to scroll: on by a share of the view once the line has reached a place."""

    def scroll(line: FloatArray, rng: np.random.Generator) -> FloatArray:
        del rng
        top = line[0] - begin * VIEW_PX
        tops = np.empty_like(line)
        for position, at in enumerate(line):
            if at > top + from_place * VIEW_PX:
                top += by * VIEW_PX
            tops[position] = top
        return tops

    return scroll


STYLES: dict[str, Callable[..., FloatArray]] = {
    "in the middle": kept_at(0.41, 20, 90, both_ways=True),
    "low": kept_at(0.75, 30, 120),
    "high": kept_at(0.10, 60, 300),
    "by half views": moved_on(0.80, 0.5, 0.3),
    "page by page": moved_on(0.95, 0.9, 0.05),
}


def errors(style: Callable[..., FloatArray], seed: int) -> FloatArray:
    """Return the relative error of the time on each passage, shape (passages,)."""
    rng = np.random.default_rng(seed)
    words = rng.integers(40, 150, PASSAGES)
    heights = words * PIXELS_PER_WORD
    tops = np.concatenate([[0.0], np.cumsum(heights + PASSAGE_GAP)[:-1]])
    wpm = rng.normal(220, 30) * np.exp(rng.normal(0, 0.15, PASSAGES))
    read_s = words / (wpm / 60)
    ends = np.cumsum(read_s)
    times = np.arange(0.0, ends[-1], STEP_S)
    current = np.searchsorted(ends, times, side="right").clip(max=PASSAGES - 1)
    gone = (times - (ends - read_s)[current]) / read_s[current]
    line = tops[current] + heights[current] * gone
    above, below = BAND_TOP * VIEW_PX, (1 - BAND_TOP - BAND_HEIGHT) * VIEW_PX
    last = tops[-1] + heights[-1]
    view = np.clip(style(line, rng), -above, last + below - VIEW_PX)
    band = view + above
    overlap = np.minimum(
        (band + BAND_HEIGHT * VIEW_PX)[:, None], (tops + heights)[None, :]
    ) - np.maximum(band[:, None], tops[None, :])
    shares = np.clip(overlap, 0, None) / np.minimum(heights, BAND_HEIGHT * VIEW_PX)[None, :]
    views = [
        View(f"p{index + 1}", float(min(1.0, shares[at, index])), at * STEP_S, until * STEP_S)
        for at in range(0, len(times), REPORT_STEPS)
        for until in (min(len(times), at + REPORT_STEPS),)
        for index in np.flatnonzero(shares[at] > LEAST_SHARE)
    ]
    text = tuple(
        Passage(f"p{number + 1}", number, ("word " * int(count)).strip())
        for number, count in enumerate(words)
    )
    found = attribute(text, ReadingLog(views).views, NO_CAMERA)
    seconds = np.array([one.seconds for one in found])
    return np.asarray(np.abs(seconds - read_s) / read_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=12, help="made-up readers of each kind")
    readers = parser.parse_args().readers
    print(f"{'line kept':<16}{'within 20 %':>12}{'median':>9}{'nine of ten':>13}")
    for name, style in STYLES.items():
        made = np.concatenate([errors(style, seed) for seed in range(readers)])
        near, ninth = float((made <= NEAR).mean()), float(np.quantile(made, 0.9))
        print(f"{name:<16}{near:>12.2f}{np.median(made):>9.2f}{ninth:>13.2f}")


if __name__ == "__main__":
    main()
