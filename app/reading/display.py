"""How the text is set, how its pages are turned, and the way to a heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from app.reading.memory import ReadingMemory
from app.reading.open_text import OpenText
from app.reading.text_view import Typography

SIZES = {"Small": 16, "Medium": 19, "Large": 23, "Larger": 28}
WIDTHS = {"Narrow": 28, "Medium": 36, "Wide": 48}
THEMES = {"Match app": "auto", "Light": "light", "Dark": "dark", "Sepia": "sepia"}

T = TypeVar("T")


def choose_display(open_text: OpenText) -> None:
    """Let size, width and colours be chosen, the way of turning pages, and a place to go to."""
    with st.popover("Text", icon=":material/text_fields:"):
        size = choose("Text size", SIZES, open_text.typography.size, "look_size")
        width = choose("Width", WIDTHS, open_text.typography.width, "look_width")
        theme = choose("Colours", THEMES, open_text.typography.theme, "look_theme")
        open_text.typography = Typography(size, width, theme)
        memory = ReadingMemory.of_tab()
        # Streamlit forgets a toggle that one run left out, such as when a session was elsewhere.
        memory.one_at_a_time = st.toggle(
            "One passage at a time, with buttons",
            memory.one_at_a_time,
            key="one_at_a_time",
            help="Also for browsers in which the scrolling text does not come up.",
        )
        show_contents(open_text)
        st.caption(
            "Keys: J or → next, K or ← previous, M important, L I'm lost, H highlight or note. "
            "Passages outside the reading band are dimmed. Only those in it are timed."
        )


def choose(label: str, options: Mapping[str, T], chosen: T, key: str) -> T:
    """Let one of some named values be chosen; return it.

    Args:
        label: What is chosen.
        options: The values by their names.
        chosen: The one that holds now.
        key: Of the widget.
    """
    names = list(options)
    current = next(name for name in names if options[name] == chosen)
    picked = st.segmented_control(label, names, default=current, required=True, key=key)
    return options[picked or current]


def show_contents(open_text: OpenText) -> None:
    """Show the headings, if there are any; choosing one goes there."""
    headed = [
        (passage.passage_id, heading)
        for passage in open_text.document.passages
        for heading in passage.headings
    ]
    if not headed:
        return
    chosen = st.selectbox(
        "Go to",
        range(len(headed)),
        index=None,
        format_func=lambda at: "\u2003" * (headed[at][1].level - 1) + headed[at][1].text,
        placeholder="Contents",
        key="contents",
    )
    memory = ReadingMemory.of_tab()
    if chosen is not None and memory.gone_to != chosen:
        open_text.jump(headed[chosen][0])
    memory.gone_to = chosen
