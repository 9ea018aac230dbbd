"""On the other pages: a session runs, how long is left, and the way back to it."""

from __future__ import annotations

import streamlit as st

from app.parts.clock import now
from app.parts.navigation import page_of
from app.parts.refresh import refreshed
from app.parts.sessions import unfinished_sessions
from app.parts.words import plain
from fer_core.live.running_session import RunningSession
from fer_core.sessions.outcome import in_minutes
from fer_core.sessions.snapshot import Snapshot, State
from fer_core.sessions.timer import Phase

#: Pages that offer to go on with what runs in a place of their own.
OFFERING = frozenset({"", "live"})
#: Whole minutes are told here.
REFRESH_S = 5.0


def show_running_elsewhere(page: str) -> None:
    """Say above a page that a session runs.

    Args:
        page: Its place in the address.
    """
    if page in OFFERING:
        return
    if "reading" in st.query_params and page == "reading":
        return
    unfinished = unfinished_sessions()
    if unfinished:
        refreshed(show_sign, REFRESH_S)(unfinished[0][0])


def show_sign(running: RunningSession) -> None:
    """Show the sign; it refreshes itself, and is gone when the session has ended."""
    if running.is_finished:
        return
    running.look()
    snapshot = running.session.snapshot(now())
    title = plain(running.session.info.title) or "Study session"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key="running_elsewhere"
    ):
        st.markdown(f":material/timer: **{title}** · {state_in_words(snapshot)}")
        # A link and no button: the browser follows it at once, whatever the page is busy with.
        page, parameter = ("live", "session") if running.reading is None else ("reading", "reading")
        st.page_link(
            page_of(page),
            label="Back to the session",
            icon=":material/arrow_back:",
            query_params={parameter: running.session_id},
        )


def state_in_words(snapshot: Snapshot) -> str:
    """Return where a session stands: "12 minutes left in round 1 of 4"."""
    timer = snapshot.timer
    if timer.phase is Phase.BREAK:
        return f"break, {in_minutes(timer.left_s)} left"
    if timer.phase is Phase.BREAK_OVER:
        return "the break is over"
    if snapshot.state is State.PAUSED:
        return "paused"
    if timer.phase is Phase.DUE:
        return "time for a break"
    return f"{in_minutes(timer.left_s)} left in round {timer.round} of {timer.rounds}"
