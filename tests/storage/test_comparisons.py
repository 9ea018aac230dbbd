"""Hours are the learner's own, and a trend is claimed only where there is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from scipy.special import stdtrit

from fer_core.affect.indicators import Estimate
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.storage.comparisons import (
    WEEK_S,
    by_hour,
    find_trend,
    student_95,
)
from fer_core.storage.history import SessionSummary


def session(
    started_at: float,
    studied_s: float = 600.0,
    comprehension: Estimate | None = None,
    stress: Estimate | None = None,
) -> SessionSummary:
    return SessionSummary(
        info=SessionInfo("s", started_at),
        state=State.FINISHED,
        saved_until=started_at,
        note="",
        text=None,
        elapsed_s=studied_s,
        active_s=studied_s,
        studied_s=studied_s,
        away_s=0.0,
        valid_s=0.0,
        observed_s=0.0,
        breaks=0,
        frames=0,
        comprehension=comprehension,
        stress=stress,
        attention=None,
    )


def at(day: int, hour: int = 12) -> float:
    return datetime(2026, 6, day, hour, tzinfo=UTC).timestamp()


def estimate(value: float, half: float = 10.0) -> Estimate:
    return Estimate(value, value - half, value + half)


def test_hours_are_those_of_the_learners_clock() -> None:
    east = timezone(timedelta(hours=9))
    sessions = [session(at(1, 23), comprehension=estimate(40)), session(at(2, 23))]
    (hour,) = by_hour(sessions, east)
    assert hour.hour == 8
    # Over the sessions that have one.
    assert hour.comprehension is not None
    assert (hour.comprehension.sessions, hour.comprehension.value) == (1, 40)
    assert hour.comprehension.low < 40 < hour.comprehension.high
    assert hour.stress is None


def test_a_true_rise_is_found_with_its_size() -> None:
    start = at(1)
    points = [(start + week * WEEK_S, estimate(30 + 4 * week, 5)) for week in range(10)]
    trend = find_trend(points)
    assert trend is not None
    assert trend.per_week == pytest.approx(4.0)
    assert trend.is_clear
    assert "rising" in trend.sentence("Understanding")
    assert (trend.at_start, trend.at_end) == pytest.approx((30, 66))


@pytest.mark.parametrize("sessions", [4, 6, 12])
@pytest.mark.parametrize("half_width", [4, 20])
def test_noise_is_called_a_trend_in_a_twentieth(sessions: int, half_width: float) -> None:
    claimed = 0
    for seed in range(600):
        noise = np.random.default_rng(seed).normal(0, 12, sessions)
        points = [
            (at(1) + day * 86400.0, estimate(float(np.clip(50 + off, 0, 100)), half_width))
            for day, off in enumerate(noise)
        ]
        trend = find_trend(points)
        assert trend is not None
        claimed += trend.is_clear
    assert claimed / 600 <= 0.075  # .05, and three standard errors of 600 draws


@pytest.mark.parametrize("freedom", [2, 3, 5, 10, 100])
def test_students_factor_is_his(freedom: int) -> None:
    assert student_95(freedom) == pytest.approx(stdtrit(freedom, 0.975), rel=0.04)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(at(day), estimate(50)) for day in (1, 2, 3)],
        [(at(1), estimate(50))] * 6,
        [(at(day), None) for day in range(1, 10)],
    ],
)
def test_too_little_makes_no_trend(points: list[tuple[float, Estimate | None]]) -> None:
    assert find_trend(points) is None


def test_a_level_line_reads_as_zero_and_not_as_minus_zero() -> None:
    points = [(at(day), estimate(50 - 1e-9 * day)) for day in range(1, 9)]
    trend = find_trend(points)
    assert trend is not None
    assert "+0.0 points" in trend.sentence("Stress")
