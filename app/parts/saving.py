"""Says in time that a running session is not being saved, and takes it back when it is again."""

from __future__ import annotations

import streamlit as st

from app.parts.refresh import refreshed
from app.parts.sessions import history_problem
from app.parts.words import plain
from fer_core.live.running_session import RunningSession

#: A disk is full or a history locked for longer than this, or nobody needs to know.
EVERY_S = 5.0


def tell_of_history(running: RunningSession) -> None:
    """Show why a session is not being saved, as long as it is not."""
    if running.session.info.keep:
        refreshed(_show_problem, EVERY_S)()


def _show_problem() -> None:
    if problem := history_problem():
        st.warning(plain(problem), icon=":material/save:")
