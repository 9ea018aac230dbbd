"""The sessions as cards, with the learner's days, a search and filters above them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.history.cards import show_card
from app.history.days import show_days
from app.history.memory import HistoryMemory
from app.parts.buttons import pressed
from app.parts.cards import CARDS
from app.parts.clock import now
from app.parts.navigation import page_of
from app.parts.results import UNTITLED
from app.parts.room import FIELD_ROOM, kept_room
from app.parts.words import plain
from fer_core.errors import SessionNotFound
from fer_core.sessions.outcome import in_minutes
from fer_core.storage.days import all_tags
from fer_core.storage.history import SessionSummary
from fer_core.storage.store import SessionStore

DAY_S = 86400.0
PERIODS: dict[str, float | None] = {
    "7 days": 7 * DAY_S,
    "30 days": 30 * DAY_S,
    "A year": 365 * DAY_S,
    "All": None,
}
KINDS = ("All", "With a text", "Without")
CARDS_PER_PAGE = 20
#: More tags than this in a row would push the sessions off the page.
TAGS_OFFERED = 12


def show_list(store: SessionStore) -> None:
    """Show days, filters and cards; opening a session goes to its own view."""
    st.html(CARDS)
    with st.container():  # keeps its place when empty, so that what is below is not drawn twice
        show_undo(store)
    sessions = store.sessions()
    if not sessions:
        st.info("Your history is empty.", icon=":material/history:")
        st.page_link(
            page_of("live"), label="Start your first session", icon=":material/play_arrow:"
        )
        return
    show_days(sessions)
    found = filtered(store, all_tags(sessions)[:TAGS_OFFERED])
    if not found:
        st.info("No session matches. Change the search or the filters.", icon=":material/search:")
        return
    count = "1 session" if len(found) == 1 else f"{len(found)} sessions"
    st.header(f"{count}, {in_minutes(sum(one.studied_s for one in found))} studied")
    show_cards(store, found)


def show_cards(store: SessionStore, found: Sequence[SessionSummary]) -> None:
    """Show the sessions, some at a time."""
    pages = -(-len(found) // CARDS_PER_PAGE)
    page = st.pagination(pages, key=f"cards-page-{pages}") if pages > 1 else 1
    first = (page - 1) * CARDS_PER_PAGE
    for number, session in enumerate(found[first : first + CARDS_PER_PAGE], start=first):
        show_card(store, session, number)


def filtered(store: SessionStore, tags: Sequence[str]) -> list[SessionSummary]:
    """Return the sessions that the filters let through.

    Args:
        store: The history.
        tags: Those to choose from.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with kept_room("search", FIELD_ROOM):
            search = st.text_input(
                "Search", placeholder="Title, goal, note, text or tag", key="history_search"
            )
        period = st.segmented_control(
            "Since", list(PERIODS), default="All", required=True, key="history_period"
        )
        kind = st.segmented_control("Kind", KINDS, default="All", required=True, key="history_kind")
    chosen = st.pills("Tags", tags, selection_mode="multi", key="history_tags") if tags else []
    length = PERIODS[str(period)]
    found = store.sessions(search=search, since=None if length is None else now() - length)
    if kind != "All":
        found = [one for one in found if (one.text is not None) == (kind == "With a text")]
    wanted = {tag.casefold() for tag in chosen}
    return [one for one in found if wanted <= {tag.casefold() for tag in one.tags}]


def show_undo(store: SessionStore) -> None:
    """Offer to bring back the session that was deleted last."""
    memory = HistoryMemory.of_tab()
    deleted = memory.deleted
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo"):
        title = plain(deleted.title) or UNTITLED
        st.markdown(f"Deleted: {title}. You can bring it back for 15 minutes.")
        if not pressed("Undo", icon=":material/undo:", key="undo_delete"):
            return
    memory.deleted = None
    try:
        store.undo_delete(deleted.session_id)
    except SessionNotFound:
        st.info("It is gone for good: the 15 minutes are over.", icon=":material/info:")
    else:
        st.rerun()
