"""The text while it is read: scrolling, or one passage at a time with buttons."""

from __future__ import annotations

import streamlit as st

from app.live.clock import now
from app.parts.refresh import rerun_here
from app.reading.memory import ReadingMemory
from app.reading.passages import as_html, column
from app.reading.rooms import ReadingRoom, ReadingRooms
from app.reading.text_view import show_text
from fer_core.reading.attribution import own_pace
from fer_core.reading.visibility import LONGEST_REPORT_S


def show_reading_text(room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show the text in the way that the learner chose."""
    one_at_a_time = ReadingMemory.of_tab().one_at_a_time
    st.fragment(show_step if one_at_a_time else show_pages)(room, rooms)


def show_pages(room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show the scrolling text and take what it reports."""
    report = show_text(
        f"text-{room.session_id}",
        room.document,
        room.position,
        room.typography,
        room.marked,
        own_pace(room.session.profile.paces_wpm),
        room.reports,
    )
    if report is None:
        return
    place, marked = room.position, list(room.marked)
    room.take(room.reports.take(report, now()))
    if room.marked != marked:
        rooms.keep_marks(room)
    if room.position != place:
        rerun_here()


def show_step(room: ReadingRoom, rooms: ReadingRooms) -> None:
    """Show one passage with buttons; the time between two presses is its time."""
    passages = room.document.passages
    room.step = min(room.step, len(passages) - 1)
    passage = passages[room.step]
    if room.step_at is None:
        room.step_at = now()
    st.html(column(as_html(passage), room.typography))
    st.progress(room.step / len(passages), f"Passage {room.step + 1} of {len(passages)}")
    with st.container(horizontal=True):
        back = st.button("← Previous", disabled=room.step == 0, key="step_back")
        on = st.button(
            "Next →", type="primary", disabled=room.step == len(passages) - 1, key="step_on"
        )
        marked = passage.passage_id in room.marked
        mark = st.button("⭐ Not important" if marked else "⭐ Important", key="step_mark")
        lost = st.button("⛰️ Lost me here", key="step_lost")
    if not (back or on or mark or lost):
        return
    close_step(room)
    if mark:
        room.toggle_mark(passage.passage_id)
        rooms.keep_marks(room)
    if lost:
        room.lost_at(passage.passage_id)
        st.toast("Noted: you got lost here.")
    room.step += int(on) - int(back)
    rerun_here()


def close_step(room: ReadingRoom) -> None:
    """Count the time since the passage came up, a minute at most."""
    at = now()
    if room.step_at is not None:
        passage = room.document.passages[room.step]
        room.see({passage.passage_id: 1.0}, max(room.step_at, at - LONGEST_REPORT_S), at)
    room.step_at = at


def end_step(room: ReadingRoom) -> None:
    """Count what was on the screen until now."""
    if ReadingMemory.of_tab().one_at_a_time:
        close_step(room)
    else:
        room.see_until(now())
    room.step_at = None
