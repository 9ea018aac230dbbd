"""After reading: what it came to, what to read again, the map, the text with its marks."""

from __future__ import annotations

import streamlit as st

from app.parts.buttons import pressed
from app.parts.downloads import offer_file
from app.parts.results import FIGURES_ROOM, offer_downloads, result_of, show_outcome
from app.parts.room import kept_room
from app.parts.scroll import go_to_place, note_next_step
from app.parts.sessions import history_problem, session_registry
from app.parts.words import plain
from app.reading.cards import make, offer_cards
from app.reading.marked_text import show_marked_text
from app.reading.memory import ReadingMemory
from app.reading.notes import show_notes
from app.reading.open_text import OpenText
from app.reading.passage_map import show_map
from fer_core.charts.timeline import clock_text
from fer_core.live.card_making import passages_to_review
from fer_core.live.reading_tracker import ReadingResult
from fer_core.sessions.report import NOTE
from fer_core.sessions.reread import RereadItem, reread_items, to_html, to_json, to_markdown
from fer_core.texts.document import Document

#: Passages named one by one; a text that was skimmed whole would fill pages.
NAMED = 12
#: Seconds of reading from which a pace says something: a glance at four lines is no 849 words.
PACE_FROM_S = 10


def show_result(open_text: OpenText) -> None:
    """Show what reading a text came to, from top to bottom."""
    document = open_text.document
    result = open_text.tracker.result()
    summed = result_of(open_text.running)
    st.title(plain(document.title))
    st.markdown("Done. Here's how you read it.")
    problem = history_problem() if open_text.session.info.keep else ""
    if problem:
        st.warning(plain(problem), icon=":material/save:")
    show_outcome(open_text.running, summed)
    items = reread_items(document, result.highlights)
    offer_next_steps(open_text, result, items)
    show_totals(result)
    seen = any(reading.seen for reading in result.reading.passages)
    if not seen:
        st.info(
            "No passage was on the screen long enough to say anything.",
            icon=":material/visibility_off:",
        )
    else:
        offer_rereading(document, items)
        show_map(open_text, result)
    show_marked_text(open_text, result)
    if seen:
        offer_cards(open_text, result)
    show_notes(open_text)
    st.header("Take it with you")
    offer_downloads(open_text.running, summed)
    st.caption(f"**How good the estimates are.** {plain(result.evaluation.sentence)}")
    st.caption(NOTE)
    memory = ReadingMemory.of_tab()
    go_to_place(f"passage-{memory.result_at}", memory.result_step)


def offer_next_steps(open_text: OpenText, result: ReadingResult, items: list[RereadItem]) -> None:
    """Offer to go to the passages to read again, to review them, and to read another text."""
    store = session_registry().history.store
    hard = list(passages_to_review(result))
    with st.container(horizontal=True):
        if items:
            st.button(
                "Reread these now",
                type="primary",
                icon=":material/replay:",
                key="reread_now",
                on_click=lambda: ReadingMemory.of_tab().go_to(items[0].passage.index + 1),
            )
        if (
            store is not None
            and hard
            and pressed("Make review cards of them", icon=":material/school:", key="review_them")
        ):
            make(store.cards, open_text, hard)
        if pressed("Read another text", icon=":material/add:", key="read_another"):
            st.query_params.clear()
            note_next_step()
            ReadingMemory.of_tab().close_text()
            st.rerun()


def show_totals(result: ReadingResult) -> None:
    """Show what the text took: time, passages, this session's pace beside the usual one."""
    readings = result.reading.passages
    read = [reading for reading in readings if reading.visits]
    seconds = sum(one.seconds for one in read)
    words = sum(one.words for one in read)
    own = result.reading.own
    usual = f"usually {own.wpm:.0f}" if own.is_own else f"{own.wpm:.0f} is usual for people"
    with kept_room("totals", FIGURES_ROOM, horizontal=True):
        st.metric("Reading time", clock_text(seconds))
        st.metric("Passages read", f"{len(read)} of {len(readings)}")
        st.metric(
            "Words a minute",
            f"{60 * words / seconds:.0f}" if seconds >= PACE_FROM_S else "–",
            f"after {PACE_FROM_S} s of reading" if seconds < PACE_FROM_S else usual,
            delta_color="off",
            delta_arrow="off",
        )


def offer_rereading(document: Document, items: list[RereadItem]) -> None:
    """List what to read again, each a step to its place in the text, and offer it as a file."""
    st.header("Reread these")
    if not items:
        st.markdown("Nothing stood out: no passage was hard for you or skimmed.")
        return
    memory = ReadingMemory.of_tab()
    for item in items[:NAMED]:
        number = item.passage.index + 1
        where = f", {item.passage.section}" if item.passage.section else ""
        first = " ".join(item.passage.text.split()[:12])
        mark = item.highlight.mark
        st.button(
            f"{mark.icon} **Passage {number}**{plain(where)} · {mark.label} · “{plain(first)} …”",
            type="tertiary",
            key=f"reread-{number}",
            on_click=memory.go_to,
            args=(number,),
        )
    if len(items) > NAMED:
        st.caption(f"And {len(items) - NAMED} more, marked in the text and in the files below.")
    with st.container(horizontal=True):
        for label, content, ending, mime in (
            ("Markdown", to_markdown(document, items), "md", "text/markdown"),
            ("HTML", to_html(document, items), "html", "text/html"),
            ("JSON", to_json(document, items), "json", "application/json"),
        ):
            offer_file(
                label,
                content.encode(),
                f"reread.{ending}",
                mime,
                key=f"reread-{ending}",
            )
