"""The learner's days: today's goal, the streak, a calendar of minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from app.parts.clock import now
from app.parts.due import browser_zone
from app.parts.preferences import preferences
from app.parts.room import chart_room, kept_room
from fer_core.charts.calendar import calendar_chart, calendar_table
from fer_core.sessions.outcome import in_minutes
from fer_core.storage.days import (
    DAYS_OFF,
    DayTotal,
    Streak,
    daily_totals,
    find_streak,
    local_day,
    of_day,
)
from fer_core.storage.history import SessionSummary

#: As many as a phone has room for.
WEEKS_SHOWN = 16


def show_days(sessions: Sequence[SessionSummary]) -> None:
    """Show what was studied today and by the day.

    Args:
        sessions: All of them, whatever the filters below say.
    """
    zone = browser_zone()
    totals, today = daily_totals(sessions, zone), local_day(now(), zone)
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        show_goal(of_day(totals, today))
        st.markdown(streak_words(find_streak(totals, today)))
    with right:
        show_calendar(totals, today)


def show_calendar(totals: Sequence[DayTotal], today: date) -> None:
    """Show a square for each day of the last weeks, and the same as a table."""
    table = calendar_table(totals, today, WEEKS_SHOWN)
    studied = table[table["minutes"] > 0]
    chart = calendar_chart(table)
    with kept_room("calendar-squares", chart_room(chart.height)):
        st.altair_chart(
            chart,
            width="stretch",
            key="calendar",
            alt=f"Minutes studied by the day: {len(studied)} study days in the last "
            f"{WEEKS_SHOWN} weeks, {in_minutes(60 * float(table['minutes'].sum()))} in all",
        )
    with st.popover("Show as table", type="tertiary"):
        st.dataframe(
            studied[["day", "minutes", "sessions"]][::-1].rename(columns=str.capitalize),
            hide_index=True,
            alt="Minutes studied and sessions by the day, the latest first",
        )


def show_goal(of_today: Sequence[DayTotal]) -> None:
    """Show how far today has come, against the daily goal where one is set."""
    goal_min = preferences().daily_goal_min
    studied_s = sum(total.studied_s for total in of_today)
    done = in_minutes(studied_s) if of_today else "nothing yet"
    if not goal_min:
        st.markdown(f"**Today:** {done}.")
        return
    share = studied_s / 60 / goal_min
    words = f"**Today:** {done} of {in_minutes(60 * goal_min)}"
    st.progress(min(1.0, share), f"{words}. Goal reached." if share >= 1 else words)


def streak_words(streak: Streak | None) -> str:
    """Say how the streak stands; a gap is never held against anybody."""
    if streak is None:
        return "No streak right now. The next session starts a new one."
    days = "1 study day" if streak.days == 1 else f"{streak.days} study days"
    since = "" if streak.days == 1 else f" since {streak.first.strftime('%d %B')}"
    return f"**Streak:** {days}{since}. Up to {DAYS_OFF} days off in a row keep it going."
