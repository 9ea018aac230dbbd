"""The learner's own picture while a session runs, beside the timer or beside a text."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.memory import PageMemory
from app.parts.sessions import camera_of
from app.parts.tab import TabMemory
from app.parts.webrtc import Connection, show_video
from fer_core.config import get_settings
from fer_core.live.running_session import RunningSession

#: A connection that breaks off while it is made is tried again this often.
RETRIES = 2
#: The video has no height until it has loaded; what is below would jump away from the finger.
KEEP_ITS_ROOM = "<style>.st-key-video { min-height: 152px; }</style>"


@dataclass(slots=True)
class VideoMemory(PageMemory):
    """Of one tab: where its video stands.

    Attributes:
        start: Whether the camera is to be started by the next run.
        was_on: Whether it played in the last run.
        was_connecting: Whether it was connecting in the last run.
        attempts: Connections that broke off since it last played.
    """

    start: bool = False
    was_on: bool = False
    was_connecting: bool = False
    attempts: int = 0

    def start_again_after_pause(self) -> None:
        """Let the camera come back when the session is resumed, if it was on before the pause."""
        if self.was_on:
            self.was_on, self.start = False, True


def show_live_video(running: RunningSession) -> Connection:
    """Show the video; a connection that broke off while it was made is made again, twice."""
    memory = VideoMemory.of_tab()
    # Asked for once only: asked on every run, a camera that is refused would be asked for ever.
    start, memory.start = memory.start, False
    connection = open_video(running, start=True if start else None)
    broke_off = memory.was_connecting and not connection.playing and not connection.connecting
    memory.was_on, memory.was_connecting = connection.playing, connection.connecting
    if connection.playing:
        memory.attempts = 0
    elif broke_off and memory.attempts < RETRIES:
        memory.attempts += 1
        memory.start = True
        st.rerun()
    return connection


def keep_video_closed(running: RunningSession) -> None:
    """Keep the video's place on the page while the session is paused, its camera off."""
    open_video(running, start=False)
    VideoMemory.of_tab().start_again_after_pause()


def open_video(running: RunningSession, *, start: bool | None) -> Connection:
    """Show the video connection of this tab; see `show_video` for `start`."""
    st.html(KEEP_ITS_ROOM)
    with st.container(key="video"):
        return show_video(
            f"video-{running.session_id}",
            camera_of(running).callback_for(TabMemory.of_tab().tab_id),
            get_settings(),
            start=start,
        )
