"""What this process keeps for all tabs: the running sessions and their cameras."""

from __future__ import annotations

import streamlit as st

from app.parts.camera import LiveCamera
from app.parts.clock import now
from app.parts.engine import engine_or_stop
from app.parts.words import plain
from fer_core.config import Settings, get_settings
from fer_core.errors import FerError, SessionNotFound
from fer_core.live.per_session import PerSession
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession


@st.cache_resource(show_spinner=False, on_release=lambda registry: registry.close())
def _registry(settings: Settings) -> SessionRegistry:
    registry = SessionRegistry.open(settings, now)
    registry.watch()
    return registry


def session_registry() -> SessionRegistry:
    """Return the running sessions of this process."""
    return _registry(get_settings())


def history_problem() -> str:
    """Return why nothing is being saved, in words; empty while all is well."""
    status = session_registry().history.status
    return "" if status.saving else status.message


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
