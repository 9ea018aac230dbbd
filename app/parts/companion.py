"""The study timer in the browser: ring, tab title, sound, notification, small window, keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.parts.component_state import keep_state
from app.parts.memory import PageMemory
from app.parts.preferences import choose, preferences
from app.parts.room import kept_room
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import Snapshot, State
from fer_core.sessions.timer import Phase

#: What a key or the small window's button may ask for.
PRESSES = frozenset({"pause", "break", "skip", "more", "marker"})
#: Of those that are sent at once.
MOST_PRESSES = 50

#: The dial's place is kept before the browser has drawn it. Pixels.
_ROOM = 293
_FRONTEND = Path(__file__).parent / "frontend"
_component = st.components.v2.component(
    "companion",
    html=(_FRONTEND / "companion.html").read_text(encoding="utf-8"),
    css=(_FRONTEND / "companion.css").read_text(encoding="utf-8"),
    js=(_FRONTEND / "companion.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """What waits for the learner besides the timer.

    Attributes:
        call_id: Each one calls once.
        words: For the notification.
    """

    call_id: str
    words: str


@dataclass(slots=True)
class CompanionMemory(PageMemory):
    """Of one tab: up to which press of a key the app has done what was asked.

    Attributes:
        stream: Of the component in the browser; another one after a reload.
        number: Of its last press that was taken.
    """

    stream: str = ""
    number: int = 0

    def take(self, presses: Any) -> list[str]:
        """Return what is asked for that is new; what a browser sends may have any form."""
        if not isinstance(presses, dict) or not isinstance(presses.get("items"), list):
            return []
        stream = str(presses.get("stream", ""))[:40]
        if stream != self.stream:
            self.stream, self.number = stream, 0
        new = []
        for item in presses["items"][:MOST_PRESSES]:
            if not isinstance(item, dict) or item.get("press") not in PRESSES:
                continue
            number = item.get("n")
            if isinstance(number, int) and number > self.number:
                self.number = number
                new.append(str(item["press"]))
        return new


def show_companion(
    running: RunningSession, snapshot: Snapshot, *, quiet: bool = False
) -> list[str]:
    """Show the timer; return what keys have asked for since the last run.

    Args:
        running: The session.
        snapshot: Of this moment.
        quiet: Nothing to look at and no keys: the tab's title, sound and notification alone.
    """
    chosen, memory = preferences(), CompanionMemory.of_tab()
    with kept_room("dial", 0 if quiet else _ROOM):
        result = _component(
            key="companion",
            data={
                "session": running.session_id,
                "title": running.session.info.title or "Study session",
                "quiet": quiet,
                "sound": chosen.sound,
                "notifications": chosen.notifications,
                "acked": {"stream": memory.stream, "number": memory.number},
                **timer_data(snapshot),
            },
            height="content",
            on_presses_change=keep_state,
            on_choice_change=lambda: _take_choice(st.session_state["companion"].choice),
        )
    return memory.take(result.presses)


def timer_data(snapshot: Snapshot) -> dict[str, Any]:
    """Return what the browser is told of the timer."""
    timer = snapshot.timer
    in_break = timer.phase in (Phase.BREAK, Phase.BREAK_OVER)
    paused = snapshot.state is State.PAUSED and not in_break
    call = call_of(snapshot)
    return {
        "phase": "paused" if paused else str(timer.phase),
        "turn": timer.turn,
        "left_s": round(timer.left_s, 1),
        "over_s": round(timer.over_s, 1),
        "length_s": timer.length_s,
        "round": timer.round,
        "rounds": timer.rounds,
        "call": None if call is None else {"id": call.call_id, "words": call.words},
    }


def call_of(snapshot: Snapshot) -> Call | None:
    """Return what waits for the learner: a suggestion of another kind, or a question."""
    if snapshot.suggestion is not None:
        return Call(snapshot.suggestion.suggestion_id, snapshot.suggestion.advice)
    if snapshot.probe is not None:
        return Call(snapshot.probe.probe_id, snapshot.probe.prompt)
    return None


def _take_choice(choice: Any) -> None:
    """Keep what was chosen in the browser; what it sends is not trusted to have a form."""
    if isinstance(choice, dict):
        known = {
            name: choice[name]
            for name in ("sound", "notifications")
            if isinstance(choice.get(name), bool)
        }
        if known:
            choose(**known)
