"""Home, from top to bottom: go on or start, this week, something to try, the other pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.due import browser_zone
from app.parts.navigation import PAGES, page_of
from app.parts.preferences import preferences
from app.parts.results import short
from app.parts.scroll import note_next_step
from app.parts.sessions import session_registry
from app.parts.start import (
    StartMemory,
    Wish,
    ask_subject,
    choose_camera,
    choose_plan,
    start_or_wait,
)
from app.parts.words import plain
from app.welcome.demo_photo import show_demo_photo
from app.welcome.demo_session import show_demo_session
from fer_core.errors import StorageError
from fer_core.sessions.outcome import in_minutes
from fer_core.storage.days import (
    DayTotal,
    daily_totals,
    day_of_session,
    local_day,
    of_day,
    studied_on,
)
from fer_core.storage.history import SessionSummary
from fer_core.time_zones import start_of

#: What the other pages are for, under their names in the menu.
PURPOSES: dict[str, str] = {
    "photos": "See the expression of every face in your photos.",
    "reading": "Read a text here, and see which passages were hard.",
    "history": "Your sessions, day by day. Compare, export or delete them.",
    "about": "How good the model is, and what it cannot know.",
}


def show_start() -> None:
    """Show what a session needs, and the button that starts it."""
    with st.container(border=True, key="start_card"):
        title = ask_subject()
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            plan = choose_plan()
        with right:
            camera = choose_camera()
        if not pressed(
            "Start studying",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            key="start_session",
        ):
            return
    running = start_or_wait(Wish(title, "", plan, camera, preferences().keep))
    note_next_step()
    if running is not None:
        st.switch_page(page_of("live"), query_params={"session": running.session_id})
    if StartMemory.of_tab().wish is not None:
        st.switch_page(page_of("live"))


def show_week() -> None:
    """Show the minutes of this week and of today, and the last session."""
    try:
        store = session_registry().history.store_to_read()
        zone = browser_zone()
        today = local_day(now(), zone)
        since = start_of(today - timedelta(days=today.weekday()), zone)
        week = [] if store is None else store.sessions(since=since)
        last = [] if store is None else store.sessions(limit=1)
    except StorageError as error:
        st.warning(plain(error.message), icon=":material/save:")
        return
    totals = daily_totals(week, zone)
    goal = preferences().daily_goal_min
    with st.container(horizontal=True, gap="large"):
        st.metric("This week", minutes(totals))
        st.metric("Today", minutes(of_day(totals, today), goal))
    if goal:
        st.progress(min(1.0, studied_on(totals, today) / 60 / goal), width="stretch")
    if last:
        show_last(last[0])
    else:
        st.caption("Your first session will show up here.")


def minutes(days: Sequence[DayTotal], goal_min: int = 0) -> str:
    """Return what was studied: "3 h 5 min", "47 of 50 min", "< 1 min" once a session has begun."""
    if not days:
        return f"0 of {goal_min} min" if goal_min else "0 min"
    seconds = sum(day.studied_s for day in days)
    if not goal_min:
        return short(in_minutes(seconds))
    return f"{round(seconds / 60) or '< 1'} of {goal_min} min"


def show_last(summary: SessionSummary) -> None:
    """Show the last session in a line that leads to it."""
    zone = browser_zone()
    day = day_of_session(summary.info, zone)
    when = "today" if day == local_day(now(), zone) else f"{day:%A, %d %B}"
    title = plain(summary.info.title) or "Study session"
    st.caption(f"Last session, {when}: {in_minutes(summary.studied_s)}")
    st.page_link(
        page_of("history"),
        label=f"**{title}**",
        icon=":material/history:",
        query_params={"session": summary.session_id},
    )


def show_tries() -> None:
    """Show what can be tried at once: a photo with its label, and a session played again."""
    st.header("Try it")
    left, right = st.columns([1, 3], gap="medium")
    with left:
        show_demo_photo()
    with right:
        show_demo_session()


def show_pages() -> None:
    """Show the other pages under the names of the menu."""
    grid = st.grid("auto", min_column_width=220)
    for name, purpose in PURPOSES.items():
        title, icon = PAGES[name]
        with grid.cell(), st.container(border=True, height="stretch", gap="xsmall"):
            st.page_link(page_of(name), label=f"**{title}**", icon=icon, width="stretch")
            st.caption(purpose)
