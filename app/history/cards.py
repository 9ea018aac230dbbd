"""A session as a card of the list: a click opens it; its menu renames or deletes it in place."""

from __future__ import annotations

import streamlit as st

from app.history.memory import Deleted, HistoryMemory
from app.history.words import state_of, when
from app.parts.buttons import pressed
from app.parts.limits import saved_within
from app.parts.results import UNTITLED
from app.parts.words import plain
from fer_core.sessions.outcome import in_minutes
from fer_core.storage.history import SessionSummary
from fer_core.storage.store import SessionStore

TITLE_LENGTH = 80
RENAME, COMPARE, DELETE = "Rename", "Compare", "Delete"


def show_card(store: SessionStore, session: SessionSummary, number: int) -> None:
    """Show one session.

    Args:
        store: Where it is kept.
        session: The session.
        number: Its place in the list, from 0.
    """
    memory = HistoryMemory.of_tab()
    with st.container(border=True, key=f"card-{number}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            if memory.renaming == session.session_id:
                rename(store, session)
            elif pressed(
                f"**{plain(session.info.title) or UNTITLED}**",
                key=f"open-{session.session_id}",
                type="tertiary",
                width="stretch",
            ):
                st.query_params["session"] = session.session_id
                st.rerun()
            with st.container(key=f"menu-{number}", width="content"):
                act(store, session)
        st.markdown(" · ".join(facts(session)))
        if session.note:
            st.caption(plain(session.note.splitlines()[0][:160]))


def facts(session: SessionSummary) -> list[str]:
    """Return what a card says of a session, in the order of reading."""
    found = [when(session.info.started_at), in_minutes(session.studied_s)]
    state = state_of(session)
    if state:
        found.append(f"**{state}**")
    if session.text is not None:
        icon = "smart_display" if session.text.is_video else "menu_book"
        found.append(f":material/{icon}: {plain(session.text.title)}")
    if session.info.goal:
        said = session.goal_outcome
        mark = f" {said.icon} {said.label}" if said else ""
        found.append(f":material/flag: {plain(session.info.goal)}{mark}")
    return [*found, *(f":gray-badge[{plain(tag)}]" for tag in session.tags)]


def act(store: SessionStore, session: SessionSummary) -> None:
    """Offer what can be done with a session without opening it."""
    memory = HistoryMemory.of_tab()
    chosen = st.menu_button(
        "More",
        [RENAME, COMPARE, DELETE],
        icon=":material/more_vert:",
        type="tertiary",
        key=f"do-{session.session_id}",
        help=f"More for {plain(session.info.title) or UNTITLED}",
    )
    if chosen == RENAME:
        memory.renaming = session.session_id
    elif chosen == COMPARE:
        memory.compared = (session.session_id, *memory.compared)[:2]
        st.toast("Added. See the tab Compare.")
    elif chosen == DELETE:
        store.delete(session.session_id)
        memory.deleted = Deleted(session.session_id, session.info.title)
    else:
        return
    st.rerun()


def rename(store: SessionStore, session: SessionSummary) -> None:
    """Let the title be changed where it stands; leaving the field saves it."""

    def save() -> None:
        store.rename(session.session_id, saved_within(st.session_state[key], TITLE_LENGTH))
        HistoryMemory.of_tab().renaming = ""

    key = f"title-{session.session_id}"
    st.text_input("Title", session.info.title, key=key, on_change=save)
    if pressed("Cancel", key=f"keep-title-{session.session_id}"):
        HistoryMemory.of_tab().renaming = ""
        st.rerun()
