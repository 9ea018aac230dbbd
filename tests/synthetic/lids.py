"""Made-up lids over hours: blinks, phases of narrowed eyes, glances down; nobody is tired.

Used by `benchmarks/landmarks.py`, which prints the figure, and by the tests, which hold it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fer_core.face.tiredness import TirednessTracker

#: Least time between two alarms, as for break suggestions. Seconds.
GAP_S = 900.0


def push_minutes(
    tracker: TirednessTracker, at: float, shares: Sequence[float], seen: float = 1.0
) -> float:
    """Show minutes in which the eyes are closed for these shares; return the time after them."""
    for share in shares:
        for _ in range(60):
            at += 1.0
            tracker.push(at, seen, seen * share)
    return at


def false_alarms_per_hour(hours: int, seed: int) -> float:
    """Return how often somebody lively is told that their eyes are heavy.

    Blink rates drift between 8 and 30 a minute, and one blink in ten is so slow that it counts; the
    eyes are narrowed or look down for some seconds about every two minutes, closed for a doubtful
    network; a fifth of the time the face is not seen; one yawns about once an hour.
    """
    rng = np.random.default_rng(seed)
    tracker, alarms, last, rate = TirednessTracker(), 0, -GAP_S, 17.0
    narrowed_until = hidden_until = -1.0
    for second in range(hours * 3600):
        at = float(second + 1)
        rate = float(np.clip(rate + rng.normal(0, 0.3), 8, 30))
        if rng.random() < 1 / 120:
            narrowed_until = at + rng.uniform(1, 6)
        if rng.random() < 1 / 100:
            hidden_until = at + rng.uniform(5, 40)
        slow = rng.poisson(rate / 600)
        closed = min(1.0, float(rng.uniform(0.4, 0.6, slow).sum()))
        if at < narrowed_until:
            closed = 1.0 if rng.random() < 0.7 else closed
        seen = 0.0 if at < hidden_until else 1.0
        tracker.push(at, seen, seen * closed, int(rng.random() < 1 / 3600))
        if at - last >= GAP_S and tracker.heavy(at) is not None:
            alarms, last = alarms + 1, at
    return alarms / hours
