"""Two sessions beside each other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.history.memory import HistoryMemory
from app.history.words import in_words, when
from app.parts.results import UNTITLED, result_of, show_figures
from app.parts.sessions import session_registry
from app.parts.timeline import draw_whole
from app.parts.words import plain
from fer_core.sessions.snapshot import State
from fer_core.storage.history import SessionSummary


def show_side_by_side(sessions: Sequence[SessionSummary]) -> None:
    """Let two finished sessions be chosen, and show them beside each other.

    Args:
        sessions: At least two, the latest first.
    """
    finished = {one.session_id: one for one in sessions if one.state is State.FINISHED}
    if len(finished) < 2:
        return
    st.header("Two sessions side by side")
    names = list(finished)
    asked = [name for name in HistoryMemory.of_tab().compared if name in finished]
    # Without a wish: the latest on the right, the one before it on the left, as time runs.
    asked = [*asked, *(name for name in reversed(names[:2]) if name not in asked)][:2]
    columns = st.columns(2, gap="large")
    for number, column in enumerate(columns):
        side, chosen = ("Left", "Right")[number], asked[number]
        with column:
            name = st.selectbox(
                f"{side} session",
                names,
                index=names.index(chosen),
                format_func=lambda name: title_of(finished[name]),
                key=f"beside-{side}-{chosen}",
            )
            show_one(finished[name], side)


def title_of(session: SessionSummary) -> str:
    """Return what tells a session from the others in a menu."""
    return f"{session.info.title or UNTITLED}, {when(session.info.started_at)}"


def show_one(session: SessionSummary, side: str) -> None:
    """Show one of the two: its first sentence, its figures, its timeline."""
    running = session_registry().get(session.session_id)
    result = result_of(running)
    st.markdown(f"**{plain(result.outcome.happened)}**")
    show_figures(result, f"figures-{side}")
    st.markdown(
        f"Understanding {in_words(session.comprehension)} · Stress {in_words(session.stress)}"
    )
    draw_whole(running.session, f"beside-{side}")
