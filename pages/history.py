"""History: every session that was kept, to look at, compare, take along and erase."""

from __future__ import annotations

import streamlit as st

from app.history.comparisons import show_comparisons
from app.history.learner import show_learner
from app.history.one_session import show_session
from app.history.own_data import show_data
from app.history.session_list import show_list
from app.parts.sessions import history_problem, session_registry
from app.parts.words import plain
from fer_core.errors import FerError, SessionNotFound
from fer_core.storage.store import SessionStore


def show_page() -> None:
    store = session_registry().history.store
    problem = history_problem()
    if problem:
        st.warning(problem, icon=":material/save:")
    if store is None:
        return
    try:
        show(store)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")


def show(store: SessionStore) -> None:
    session_id = st.query_params.get("session")
    if session_id:
        store.save_now()
        try:
            stored = store.load(session_id)
        except SessionNotFound:
            st.info("That session is not in the history.", icon=":material/info:")
            st.query_params.clear()
        else:
            show_session(store, stored)
            return
    st.title("History")
    st.markdown("Your saved sessions, on this computer only.")
    sessions, comparisons, learner, data = st.tabs(
        ["Sessions", "Compare", "Your profile", "Your data"], key="history_tab", on_change="rerun"
    )
    with sessions:
        show_list(store)
    with comparisons:
        if comparisons.open:  # two whole sessions are read for it
            show_comparisons(store)
    with learner:
        show_learner(store)
    with data:
        show_data(store)


show_page()
