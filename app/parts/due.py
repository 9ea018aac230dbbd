"""How many cards are due today, for other pages: they never fail for want of it."""

from __future__ import annotations

from datetime import tzinfo

import streamlit as st

from app.parts.navigation import page_of
from app.parts.sessions import session_registry
from fer_core.errors import FerError
from fer_core.time_zones import zone_named


def browser_zone() -> tzinfo | None:
    """Return the time zone of the learner's browser; None, this machine's, where it says none."""
    try:
        return zone_named(st.context.timezone)
    except FerError:
        return None


def browser_zone_name() -> str:
    """Return the name of the browser's time zone; empty where it says none that is known."""
    return "" if browser_zone() is None else str(st.context.timezone)


def due_count() -> int | None:
    """Return how many cards are left for today; None while the history cannot be read."""
    store = session_registry().history.store
    if store is None:
        return None
    try:
        return store.cards.count_due(browser_zone())
    except FerError:
        return None


def show_due() -> None:
    """Say how many cards are due and lead to them; show nothing where none is."""
    due = due_count()
    if due:
        st.page_link(
            page_of("review"),
            label=f"**{due} card{'s' if due != 1 else ''} to review today**",
            icon=":material/school:",
        )
