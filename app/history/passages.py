"""How the text of a kept session was read: its map, what was added to it, the way to the text."""

from __future__ import annotations

import streamlit as st

from app.parts.buttons import pressed
from app.parts.navigation import page_of
from app.parts.room import chart_room, kept_room
from app.parts.words import plain
from fer_core.charts.passages import MAP_CAPTION, passage_maps, passage_table
from fer_core.reading.highlights import Mark
from fer_core.storage.history import StoredSession
from fer_core.storage.store import SessionStore


def show_passages(store: SessionStore, stored: StoredSession) -> None:
    """Show the passages of a session that was about a text."""
    if stored.summary.text is None:
        return
    st.header("Passages")
    if not stored.passages:
        st.markdown("No passage was read.")
        return
    readings = [passage.reading for passage in stored.passages]
    estimates = {
        passage.reading.passage_id: passage.estimate
        for passage in stored.passages
        if passage.estimate is not None
    }
    marks = {}
    for passage in stored.passages:
        if passage.mark is not None:
            mark = Mark(passage.mark)
            marks[passage.reading.passage_id] = (mark.icon, mark.label, passage.why or "")
    sections = {passage.reading.passage_id: passage.section for passage in stored.passages}
    table = passage_table(readings, estimates, sections, marks)
    for key, alt, chart in passage_maps(table, store.learner.own_pace(stored)):
        with kept_room(f"{key}-room", chart_room(chart.height, titled=True)):
            st.altair_chart(chart, width="stretch", key=key, alt=alt)
    st.caption(MAP_CAPTION)
    with st.expander("Show as table"):
        st.dataframe(table, hide_index=True, alt="How each passage was read")
    show_notes(stored)
    label = (
        "See the text with its marks"
        if stored.document is not None
        else "Open the text again to see its marks"
    )
    if pressed(label, icon=":material/menu_book:", key="marked_text"):
        st.switch_page(page_of("reading"), query_params={"reading": stored.summary.session_id})


def show_notes(stored: StoredSession) -> None:
    """Show the learner's notes; highlighted words only where the text was kept."""
    if not stored.notes:
        return
    st.markdown("**Your highlights and notes**")
    numbers = {one.reading.passage_id: one.position + 1 for one in stored.passages}
    words = (
        {one.passage_id: one.text for one in stored.document.passages} if stored.document else {}
    )
    for note in sorted(stored.notes, key=lambda note: numbers.get(note.passage_id, 0)):
        said = [f"**Passage {numbers.get(note.passage_id, '?')}**"]
        if note.passage_id in words:
            said += [f"“{plain(quote)}”" for quote in note.quotes(words[note.passage_id])]
        elif note.sentences:
            count = len(note.sentences)
            said.append(f"{count} sentence{'s' if count > 1 else ''} highlighted")
        if note.note:
            said.append(plain(note.note))
        st.markdown(" · ".join(said))
