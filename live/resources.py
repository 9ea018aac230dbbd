"""What this process keeps for all tabs of the live pages: the history and the live sessions."""

from __future__ import annotations

import logging

import streamlit as st

from fer_core.config import Settings, get_settings
from fer_core.errors import FerError
from fer_core.storage.store import SessionStore
from live.clock import now
from live.sessions import LiveSessions

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def _sessions(settings: Settings) -> tuple[LiveSessions, str]:
    try:
        store = SessionStore.open(settings)
    except FerError as error:
        _log.warning("sessions are kept in memory only: %s", error.message)
        return LiveSessions(now), error.message
    return LiveSessions(now, store), ""


def live_sessions() -> LiveSessions:
    """Return the live sessions of this process."""
    return _sessions(get_settings())[0]


def history_problem() -> str:
    """Return why nothing is being saved, in words; empty while all is well."""
    sessions, problem = _sessions(get_settings())
    if problem:
        return problem
    status = sessions.store.status if sessions.store is not None else None
    return "" if status is None or status.saving else status.message
