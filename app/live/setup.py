"""Before a session: what is studied, the plan, and whether the camera works."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.live.camera_check import camera_check
from app.live.material import choose_material
from app.parts.buttons import pressed
from app.parts.consent import ask_consent, consent_date, needs_consent
from app.parts.limits import within
from app.parts.preferences import preferences
from app.parts.scroll import note_next_step
from app.parts.sessions import history_problem
from app.parts.start import (
    GOAL_LENGTH,
    StartMemory,
    Wish,
    ask_subject,
    choose_camera,
    choose_plan,
    offer_unfinished,
    start_or_wait,
    start_session,
)
from app.parts.words import plain
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import NOTE


def show_setup() -> RunningSession | None:
    """Show the plan, then the agreement if the camera is wanted; return the started session."""
    st.title("Live")
    memory = StartMemory.of_tab()
    if memory.wish is not None:
        return agree_first(memory.wish)
    st.markdown("A study timer with real breaks, and your expression beside it if you like.")
    offer_unfinished()
    with st.container(border=True):
        title = ask_subject()
        plan = choose_plan()
        camera = choose_camera()
        with st.expander("More options", icon=":material/tune:"):
            goal = st.text_input(
                "Your goal (optional)", placeholder="Solve the five exercises", key="setup_goal"
            )
            goal = within(goal, GOAL_LENGTH)
            keep = st.toggle(
                "Save to my history (this computer only)",
                value=preferences().keep,
                key="setup_keep",
                help="Off: the session is forgotten when it ends. You can still download it.",
            )
            heart_rate = st.toggle(
                "Read my heart rate",
                value=False,
                key="setup_pulse",
                disabled=not camera,
                help="Each heartbeat changes the colour of the skin a little. It needs bright, "
                "even light and a still head; where it cannot be read, the page says so. "
                "Numbers only, not medical. It enters the stress estimate.",
            )
            if camera:
                check_camera()
        ready, video = choose_material()
        place = st.container()
    if keep and (problem := history_problem()):
        st.warning(plain(problem), icon=":material/save:")
    if day := consent_date():
        st.caption(f"You agreed to the use of the camera on {day}. {NOTE}")
    else:
        st.caption(NOTE)
    with place:
        if not pressed(
            "Start studying",
            type="primary",
            icon=":material/play_arrow:",
            key="start_session",
            disabled=not ready,
        ):
            return None
    running = start_or_wait(Wish(title, goal, plan, camera, keep, heart_rate, video))
    if running is None and StartMemory.of_tab().wish is not None:
        note_next_step()
        st.rerun()
    return running


def agree_first(wish: Wish) -> RunningSession | None:
    """Ask for the agreement that a session with a camera needs, or let it start without one."""
    if not needs_consent():
        return start_session(wish)
    ask_consent()
    with st.container(horizontal=True):
        if pressed("Start without the camera", key="start_without"):
            return start_session(replace(wish, camera=False, heart_rate=False))
        if pressed("Back", type="tertiary", key="start_back"):
            StartMemory.of_tab().wish = None
            st.rerun()
    return None


def check_camera() -> None:
    """Let the camera be tried out before the start."""
    answer = camera_check("camera_check")
    if answer is None:
        st.caption("The browser will ask whether this page may use it. Nothing is recorded.")
    elif answer.works:
        st.success(plain(answer.words), icon=":material/check_circle:")
    else:
        st.error(plain(answer.words), icon=":material/videocam_off:")
