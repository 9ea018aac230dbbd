"""What is due today: one card at a time, by keyboard, each step with its way back."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from app.parts.clock import now
from app.parts.due import browser_zone
from app.parts.navigation import page_of
from app.review.card import ask, show_answer, show_passage
from app.review.editing import edit
from app.review.memory import ReviewMemory
from fer_core.recall.cards import Card, Rating
from fer_core.recall.errors import CardError, CardNotFound
from fer_core.recall.scheduling import Queue, wait_in_words, waits
from fer_core.storage.cards import CardStore
from fer_core.time_zones import day_of, start_of

_MEANINGS = {
    Rating.AGAIN: "did not come back",
    Rating.HARD: "with effort",
    Rating.GOOD: "came back",
    Rating.EASY: "at once",
}


def show_today(deck: CardStore) -> None:
    """Show the card that is next, or what to do where none is."""
    memory = ReviewMemory.of_tab()
    zone = browser_zone()
    queue = deck.due(zone)
    answered = deck.reviews(since=start_of(day_of(now(), zone), zone))
    show_progress(queue, len(answered))
    if not queue.ready:
        offer_undo(deck)
        show_nothing_due(queue)
        return
    # The card that is shown stays, whatever becomes due beside it.
    card = next((one for one in queue.ready if one.card_id == memory.card_id), queue.ready[0])
    memory.turn_to(card.card_id)
    if memory.editing == card.card_id:
        edit(deck, card)
        return
    with st.container(border=True, key="card"):
        ask(card, memory)
        if memory.shown:
            show_answer(card, memory)
    if memory.shown:
        offer_ratings(deck, card)
    else:
        st.button(
            "Show the answer",
            type="primary",
            shortcut="Space",
            key="show_answer",
            on_click=_show,
            width="stretch",
        )
    offer_changes(deck, card)
    show_passage(card)


def _show() -> None:
    ReviewMemory.of_tab().shown = True


def show_progress(queue: Queue, answered: int) -> None:
    left = queue.due_today
    if not left and not answered:
        return
    words = f"{answered} answered today, {left} left"
    if queue.later and queue.ready:
        words += f", {len(queue.later)} of them in some minutes"
    st.progress(answered / (answered + left), words)


def offer_ratings(deck: CardStore, card: Card) -> None:
    """Let the learner say how the answer came; each button says when the card comes back."""
    st.caption("How did the answer come? Keys 1 to 4.")
    zone = browser_zone()
    promised = waits(card.schedule, now(), zone)
    with st.container(horizontal=True, key="ratings"):
        for rating in Rating:
            st.button(
                f"{rating.label}: {wait_in_words(promised[rating])}",
                key=f"rate-{int(rating)}",
                help=_MEANINGS[rating],
                shortcut=str(int(rating)),
                on_click=_answer,
                args=(deck, card.card_id, rating),
            )


def _answer(deck: CardStore, card_id: str, rating: Rating) -> None:
    memory = ReviewMemory.of_tab()
    try:
        deck.answer(card_id, rating, browser_zone())
    except CardNotFound as error:  # dropped in another tab
        memory.news = error.message
    memory.done("answer", card_id)


def offer_changes(deck: CardStore, card: Card) -> None:
    """Offer to take back, to edit and to drop."""
    with st.container(horizontal=True, key="changes"):
        undo_button(deck)
        st.button(
            "Edit",
            icon=":material/edit:",
            shortcut="E",
            key="edit_card",
            type="tertiary",
            on_click=_edit,
            args=(card.card_id,),
        )
        st.button(
            "Drop",
            icon=":material/delete:",
            shortcut="D",
            key="drop_card",
            type="tertiary",
            help="The card does not come back. Undo brings it back for 15 minutes.",
            on_click=_drop,
            args=(deck, card.card_id),
        )


def _edit(card_id: str) -> None:
    ReviewMemory.of_tab().editing = card_id


def _drop(deck: CardStore, card_id: str) -> None:
    memory = ReviewMemory.of_tab()
    try:
        deck.drop(card_id)
    except CardNotFound as error:
        memory.news = error.message
        return
    memory.done("drop", card_id)


def offer_undo(deck: CardStore) -> None:
    if ReviewMemory.of_tab().steps:
        undo_button(deck)


def undo_button(deck: CardStore) -> None:
    st.button(
        "Undo",
        icon=":material/undo:",
        shortcut="U",
        key="undo",
        type="tertiary",
        disabled=not ReviewMemory.of_tab().steps,
        help="Takes back the last answer, or brings back the card that was dropped last.",
        on_click=_undo,
        args=(deck,),
    )


def _undo(deck: CardStore) -> None:
    memory = ReviewMemory.of_tab()
    if not memory.steps:
        return
    step = memory.steps.pop()
    try:
        if step.kind == "answer":
            deck.undo_answer(step.card_id)
        else:
            deck.undo_drop(step.card_id)
    except CardError as error:
        memory.news = error.message
        return
    memory.card_id, memory.shown, memory.chosen = step.card_id, step.kind == "answer", ""


def show_nothing_due(queue: Queue) -> None:
    """Say what to do where no card is ready."""
    if queue.later:
        first = queue.later[0].schedule.due_at - now()
        st.info(
            f"The next card comes back in {wait_in_words(first)}. Come back to this page then.",
            icon=":material/schedule:",
        )
        return
    if queue.next_at is not None:
        day = datetime.fromtimestamp(queue.next_at, browser_zone()).strftime("%A, %d %B")
        st.success(f"Done for today. The next card is due on {day}.", icon=":material/check:")
        return
    st.info(
        "There are no cards yet. Read a text to its end: below its result you can make cards of "
        "what was hard or skimmed. Or write one of your own, or bring some in from a file, above "
        "under “All cards”.",
        icon=":material/school:",
    )
    st.page_link(page_of("reading"), label="Read a text", icon=":material/menu_book:")
