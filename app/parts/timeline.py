"""A session's timeline, drawn alike while it runs and when it is looked at later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import streamlit as st

from app.parts.clock import now
from app.parts.room import chart_room, kept_room
from app.parts.words import plain
from fer_core.affect.indicators import Reason
from fer_core.charts import timeline
from fer_core.charts.lane_tables import LANE_NAMES, lane_tables
from fer_core.charts.lanes import lanes_spec
from fer_core.charts.time_axis import window_ends, without_last_pause
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from fer_core.sessions.timeline_bucket import TimelineBucket

#: In lanes of a session that is over.
NOTHING = dict.fromkeys(LANE_NAMES, "not measured")
ALT = "Expressions, understanding, stress and presence over the time of the session"


#: Charts have their colours from the script: it runs again when the system turns light or dark,
#: also before the browser has come to this. Streamlit learns of that first, a moment later by some
#: browsers' order of events. Told once: an address may ask for a theme that is not the system's.
_FOLLOW_THEME = """
let told
export default function ({ data, setTriggerValue }) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)")
  const compare = () => {
    if (dark.matches === data.drawn_dark || dark.matches === told) return
    told = dark.matches
    setTriggerValue("dark", told)
  }
  const look = () => setTimeout(compare, 200)
  look()
  dark.addEventListener("change", look)
  return () => dark.removeEventListener("change", look)
}
"""
_follow_theme = st.components.v2.component("follow_theme", js=_FOLLOW_THEME)


def show_timeline(
    tables: timeline.LiveTables,
    key: str,
    ends: tuple[float, float],
    empty: Mapping[str, str] = NOTHING,
) -> None:
    """Draw a session in lanes; only the tables change from one call to the next.

    Args:
        tables: What there is to draw.
        key: Of the chart, so that a redrawn one keeps its place.
        ends: Of the time axis, seconds into the session.
        empty: What stands in a lane that has nothing to show, by the lane's name.
    """
    dark = st.context.theme.type == "dark"
    spec = lanes_spec(dark=dark, face=tables.has_face)
    spec["datasets"] = lane_tables(tables, *ends, empty)
    room, folded = (chart_room(spec["height"], legend_lines=lines) for lines in (1, 2))
    with kept_room(f"{key}-lanes", room, folded):
        st.vega_lite_chart(spec, width="stretch", alt=ALT, key=key)
    _follow_theme(
        key=f"{key}-theme", data={"drawn_dark": dark}, height=1, on_dark_change=lambda: None
    )
    if words := timeline.legend(tables):
        st.caption(plain(words))


def draw_session(
    session: StudySession,
    window_s: float | None,
    key: str = "chart",
    empty: Mapping[str, str] = NOTHING,
) -> None:
    """Draw a session in memory.

    Args:
        session: The session.
        window_s: How far back, in seconds; None: all of it.
        key: Of the chart, where a page shows several.
        empty: See `show_timeline`.
    """
    at = session.info.started_at + session.totals(now()).elapsed_s
    events, at = without_last_pause(session.events(), at)
    since = None if window_s is None else at - window_s - 10.0
    tables = timeline.live_tables(
        session.rows(since),
        events,
        session.info.started_at,
        at,
        window_s,
        session.markers.all(),
    )
    elapsed_s = at - session.info.started_at
    over = session.state is State.FINISHED
    show_timeline(tables, key, window_ends(elapsed_s, window_s, over=over), empty)


def draw_whole(session: StudySession, key: str = "chart") -> None:
    """Draw a session that is over, and say what of it there is not, and why.

    Args:
        session: The session.
        key: Of the chart, where a page shows several.
    """
    rows = session.rows()
    if any(row.probabilities is not None or row.comprehension.value is not None for row in rows):
        draw_session(session, None, key)
        explain_missing(rows)
        return
    saw = session.totals(now()).frames
    why = "The camera saw nothing in this session" if saw else "This session had no camera"
    st.markdown(f"{why}, so there is no line to draw.")


def explain_missing(rows: Sequence[TimelineBucket]) -> None:
    """Say of a session that is over why understanding or stress has no estimate at all."""
    missing: dict[Reason, list[str]] = defaultdict(list)
    for name, title in (("comprehension", "understanding"), ("stress", "stress")):
        estimates = [getattr(row, name) for row in rows]
        if estimates and all(estimate.value is None for estimate in estimates):
            reasons = Counter(estimate.reason or Reason.WAITING for estimate in estimates)
            missing[reasons.most_common(1)[0][0]].append(title)
    for reason, names in missing.items():
        st.caption(f"No estimate of {' and '.join(names)}. Why, most of the time: {reason.text}")
