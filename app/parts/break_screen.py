"""A break over the whole width, and what the timer's buttons and keys do."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.companion import show_companion
from app.parts.sessions import session_registry
from app.parts.tab import is_here, unless_finished
from app.parts.words import plain
from fer_core.errors import MarkersFull
from fer_core.live.running_session import RunningSession
from fer_core.sessions.markers import Marker
from fer_core.sessions.snapshot import Snapshot, State
from fer_core.sessions.timer import Phase

BREAKS = (Phase.BREAK, Phase.BREAK_OVER)
#: One for each break in turn: short things that need no screen.
TIPS: tuple[tuple[str, str], ...] = (
    (":material/visibility:", "Rest your eyes: look out of the window, as far as you can."),
    (":material/accessibility_new:", "Stand up. Stretch your arms, your neck and your back."),
    (":material/water_drop:", "Drink a glass of water, and walk a few steps on the way."),
)


def press(
    running: RunningSession,
    snapshot: Snapshot,
    label: str,
    action: str,
    icon: str,
    *,
    primary: bool = False,
) -> None:
    """Show a button that does what its key does."""
    if pressed(
        label,
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        key=f"timer_{action}",
    ):
        act(running, snapshot, action)


def act(running: RunningSession, snapshot: Snapshot, action: str, *, again: bool = True) -> None:
    """Do what a button or a key asks for; what has no meaning now does nothing.

    Args:
        running: The session.
        snapshot: Of this moment.
        action: What is asked for.
        again: Whether the page is to run anew then.
    """
    commands = _commands(running, snapshot)
    if action in commands:
        with unless_finished():
            try:
                commands[action](now())
            except MarkersFull as error:
                st.toast(plain(error.message), icon=":material/push_pin:")
                return
        if action == "marker":
            st.toast("Marked. Give it words in History.", icon=":material/push_pin:")
            return
        if again:
            st.rerun()


def act_on_keys(running: RunningSession, presses: list[str]) -> None:
    """Do what keys asked for, each by what the session is then."""
    for action in presses:
        act(running, running.session.snapshot(now()), action, again=action == presses[-1])


def _commands(running: RunningSession, snapshot: Snapshot) -> dict[str, Callable[[float], object]]:
    session, phase = running.session, snapshot.timer.phase
    if phase in BREAKS:
        return {
            "break": session.resume,
            "skip": session.resume,
            "pause": session.resume,
            "more": session.extend_break,
        }
    if snapshot.state is State.PAUSED:
        return {"pause": session.resume}
    if snapshot.state is not State.ACTIVE:
        return {}
    due = phase is Phase.DUE
    registry = session_registry()
    return {
        "marker": lambda at: registry.annotations.change_markers(
            running, lambda held, latest: held.add([Marker.point(min(at, latest))], latest)
        ),
        "pause": session.pause,
        "break": session.take_break,
        "skip": session.dismiss_break if due else session.take_break,
        "more": session.extend_round,
    }


def show_break_panel(running: RunningSession) -> None:
    """Show the break that runs; it refreshes itself."""
    running.look()
    snapshot = running.session.snapshot(now())
    timer = snapshot.timer
    if timer.phase not in BREAKS or snapshot.state is not State.PAUSED or not is_here(running):
        st.rerun()
    over = timer.phase is Phase.BREAK_OVER
    with st.container(border=True, key="break_screen", horizontal_alignment="center"):
        st.header(
            "Your break is over" if over else "Time to rest", anchor=False, text_alignment="center"
        )
        act_on_keys(running, show_companion(running, snapshot))
        icon, tip = TIPS[timer.turn % len(TIPS)]
        st.markdown(f"{icon} {tip}", text_alignment="center")
        with st.container(horizontal=True, horizontal_alignment="center"):
            press(running, snapshot, "Back to work", "break", "play_arrow", primary=True)
            press(running, snapshot, "One more minute", "more", "more_time")
        st.caption(
            "The camera is off meanwhile. Keys: **B** back to work · **+** one more minute",
            text_alignment="center",
        )
