"""The time that was studied, and the break that is suggested."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.parts.clock import now
from app.parts.tab import unless_finished
from fer_core.affect.breaks import BreakRule, Suggestion
from fer_core.charts.timeline import clock_text
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import Snapshot


def show_suggestion(
    running: RunningSession, suggestion: Suggestion, before_break: Callable[[], None] = lambda: None
) -> None:
    """Show a calm banner: what, on what grounds, and three ways to answer.

    Args:
        running: The session.
        suggestion: Its break suggestion that stands.
        before_break: Called when a break is taken, while the session still runs.
    """
    session, key = running.session, suggestion.suggestion_id

    def take() -> None:
        with unless_finished():
            before_break()
            session.take_break(now())

    with st.container(border=True, key="break_banner"):
        st.markdown(f":material/self_improvement: **{suggestion.advice}**")
        st.caption(suggestion.evidence)
        with st.container(horizontal=True):
            if suggestion.rule is not BreakRule.EYES:
                st.button(
                    "Take a break",
                    type="primary",
                    key=f"take-{key}",
                    on_click=take,
                )
            st.button(
                "In 5 minutes", key=f"snooze-{key}", on_click=lambda: session.snooze_break(now())
            )
            st.button(
                "No, thanks", key=f"dismiss-{key}", on_click=lambda: session.dismiss_break(now())
            )


def show_times(snapshot: Snapshot) -> None:
    """Show how long was studied, and when the next break is due."""
    left, right = st.columns(2)
    left.metric("Studied", clock_text(snapshot.studied_s))
    if snapshot.next_break_s is not None:
        right.metric("Next break in", clock_text(snapshot.next_break_s))
