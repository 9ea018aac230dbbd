"""Sessions side by side: the trend, the hour of the day, the same text again."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import streamlit as st

from app.history.side_by_side import show_side_by_side
from app.history.words import in_words, when
from app.parts.due import browser_zone
from app.parts.room import chart_room, kept_room
from fer_core.affect.weights import INTERVAL_MEANS, INTERVAL_PERCENT
from fer_core.charts.history import COMPREHENSION, STRESS, hour_chart, trend_chart
from fer_core.charts.timeline import clock_text
from fer_core.storage.comparisons import LEAST_SESSIONS, by_hour, find_trend
from fer_core.storage.history import SessionSummary
from fer_core.storage.store import SessionStore


def show_comparisons(store: SessionStore) -> None:
    """Show trends, hours and texts, from top to bottom."""
    sessions = store.sessions()
    if len(sessions) < 2:
        st.info(
            "You need at least two sessions to compare. Come back after the next one.",
            icon=":material/compare_arrows:",
        )
        return
    show_side_by_side(sessions)
    st.header("Over time")
    drawn = [
        show_trend(sessions, name, title, colour)
        for name, title, colour in (
            ("comprehension", "Understanding", COMPREHENSION),
            ("stress", "Stress", STRESS),
        )
    ]
    if any(drawn):
        st.caption(
            f"Each point is a session's mean with its mean interval, {INTERVAL_MEANS}; the dashed "
            "line weighs them by how sure they are. A change of light, camera or subject moves the "
            "line as well."
        )
    st.header("By hour of the day")
    hours = [
        hour
        for hour in by_hour(sessions, browser_zone())
        if hour.comprehension is not None or hour.stress is not None
    ]
    if len(hours) > 1:
        chart = hour_chart(hours)
        with kept_room("hours-room", chart_room(chart.height, titled=True, legend_lines=1)):
            st.altair_chart(chart, width="stretch", key="hours")
        st.caption(
            "Each point is a mean over sessions, with the mean of their "
            f"{INTERVAL_PERCENT} % intervals; beside it, over how many."
        )
    elif hours:
        st.markdown(
            f"All your estimates come from sessions that began at {hours[0].hour}:00 or shortly "
            "after. Study at another hour, and the two are compared here."
        )
    else:
        st.markdown("No session has an estimate yet: estimates need the camera or your answers.")
    show_same_text(sessions)


def show_trend(sessions: list[SessionSummary], name: str, title: str, colour: str) -> bool:
    """Draw an estimate over the sessions; tell whether there was anything to draw."""
    trend = find_trend([(one.info.started_at, getattr(one, name)) for one in sessions])
    chart = trend_chart(sessions, name, title, colour, trend, browser_zone())
    if chart is None:
        st.markdown(f"{title}: no session has an estimate yet.")
        return False
    with kept_room(f"trend-{name}-room", chart_room(chart.height)):
        st.altair_chart(chart, width="stretch", key=f"trend-{name}")
    if trend is None:
        st.markdown(f"{title}: a trend needs {LEAST_SESSIONS} sessions with estimates.")
    else:
        st.markdown(trend.sentence(title))
    return True


def show_same_text(sessions: list[SessionSummary]) -> None:
    st.header("The same text again")
    texts: dict[str, list[SessionSummary]] = defaultdict(list)
    for session in sessions:
        if session.text is not None:
            texts[session.text.text_id].append(session)
    again = [held for held in texts.values() if len(held) > 1]
    if not again:
        st.markdown("No text has been read twice yet.")
        return
    chosen = st.selectbox(
        "Text",
        range(len(again)),
        format_func=lambda at: again[at][0].text.title,  # type: ignore[union-attr]
        key="same_text",
    )
    held = sorted(again[chosen], key=lambda one: one.info.started_at)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Started": when(one.info.started_at),
                    "Studied": clock_text(one.studied_s),
                    "Understanding": in_words(one.comprehension),
                    "Stress": in_words(one.stress),
                    "Left out": clock_text(one.excluded_s) if one.excluded_s else "",
                    "Markers": one.markers,
                }
                for one in held
            ]
        ),
        hide_index=True,
        alt="Sessions about the same text, oldest first",
    )
