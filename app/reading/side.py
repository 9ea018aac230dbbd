"""What stands beside the text: a small camera, a question or a break suggestion, the time."""

from __future__ import annotations

import streamlit as st

from app.parts.breaks import show_suggestion, show_times
from app.parts.clock import now
from app.parts.expression import show_expression, show_notice
from app.parts.question import ask
from app.parts.tab import is_here
from app.parts.video import show_live_video
from app.parts.words import plain
from app.reading.open_text import OpenText
from app.reading.text import end_step
from fer_core.learner.probes import Probe
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import State
from fer_core.texts.document import Document

HIDDEN_CAMERA = (
    "<style>.st-key-small_camera{height:1px;opacity:0;overflow:hidden;pointer-events:none}</style>"
)
#: Words of a passage that remind of it in a question.
REMINDER_WORDS = 12


def show_camera(running: RunningSession) -> bool:
    """Show the small camera; tell whether it is connecting."""
    shown = st.toggle("Show my picture", value=True, key="show_picture")
    with st.container(key="small_camera"):
        connection = show_live_video(running)
    if not shown:
        # Out of sight only: taken off the page, the camera would stop.
        st.html(HIDDEN_CAMERA)
    if connection.problem is not None:
        st.warning(connection.problem, icon=":material/videocam_off:")
    return connection.connecting


def show_side(running: RunningSession, open_text: OpenText, state: State) -> None:
    """Show what there is to say now, beside the text."""
    session, at = running.session, now()
    running.look()
    running.next_probe(at)
    snapshot = session.snapshot(at)
    if snapshot.state is not state or not is_here(running):
        st.rerun()
    if snapshot.suggestion is not None:
        show_suggestion(running, snapshot.suggestion, before_break=lambda: end_step(open_text))
    elif snapshot.probe is not None:
        ask_about_text(running, open_text, snapshot.probe)
    if open_text.with_camera and snapshot.notice is not None:
        show_notice(snapshot.notice)
    elif open_text.with_camera:
        show_expression(snapshot)
    show_times(snapshot)


def ask_about_text(running: RunningSession, open_text: OpenText, probe: Probe) -> None:
    """Ask one question about a passage a little way back, or about the moment."""
    passage = probe.passage_id
    about = "" if passage is None else remind(open_text.document, passage)
    ask(probe, lambda value: running.answer(probe, value, now()), about)


def remind(document: Document, passage_id: str) -> str:
    """Return the first words of a passage, to say which one is meant."""
    passage = next(one for one in document.passages if one.passage_id == passage_id)
    words = passage.text.split()
    more = " …" if len(words) > REMINDER_WORDS else ""
    first = plain(" ".join(words[:REMINDER_WORDS])[:160])
    where = f", {plain(passage.section)}" if passage.section else ""
    return f"Passage {passage.index + 1}{where}: “{first}{more}”"
