"""A form for a card of the learner's own."""

from __future__ import annotations

import streamlit as st

from app.parts.buttons import submitted
from app.parts.clock import now
from app.parts.words import plain
from fer_core.recall.cards import GAP, CardKind, Source
from fer_core.recall.errors import CardError
from fer_core.recall.making import own_card
from fer_core.storage.cards import CardStore


def write_own(deck: CardStore, key: str, source: Source | None = None, answer: str = "") -> None:
    """Let the learner write a card.

    Args:
        deck: Where it goes.
        key: Names the form on its page.
        source: The passage it is about; None: none.
        answer: What the answer begins with, such as a sentence that was highlighted.
    """
    # The fields are empty after a card was added, and keep what could not be.
    written = st.session_state.setdefault(f"{key}-written", 0)
    with st.form(key):
        front = st.text_area(
            "Asks",
            placeholder=f"A question; or a sentence with {GAP} where the answer belongs",
            key=f"{key}-asks-{written}",
        )
        back = st.text_area("Answer", answer, key=f"{key}-answer-{written}-{answer}")
        added = submitted("Add the card", key=f"{key}-add", icon=":material/add:")
    if not added:
        return
    kind = CardKind.CLOZE if GAP in front else CardKind.OWN
    try:
        new = deck.add([own_card(front, back, now(), source=source, kind=kind)])
    except CardError as error:
        st.error(plain(error.message), icon=":material/error:")
        return
    st.session_state[f"{key}-written"] += 1
    words = "Added. It is due today." if new else "That card is there already."
    st.toast(words, icon=":material/school:")
    st.rerun()
