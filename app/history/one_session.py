"""One session of the history: what it came to, its timeline, its text, its answers."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.history.memory import Deleted, HistoryMemory
from app.history.passages import show_passages
from app.history.words import state_of, when
from app.parts.buttons import pressed
from app.parts.limits import saved_within
from app.parts.markers import edit_markers
from app.parts.navigation import page_of
from app.parts.results import (
    UNTITLED,
    offer_downloads,
    result_of,
    show_looks,
    show_outcome,
)
from app.parts.room import kept_room, table_room
from app.parts.sessions import session_registry
from app.parts.start import go_on_with
from app.parts.timeline import draw_whole
from app.parts.watched import show_watched
from app.parts.words import plain
from fer_core.charts.timeline import clock_text
from fer_core.learner.probes import ProbeKind
from fer_core.sessions.markers import SessionMarkers
from fer_core.sessions.report import NOTE
from fer_core.storage.days import all_tags
from fer_core.storage.history import SessionSummary, StoredSession
from fer_core.storage.own_words import LONGEST_TAG, MOST_TAGS
from fer_core.storage.store import SessionStore

TITLE_LENGTH, NOTE_LENGTH = 80, 2000


def show_session(store: SessionStore, stored: StoredSession) -> None:
    """Show everything kept of a session, from top to bottom."""
    summary = stored.summary
    if pressed("← All sessions", key="back_to_list"):
        st.query_params.clear()
        st.rerun()
    show_heading(store, summary)
    if state_of(summary):
        offer_resuming(summary)
        return
    running = session_registry().get(summary.session_id)
    result = result_of(running)
    show_outcome(running, result)
    offer_next_steps(summary)
    st.header("Timeline")
    draw_whole(running.session)
    show_markers(stored)
    show_looks(running, result)
    if summary.text is not None and summary.text.is_video:
        show_watched(running)
    else:
        show_passages(store, stored)
    show_answers(stored)
    show_note(store, summary)
    st.header("Take it with you")
    offer_downloads(running, result, summary)
    offer_deleting(store, summary)
    st.caption(NOTE)


def show_heading(store: SessionStore, summary: SessionSummary) -> None:
    """Show title and tags, changed where they stand."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(summary.info.title) or UNTITLED, width="stretch")
        with st.popover("Edit", icon=":material/edit:", type="tertiary"):
            edit(store, summary)
    parts = [when(summary.info.started_at)]
    if state := state_of(summary):
        parts.append(state)
    if summary.text is not None:
        kind = "video" if summary.text.is_video else "text"
        parts.append(f"{kind}: {plain(summary.text.title)}")
    parts += [f":gray-badge[{plain(tag)}]" for tag in summary.tags]
    st.caption(" · ".join(parts))


def edit(store: SessionStore, summary: SessionSummary) -> None:
    """Let title and tags be changed; leaving a field saves it."""
    session_id = summary.session_id
    st.text_input(
        "Title",
        summary.info.title,
        key="new_title",
        on_change=lambda: store.rename(
            session_id, saved_within(st.session_state["new_title"], TITLE_LENGTH)
        ),
    )
    known = all_tags(store.sessions())
    st.multiselect(
        "Tags",
        [*summary.tags, *(tag for tag in known if tag not in summary.tags)],
        default=summary.tags,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder=f"Add a tag, up to {LONGEST_TAG} letters",
        key="tags",
        on_change=lambda: store.own_words.set_tags(session_id, st.session_state["tags"]),
    )


def offer_resuming(summary: SessionSummary) -> None:
    """Offer to go on with a session that was not finished."""
    page, name = ("reading", "reading") if is_reading(summary) else ("live", "session")
    st.info(
        f"This session is {state_of(summary)}: {clock_text(summary.studied_s)} studied so far.",
        icon=":material/pause:",
    )
    st.page_link(
        page_of(page),
        label="Continue",
        icon=":material/play_arrow:",
        query_params={name: summary.session_id},
    )


def is_reading(summary: SessionSummary) -> bool:
    """Tell a session on the page Reading from one on Live."""
    return summary.text is not None and not summary.text.is_video


def offer_next_steps(summary: SessionSummary) -> None:
    """Offer the way to a next session of the same kind."""
    page, label = ("live", "Start the next session")
    if is_reading(summary):
        page, label = ("reading", "Read another text")
    if pressed(
        label,
        icon=":material/play_arrow:",
        key="another",
    ):
        go_on_with(summary.info.title)
        st.switch_page(page_of(page))


def show_markers(stored: StoredSession) -> None:
    registry, summary = session_registry(), stored.summary

    def change(how: Callable[[SessionMarkers, float], object]) -> object:
        return registry.annotations.change_markers(registry.get_to_change(summary.session_id), how)

    edit_markers(stored.markers, summary.info.started_at, change)


def show_answers(stored: StoredSession) -> None:
    """Show what was asked and answered; nothing where nothing was asked."""
    given = [answer for answer, _ in stored.answers if not answer.skipped]
    skipped = len(stored.answers) - len(given)
    if not stored.answers:
        return
    st.header("Your answers")
    numbers = {
        passage.reading.passage_id: f"passage {passage.position + 1}" for passage in stored.passages
    }
    lines = []
    for answer in given:
        probe = answer.probe
        if probe.question is not None and answer.value is not None:
            right = answer.value == probe.question.correct
            said = f"{probe.question.choices[answer.value]} ({'right' if right else 'not right'})"
        else:
            said = f"{answer.value} of {probe.scale.high}"
        lines.append(
            {
                "At": clock_text(answer.answered_at - stored.summary.info.started_at),
                "Question": "" if answer.is_correction else probe.prompt,
                "About": numbers.get(probe.passage_id or "", "the moment"),
                "Your answer": said,
                "Kind": "your own mark" if answer.is_correction else kind_of(probe.kind),
            }
        )
    if lines:
        with kept_room("answers", table_room(len(lines))):
            st.dataframe(pd.DataFrame(lines), hide_index=True, alt="Questions and your answers")
    if skipped:
        st.caption(f"{skipped} skipped.")


def kind_of(kind: ProbeKind) -> str:
    return {
        ProbeKind.CLARITY: "clarity",
        ProbeKind.STRESS: "stress",
        ProbeKind.QUESTION: "question on the text",
        ProbeKind.RECALL: "review card",
    }[kind]


def show_note(store: SessionStore, summary: SessionSummary) -> None:
    """Let a note be written; leaving the field saves it."""

    def save() -> None:
        note = saved_within(st.session_state["note"], NOTE_LENGTH)
        store.set_note(summary.session_id, note)
        st.toast("Note saved.", icon=":material/check:")

    st.text_area(
        "Your note",
        summary.note,
        placeholder="What went well? What will you do differently?",
        key="note",
        on_change=save,
    )


def offer_deleting(store: SessionStore, summary: SessionSummary) -> None:
    if pressed("Delete this session", icon=":material/delete:", key="delete_session"):
        store.delete(summary.session_id)
        HistoryMemory.of_tab().deleted = Deleted(summary.session_id, summary.info.title)
        st.query_params.clear()
        st.rerun()
