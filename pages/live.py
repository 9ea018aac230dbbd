"""Live: a study session with the camera, from consent to summary."""

from __future__ import annotations

import streamlit as st

from app.live.resources import study_of_address
from app.live.running import show_running
from app.live.setup import show_setup
from app.live.summary import show_summary
from app.parts.consent import ask_consent, needs_consent
from app.parts.engine import engine_or_stop
from app.parts.scroll import begin_at_the_top, note_next_step
from fer_core.sessions.snapshot import State


def show_page() -> None:
    engine = engine_or_stop()
    study = study_of_address("session")
    if study is None:
        started = show_setup(engine)
        if started is not None:
            st.query_params["session"] = started.session_id
            note_next_step()
            st.rerun()
    elif study.session.state is State.FINISHED:
        show_summary(study)
    elif needs_consent(study.session.info.consent_version):
        ask_consent()
    else:
        show_running(study)


show_page()
begin_at_the_top()
