"""Live: a study session with the camera, from consent to summary."""

from __future__ import annotations

import streamlit as st

from app_state import engine_or_stop, through_home
from fer_core.errors import FerError, SessionNotFound
from fer_core.study.snapshot import State
from fer_core.vision.engine import InferenceEngine
from live.resources import live_sessions
from live.running_view import show_running
from live.sessions import LiveStudy
from live.setup_view import show_setup
from live.summary_view import show_summary


def show_page() -> None:
    through_home()
    engine = engine_or_stop()
    study = current_study(engine)
    if study is None:
        started = show_setup(engine)
        if started is not None:
            st.query_params["session"] = started.session_id
            st.rerun()
    elif study.session.state is State.FINISHED:
        show_summary(study)
    else:
        show_running(study)


def current_study(engine: InferenceEngine) -> LiveStudy | None:
    """Return the session that the page's address names, so that a reload finds it again."""
    session_id = st.query_params.get("session")
    if not session_id:
        return None
    try:
        return live_sessions().get(engine, session_id)
    except SessionNotFound:
        del st.query_params["session"]
        st.info(
            "That session is no longer here. Sessions that were kept are in your history.",
            icon=":material/info:",
        )
    except FerError as error:
        st.error(error.message, icon=":material/error:")
        st.stop()
    return None


show_page()
