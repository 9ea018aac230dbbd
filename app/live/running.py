"""A running session: the timer first, the camera beside it, one reading, one chart."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.live.indicators import lanes_wait_for, show_indicators
from app.live.picture import REFRESH_S, show_camera, show_switches
from app.live.timer_panel import show_prompt, show_timer
from app.parts.break_screen import BREAKS, show_break_panel
from app.parts.clock import now
from app.parts.player import watch_video
from app.parts.reading_card import show_reading_card
from app.parts.refresh import refreshed
from app.parts.saving import tell_of_history
from app.parts.sessions import camera_of, session_registry
from app.parts.streamlit_private import STEADY
from app.parts.tab import is_here, offer_to_bring_here
from app.parts.timeline import draw_session
from app.parts.video import STYLES, VideoMemory, keep_video_closed, refresh_every
from app.parts.webrtc import Connection
from app.parts.words import plain
from fer_core.affect.weights import INTERVAL_MEANS
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import State

WINDOWS: dict[str, float | None] = {"1 min": 60.0, "5 min": 300.0, "30 min": 1800.0, "All": None}
#: The chart needs no second: two readings more are no news. Seconds.
CHART_EVERY_S = 2.0
#: In a tab's memory: the session that is to end.
ENDING = "ending"


def show_running(running: RunningSession) -> None:
    """Show a session that is active or paused, from top to bottom."""
    # In a container of its own: what is left of another page while this one is drawn then stands
    # below all of it, and pushes nothing about.
    with st.container(key="running"):
        show_parts(running)


def show_parts(running: RunningSession) -> None:
    """Show the parts of the page."""
    st.html(STEADY)
    session = running.session
    state = session.state
    # Columns stand below each other on a phone; in one row the button would leave no title.
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.title(plain(session.info.title) or "Study session")
    if session.info.goal:
        left.caption(f"Goal: {plain(session.info.goal)}")
    if not is_here(running):
        offer_to_bring_here(running)
        return
    with right.container(horizontal_alignment="right"):
        offer_end(running)
    tell_of_history(running)
    if session.snapshot(now()).timer.phase in BREAKS:
        end_if_wanted(running)
        st.html(STYLES["hidden"])
        refreshed(show_break_panel, REFRESH_S)(running)
        keep_video_closed(running)
        return
    lecture = running.reading is not None and running.reading.document.is_video
    left, right = st.columns([5, 4], gap="large")
    # A lecture has the timer beside it, so that both are seen at once.
    timer = right.container() if lecture else left
    with right:
        connection = show_camera(running, state)
    every_s = refresh_every(connection, REFRESH_S)
    with left:
        if lecture:
            watch_video(running)
        end_if_wanted(running)  # after what the video has just reported
    with timer:
        refreshed(show_timer, every_s)(running, state)
    with left:
        refreshed(show_estimates, every_s)(running)
    with right:
        refreshed(show_now, every_s)(running, state, connection)
        show_switches(running, state)
    refreshed(show_chart, refresh_every(connection, CHART_EVERY_S))(running)
    refreshed(show_prompt, every_s)(running)


def offer_end(running: RunningSession) -> None:
    """Show the button that ends the session; `end_if_wanted` does it."""
    st.button(
        "Finish",
        icon=":material/stop:",
        key="finish",
        on_click=partial(st.session_state.__setitem__, ENDING, running.session_id),
    )


def end_if_wanted(running: RunningSession) -> None:
    """End the session where that was pressed.

    The wish outlives the run that it came in: what interrupts that one would lose the click.
    """
    if st.session_state.pop(ENDING, None) == running.session_id:
        session_registry().finish(running)
        camera_of(running).close()
        st.rerun()


def show_now(running: RunningSession, state: State, connection: Connection) -> None:
    """Show the one reading of this moment, or what keeps it from being read."""
    snapshot = running.session.snapshot(now())
    if snapshot.state is not state or not is_here(running):
        st.rerun()
    video = not st.session_state.get("snapshots_instead")
    show_reading_card(running, connection, snapshot, video=video)


def show_estimates(running: RunningSession) -> None:
    """Show the estimates of this moment; they refresh themselves."""
    if has_pictures(running):
        show_indicators(running.session.snapshot(now()))


def has_pictures(running: RunningSession) -> bool:
    """Tell whether there are pictures to read, or will be."""
    wanted = VideoMemory.of_tab().wanted or st.session_state.get("snapshots_instead")
    return bool(wanted or running.session.snapshot(now()).frames)


def show_chart(running: RunningSession) -> None:
    """Show the chart of the session so far, as far back as the learner likes."""
    if not has_pictures(running):
        return
    chosen = st.segmented_control(
        "How far back",
        list(WINDOWS),
        default="5 min",
        required=True,
        key="chart_window",
        label_visibility="collapsed",
    )
    snapshot = running.session.snapshot(now())
    draw_session(running.session, WINDOWS[str(chosen)], empty=lanes_wait_for(snapshot))
    st.caption(
        f"The bands are {INTERVAL_MEANS}: your answers narrow them. Mistakes of the camera or the "
        f"model are not in them. {NOTE}"
    )
