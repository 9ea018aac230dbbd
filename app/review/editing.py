"""Editing a card."""

from __future__ import annotations

import streamlit as st

from app.parts.buttons import submitted
from app.parts.words import plain
from app.review.memory import ReviewMemory
from fer_core.recall.cards import GAP, Card, CardKind
from fer_core.recall.errors import CardError
from fer_core.storage.cards import CardStore


def edit(deck: CardStore, card: Card) -> None:
    """Let front and back be changed; the schedule stays."""
    with st.form(f"edit-{card.card_id}"):
        front = st.text_area("Asks", card.front)
        if card.kind is CardKind.CLOZE:
            st.caption(f"{GAP} stands where the answer belongs.")
        back = st.text_area("Answer", card.back)
        problems = st.container()
        with st.container(horizontal=True):
            if submitted("Save", key="save_card", type="primary", icon=":material/save:"):
                try:
                    deck.edit(card.card_id, front, back)
                except CardError as error:
                    problems.error(plain(error.message), icon=":material/error:")
                else:
                    _leave()
            if submitted("Leave it as it was", key="leave_card"):
                _leave()


def _leave() -> None:
    ReviewMemory.of_tab().editing = ""
    st.rerun()
