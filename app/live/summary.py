"""After a session: what it amounted to, and what can be taken home."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from app.parts.clock import now
from app.parts.scroll import note_next_step
from app.parts.sessions import history_problem, session_registry
from app.parts.timeline import draw_session, explain_missing
from app.parts.words import plain
from fer_core.charts.timeline import clock_text
from fer_core.emotions import EMOTIONS
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import (
    NOTE,
    HeartRate,
    Report,
    Stretch,
    make_report,
    session_json,
    timeline_csv,
)
from fer_core.sessions.session import StudySession


def show_summary(running: RunningSession) -> None:
    """Show a finished session, from top to bottom; tell whether a new one is wanted."""
    session = running.session
    st.title(plain(session.info.title) or "Study session")
    st.markdown("Finished. Here is what it amounted to.")
    report = make_report(session, now())
    show_totals(report)
    rows = session.rows()
    if rows:
        draw_session(session, None)
        explain_missing(rows)
    show_stretches(report, session)
    show_suggestions(report, session)
    show_answers(report)
    if report.heart_rate is not None:
        show_heart_rate(report.heart_rate)
    offer_downloads(session)
    if st.button("Start another session", icon=":material/add:", key="another"):
        if not session.info.keep:
            session_registry().erase(running.session_id)
        st.query_params.clear()
        note_next_step()
        st.rerun()
    st.caption(NOTE)


def show_totals(report: Report) -> None:
    totals = report.totals
    with st.container(horizontal=True):
        st.metric("Studied", clock_text(totals.studied_s))
        st.metric("Away", clock_text(totals.away_s))
        st.metric("Face in view", clock_text(totals.valid_s))
        st.metric("Rests", totals.breaks)
        asked = report.answered + report.skipped
        st.metric("Questions answered", f"{report.answered} of {asked}" if asked else "None asked")
    if totals.shares is None:
        st.info("No face was seen, so there are no expressions to sum up.", icon=":material/face:")
        return
    st.markdown(
        "&emsp; ".join(
            f"{emotion.emoji}&nbsp;{emotion.study_label}&nbsp;{share:.0%}"
            for emotion, share in zip(EMOTIONS, totals.shares, strict=True)
        )
    )


def show_stretches(report: Report, session: StudySession) -> None:
    st.subheader("Best and hardest five minutes")
    if report.hardest is None or report.best is None:
        st.markdown(report.stretches_note)
        return
    st.markdown(f":material/trending_up: **Best:** {describe(report.best, session)}")
    st.markdown(f":material/trending_down: **Hardest:** {describe(report.hardest, session)}")


def describe(stretch: Stretch, session: StudySession) -> str:
    started = session.info.started_at
    return (
        f"{clock_text(stretch.start - started)} to {clock_text(stretch.end - started)}, "
        f"comprehension estimate {stretch.comprehension:.0f} on average"
    )


def show_suggestions(report: Report, session: StudySession) -> None:
    st.subheader("Breaks suggested")
    if not report.suggestions:
        st.markdown("None: no rule called for one.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "At": [
                    clock_text(record.at - session.info.started_at) for record in report.suggestions
                ],
                "Why": [record.evidence for record in report.suggestions],
                "You": [record.outcome for record in report.suggestions],
            }
        ),
        hide_index=True,
        alt="Breaks that were suggested, why, and what came of them",
    )


def show_answers(report: Report) -> None:
    st.subheader("How good the estimates are")
    st.markdown(report.camera)
    said = []
    if report.mean_clarity is not None:
        said.append(f"clarity {report.mean_clarity:.1f} of 5")
    if report.mean_stress is not None:
        said.append(f"stress {report.mean_stress:.1f} of 10")
    if said:
        st.markdown(f"Your own answers, on average: {', '.join(said)}.")


def show_heart_rate(heart_rate: HeartRate) -> None:
    st.subheader("Heart rate")
    if heart_rate.mean_bpm is None:
        st.markdown(heart_rate.reason)
        return
    st.markdown(
        f"{heart_rate.mean_bpm:.0f} a minute on average, between {heart_rate.lowest_bpm:.0f} and "
        f"{heart_rate.highest_bpm:.0f}; it could be read for {heart_rate.readable:.0%} of the time."
    )


def offer_downloads(session: StudySession) -> None:
    problem = history_problem() if session.info.keep else ""
    if problem:
        st.warning(f"{problem} Download the session to be safe.", icon=":material/save:")
    elif not session.info.keep:
        st.info(
            "You chose not to keep this session. Download it now if you want it: it is forgotten "
            "when you start another one.",
            icon=":material/delete:",
        )
    name = datetime.fromtimestamp(session.info.started_at).astimezone().strftime("%Y-%m-%d-%H%M")
    with st.container(horizontal=True):
        st.download_button(
            "Timeline (CSV)",
            lambda: timeline_csv(session.timeline()).encode(),
            f"session-{name}.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
            key="download-csv",
        )
        st.download_button(
            "Everything (JSON)",
            lambda: session_json(session, now()).encode(),
            f"session-{name}.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
            key="download-json",
        )
