"""One card: what it asks, its answer, and the passage that it comes from."""

from __future__ import annotations

import html
import re

import streamlit as st

from app.parts.navigation import page_of
from app.parts.words import plain
from app.review.memory import ReviewMemory
from fer_core.recall.cards import GAP, Card, CardKind
from fer_core.recall.free_recall import compare

_LARGE = "font-size:1.25rem;line-height:1.6;white-space:pre-line;overflow-wrap:anywhere"
_BLANK = '<span aria-label="gap" style="border-bottom:2px solid currentColor">&emsp;&emsp;</span>'


def ask(card: Card, memory: ReviewMemory) -> None:
    """Show the front, and what helps to answer it."""
    about = [card.kind.label.capitalize()]
    if card.source.text_title:
        about.append(plain(card.source.text_title))
    st.caption(" · ".join(about))
    front = html.escape(card.front).replace(GAP, _BLANK)
    st.html(f'<div dir="auto" style="{_LARGE}">{front}</div>')
    if card.choices:
        _offer_choices(card, memory)
    elif card.kind is CardKind.RECALL:
        st.text_area(
            "What you remember",
            key=written_key(card),
            height=140,
            disabled=memory.shown,
            placeholder="In your own words; then show the answer to compare.",
        )


def written_key(card: Card) -> str:
    """Return the key of the words that are written for a card; they are kept nowhere."""
    return f"written-{card.card_id}"


def _offer_choices(card: Card, memory: ReviewMemory) -> None:
    key = f"choice-{card.card_id}-{len(memory.steps)}"

    def take() -> None:
        memory.chosen = str(st.session_state[key] or "")
        memory.shown = True

    st.pills(
        "Choose one, or think of the answer and show it",
        card.choices,
        format_func=lambda choice: plain(str(choice)),
        key=key,
        on_change=take,
        disabled=memory.shown,
    )


def show_answer(card: Card, memory: ReviewMemory) -> None:
    """Show the back, and how it compares with what was said."""
    st.divider()
    if memory.chosen:
        if memory.chosen == card.back:
            st.markdown(":material/check: **Right.**")
        else:
            st.markdown(f":material/close: **Not right:** you chose {plain(memory.chosen)}.")
    if card.kind is CardKind.RECALL:
        _compare(card)
    answer = html.escape(card.back)
    if card.kind is CardKind.CLOZE:
        filled = html.escape(card.front).replace(GAP, f"<strong><u>{answer}</u></strong>", 1)
        st.html(f'<div dir="auto" style="{_LARGE}">{filled}</div>')
    else:
        st.html(f'<div dir="auto" style="{_LARGE}">{answer}</div>')


def _compare(card: Card) -> None:
    written = str(st.session_state.get(written_key(card)) or "")
    if not card.terms:
        return
    coverage = compare(written, card.terms)
    if not written.strip():
        st.markdown(f"Key terms: {plain(', '.join(card.terms))}.")
        return
    if coverage.covered:
        st.markdown(f":material/check: Covered: {plain(', '.join(coverage.covered))}.")
    if coverage.missing:
        st.markdown(f":material/remove: Not mentioned: {plain(', '.join(coverage.missing))}.")
    st.caption("Words are compared, not meaning: you grade yourself.")


def show_passage(card: Card) -> None:
    """Show the passage that the card comes from, and the way into its text."""
    source = card.source
    if not source.passage or (card.kind is CardKind.RECALL and not ReviewMemory.of_tab().shown):
        return
    with st.expander("See the passage in its text", icon=":material/menu_book:"):
        if not ReviewMemory.of_tab().shown:
            st.caption("It holds the answer.")
        words = html.escape(source.passage)
        sentence = html.escape(card.front.replace(GAP, card.back).strip())
        if card.kind is CardKind.CLOZE and sentence in words:
            words = words.replace(sentence, f"<mark>{sentence}</mark>", 1)
        words = re.sub(r"\n\s*\n", "</p><p>", words)
        st.html(
            '<div dir="auto" style="font-family:Georgia,serif;line-height:1.65;max-width:40em">'
            f"<p>{words}</p></div>"
        )
        if source.session_id:
            st.page_link(
                page_of("reading"),
                label="Open the text",
                icon=":material/open_in_new:",
                query_params={"reading": source.session_id},
            )
