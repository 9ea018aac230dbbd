"""After a session: what it came to, what to try next, and what can be taken home."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.parts.buttons import pressed
from app.parts.navigation import page_of
from app.parts.results import (
    UNTITLED,
    offer_downloads,
    result_of,
    show_looks,
    show_outcome,
)
from app.parts.scroll import note_next_step
from app.parts.sessions import history_problem, session_registry
from app.parts.start import go_on_with
from app.parts.timeline import draw_whole
from app.parts.watched import show_watched
from app.parts.words import plain
from fer_core.charts.timeline import clock_text
from fer_core.emotions import EMOTIONS
from fer_core.live.running_session import RunningSession
from fer_core.sessions.report import NOTE, HeartRate, Report
from fer_core.sessions.session import StudySession


def show_summary(running: RunningSession) -> None:
    """Show a finished session, from top to bottom."""
    session = running.session
    result = result_of(running)
    report = result.report
    st.title(plain(session.info.title) or UNTITLED)
    st.markdown("Done. Here's how it went.")
    show_outcome(running, result)
    offer_next_steps(running)
    if session.rows():
        st.header("Timeline")
        show_expressions(report)
        draw_whole(session)
    show_looks(running, result)
    show_watched(running)
    if report.suggestions:
        show_suggestions(report, session)
    if report.answered:
        show_answers(report)
    if report.heart_rate is not None:
        show_heart_rate(report.heart_rate)
    st.header("Take it with you")
    warn_of_loss(session)
    offer_downloads(running, result)
    st.caption(NOTE)


def offer_next_steps(running: RunningSession) -> None:
    """Offer to start the next session with the same subject, and to review."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if pressed(
            "Start the next session",
            type="primary",
            icon=":material/play_arrow:",
            key="another",
        ):
            go_on_with(running.session.info.title)
            if not running.session.info.keep:
                session_registry().erase(running.session_id)
            st.query_params.clear()
            note_next_step()
            st.rerun()
        st.page_link(page_of("review"), label="Review", icon=":material/school:")


def show_expressions(report: Report) -> None:
    """Show the mean shares of the five expressions, or say that no face was seen."""
    shares = report.totals.shares
    if shares is None:
        st.info("No face was seen, so there are no expressions to sum up.", icon=":material/face:")
        return
    st.markdown(
        "&emsp; ".join(
            f"{emotion.emoji}&nbsp;{emotion.study_label}&nbsp;{share:.0%}"
            for emotion, share in zip(EMOTIONS, shares, strict=True)
        )
    )


def show_suggestions(report: Report, session: StudySession) -> None:
    st.header("Breaks suggested")
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
    st.header("Your answers")
    said = []
    if report.mean_clarity is not None:
        said.append(f"clarity {report.mean_clarity:.1f} of 5")
    if report.mean_stress is not None:
        said.append(f"stress {report.mean_stress:.1f} of 10")
    if said:
        st.markdown(f"On average: {', '.join(said)}.")
    st.caption(report.camera)


def show_heart_rate(heart_rate: HeartRate) -> None:
    st.header("Heart rate")
    if heart_rate.mean_bpm is None:
        st.markdown(heart_rate.reason)
        return
    st.markdown(
        f"{heart_rate.mean_bpm:.0f} a minute on average, between {heart_rate.lowest_bpm:.0f} and "
        f"{heart_rate.highest_bpm:.0f}. It could be read {heart_rate.readable:.0%} of the time."
    )


def warn_of_loss(session: StudySession) -> None:
    """Say where the session is not safe in the history."""
    problem = history_problem() if session.info.keep else ""
    if problem:
        st.warning(f"{problem} Download the session to be safe.", icon=":material/save:")
    elif not session.info.keep:
        st.info(
            "You chose not to save this session. Download it now if you want it. It is forgotten "
            "when you start another one.",
            icon=":material/delete:",
        )
