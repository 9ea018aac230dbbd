"""Review: what was hard comes back, one card at a time, when it is about to be forgotten."""

from __future__ import annotations

import streamlit as st

from app.parts.sessions import history_problem, session_registry
from app.parts.words import plain
from app.review.deck import show_deck
from app.review.memory import ReviewMemory
from app.review.today import offer_undo, show_today
from app.review.week import show_week
from fer_core.errors import FerError
from fer_core.storage.cards import CardStore

TODAY, DECK, WEEK = "Due today", "All cards", "What came back"


def show_page() -> None:
    st.title("Review")
    store = session_registry().history.store
    problem = history_problem()
    if problem:
        st.warning(plain(problem), icon=":material/save:")
    if store is None:
        return
    try:
        show(store.cards)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")


def show(deck: CardStore) -> None:
    view = st.segmented_control(
        "View",
        [TODAY, DECK, WEEK],
        default=TODAY,
        required=True,
        key="review_view",
        label_visibility="collapsed",
    )
    memory = ReviewMemory.of_tab()
    news, memory.news = memory.news, ""
    if news:
        st.info(plain(news), icon=":material/info:")
    if view == DECK:
        offer_undo(deck)
        show_deck(deck)
    elif view == WEEK:
        show_week(deck)
    else:
        show_today(deck)


show_page()
