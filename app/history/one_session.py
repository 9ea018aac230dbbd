"""One session of the history: its timeline, its passages, its answers; rename, note, delete."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.history.memory import Deleted, HistoryMemory
from app.history.session_list import in_words, state_of, when
from app.parts.navigation import page_of
from app.parts.timeline import explain_missing, show_timeline
from app.parts.words import plain
from fer_core.charts import timeline
from fer_core.charts.passages import MAP_CAPTION, comprehension_map, pace_map, passage_table
from fer_core.learner.probes import ProbeKind
from fer_core.reading.highlights import Mark
from fer_core.sessions.report import NOTE
from fer_core.sessions.snapshot import State
from fer_core.storage.history import SessionSummary, StoredSession
from fer_core.storage.store import SessionStore

TITLE_LENGTH, NOTE_LENGTH = 80, 2000


def show_session(store: SessionStore, stored: StoredSession) -> None:
    """Show everything kept of a session, from top to bottom."""
    summary = stored.summary
    if st.button("← All sessions", key="back_to_list"):
        st.query_params.clear()
        st.rerun()
    st.title(plain(summary.info.title) or "Study session")
    parts = [when(summary.info.started_at), state_of(summary)]
    if summary.text is not None:
        parts.append(f"text: {plain(summary.text.title)}")
    if summary.info.goal:
        parts.append(f"goal: {plain(summary.info.goal)}")
    st.caption(" · ".join(parts))
    offer_resuming(summary)
    show_figures(stored)
    draw_timeline(stored)
    show_passages(store, stored)
    show_answers(stored)
    change(store, summary)
    st.caption(NOTE)


def offer_resuming(summary: SessionSummary) -> None:
    if summary.state is State.FINISHED:
        return
    page, name = ("reading", "reading") if summary.text is not None else ("live", "session")
    st.info("This session was not finished.", icon=":material/pause:")
    st.page_link(
        page_of(page),
        label="Go on with it",
        icon=":material/play_arrow:",
        query_params={name: summary.session_id},
    )


def show_figures(stored: StoredSession) -> None:
    summary = stored.summary
    with st.container(horizontal=True):
        st.metric("Studied", timeline.clock_text(summary.studied_s))
        st.metric("Away", timeline.clock_text(summary.away_s))
        st.metric("Rests", summary.breaks)
        st.metric("Comprehension", in_words(summary.comprehension))
        st.metric("Stress", in_words(summary.stress))


def draw_timeline(stored: StoredSession) -> None:
    st.subheader("Timeline")
    started = stored.summary.info.started_at
    end = started + stored.summary.elapsed_s
    tables = timeline.live_tables(stored.rows, stored.events, started, end, None)
    if tables.shares.empty and tables.lines.empty:
        st.markdown("The camera gave nothing in this session, so there is no line to draw.")
        return
    show_timeline(tables, "stored")
    explain_missing(stored.rows)


def show_passages(store: SessionStore, stored: StoredSession) -> None:
    if stored.summary.text is None:
        return
    st.subheader("Passages")
    if not stored.passages:
        st.markdown("How the passages were read is worked out when a session is finished.")
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
    st.altair_chart(
        comprehension_map(table), width="stretch", key="map", alt="Comprehension by passage"
    )
    st.altair_chart(
        pace_map(table, store.own_wpm(stored)),
        width="stretch",
        key="pace",
        alt="Pace by passage",
    )
    st.caption(MAP_CAPTION)
    with st.expander("The same as a table"):
        st.dataframe(table, hide_index=True, alt="How each passage was read")
    label = (
        "See the text with its marks"
        if stored.document is not None
        else "Open the text again, to see its marks in it"
    )
    if st.button(label, icon=":material/menu_book:", key="marked_text"):
        st.switch_page(page_of("reading"), query_params={"reading": stored.summary.session_id})


def show_answers(stored: StoredSession) -> None:
    st.subheader("Your answers")
    given = [answer for answer, _ in stored.answers if not answer.skipped]
    skipped = len(stored.answers) - len(given)
    if not given:
        st.markdown("None" + (f"; {skipped} skipped." if skipped else "."))
        return
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
                "At": timeline.clock_text(answer.answered_at - stored.summary.info.started_at),
                "Question": probe.prompt,
                "About": numbers.get(probe.passage_id or "", "the moment"),
                "Your answer": said,
                "Kind": "your correction" if answer.is_correction else kind_of(probe.kind),
            }
        )
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt="Questions and your answers")
    if skipped:
        st.caption(f"{skipped} skipped.")


def kind_of(kind: ProbeKind) -> str:
    return {
        ProbeKind.CLARITY: "clarity",
        ProbeKind.STRESS: "stress",
        ProbeKind.QUESTION: "question on the text",
    }[kind]


def change(store: SessionStore, summary: SessionSummary) -> None:
    """Let title and note be changed, and the session be deleted."""
    st.subheader("Title and note")
    with st.form("session_words", border=False):
        title = st.text_input("Title", summary.info.title, max_chars=TITLE_LENGTH)
        note = st.text_area(
            "Note",
            summary.note,
            max_chars=NOTE_LENGTH,
            placeholder="What went well? What will you do differently?",
        )
        if st.form_submit_button("Save", icon=":material/save:"):
            store.rename(summary.session_id, title)
            store.set_note(summary.session_id, note)
            st.rerun()
    if st.button("Delete this session", icon=":material/delete:", key="delete_session"):
        store.delete(summary.session_id)
        HistoryMemory.of_tab().deleted = Deleted(summary.session_id, summary.info.title)
        st.query_params.clear()
        st.rerun()
