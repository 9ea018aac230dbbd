"""What this process keeps for all tabs: the running sessions and their cameras."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from app.parts.camera import LiveCamera
from app.parts.clock import now
from app.parts.engine import engine_or_stop
from app.parts.preferences import preferences
from app.parts.retention import erase_older
from app.parts.words import plain
from fer_core.charts.timeline import clock_text
from fer_core.config import Settings, get_settings
from fer_core.errors import FerError, SessionNotFound, StorageError
from fer_core.live.per_session import PerSession
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession

#: Sessions left open that are offered at once.
MOST_OFFERED = 3


@st.cache_resource(show_spinner=False, on_release=lambda registry: registry.close())
def _registry(settings: Settings) -> SessionRegistry:
    registry = SessionRegistry.open(settings, now)
    registry.watch()
    with suppress(StorageError):  # the pages say what is wrong with the history
        erase_older(registry, preferences().keep_days)
    return registry


def session_registry() -> SessionRegistry:
    """Return the running sessions of this process."""
    return _registry(get_settings())


def history_problem() -> str:
    """Return why nothing is being saved, in words; empty while all is well."""
    status = session_registry().history.status
    return "" if status.saving else status.message


def unfinished_sessions() -> list[tuple[RunningSession, str]]:
    """Return the sessions that were left open with the time studied, the newest first, three.

    None where others than this machine can see the page.
    """
    address = st.get_option("server.address")
    if not address or not get_settings().is_loopback(str(address)):
        return []
    registry = session_registry()
    unfinished = [running for running in registry.running() if not running.is_finished]
    unfinished.sort(key=lambda running: running.session.info.started_at, reverse=True)
    at = registry.clock()
    return [
        (running, clock_text(running.session.totals(at).studied_s))
        for running in unfinished[:MOST_OFFERED]
    ]


def session_of_address(parameter: str) -> RunningSession | None:
    """Return the session that the page's address names, so that a reload finds it again.

    Args:
        parameter: Of the address, such as "session" in `?session=1f3a`.
    """
    session_id = st.query_params.get(parameter)
    if not session_id:
        return None
    try:
        return session_registry().get_to_change(session_id)
    except SessionNotFound:
        del st.query_params[parameter]
        st.info(
            "That session is no longer here. Sessions that were kept are in your history.",
            icon=":material/info:",
        )
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
        st.stop()
    return None


@st.cache_resource(show_spinner=False)
def _cameras() -> PerSession[LiveCamera]:
    return PerSession(lambda running: LiveCamera(engine_or_stop(), running, now), LiveCamera.close)


def camera_of(running: RunningSession) -> LiveCamera:
    """Return a session's camera; it leaves the engine when the session is let go."""
    return _cameras().of(running)
