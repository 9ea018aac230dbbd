"""A demo session on Home: a quarter of an hour of nobody, played in fifteen seconds."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.memory import PageMemory
from app.parts.refresh import refreshed
from app.parts.timeline import show_timeline
from fer_core.charts.timeline import clock_text, live_tables
from fer_core.sessions.demo import LENGTH_S, demo_session
from fer_core.sessions.report import make_report
from fer_core.sessions.session import StudySession

#: So many seconds of the session in one second.
FASTER = 60.0
#: Of the demo: any moment, so that it is the same each time.
_STARTED_AT = 1_700_000_000.0


@dataclass(slots=True)
class DemoMemory(PageMemory):
    """Of one tab.

    Attributes:
        playing_since: When the replay was started, seconds since the epoch; None: it was not.
    """

    playing_since: float | None = None


@st.cache_resource(show_spinner="Making the demo…")
def _demo() -> StudySession:
    return demo_session(_STARTED_AT)


def show_demo_session() -> None:
    """Offer the replay, and show it while it runs and when it is over."""
    memory = DemoMemory.of_tab()
    label = "Play the demo session" if memory.playing_since is None else "Play it again"
    if pressed(label, icon=":material/play_circle:", key="play_demo"):
        memory.playing_since = now()
    if memory.playing_since is None:
        st.caption("A made-up session: 15 minutes of study in 15 seconds. It needs no camera.")
        return
    over = now() - memory.playing_since > LENGTH_S / FASTER
    refreshed(show_replay, None if over else 1.0)(memory.playing_since)


def show_replay(since: float) -> None:
    """Show the demo as far as it has been played; it refreshes itself."""
    session = _demo()
    passed = min(LENGTH_S, FASTER * (now() - since))
    at = _STARTED_AT + passed
    rows = [row for row in session.rows() if row.at < at]
    events = [event for event in session.events() if event.at <= at]
    st.badge("Demo: made-up numbers, of nobody", icon=":material/science:", color="orange")
    tables = live_tables(rows, events, _STARTED_AT, at)
    show_timeline(tables, "demo", (0.0, LENGTH_S))
    if passed < LENGTH_S:
        st.caption(f"{clock_text(passed)} of {clock_text(LENGTH_S)}, sixty times faster")
        return
    totals = make_report(session, _STARTED_AT + LENGTH_S).totals
    st.markdown(
        f"**Done.** {clock_text(totals.studied_s)} studied, {totals.breaks} break taken, away for "
        f"{clock_text(totals.away_s)}. After six minutes the brow was lowered; at nine the "
        "face looked glad. Your own sessions look like this, with your numbers."
    )
