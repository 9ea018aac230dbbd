"""Minutes by the day, and a streak that a weekend does not end."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.storage.days import (
    DAYS_OFF,
    DayTotal,
    all_tags,
    daily_totals,
    find_streak,
    studied_on,
    weeks_until,
)
from fer_core.storage.history import SessionSummary

TODAY = date(2026, 11, 26)


def summary(at: datetime, studied_s: float = 600.0, tags: tuple[str, ...] = ()) -> SessionSummary:
    return SessionSummary(
        SessionInfo("s", at.timestamp()),
        State.FINISHED,
        *(at.timestamp(), "", None, studied_s, studied_s, studied_s, 0.0, 0.0, 0.0, 0, 0),
        *(None, None, None),
        tags=tags,
    )


def days(*before: int, studied_s: float = 600.0) -> list[DayTotal]:
    """Return study days so many days before today."""
    return [DayTotal(TODAY - timedelta(days=ago), 1, studied_s) for ago in sorted(before)[::-1]]


def test_a_day_is_the_learners_own_and_not_greenwichs() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    sessions = [summary(late), summary(late + timedelta(hours=1))]
    assert [total.sessions for total in daily_totals(sessions, UTC)] == [1, 1]
    (one,) = daily_totals(sessions, timezone(timedelta(hours=1)))
    assert (one.day, one.sessions, one.studied_s) == (TODAY, 2, 1200.0)


@pytest.mark.parametrize(
    ("before", "count"),
    [
        ((0, 1, 2), 3),
        ((1, 2), 2),  # not yet today
        ((3, 4), 2),  # a weekend off
        ((4, 5), None),  # three days off
        ((0, 3, 6), 3),
        ((0, 4, 5), 1),
        ((), None),
        ((0,), 1),
    ],
)
def test_up_to_two_days_off_keep_a_streak(before: tuple[int, ...], count: int | None) -> None:
    streak = find_streak(days(*before), TODAY)
    assert (streak and streak.days) == count


def test_opening_the_app_for_seconds_is_no_study_day() -> None:
    assert find_streak(days(0, studied_s=30.0), TODAY) is None


def test_a_clock_that_was_ahead_does_not_count_days_to_come() -> None:
    streak = find_streak([*days(0), DayTotal(TODAY + timedelta(days=9), 1, 600.0)], TODAY)
    assert streak is not None
    assert (streak.days, streak.last) == (1, TODAY)


@given(st.sets(st.integers(0, 60)))
def test_no_gap_inside_a_streak_is_longer_than_two_days(before: set[int]) -> None:
    streak = find_streak(days(*before), TODAY)
    if streak is None:
        assert min(before, default=99) > DAYS_OFF + 1
        return
    inside = sorted(ago for ago in before if TODAY - timedelta(days=ago) >= streak.first)
    assert len(inside) == streak.days
    assert all(b - a <= DAYS_OFF + 1 for a, b in itertools.pairwise(inside))


def test_studied_today() -> None:
    assert studied_on(days(0, 1), TODAY) == 600.0
    assert studied_on([], TODAY) == 0.0


def test_the_weeks_of_a_calendar_are_whole() -> None:
    shown = weeks_until(TODAY, 4)
    assert (len(shown), shown[0].weekday(), shown[-1]) == (28, 0, date(2026, 11, 29))


def test_tags_come_by_use_and_once_whatever_their_case() -> None:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    sessions = [summary(at, tags=("Maths", "exam")), summary(at, tags=("maths",))]
    assert all_tags(sessions) == ["Maths", "exam"]
