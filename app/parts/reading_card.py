"""The one reading of this moment, or what keeps it from being read and what to do about that."""

from __future__ import annotations

import streamlit as st

from app.parts.camera import CameraFigures
from app.parts.camera_state import CameraState, words_for
from app.parts.expression import show_expression, show_notice, show_words
from app.parts.preferences import preferences
from app.parts.room import kept_room
from app.parts.sessions import camera_of
from app.parts.video import state_of_camera
from app.parts.webrtc import Connection
from fer_core.affect.indicators import Reason
from fer_core.config import get_settings
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import Snapshot, State

#: What the session says where no pictures come: the camera's state says more.
_FOR_WANT_OF_PICTURES = frozenset({Reason.WAITING, Reason.NO_PICTURES, Reason.CAMERA_OFF})
#: Of the reading or a message. Pixels.
_ROOM = 142


def show_reading_card(
    running: RunningSession, connection: Connection, snapshot: Snapshot, *, video: bool = True
) -> None:
    """Show what is read now. The picture shows the same from now on.

    Args:
        running: The session.
        connection: Of its video.
        snapshot: Of this moment.
        video: Whether pictures come as video; else the camera's state says nothing.
    """
    with kept_room("reading", _ROOM, border=True):
        if snapshot.state is not State.ACTIVE:
            show_words(":material/pause_circle:", "Paused", "The camera is off meanwhile.")
            return
        camera = state_of_camera(running, connection, snapshot) if video else CameraState.ON
        if snapshot.notice is None:
            show_expression(snapshot)
        elif camera is not CameraState.ON and snapshot.notice in _FOR_WANT_OF_PICTURES:
            words = words_for(camera, has_relay=bool(get_settings().ice_servers))
            show_words(words.icon, words.heading, connection.problem or words.advice)
        else:
            show_notice(snapshot.notice)
        camera_of(running).show_reading(snapshot.expression)
        if preferences().show_figures:
            seen = f" · face in view {snapshot.coverage:.0%} of the last minute"
            st.caption(figures_in_words(camera_of(running).figures()) + seen)


def figures_in_words(figures: CameraFigures) -> str:
    """Return how the video runs, for those who want to know."""
    delay = "" if figures.delay_ms is None else f" · delay {figures.delay_ms:.0f} ms"
    errors = f" · {figures.errors} frames failed" if figures.errors else ""
    return (
        f"Camera {figures.camera_fps:.0f} fps · analysed {figures.analysed_fps:.0f} fps"
        f"{delay} · {figures.frames:,} frames{errors}"
    )
