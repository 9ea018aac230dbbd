"""The sessions in a list, with search, filters and totals per week."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from app.history.memory import HistoryMemory
from app.parts.clock import now
from app.parts.words import plain
from fer_core.affect.indicators import Estimate
from fer_core.charts.history import week_chart
from fer_core.charts.timeline import clock_text
from fer_core.errors import SessionNotFound
from fer_core.sessions.snapshot import State
from fer_core.storage.comparisons import weekly_totals
from fer_core.storage.history import SessionSummary
from fer_core.storage.store import SessionStore

DAY_S = 86400.0
PERIODS: dict[str, float | None] = {
    "7 days": 7 * DAY_S,
    "30 days": 30 * DAY_S,
    "A year": 365 * DAY_S,
    "All": None,
}
KINDS = ("All", "With a text", "Without")
ESTIMATE_HELP = "Mean estimate and its interval. –: there is none; the opened session says why."


def show_list(store: SessionStore) -> None:
    """Show filters, totals and the list; opening a session goes to its own view."""
    with st.container():  # keeps its place when empty, so that what is below is not drawn twice
        show_undo(store)
    found = filtered(store)
    if not found:
        st.info(
            "No session here. Finish one on the Live or the Reading page, or change the filters.",
            icon=":material/history:",
        )
        return
    with st.container(horizontal=True):
        st.metric("Sessions", len(found))
        st.metric("Studied", clock_text(sum(one.studied_s for one in found)))
        st.metric("Rests taken", sum(one.breaks for one in found))
    weeks = weekly_totals(found, None)
    if len(weeks) > 1:  # a single bar says no more than the figures above it
        st.altair_chart(week_chart(weeks), width="stretch", key="weeks")
    chosen = st.dataframe(
        as_table(found),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="session_list",
        alt="Sessions, newest first",
        column_config={
            "Comprehension": st.column_config.TextColumn(help=ESTIMATE_HELP),
            "Stress": st.column_config.TextColumn(help=ESTIMATE_HELP),
        },
    )
    st.caption("Tick a session to open it; on the keyboard, Shift and Space in its row.")
    if chosen.selection.rows:
        st.query_params["session"] = found[chosen.selection.rows[0]].session_id
        st.rerun()


def filtered(store: SessionStore) -> list[SessionSummary]:
    """Return the sessions that the filters let through."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search", placeholder="Title, goal, note or text", key="history_search"
        )
        period = st.segmented_control(
            "Since", list(PERIODS), default="All", required=True, key="history_period"
        )
        kind = st.segmented_control(
            "Sessions", KINDS, default="All", required=True, key="history_kind"
        )
    length = PERIODS[str(period)]
    found = store.sessions(search=search, since=None if length is None else now() - length)
    if kind == "With a text":
        return [one for one in found if one.text is not None]
    if kind == "Without":
        return [one for one in found if one.text is None]
    return found


def as_table(sessions: list[SessionSummary]) -> pd.DataFrame:
    """Return the list as a table, newest first."""
    return pd.DataFrame(
        [
            {
                "Started": when(one.info.started_at),
                "Title": one.info.title or "Study session",
                "Text": one.text.title if one.text else "",
                "Studied": clock_text(one.studied_s),
                "Comprehension": in_words(one.comprehension),
                "Stress": in_words(one.stress),
                "State": state_of(one),
                "Note": one.note,
            }
            for one in sessions
        ]
    )


def state_of(session: SessionSummary) -> str:
    """Return where a session stands, in words."""
    if session.state is State.FINISHED:
        return "finished"
    return "cut off" if session.is_interrupted(now()) else "running"


def in_words(estimate: Estimate | None) -> str:
    """Return an estimate with its interval, or a dash."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    return f"{estimate.value:.0f} ({estimate.low:.0f} to {estimate.high:.0f})"


def when(at: float) -> str:
    """Return a moment on the learner's clock."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def show_undo(store: SessionStore) -> None:
    """Offer to bring back the session that was deleted last."""
    memory = HistoryMemory.of_tab()
    deleted = memory.deleted
    if deleted is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="undo"):
        title = plain(deleted.title) or "Study session"
        st.markdown(f"Deleted: {title}. It can be brought back for 15 minutes.")
        if not st.button("Undo", icon=":material/undo:", key="undo_delete"):
            return
    memory.deleted = None
    try:
        store.undo_delete(deleted.session_id)
    except SessionNotFound:
        st.info("It is erased by now: the 15 minutes are over.", icon=":material/info:")
    else:
        st.rerun()
