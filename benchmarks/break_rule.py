"""How deep and how long a negative shift must be: false alarms against drops found, figure H6.

    python benchmarks/break_rule.py [--hours 1200]

Prints a table; docs/method.md has it. `signals.py` measures the rule in use through whole sessions;
this one sweeps its two constants over thousands of hours, second by second: valence wanders, is
smoothed with a half-life of 60 s at the ordinary weight, and has the baseline of `affect.baseline`:
the last quarter of an hour without the last three minutes.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.affect.baseline import (
    BASELINE_BIN_S,
    BASELINE_S,
    LAG_S,
    MIN_SPREAD,
    WINDOW_S,
)
from fer_core.affect.breaks import MIN_GAP_S
from fer_core.affect.signals import INDICATOR_HALF_LIFE_S
from fer_core.arrays import median_and_sd

#: Wander of valence and its correlation time in seconds, as in `signals.py`.
LEARNERS = ((0.06, 120.0), (0.08, 120.0), (0.10, 300.0), (0.10, 600.0))
WEIGHT = 0.8
#: Of a second's median valence, at 20 % wrong frames; and what they leave of a shift.
NOISE, KEPT = 0.06, 0.9
DROP, DROP_AT_S, FOUND_WITHIN_S = 0.35, 600, 420
DEPTHS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
LENGTHS_S = (90, 120, 180, 240, 300)


def low_by(
    wander: float, slowness_s: float, hours: int, seconds: int, seed: int, drop: float = 0.0
) -> np.ndarray:
    """Return how far valence lies below the own usual, in own spreads: (seconds, hours)."""
    rng = np.random.default_rng(seed)
    keep = np.exp(-1.0 / slowness_s)
    step = WEIGHT * (1.0 - 2.0 ** (-1.0 / INDICATOR_HALF_LIFE_S))
    place = rng.normal(0.0, wander, hours)
    smooth, filled = np.zeros(hours), 0.0
    seen, smoothed = np.empty((seconds, hours)), np.empty((seconds, hours))
    for second in range(seconds):
        place = keep * place + wander * np.sqrt(1 - keep**2) * rng.normal(size=hours)
        fallen = drop if second >= DROP_AT_S else 0.0
        seen[second] = KEPT * (place - fallen) + rng.normal(0.0, NOISE, hours)
        filled += step * (1.0 - filled)
        smooth = smooth + step / filled * (seen[second] - smooth)
        smoothed[second] = smooth
    width = int(BASELINE_BIN_S)
    bins = seen[: seconds // width * width].reshape(-1, width, hours).mean(axis=1)
    low = np.zeros((seconds, hours))
    first, lag, window = (int(span / BASELINE_BIN_S) for span in (BASELINE_S, LAG_S, WINDOW_S))
    for closed in range(first, len(bins) + 1):
        upto = max(first, closed - lag)
        known = bins[max(0, upto - window) : upto]
        usual, sd = median_and_sd(known)
        spread = np.maximum(sd, MIN_SPREAD)
        now = slice(closed * width, (closed + 1) * width)
        low[now] = (usual - smoothed[now]) / spread
    return low


def alarms(low: np.ndarray, depth: float, length_s: int) -> list[list[int]]:
    """Return when the rule speaks, in seconds, for each of the hours."""
    hours = low.shape[1]
    found: list[list[int]] = [[] for _ in range(hours)]
    running, last = np.zeros(hours), np.full(hours, -np.inf)
    for second in range(int(BASELINE_S), len(low)):
        running = np.where(low[second] >= depth, running + 1, 0)
        speaks = (running > length_s) & (second - last >= MIN_GAP_S)
        for hour in np.flatnonzero(speaks):
            found[hour].append(second)
        last[speaks], running[speaks] = second, 0
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, default=1200, help="hours, and drops, per learner")
    hours = parser.parse_args().hours
    calm = [low_by(*learner, hours, 3600, seed=1) for learner in LEARNERS]
    falls = [low_by(*learner, hours, DROP_AT_S + 660, seed=2, drop=DROP) for learner in LEARNERS]
    print("false alarms an hour / share of drops found within 7 minutes; * both bounds of H6 held")
    print("depth length  " + "".join(f"  .{100 * w:02.0f} over {s:3.0f} s" for w, s in LEARNERS))
    for depth, length_s in itertools.product(DEPTHS, LENGTHS_S):
        cells = []
        for quiet, fall in zip(calm, falls, strict=True):
            false = sum(len(times) for times in alarms(quiet, depth, length_s)) / hours
            found = np.mean(
                [
                    any(0 < at - DROP_AT_S <= FOUND_WITHIN_S for at in times)
                    for times in alarms(fall, depth, length_s)
                ]
            )
            star = "*" if false <= 0.5 and found >= 0.95 else " "
            cells.append(f"{false:8.2f} / {found:.2f}{star}")
        print(f"{depth:4.1f} {length_s:6d} s  " + "".join(cells))


if __name__ == "__main__":
    main()
