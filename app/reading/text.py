"""The text while it is read: scrolling, or one passage at a time with buttons."""

from __future__ import annotations

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.component_state import key_of_component
from app.parts.refresh import rerun_here
from app.parts.reports import PassageView
from app.parts.sessions import camera_of, session_registry
from app.parts.streamlit_requests import act_to_the_end
from app.reading.memory import ReadingMemory
from app.reading.notes import write_note
from app.reading.open_text import OpenText
from app.reading.passages import as_html, column
from app.reading.text_view import show_text
from fer_core.reading.pace import Pace
from fer_core.reading.visibility import LONGEST_REPORT_S
from fer_core.texts.document import Passage


def show_reading_text(open_text: OpenText) -> None:
    """Show the text in the way that the learner chose."""
    one_at_a_time = ReadingMemory.of_tab().one_at_a_time
    st.fragment(show_step if one_at_a_time else show_pages)(open_text)


def show_pages(open_text: OpenText) -> None:
    """Show the scrolling text and take what it reports."""
    report = show_text(
        key_of_component("text", open_text.running.session_id),
        open_text.document,
        open_text.position,
        open_text.typography,
        open_text.tracker.marked,
        open_text.lost,
        open_text.tracker.notes,
        Pace.of(open_text.session.profile.paces_wpm).wpm,
        open_text.reports,
    )
    place, added = open_text.position, (open_text.tracker.notes, open_text.lost)
    if report is not None:
        open_text.take(open_text.reports.take(report, now()))
    end_if_wanted(open_text)  # after what the text has just reported
    if open_text.position != place or (open_text.tracker.notes, open_text.lost) != added:
        rerun_here()


def show_step(open_text: OpenText) -> None:
    """Show one passage with buttons; the time between two presses is its time."""
    end_if_wanted(open_text)
    passages = open_text.document.passages
    open_text.step = min(open_text.step, len(passages) - 1)
    passage = passages[open_text.step]
    if open_text.step_at is None:
        open_text.step_at = now()
    note = open_text.tracker.note(passage.passage_id)
    st.html(column(as_html(passage, note), open_text.typography))
    st.progress(open_text.step / len(passages), f"Passage {open_text.step + 1} of {len(passages)}")
    buttons = st.container(horizontal=True)
    if passage.passage_id in open_text.lost:
        st.caption("⛰️ Noted: you got lost here.")
    write_note(open_text, passage)
    with buttons:
        press_step(open_text, passage)


def press_step(open_text: OpenText, passage: Passage) -> None:
    """Show what can be done with a passage, below it."""
    last = len(open_text.document.passages) - 1
    marked = passage.passage_id in open_text.tracker.marked
    if pressed("← Previous", disabled=open_text.step == 0, key="step_back"):
        close_step(open_text)
        open_text.step -= 1
    elif pressed("Next →", type="primary", disabled=open_text.step == last, key="step_on"):
        close_step(open_text)
        open_text.step += 1
    elif pressed("⭐ Not important" if marked else "⭐ Important", key="step_mark"):
        close_step(open_text)
        open_text.toggle_mark(passage.passage_id)
    elif pressed("⛰️ I'm lost", key="step_lost"):
        close_step(open_text)
        open_text.lost_at(passage.passage_id)
    else:
        return
    rerun_here()


def close_step(open_text: OpenText) -> None:
    """Count the time since the passage came up, a minute at most."""
    at = now()
    if open_text.step_at is not None:
        passage = open_text.document.passages[open_text.step]
        since = max(open_text.step_at, at - LONGEST_REPORT_S)
        open_text.see(PassageView(since, at, {passage.passage_id: 1.0}))
    open_text.step_at = at


def end_if_wanted(open_text: OpenText) -> None:
    """End the reading where that was pressed, above the text or at its end.

    The wish outlives the run that it came in: what interrupts that one would lose the click.
    """
    if not open_text.wants_to_finish:
        return
    act_to_the_end()
    open_text.wants_to_finish = False
    end_step(open_text)
    session_registry().finish(open_text.running)
    camera_of(open_text.running).close()
    st.rerun()


def end_step(open_text: OpenText) -> None:
    """Count what was on the screen until now."""
    if ReadingMemory.of_tab().one_at_a_time:
        close_step(open_text)
    else:
        open_text.see_until(now())
    open_text.step_at = None
