"""The timer of a running session: what is left, what can be pressed, what waits for an answer."""

from __future__ import annotations

import streamlit as st

from app.parts.break_screen import act_on_keys, press
from app.parts.breaks import show_suggestion
from app.parts.clock import now
from app.parts.companion import show_companion
from app.parts.question import ask
from app.parts.streamlit_private import PROMPT_PLACE
from app.parts.tab import is_here
from fer_core.affect.breaks import BreakRule
from fer_core.charts.timeline import clock_text
from fer_core.learner.probes import Probe
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import Snapshot, State
from fer_core.sessions.timer import Phase

KEYS_HINT = "Keys: **P** pause · **B** break · **S** skip · **+** five more minutes · **M** mark"


def show_timer(running: RunningSession, state: State) -> None:
    """Show the timer with its buttons and their keys."""
    session, at = running.session, now()
    running.look()
    running.next_probe(at)
    snapshot = session.snapshot(at)
    if snapshot.state is not state or not is_here(running):
        st.rerun()
    with st.container(key="timer"):
        act_on_keys(running, show_companion(running, snapshot))
        with st.container(horizontal=True, horizontal_alignment="center"):
            show_buttons(running, snapshot)
        totals = session.totals(at)
        breaks = "1 break" if totals.breaks == 1 else f"{totals.breaks} breaks"
        studied = clock_text(snapshot.studied_s)
        st.caption(f"Studied {studied} · {breaks} taken", text_alignment="center")
    paused = "Paused. A pause as long as your break, or of two minutes, counts as a break."
    st.caption(paused if snapshot.state is State.PAUSED else KEYS_HINT, text_alignment="center")


def show_buttons(running: RunningSession, snapshot: Snapshot) -> None:
    """Show what can be pressed now; each has its key."""
    if snapshot.state is State.PAUSED:
        press(running, snapshot, "Resume", "pause", "play_arrow", primary=True)
        return
    due = snapshot.timer.phase is Phase.DUE
    if due:
        press(running, snapshot, "Take a break", "break", "coffee", primary=True)
        press(running, snapshot, "Skip the break", "skip", "skip_next")
    else:
        press(running, snapshot, "Pause", "pause", "pause")
        press(running, snapshot, "Skip to the break", "skip", "skip_next")
    press(running, snapshot, "+5 min", "more", "more_time")
    press(running, snapshot, "Mark", "marker", "push_pin")


def show_prompt(running: RunningSession) -> None:
    """Show a suggestion or a question, if one waits for an answer; it refreshes itself."""
    snapshot = running.session.snapshot(now())
    suggestion = snapshot.suggestion
    st.html(PROMPT_PLACE)
    with st.container(key="prompt"):
        if suggestion is not None and suggestion.rule is BreakRule.TIMER:
            st.info(f"{suggestion.advice} {suggestion.evidence}", icon=":material/coffee:")
        elif suggestion is not None:
            show_suggestion(running, suggestion)
        elif snapshot.probe is not None:
            ask_now(running, snapshot.probe)


def ask_now(running: RunningSession, probe: Probe) -> None:
    """Ask a question about the moment."""
    ask(probe, lambda value, sure: running.answer(probe, value, now(), confidence=sure))
