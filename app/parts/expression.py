"""What the session sees now: the expression, or why nothing is read from the face."""

from __future__ import annotations

import streamlit as st

from fer_core.affect.indicators import Reason
from fer_core.sessions.snapshot import Snapshot

_NOTICES = {
    Reason.PAUSED: (":material/pause_circle:", "Paused"),
    Reason.CAMERA_OFF: (":material/videocam_off:", "Paused"),
    Reason.NO_PICTURES: (":material/videocam_off:", "No pictures"),
    Reason.SEVERAL_FACES: (":material/group:", "More than one face"),
    Reason.AWAY: (":material/directions_walk:", "Away"),
    Reason.NO_FACE: (":material/face:", "No face"),
}


def show_words(icon: str, heading: str, words: str) -> None:
    """Say something in the place of the expression: what it is, then what to do."""
    with st.container(key="notice"):
        st.markdown(f"## {icon} {heading}")
        st.caption(words)


def show_notice(reason: Reason) -> None:
    """Say why nothing is read from the face now, in the place of the expression."""
    icon, heading = _NOTICES.get(reason, (":material/hourglass_empty:", "Waiting"))
    show_words(icon, heading, reason.text)


def show_expression(snapshot: Snapshot) -> None:
    """Show the expression of the last seconds with how sure it is."""
    expression = snapshot.expression
    with st.container(key="expression"):
        st.markdown(f"## {expression.emoji} {expression.label}")
        if expression.probability is None:
            st.caption((expression.reason or Reason.WAITING).text)
            return
        words = f"{expression.probability:.0%} over the last two seconds"
        if expression.reason is not None:
            words = f"{expression.reason.text} Strongest: {expression.probability:.0%}."
        st.caption(words)
