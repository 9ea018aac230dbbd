"""After reading: cards of what was hard or skimmed, and of one's own. Called by the result page."""

from __future__ import annotations

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.navigation import page_of
from app.parts.own_card import write_own
from app.parts.sessions import session_registry
from app.parts.words import plain
from app.reading.open_text import OpenText
from fer_core.errors import FerError
from fer_core.live.card_making import make_session_cards, passages_to_review, source_of
from fer_core.live.reading_tracker import ReadingResult
from fer_core.storage.cards import CardStore
from fer_core.texts.document import Passage

_FIRST_WORDS = 8


def offer_cards(open_text: OpenText, result: ReadingResult) -> None:
    """Offer review cards of a text that was read; where there is no history, say so."""
    st.header("Make review cards")
    store = session_registry().history.store
    if store is None:
        st.markdown("Cards are kept in the history, which cannot be used now.")
        return
    passages = open_text.document.passages
    hard = passages_to_review(result)
    st.markdown(
        "Questions about what was hard or skimmed, which come back on the Review page when they "
        "are about to be forgotten. Choose other passages if you like."
    )
    chosen = st.multiselect(
        "Passages",
        [passage.passage_id for passage in passages],
        default=list(hard),
        format_func=lambda name: _label(passages, str(name)),
        key="card_passages",
        placeholder="Choose passages",
    )
    if pressed(
        "Make review cards",
        icon=":material/school:",
        key="make_cards",
        disabled=not chosen,
    ):
        make(store.cards, open_text, chosen)
    st.caption(
        "A card keeps the words of its passage in your history, on this machine, also where the "
        "text itself is not kept. You can edit or drop each card."
    )
    with st.expander("Write a card of your own"):
        _offer_own_card(store.cards, open_text)


def make(deck: CardStore, open_text: OpenText, passage_ids: list[str]) -> None:
    """Make the cards and say how many; making them again adds nothing."""
    try:
        cards = make_session_cards(open_text.running, now(), passage_ids)
        new = deck.add(cards)
    except FerError as error:
        st.error(plain(error.message), icon=":material/error:")
        return
    if not cards:
        st.info(
            "These passages give no questions: they are too short, or in a language that is not "
            "known here. Write a card of your own.",
            icon=":material/info:",
        )
        return
    known = len(cards) - new
    there = f" {known} were there already." if known else ""
    st.success(f"{new} cards made, due today.{there}", icon=":material/check:")
    st.page_link(page_of("review"), label="Review them", icon=":material/school:")


def _offer_own_card(deck: CardStore, open_text: OpenText) -> None:
    passages = open_text.document.passages
    name = st.selectbox(
        "About",
        [passage.passage_id for passage in passages],
        format_func=lambda one: _label(passages, str(one)),
        key="own_card_passage",
    )
    passage = next(one for one in passages if one.passage_id == name)
    quotes = open_text.tracker.note(passage.passage_id).quotes(passage.text)
    quote = ""
    if quotes:
        quote = str(
            st.selectbox(
                "What you highlighted there", quotes, key=f"own_card_quote-{passage.passage_id}"
            )
        )
    # The key names the words it begins with: another highlight begins another form.
    key = f"own_card-{passage.passage_id}-{quotes.index(quote) if quote else 0}"
    write_own(deck, key, source_of(open_text.running, passage.passage_id), quote)


def _label(passages: tuple[Passage, ...], passage_id: str) -> str:
    passage = next(one for one in passages if one.passage_id == passage_id)
    words = passage.text.split()
    return f"{passage.index + 1}: {plain(' '.join(words[:_FIRST_WORDS]))} …"
