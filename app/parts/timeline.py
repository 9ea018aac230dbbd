"""A session's timeline, drawn alike while it runs and when it is looked at later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import streamlit as st

from app.parts.clock import now
from app.parts.words import plain
from fer_core.affect.indicators import Reason
from fer_core.charts import timeline
from fer_core.charts.lanes import lane_tables, lanes_spec, window_ends
from fer_core.sessions.session import StudySession
from fer_core.sessions.timeline_bucket import TimelineBucket

ALT = "Expressions, understanding, stress and presence over the time of the session"


def show_timeline(tables: timeline.LiveTables, key: str, ends: tuple[float, float]) -> None:
    """Draw a session in lanes; only the tables change from one call to the next.

    Args:
        tables: What there is to draw.
        key: Of the chart, so that a redrawn one keeps its place.
        ends: Of the time axis, seconds into the session.
    """
    spec = lanes_spec(dark=st.context.theme.type == "dark")
    spec["datasets"] = lane_tables(tables, *ends)
    st.vega_lite_chart(spec, width="stretch", alt=ALT, key=key)
    if words := timeline.legend(tables):
        st.caption(plain(words))


def draw_session(session: StudySession, window_s: float | None, key: str = "chart") -> None:
    """Draw a session in memory.

    Args:
        session: The session.
        window_s: How far back, in seconds; None: all of it.
        key: Of the chart, where a page shows several.
    """
    at = session.info.started_at + session.totals(now()).elapsed_s
    since = None if window_s is None else at - window_s - 10.0
    tables = timeline.live_tables(
        session.rows(since),
        session.events(),
        session.info.started_at,
        at,
        window_s,
        session.markers.all(),
    )
    elapsed_s = at - session.info.started_at
    show_timeline(tables, key, window_ends(elapsed_s, window_s))


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
