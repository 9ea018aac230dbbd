"""Reading: a text read with the camera beside it, and afterwards the text with its marks."""

from __future__ import annotations

import streamlit as st

from app.parts.consent import ask_consent, needs_consent
from app.parts.engine import engine_or_stop
from app.parts.scroll import begin_at_the_top, note_next_step
from app.parts.sessions import session_of_address
from app.reading.open_text import open_text_of
from app.reading.reading import show_reading
from app.reading.result import show_result
from app.reading.setup import show_reopening, show_setup


def show_page() -> None:
    engine_or_stop()
    running = session_of_address("reading")
    if running is None:
        started = show_setup()
        if started is not None:
            st.query_params["reading"] = started.session_id
            note_next_step()
            st.rerun()
        return
    agreed = running.session.info.consent_version
    if agreed and not running.is_finished and needs_consent(agreed):
        ask_consent()
    elif running.reading is None:
        if show_reopening(running):
            note_next_step()
            st.rerun()
    elif running.is_finished:
        show_result(open_text_of(running))
    else:
        show_reading(running, open_text_of(running))


show_page()
begin_at_the_top()
