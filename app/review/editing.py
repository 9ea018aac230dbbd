"""Editing a card."""

from __future__ import annotations

import streamlit as st

from app.parts.words import plain
from app.review.memory import ReviewMemory
from fer_core.recall.cards import GAP, Card, CardKind
from fer_core.recall.errors import CardError
from fer_core.storage.cards import CardStore


def edit(deck: CardStore, card: Card) -> None:
    """Let front and back be changed; the schedule stays."""
    memory = ReviewMemory.of_tab()
    with st.form(f"edit-{card.card_id}"):
        front = st.text_area("Asks", card.front)
        if card.kind is CardKind.CLOZE:
            st.caption(f"{GAP} stands where the answer belongs.")
        back = st.text_area("Answer", card.back)
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save", type="primary", icon=":material/save:")
            left = st.form_submit_button("Leave it as it was")
    if saved:
        try:
            deck.edit(card.card_id, front, back)
        except CardError as error:
            st.error(plain(error.message), icon=":material/error:")
            return
    if saved or left:
        memory.editing = ""
        st.rerun()
