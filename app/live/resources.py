"""What this process keeps for all tabs of the live pages: the history and the live sessions."""

from __future__ import annotations

import logging

import streamlit as st

from app.live.clock import now
from app.live.sessions import LiveSessions, LiveStudy
from app.parts.engine import engine_or_stop
from fer_core.config import Settings, get_settings
from fer_core.errors import FerError, SessionNotFound
from fer_core.storage.store import SessionStore

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False, on_release=lambda kept: kept[0].close())
def _sessions(settings: Settings) -> tuple[LiveSessions, str]:
    store, problem = None, ""
    try:
        store = SessionStore.open(settings)
    except FerError as error:
        _log.warning("sessions are kept in memory only: %s", error.message)
        problem = error.message
    sessions = LiveSessions(now, store)
    sessions.watch()
    return sessions, problem


def live_sessions() -> LiveSessions:
    """Return the live sessions of this process."""
    sessions, _ = _sessions(get_settings())
    if sessions.idle:
        now.catch_up()
    return sessions


def history_problem() -> str:
    """Return why nothing is being saved, in words; empty while all is well."""
    sessions, problem = _sessions(get_settings())
    if problem:
        return problem
    status = sessions.store.status if sessions.store is not None else None
    return "" if status is None or status.saving else status.message


def study_of_address(parameter: str) -> LiveStudy | None:
    """Return the session that the page's address names, so that a reload finds it again.

    Args:
        parameter: Of the address, such as "session" in `?session=1f3a`.
    """
    session_id = st.query_params.get(parameter)
    if not session_id:
        return None
    try:
        return live_sessions().get(engine_or_stop(), session_id)
    except SessionNotFound:
        del st.query_params[parameter]
        st.info(
            "That session is no longer here. Sessions that were kept are in your history.",
            icon=":material/info:",
        )
    except FerError as error:
        st.error(error.message, icon=":material/error:")
        st.stop()
    return None
