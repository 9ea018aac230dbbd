"""All cards: find, edit, drop, write, take along and bring in."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.downloads import offer_file
from app.parts.due import browser_zone
from app.parts.own_card import write_own
from app.parts.words import plain
from app.review.editing import edit
from app.review.memory import ReviewMemory
from fer_core.recall.anki import from_anki, to_anki
from fer_core.recall.cards import Card
from fer_core.recall.errors import CardError
from fer_core.recall.exchange import LARGEST_FILE_BYTES, from_csv, to_csv
from fer_core.spreadsheet import ENCODING
from fer_core.storage.cards import CardStore

CARDS_AT_ONCE = 20


def show_deck(deck: CardStore) -> None:
    """Show the deck, from top to bottom."""
    search = st.text_input("Search", placeholder="Words of a card or its text", key="card_search")
    cards = deck.all(search=search)
    if cards:
        show_cards(deck, cards)
    elif search:
        st.info("No card has these words.", icon=":material/search:")
    else:
        st.info("There are no cards yet. Write one, or bring some in.", icon=":material/school:")
    st.header("Write a card")
    write_own(deck, "own_card")
    st.header("Take cards along, bring cards in")
    offer_files(deck)


def show_cards(deck: CardStore, cards: list[Card]) -> None:
    pages = -(-len(cards) // CARDS_AT_ONCE)
    page = 1
    if pages > 1:
        page = st.number_input(f"Page, of {pages}", 1, pages, 1, key="card_page")
    st.caption(f"{len(cards)} card{'s' if len(cards) != 1 else ''}, the latest first.")
    for card in cards[(page - 1) * CARDS_AT_ONCE : page * CARDS_AT_ONCE]:
        with st.expander(plain(card.front)):
            show_line(deck, card)


def show_line(deck: CardStore, card: Card) -> None:
    memory = ReviewMemory.of_tab()
    if memory.editing == card.card_id:
        edit(deck, card)
        return
    st.markdown(f"**Answer:** {plain(card.back)}")
    due = datetime.fromtimestamp(card.schedule.due_at, browser_zone()).strftime("%Y-%m-%d")
    about = [card.kind.label, f"due {due}"]
    if card.source.text_title:
        about.append(plain(card.source.text_title))
    st.caption(" · ".join(about))
    with st.container(horizontal=True):
        if pressed("Edit", icon=":material/edit:", key=f"edit-line-{card.card_id}"):
            memory.editing = card.card_id
            st.rerun()
        if pressed("Drop", icon=":material/delete:", key=f"drop-line-{card.card_id}"):
            deck.drop(card.card_id)
            memory.done("drop", card.card_id)
            st.rerun()


def offer_files(deck: CardStore) -> None:
    cards = deck.all()[::-1]
    day = datetime.fromtimestamp(now(), browser_zone()).strftime("%Y-%m-%d")
    with st.container(horizontal=True):
        offer_file(
            "Table (CSV)",
            lambda: to_csv(cards).encode(ENCODING),
            f"cards-{day}.csv",
            "text/csv",
            icon="table",
            disabled=not cards,
            key="cards_csv",
        )
        offer_file(
            "For Anki (text)",
            lambda: to_anki(cards).encode(),
            f"cards-{day}.txt",
            "text/plain",
            icon="description",
            disabled=not cards,
            key="cards_anki",
        )
    st.caption(
        "In Anki choose File, Import; Anki asks gaps without choices. The table keeps when each "
        "card is due. Your answers are in the ZIP of the History page."
    )
    file = st.file_uploader(
        "A table with the columns front and back (CSV), or Anki's “Notes in Plain Text” (TXT)",
        type=["csv", "tsv", "txt"],
        max_upload_size=LARGEST_FILE_BYTES // 1_000_000,
        key="card_file",
    )
    if file is not None and pressed("Import it", icon=":material/upload:", key="import_cards"):
        bring_in(deck, file.name, file.getvalue())


def bring_in(deck: CardStore, name: str, data: bytes) -> None:
    """Import a file and say what came of it."""
    read = from_anki if name.casefold().endswith(".txt") else from_csv
    try:
        imported = read(data, now())
    except CardError as error:
        st.error(plain(error.message), icon=":material/error:")
        return
    new = deck.add(imported.cards)
    known = len(imported.cards) - new
    words = f"{new} new card{'s' if new != 1 else ''} came in, {known} were here already."
    if imported.left_out:
        words += f" {imported.left_out} notes without words, such as pictures, were left out."
    ReviewMemory.of_tab().news = words
    st.rerun()
