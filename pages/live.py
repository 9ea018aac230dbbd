"""Live: a study session, with the camera or without, from the plan to the result."""

from __future__ import annotations

import streamlit as st

from app.live.running import show_running
from app.live.setup import show_setup
from app.live.summary import show_summary
from app.parts.engine import engine_or_stop
from app.parts.scroll import begin_at_the_top, note_next_step
from app.parts.sessions import session_of_address


def show_page() -> None:
    engine_or_stop()
    running = session_of_address("session")
    if running is None:
        started = show_setup()
        if started is not None:
            st.query_params["session"] = started.session_id
            note_next_step()
            st.rerun()
    elif running.is_finished:
        show_summary(running)
    else:
        show_running(running)


show_page()
begin_at_the_top()
