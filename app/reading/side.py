"""What stands beside the text: a small camera, a question or a break suggestion, the time."""

from __future__ import annotations

import streamlit as st

from app.parts.breaks import show_suggestion, show_times
from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.companion import show_companion
from app.parts.question import ask
from app.parts.reading_card import show_reading_card
from app.parts.tab import is_here
from app.parts.video import STYLES, VideoMemory, show_live_video
from app.parts.webrtc import Connection
from app.parts.words import plain
from app.reading.open_text import OpenText
from app.reading.text import end_step
from fer_core.learner.probes import Probe
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import State
from fer_core.texts.document import Document

#: Words of a passage that remind of it in a question.
REMINDER_WORDS = 12


def show_camera(running: RunningSession) -> Connection:
    """Show the small camera; return where its connection stands."""
    video = VideoMemory.of_tab()
    video.come_back(running)
    with st.container(horizontal=True):
        label = "Camera off" if video.wanted else "Camera on"
        icon = ":material/videocam_off:" if video.wanted else ":material/videocam:"
        if pressed(label, icon=icon, key="reading_camera_switch"):
            video.want(not video.wanted)
            st.rerun()
        shown = st.toggle("Show my picture", value=True, key="show_picture")
    # Out of sight only: taken off the page, the camera would stop.
    st.html(STYLES["large" if shown and video.wanted else "hidden"])
    return show_live_video(running)


def show_side(
    running: RunningSession, open_text: OpenText, state: State, connection: Connection | None
) -> None:
    """Show what there is to say now, beside the text."""
    session, at = running.session, now()
    running.look()
    running.next_probe(at)
    snapshot = session.snapshot(at)
    if snapshot.state is not state or not is_here(running):
        st.rerun()
    show_companion(running, snapshot, quiet=True)
    if snapshot.suggestion is not None:
        show_suggestion(running, snapshot.suggestion, before_break=lambda: end_step(open_text))
    elif snapshot.probe is not None:
        ask_about_text(running, open_text, snapshot.probe)
    if connection is not None:
        show_reading_card(running, connection, snapshot)
    show_times(snapshot)


def ask_about_text(running: RunningSession, open_text: OpenText, probe: Probe) -> None:
    """Ask one question about a passage a little way back, or about the moment."""
    passage = probe.passage_id
    about = "" if passage is None else remind(open_text.document, passage)
    ask(
        probe,
        lambda value, sure: running.answer(probe, value, now(), confidence=sure),
        about,
    )


def remind(document: Document, passage_id: str) -> str:
    """Return the first words of a passage, to say which one is meant."""
    passage = next(one for one in document.passages if one.passage_id == passage_id)
    words = passage.text.split()
    more = " …" if len(words) > REMINDER_WORDS else ""
    first = plain(" ".join(words[:REMINDER_WORDS])[:160])
    where = f", {plain(passage.section)}" if passage.section else ""
    return f"Passage {passage.index + 1}{where}: “{first}{more}”"
