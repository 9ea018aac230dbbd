"""Figures H1, H2 and H6: any frame rate, steady labels, breaks that are neither false nor late.
And what heart rate from a camera is worth, by the way its pictures have come.

    python benchmarks/signals.py [--hours 20] [--films 4]

Prints a table and writes benchmarks/results/signals.json. Everything is synthetic, see
`synthetic_signals.py` and `synthetic_pulse.py`; no camera, no model.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.affect.heart_rate import MIN_SNR_DB
from fer_core.affect.signals import LABEL_HALF_LIFE_S
from tests.synthetic.pulse import (
    Picture,
    Sitter,
    as_jpeg,
    as_vp8,
    as_x264,
    film,
    pulse_signal,
)
from tests.synthetic.signals import Learner, label_figures, rate_error, suggestions

RESULTS = Path(__file__).parent / "results" / "signals.json"
#: A timer far off, so that it does not silence the rule that is measured.
FAR = BreakPlan(180, 5)
DROP_AT_S = 600.0
#: Wander of valence and its correlation time: the ordinary learner, and harder ones.
LEARNERS = ((0.06, 120.0), (0.08, 120.0), (0.10, 300.0), (0.10, 600.0))


def rates() -> dict[str, float]:
    """H1: the largest difference to 30 fps, worst of three seeds."""
    return {
        f"h={half_life:g} s, {fps:g} fps": max(
            rate_error(fps, half_life, seed) for seed in range(3)
        )
        for half_life in (10.0, 60.0)
        for fps in (15.0, 5.0, 2.0)
    }


def labels() -> dict[str, float]:
    """H2: the label at 20 % wrong frames, mean of ten half hours, at full and ordinary weight."""
    result = {}
    for weight in (1.0, 0.8):
        runs = [label_figures(LABEL_HALF_LIFE_S, seed, weight=weight) for seed in range(10)]
        for name in ("raw_flips_per_min", "flips_per_min", "lag_s", "accuracy"):
            mean = float(np.mean([getattr(run, name) for run in runs]))
            result[f"{name}, weight {weight:g}"] = mean
    return result


def breaks(hours: int) -> dict[str, float]:
    """H6: false alarms an hour, drops found within 7 minutes, timer, least gap."""
    result = {}
    for wander, slowness in LEARNERS:
        who = f"wander {wander:g} over {slowness:g} s"
        false = sum(
            rule is BreakRule.NEGATIVE
            for seed in range(hours)
            for _, rule in suggestions(Learner(wander, slowness), seed, plan=FAR)
        )
        result[f"false alarms an hour, {who}"] = false / hours
        delays = []
        for seed in range(hours):
            learner = Learner(wander, slowness, drop_at_s=DROP_AT_S)
            found = [
                at - DROP_AT_S
                for at, rule in suggestions(learner, seed, hours=0.35, plan=FAR)
                if rule is BreakRule.NEGATIVE and at > DROP_AT_S
            ]
            delays.append(found[0] if found else float("inf"))
        result[f"drops of .35 found within 7 min, {who}"] = float(np.mean(np.array(delays) <= 420))
        result[f"median minutes until found, {who}"] = float(np.median(delays)) / 60
    all_times, timer_errors = [], []
    for seed in range(4):
        made = suggestions(Learner(), seed, hours=2.0)
        all_times += [b - a for (a, _), (b, _) in itertools.pairwise(made)]
        first = next(at for at, rule in made if rule is BreakRule.TIMER)
        timer_errors.append(abs(first - 1500))
    result["timer, largest error in seconds"] = max(timer_errors)
    result["least minutes between two suggestions"] = min(all_times) / 60
    return result


#: How the pictures come to the app, from best to worst.
WAYS: dict[str, Callable[[Iterable[Picture]], Iterable[Picture]]] = {
    "raw": lambda pictures: pictures,
    "JPEG 80": as_jpeg,
    "x264 CRF 23": as_x264,
    "VP8 1500 kbit/s": lambda pictures: as_vp8(pictures, kilobits=1500),
    "VP8 500 kbit/s": as_vp8,
}


def heart_rate(films: int) -> dict[str, float]:
    """Method C: error in beats a minute, gated and not, and faces without a pulse that pass.

    Half a minute a film at 24 fps; the pulse is .5 % of the skin's colour, and between 55 and 125.
    """
    errors: dict[str, list[float]] = {way: [] for way in WAYS}
    ratios: dict[str, list[float]] = {way: [] for way in WAYS}
    without: dict[str, list[bool]] = {way: [] for way in WAYS}
    for seed, bpm in enumerate(np.random.default_rng(0).uniform(55, 125, films)):
        for sitter in (Sitter(bpm=float(bpm)), Sitter(bpm=None)):
            times, pictures, boxes = zip(*film(sitter, np.random.default_rng(seed)), strict=True)
            for way, through in WAYS.items():
                found, snr_db = pulse_signal(times, through(pictures), boxes)
                if sitter.bpm is None:
                    without[way].append(snr_db >= MIN_SNR_DB)
                else:
                    errors[way].append(abs(found - sitter.bpm))
                    ratios[way].append(snr_db)
    result = {}
    for way in WAYS:
        shown = np.array(ratios[way]) >= MIN_SNR_DB
        result[f"largest error in bpm, whether shown or not, {way}"] = max(errors[way])
        if shown.any():
            result[f"largest error in bpm of what is shown, {way}"] = float(
                np.array(errors[way])[shown].max()
            )
        result[f"share shown, {way}"] = float(shown.mean())
        result[f"median SNR in dB, {way}"] = float(np.median(ratios[way]))
        result[f"share shown without a pulse, {way}"] = float(np.mean(without[way]))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, default=20, help="simulated hours per learner")
    parser.add_argument("--films", type=int, default=4, help="half minutes per way, for the pulse")
    options = parser.parse_args()
    result = {
        "H1": rates(),
        "H2": labels(),
        "H6": breaks(options.hours),
        "heart rate": heart_rate(options.films),
    }
    for figure, values in result.items():
        print(f"\n{figure}")
        for name, value in values.items():
            print(f"  {name:<62}{value:10.3f}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
