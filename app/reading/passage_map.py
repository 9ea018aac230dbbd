"""The passage map: understanding and pace along the text; a click on a passage goes to it."""

from __future__ import annotations

import streamlit as st

from app.parts.room import FIELD_ROOM, chart_room, kept_room
from app.reading.memory import ReadingMemory
from app.reading.open_text import OpenText
from fer_core.charts.passages import CHOSEN, MAP_CAPTION, passage_maps, passage_table
from fer_core.live.reading_tracker import ReadingResult


def show_map(open_text: OpenText, result: ReadingResult) -> None:
    """Show the map; a passage that is chosen in it, or by its number, is gone to."""
    st.header("Passage map")
    marks = {one.passage_id: (one.mark.icon, one.mark.label, one.why) for one in result.highlights}
    sections = {one.passage_id: one.section for one in open_text.document.passages}
    table = passage_table(result.reading.passages, result.estimates, sections, marks)
    memory = ReadingMemory.of_tab()
    for key, alt, chart in passage_maps(table, result.reading.own):
        with kept_room(f"{key}-room", chart_room(chart.height, titled=True)):
            picked = st.altair_chart(chart, width="stretch", key=key, alt=alt, on_select="rerun")
        go_to_picked(memory, key, picked.selection.get(CHOSEN) or [])
    st.caption(f"{MAP_CAPTION} Click a passage to go to it.")
    last = len(open_text.document.passages)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with kept_room("passage-number", FIELD_ROOM):
            number = st.number_input("Go to passage", 1, last, value=None, key="go_to_passage")
        if number is not None and memory.numbered != number:
            memory.numbered = number
            memory.go_to(number)
        with st.popover("Show as table"):
            st.dataframe(table, hide_index=True, alt="How each passage was read")


def go_to_picked(memory: ReadingMemory, key: str, picked: list[dict[str, int]]) -> None:
    """Go to the passage that was clicked in a chart, once for each click."""
    number = picked[0].get("passage") if picked else None
    if number is not None and memory.picked.get(key) != number:
        memory.go_to(int(number))
    memory.picked[key] = number
