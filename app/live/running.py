"""A running session: the picture, what it says now, breaks, questions, the chart that grows."""

from __future__ import annotations

import streamlit as st

from app.live.indicators import show_indicators
from app.live.picture import REFRESH_S, show_camera
from app.parts.breaks import show_suggestion, show_times
from app.parts.clock import now
from app.parts.expression import show_expression, show_notice
from app.parts.question import ask
from app.parts.refresh import refreshed
from app.parts.sessions import camera_of, history_problem, session_registry
from app.parts.streamlit_private import STEADY
from app.parts.tab import is_here, offer_to_bring_here, unless_finished
from app.parts.timeline import draw_session
from app.parts.words import plain
from fer_core.affect.weights import INTERVAL_PERCENT
from fer_core.learner.probes import Probe
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import State

WINDOWS: dict[str, float | None] = {"1 min": 60.0, "5 min": 300.0, "30 min": 1800.0, "All": None}


def show_running(running: RunningSession) -> None:
    """Show a session that is active or paused, from top to bottom."""
    st.html(STEADY)
    session = running.session
    state = session.state
    # Columns stand below each other on a phone; in one row the buttons would leave no title.
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.title(plain(session.info.title) or "Study session")
    here = is_here(running)
    if here:
        with right.container(horizontal=True, horizontal_alignment="right"):
            show_controls(running, state)
    if session.info.goal:
        st.caption(f"Goal: {plain(session.info.goal)}")
    if not here:
        offer_to_bring_here(running)
        return
    problem = history_problem() if session.info.keep else ""
    if problem:
        st.warning(problem, icon=":material/save:")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        connection = show_camera(running, state)
    # Browser and app agree on the video through runs of this page, within about five seconds: the
    # rest of the page keeps out of their way until it plays.
    every_s = REFRESH_S if state is State.ACTIVE and not connection.connecting else None
    with right:
        refreshed(show_now, every_s)(running, state)
    refreshed(show_chart, every_s)(running)
    st.caption(
        f"Bands of comprehension and stress hold {INTERVAL_PERCENT} % of what is not known of how "
        "much each sign counts for you. What the camera or the model got wrong is not in them. "
        f"{NOTE}"
    )


def show_controls(running: RunningSession, state: State) -> None:
    """Show the buttons that pause, resume and finish."""
    if state is State.ACTIVE:
        if st.button("Pause", icon=":material/pause:", key="pause"):
            with unless_finished():
                running.session.pause(now())
            st.rerun()
    elif st.button("Resume", icon=":material/play_arrow:", type="primary", key="resume"):
        with unless_finished():
            running.session.resume(now())
        st.rerun()
    if st.button("Finish", icon=":material/stop:", key="finish"):
        session_registry().finish(running)
        camera_of(running).close()
        st.rerun()


def show_now(running: RunningSession, state: State) -> None:
    """Show what there is to say at this moment: a suggestion or a question, then the estimates."""
    session, at = running.session, now()
    running.look()
    running.next_probe(at)
    snapshot = session.snapshot(at)
    if snapshot.state is not state or not is_here(running):
        st.rerun()
    if snapshot.suggestion is not None:
        show_suggestion(running, snapshot.suggestion)
    elif snapshot.probe is not None:
        ask_now(running, snapshot.probe)
    if snapshot.notice is not None:
        show_notice(snapshot.notice)
    else:
        show_expression(snapshot)
    show_indicators(snapshot)
    show_times(snapshot)


def ask_now(running: RunningSession, probe: Probe) -> None:
    """Ask a question about the moment."""
    ask(probe, lambda value: running.answer(probe, value, now()))


def show_chart(running: RunningSession) -> None:
    """Show the chart of the session so far, as far back as the learner likes."""
    st.subheader("Over time")
    chosen = st.segmented_control(
        "Window",
        list(WINDOWS),
        default="5 min",
        required=True,
        key="chart_window",
        label_visibility="collapsed",
    )
    draw_session(running.session, WINDOWS[str(chosen)])
