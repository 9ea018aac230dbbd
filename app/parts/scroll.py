"""To the top of the page, or to a place in it: for the eye and for the tab key."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.memory import PageMemory
from app.parts.streamlit_private import TO_A_PLACE, TO_THE_TOP

_to_a_place = st.components.v2.component("to_a_place", js=TO_A_PLACE)
_to_the_top = st.components.v2.component("to_the_top", js=TO_THE_TOP)


@dataclass(slots=True)
class StepMemory(PageMemory):
    """Of one tab.

    Attributes:
        step: How many steps were taken, over all pages.
    """

    step: int = 0


def note_next_step() -> None:
    """Let the page that comes next begin at its top."""
    StepMemory.of_tab().step += 1


def go_to_place(place: str, step: int) -> None:
    """Go to an element of the page, once for each step; step 0 goes nowhere.

    Args:
        place: Its id.
        step: Grows with each going there.
    """
    if step:
        _to_a_place(key="to_a_place", data={"place": place, "step": step}, height=1)


def begin_at_the_top() -> None:
    """Go to the top, once for each step. Call it last: above the video it would move it."""
    # On every run: the video asks for the next run before the browser has shown this one.
    if step := StepMemory.of_tab().step:
        _to_the_top(key="to_the_top", data={"step": step}, height=1)
