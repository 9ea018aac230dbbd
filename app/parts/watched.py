"""How a video was watched: where its viewer was lost, and how long each part was on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.parts.player import look_at_video
from app.parts.room import chart_room, kept_room
from fer_core.charts.passages import comprehension_map, passage_table
from fer_core.charts.timeline import clock_text
from fer_core.live.running_session import RunningSession
from fer_core.reading.playback import lost_moments


def show_watched(running: RunningSession) -> None:
    """Show it, for a session about a video; nothing for others."""
    tracker = running.reading
    if tracker is None or not tracker.document.is_video:
        return
    st.header("The video")
    result = tracker.result()
    seen = [one for one in result.reading.passages if one.seen]
    if not seen:
        st.markdown("Nothing of it was played.")
        return
    if lost_moments(running.session.answers, running.session.views):
        st.markdown("Where you were lost. Choose the file again, then press one to go there.")
    look_at_video(running)
    marks = {one.passage_id: (one.mark.icon, one.mark.label, one.why) for one in result.highlights}
    passages = tracker.document.passages
    names = {one.passage_id: one.section or one.text for one in passages}
    if any(one.value is not None for one in result.estimates.values()):
        table = passage_table(result.reading.passages, result.estimates, names, marks)
        chart = comprehension_map(table, "Part of the video")
        with kept_room("watched-map", chart_room(chart.height, titled=True)):
            st.altair_chart(
                chart, width="stretch", key="watched_map", alt="Understanding by part of the video"
            )
    places = {one.passage_id: one.text for one in passages}
    with st.expander("Part by part"):
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "Part": places[one.passage_id],
                        "Chapter": ""
                        if names[one.passage_id] == places[one.passage_id]
                        else names[one.passage_id],
                        "Watched": clock_text(one.seconds),
                        "Away": clock_text(one.away_seconds),
                        "Times": one.visits,
                        "Mark": " ".join(marks.get(one.passage_id, ("", "", ""))[:2]),
                        "Why": marks.get(one.passage_id, ("", "", ""))[2],
                    }
                    for one in seen
                ]
            ),
            hide_index=True,
            alt="How each part of the video was watched",
        )
