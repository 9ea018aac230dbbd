"""While reading: the text, a small camera, a question or a break suggestion now and then."""

from __future__ import annotations

import streamlit as st

from app.live.clock import now
from app.live.resources import history_problem
from app.live.sessions import LiveStudy
from app.parts.refresh import refreshed
from app.parts.tab import is_here, offer_to_bring_here, unless_finished
from app.parts.video import VideoMemory
from app.parts.words import plain
from app.reading.display import choose_display
from app.reading.rooms import ReadingRoom, ReadingRooms
from app.reading.side import show_camera, show_side
from app.reading.text import end_step, show_reading_text
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import State

REFRESH_S = 2.0


def show_reading(study: LiveStudy, room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show a text being read, from top to bottom."""
    if not is_here(study):
        st.markdown(f"**{plain(room.document.title)}**")
        offer_to_bring_here(study)
        return
    state = study.session.state
    show_controls(study, room, rooms, state)
    if state is State.PAUSED:
        camera = ": the camera is off" if room.with_camera else ""
        st.info(f"Paused{camera}. Resume when you are ready.", icon=":material/pause:")
        VideoMemory.of_tab().start_again_after_pause()
        return
    text, side = st.columns([7, 3], gap="medium")
    with side:
        connecting = room.with_camera and show_camera(study)
    # Browser and app agree on the video through runs of the page: other parts keep out of the way.
    every_s = None if connecting else REFRESH_S
    with text:
        show_reading_text(room, rooms)
    with side:
        refreshed(show_side, every_s)(study, room, state)
    st.caption(NOTE)


def show_controls(study: LiveStudy, room: ReadingRoom, rooms: ReadingRooms, state: State) -> None:
    """Show the title and the buttons that set the text, pause, resume and finish."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(room.document.title)}**", width="stretch")
        choose_display(room)
        if state is State.ACTIVE:
            if st.button("Pause", icon=":material/pause:", key="pause_reading"):
                with unless_finished():
                    end_step(room)
                    study.session.pause(now())
                st.rerun()
        elif st.button(
            "Resume", icon=":material/play_arrow:", type="primary", key="resume_reading"
        ):
            with unless_finished():
                study.session.resume(now())
            st.rerun()
        if st.button("Finish", icon=":material/stop:", key="finish_reading"):
            end_step(room)
            study.session.finish(now())
            study.camera.close()
            rooms.keep(room)
            st.rerun()
    problem = history_problem() if study.session.info.keep else ""
    if problem:
        st.warning(problem, icon=":material/save:")
