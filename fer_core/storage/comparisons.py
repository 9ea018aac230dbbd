"""Sessions side by side: by the hour of the day, and trends with their doubt."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from statistics import mean

import numpy as np

from fer_core.affect.indicators import Estimate
from fer_core.affect.weights import INTERVAL_SDS
from fer_core.storage.history import SessionSummary

#: Fewer sessions make no trend: two points always lie on a line.
LEAST_SESSIONS = 4
WEEK_S = 7 * 86400.0
#: Half-width of a 95 % interval, in standard deviations.
_SDS_95 = 1.96


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of several sessions' means, with the mean of their intervals, 0..100."""

    sessions: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HourMean:
    """Sessions that started in the same hour of the day.

    Attributes:
        hour: 0..23, on the learner's clock.
        comprehension: Over those that have one; None where none has.
        stress: The same.
    """

    hour: int
    comprehension: Mean | None
    stress: Mean | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through the sessions' means, and how sure its slope is.

    Attributes:
        sessions: How many it rests on.
        per_week: Change in points (of 100) a week.
        low: Lower end of the 95 % interval of the change.
        high: Upper end.
        at_start: Value of the line at the first session.
        at_end: At the last.
    """

    sessions: int
    per_week: float
    low: float
    high: float
    at_start: float
    at_end: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out "no change"."""
        return self.low > 0 or self.high < 0

    def sentence(self, name: str) -> str:
        """Return what can be said, with the doubt."""
        # Adding 0 turns the "-0.0" that rounding can give into "+0.0".
        change, low, high = (round(one, 1) + 0.0 for one in (self.per_week, self.low, self.high))
        span = f"{change:+.1f} points a week ({low:+.1f} to {high:+.1f})"
        if not self.is_clear:
            return f"{name}: no clear trend over {self.sessions} sessions, {span}."
        word = "rising" if self.per_week > 0 else "falling"
        return f"{name}: {word} over {self.sessions} sessions, {span}."


def by_hour(sessions: Sequence[SessionSummary], zone: tzinfo | None) -> list[HourMean]:
    """Return the means of the sessions that started in each hour; hours without any are left out.

    Args:
        sessions: In any order.
        zone: The learner's; None: the machine's.
    """
    hours: dict[int, list[SessionSummary]] = defaultdict(list)
    for session in sessions:
        hours[datetime.fromtimestamp(session.info.started_at, zone).hour].append(session)
    return [
        HourMean(
            hour,
            _mean([one.comprehension for one in held]),
            _mean([one.stress for one in held]),
        )
        for hour, held in sorted(hours.items())
    ]


def _mean(estimates: Sequence[Estimate | None]) -> Mean | None:
    known = [
        (one.value, one.low, one.high)
        for one in estimates
        if one is not None
        and one.value is not None
        and one.low is not None
        and one.high is not None
    ]
    if not known:
        return None
    value, low, high = (mean(column) for column in zip(*known, strict=True))
    return Mean(len(known), value, low, high)


def student_95(freedom: int) -> float:
    """Return the half-width of a 95 % interval in standard errors that were themselves estimated.

    Student's t by its expansion around the normal (Abramowitz & Stegun 1964, 26.7.5): from two
    degrees of freedom on it is right to 4 %.
    """
    z, v = _SDS_95, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def find_trend(points: Sequence[tuple[float, Estimate | None]]) -> Trend | None:
    """Fit a line to estimates over time, each weighed by how sure it is.

    Weighted least squares; where the points scatter more than their intervals say, the slope's
    interval is widened accordingly (Birge 1932), and further where few points tell how much they
    scatter (Student 1908).

    Args:
        points: Seconds since the epoch, and the estimate then.

    Returns:
        None with fewer than four estimates, or all from one moment.
    """
    known = [
        (at, one.value, (one.high - one.low) / (2 * INTERVAL_SDS))
        for at, one in points
        if one is not None
        and one.value is not None
        and one.low is not None
        and one.high is not None
    ]
    if len(known) < LEAST_SESSIONS:
        return None
    times, values, sds = (np.array(column) for column in zip(*known, strict=True))
    weeks = (times - times.min()) / WEEK_S
    weights = 1.0 / np.maximum(sds, 1.0) ** 2
    centre = float(np.average(weeks, weights=weights))
    spread = float(np.sum(weights * (weeks - centre) ** 2))
    if spread <= 0:
        return None
    level = float(np.average(values, weights=weights))
    slope = float(np.sum(weights * (weeks - centre) * (values - level))) / spread
    residuals = values - (level + slope * (weeks - centre))
    excess = float(np.sum(weights * residuals**2)) / (len(known) - 2)
    half = max(_SDS_95, student_95(len(known) - 2) * math.sqrt(excess)) / math.sqrt(spread)
    return Trend(
        sessions=len(known),
        per_week=slope,
        low=slope - half,
        high=slope + half,
        at_start=level + slope * (0.0 - centre),
        at_end=level + slope * (float(weeks.max()) - centre),
    )
