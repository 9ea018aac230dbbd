"""What a session came to, shown alike right after it and when it is opened later."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from app.parts.clock import now
from app.parts.downloads import offer_file
from app.parts.due import browser_zone
from app.parts.room import kept_room
from app.parts.sessions import session_registry
from app.parts.words import plain
from fer_core.charts.printable import PageWords, session_page
from fer_core.charts.timeline import clock_text
from fer_core.errors import FerError
from fer_core.live.result import SessionResult, sum_up, whole_json
from fer_core.live.running_session import RunningSession
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.outcome import away_in_words, in_minutes
from fer_core.sessions.report import timeline_csv
from fer_core.storage.history import SessionSummary

#: Of a row of figures, in pixels: with what is usual below them, and without; of the space above
#: the next row, and of the line that says what "usually" means.
FIGURES_ROOM, _BARE_FIGURES_ROOM, _GAP, _USUAL_ROOM = 103, 76, 16, 38
#: What a session is called that its learner gave no name.
UNTITLED = "Study session"


def result_of(running: RunningSession) -> SessionResult:
    """Sum up a session with what the history knows of the learner."""
    return sum_up(running, session_registry().history, now())


def show_outcome(running: RunningSession, result: SessionResult) -> None:
    """Show the two sentences, then whether the goal was reached, then the figures."""
    with st.container(border=True, key="outcome"):
        st.markdown(f"## {plain(result.outcome.happened)}")
        st.markdown(f":material/arrow_forward: {plain(result.outcome.next_step)}")
    ask_goal(running)
    show_figures(result, "figures")


def ask_goal(running: RunningSession) -> None:
    """Show the goal, and let the learner say whether it was reached; a second tap takes it back."""
    goal = running.session.info.goal
    if not goal:
        return

    def judge() -> None:
        chosen = st.session_state[key]
        outcome = None if chosen is None else GoalOutcome(chosen)
        try:
            session_registry().annotations.judge_goal(running, outcome)
        except FerError as error:
            st.toast(plain(error.message), icon=":material/warning:")

    key = f"goal-{running.session_id}"
    labels = {str(outcome): f"{outcome.icon} {outcome.label}" for outcome in GoalOutcome}
    said = running.goal_outcome
    st.markdown(f"**Your goal:** {plain(goal)}")
    st.segmented_control(
        "Did you reach it?",
        list(labels),
        default=None if said is None else str(said),
        format_func=labels.__getitem__,
        key=key,
        on_change=judge,
    )


def show_figures(result: SessionResult, key: str) -> None:
    """Show times and counts, each with what is usual below it.

    Args:
        result: What a session came to.
        key: Of the figures, where a page shows several.
    """
    totals, usual = result.report.totals, result.usual
    asked = result.report.answered + result.report.skipped
    figures = [
        ("Studied", in_minutes(totals.studied_s), in_minutes(usual.studied_s) if usual else ""),
        ("Breaks taken", str(totals.breaks), f"{usual.breaks:g}" if usual else ""),
    ]
    if away := away_in_words(totals):
        figures.append(("Away", away, in_minutes(usual.away_s) if usual else ""))
    answered = f"{result.report.answered} of {asked}" if asked else "none"
    figures.append(("Questions answered", answered, ""))
    room = FIGURES_ROOM + _USUAL_ROOM if usual else _BARE_FIGURES_ROOM
    # The fourth goes below the others on a phone; nothing is said to be usual of it.
    folded = room + _GAP + _BARE_FIGURES_ROOM if len(figures) > 3 else room
    with kept_room(key, room, folded):
        with st.container(horizontal=True):
            for name, value, usually in figures:
                st.metric(
                    name,
                    short(value),
                    f"usually {short(usually)}" if usually else None,
                    delta_color="off",
                    delta_arrow="off",
                )
        if usual:
            st.caption(f"“Usually” is the middle one of your last {usual.sessions} sessions.")


def short(length: str) -> str:
    """Return a length of time in few letters: "1 h 5 min"."""
    for long, brief in (("less than a minute", "< 1 min"), ("hours", "h"), ("hour", "h")):
        length = length.replace(long, brief)
    return length.replace("minutes", "min").replace("minute", "min")


def show_looks(running: RunningSession, result: SessionResult) -> None:
    """Show the moments and stretches worth a second look, or say that none stood out."""
    st.header("Worth a second look")
    if not result.looks:
        st.markdown(result.report.stretches_note or "Nothing stood out.")
        return
    started = running.session.info.started_at
    for look in result.looks:
        start, end = clock_text(look.start - started), clock_text(look.end - started)
        when = start if start == end else f"{start} to {end}"
        st.markdown(f"**{when}** · {plain(look.why)}")


def offer_downloads(
    running: RunningSession, result: SessionResult, stored: SessionSummary | None = None
) -> None:
    """Offer a page to print, the timeline as a table, and everything.

    Args:
        running: The session.
        result: What it came to.
        stored: As the history has it: title, note and tags may have changed since.
    """
    session = running.session
    began = datetime.fromtimestamp(session.info.started_at, UTC).astimezone(browser_zone())
    name = began.strftime("%Y-%m-%d-%H%M")
    words = PageWords(
        title=(stored.info.title if stored else session.info.title) or UNTITLED,
        when=began.strftime("%d %B %Y, %H:%M"),
        note=stored.note if stored else "",
        tags=stored.tags if stored else (),
    )
    with st.container(horizontal=True):
        offer_file(
            "Page to print",
            lambda: session_page(session, result, words, running.reading).encode(),
            f"session-{name}.html",
            "text/html",
            icon="print",
            key="download-page",
            note="Open it in the browser and print it, or save it there as a PDF.",
        )
        offer_file(
            "Timeline (CSV)",
            lambda: timeline_csv(session.timeline()).encode(),
            f"session-{name}.csv",
            "text/csv",
            icon="table",
            key="download-csv",
        )
        offer_file(
            "Everything (JSON)",
            lambda: whole_json(running, result, now()).encode(),
            f"session-{name}.json",
            "application/json",
            icon="data_object",
            key="download-json",
        )
