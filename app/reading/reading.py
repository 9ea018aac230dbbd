"""While reading: the text, a small camera, a question or a break suggestion now and then."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.parts.break_screen import BREAKS, show_break_panel
from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.refresh import refreshed
from app.parts.saving import tell_of_history
from app.parts.tab import is_here, offer_to_bring_here, unless_finished
from app.parts.video import VideoMemory, refresh_every
from app.parts.words import plain
from app.reading.display import choose_display
from app.reading.open_text import OpenText
from app.reading.side import show_camera, show_side
from app.reading.text import end_if_wanted, end_step, show_reading_text
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import State

REFRESH_S = 2.0
#: The page's heading, as small as it can be beside a text.
TITLE = "<style>.st-key-reading_title h1 { font-size: 1rem; padding: 0; }</style>"


def show_reading(running: RunningSession, open_text: OpenText) -> None:
    """Show a text being read, from top to bottom."""
    if not is_here(running):
        st.markdown(f"**{plain(open_text.document.title)}**")
        offer_to_bring_here(running)
        return
    state = running.session.state
    show_controls(running, open_text, state)
    if state is State.PAUSED:
        end_if_wanted(open_text)
        VideoMemory.of_tab().rest()
        if running.session.snapshot(now()).timer.phase in BREAKS:
            refreshed(show_break_panel, 1.0)(running)
            return
        camera = ": the camera is off" if open_text.with_camera else ""
        st.info(f"Paused{camera}. Resume when you are ready.", icon=":material/pause:")
        return
    text, side = st.columns([7, 3], gap="medium")
    with side:
        connection = show_camera(running) if open_text.with_camera else None
    every_s = refresh_every(connection, REFRESH_S)
    with text:
        show_reading_text(open_text)
    with side:
        refreshed(show_side, every_s)(running, open_text, state, connection)
    st.caption(NOTE)


def pause(running: RunningSession, open_text: OpenText) -> None:
    with unless_finished():
        end_step(open_text)
        running.session.pause(now())


def resume(running: RunningSession) -> None:
    with unless_finished():
        running.session.resume(now())


def show_controls(running: RunningSession, open_text: OpenText, state: State) -> None:
    """Show the title and the buttons that set the text, pause, resume and finish."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(key="reading_title", width="stretch"):
            st.html(TITLE)
            st.markdown(f"# {plain(open_text.document.title)}")
        choose_display(open_text)
        if state is State.ACTIVE:
            if pressed("Pause", icon=":material/pause:", key="pause_reading"):
                pause(running, open_text)
                st.rerun()
        elif pressed(
            "Resume",
            icon=":material/play_arrow:",
            type="primary",
            key="resume_reading",
        ):
            resume(running)
            st.rerun()
        st.button(
            "Finish",
            icon=":material/stop:",
            key="finish_reading",
            on_click=partial(setattr, open_text, "wants_to_finish", True),
        )
    tell_of_history(running)
