"""A session's timeline, drawn alike while it runs and when it is looked at later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import streamlit as st

from app.parts.clock import now
from app.parts.words import plain
from fer_core.affect.indicators import Reason
from fer_core.charts import timeline
from fer_core.sessions.session import StudySession
from fer_core.sessions.timeline_bucket import TimelineBucket


def show_timeline(tables: timeline.LiveTables, key: str) -> None:
    """Draw expressions and indicators; only their tables change from one call to the next.

    Args:
        tables: What there is to draw.
        key: Of the two charts, so that a redrawn one keeps its place.
    """
    datasets = tables.as_datasets()
    for spec, names, alt, name in (
        (
            timeline.expression_spec(),
            (timeline.SHARES, timeline.MARKS, timeline.SPANS),
            "Shares of the five expressions over time",
            "expressions",
        ),
        (
            timeline.indicator_spec(),
            (timeline.LINES, timeline.MARKS, timeline.SPANS),
            "Comprehension, stress and facing the screen over time, 0 to 100, with their bands",
            "indicators",
        ),
    ):
        spec["datasets"] = {dataset: datasets[dataset] for dataset in names}
        st.vega_lite_chart(spec, width="stretch", alt=alt, key=f"{key}-{name}")
    if words := timeline.legend(tables):
        st.caption(plain(words))


def draw_session(session: StudySession, window_s: float | None, key: str = "chart") -> None:
    """Draw expressions and indicators of a session in memory.

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
    if tables.shares.empty and tables.lines.empty and tables.spans.empty:
        st.info(
            "Nothing to draw yet. The chart grows as soon as your face is in view.",
            icon=":material/show_chart:",
        )
        return
    show_timeline(tables, key)


def explain_missing(rows: Sequence[TimelineBucket]) -> None:
    """Say of a session that is over why comprehension or stress has no estimate at all."""
    missing: dict[Reason, list[str]] = defaultdict(list)
    for name in ("comprehension", "stress"):
        estimates = [getattr(row, name) for row in rows]
        if estimates and all(estimate.value is None for estimate in estimates):
            reasons = Counter(estimate.reason or Reason.WAITING for estimate in estimates)
            missing[reasons.most_common(1)[0][0]].append(name)
    for reason, names in missing.items():
        st.caption(f"No estimate of {' and '.join(names)}. Why, most of the time: {reason.text}")
