"""The learner's own picture while a session runs, beside the timer or beside a text."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import streamlit as st

from app.parts.camera_state import (
    CONNECT_WITHIN_S,
    CameraFacts,
    CameraState,
    camera_state,
    retries_after,
)
from app.parts.clock import now
from app.parts.component_state import key_of_component
from app.parts.consent import needs_consent
from app.parts.memory import PageMemory
from app.parts.sessions import camera_of
from app.parts.tab import TabMemory
from app.parts.webrtc import Connection, show_video
from fer_core.affect.indicators import Reason
from fer_core.config import get_settings
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import Snapshot

_log = logging.getLogger(__name__)

#: The place of the video is kept from the first paint, whatever is in it. A hidden picture stays on
#: the page, unseen: taken off, the camera would stop.
_ROOM = """
.st-key-video { width: %s; max-width: 100%%; aspect-ratio: 4 / 3; overflow: hidden;
  border: 1px solid light-dark(#d5dbe3, #36404d); border-radius: .6rem;
  background: light-dark(#f3f5f8, #1b222c); }
.st-key-video iframe { width: 100%%; height: auto !important; aspect-ratio: 4 / 3; }
"""
_HIDDEN = ".st-key-video { height: 1px; opacity: 0; overflow: hidden; pointer-events: none }"
STYLES: dict[str, str] = {
    "small": f"<style>{_ROOM % '15rem'}</style>",
    "large": f"<style>{_ROOM % '100%'}</style>",
    "hidden": f"<style>{_HIDDEN}</style>",
}


@dataclass(slots=True)
class VideoMemory(PageMemory):
    """Of one tab: whether its camera is wanted, and how that goes.

    Attributes:
        wanted: The learner wants the camera on.
        attempt: Grows with each attempt to start it.
        tried_at: When the last one was, seconds since the epoch.
        tries: Attempts since pictures last came.
        was_on: Pictures have come since it was wanted.
        stop_first: The next run takes the connection down, so that the one after can make it anew.
        decided: Whether it was decided if the camera comes on by itself after a reload.
    """

    wanted: bool = False
    attempt: int = 0
    tried_at: float = 0.0
    tries: int = 0
    was_on: bool = False
    stop_first: bool = False
    decided: bool = False

    def want(self, on: bool) -> None:
        """Switch the camera on or off, from the next run on."""
        self.wanted, self.was_on, self.tries, self.stop_first = on, False, 0, False
        self.decided = True
        if on:
            self.try_again()

    def rest(self) -> None:
        """Keep the camera off in a pause; the run after it starts the camera again."""
        self.was_on, self.tries, self.stop_first = False, 0, False
        if self.wanted:
            self.try_again()

    def come_back(self, running: RunningSession) -> None:
        """After a reload let the camera come on again, if the session had pictures from it."""
        if self.decided:
            return
        self.decided = True
        if running.session.snapshot(now()).frames and not needs_consent():
            self.want(True)

    def try_again(self) -> None:
        """Let the next run start the camera."""
        self.attempt += 1
        self.tried_at = now()


def refresh_every(connection: Connection | None, often_s: float) -> float:
    """Return how often the parts of a page that show the video refresh themselves, in seconds.

    Browser and app agree on the video through runs of the page: other parts keep out of their way,
    and look again when that should be over, so that what came to nothing is tried again.

    Args:
        connection: Where it stands; None: there is none.
        often_s: How often otherwise.
    """
    agreeing = connection is not None and connection.connecting
    return CONNECT_WITHIN_S + 1.0 if agreeing else often_s


def show_live_video(running: RunningSession) -> Connection:
    """Show the video of this tab, on if it is wanted."""
    memory = VideoMemory.of_tab()
    stop = memory.stop_first or not memory.wanted
    connection = open_video(running, memory.attempt, stop=stop)
    if memory.stop_first and not connection.playing:
        memory.stop_first = False
        memory.try_again()
        st.rerun()
    return connection


def keep_video_closed(running: RunningSession) -> None:
    """Keep the video's place on the page in a pause; it is started again afterwards."""
    memory = VideoMemory.of_tab()
    open_video(running, memory.attempt, stop=True)
    memory.rest()


def open_video(running: RunningSession, attempt: int, *, stop: bool) -> Connection:
    """Show the video connection of this tab; see `show_video`."""
    with st.container(key="video"):
        return show_video(
            key_of_component("video", running.session_id),
            camera_of(running).callback_for(TabMemory.of_tab().tab_id),
            get_settings(),
            attempt=attempt,
            stop=stop,
        )


def state_of_camera(
    running: RunningSession, connection: Connection, snapshot: Snapshot
) -> CameraState:
    """Return what the camera does now; a camera that is lost is started again."""
    memory, figures, at = VideoMemory.of_tab(), camera_of(running).figures(), now()
    seen_at = figures.seen_at if figures.seen_at is not None else memory.tried_at
    state = camera_state(
        CameraFacts(
            wanted=memory.wanted,
            playing=connection.playing,
            error=connection.error,
            fps=figures.camera_fps,
            covered=snapshot.notice is Reason.CAMERA_OFF,
            unread_s=at - max(figures.on_since or at, figures.analysed_at or 0.0),
            waiting_s=at - max(memory.tried_at, seen_at),
            was_on=memory.was_on,
        )
    )
    if state in (CameraState.ON, CameraState.BUSY, CameraState.COVERED):
        if memory.was_on and memory.tries:
            st.toast("The camera is back.", icon=":material/videocam:")
        memory.was_on, memory.tries = True, 0
    offered = connection.connecting or connection.playing
    after_s = retries_after(state, memory.tries, offered=offered)
    if after_s is not None and at - max(memory.tried_at, seen_at) > after_s:
        _log.info(
            "the camera is tried again: %s, offered %s, %.0f s after the last attempt",
            *(state, offered, at - memory.tried_at),
        )
        memory.tries += 1
        if connection.playing:
            memory.stop_first = True
        else:
            memory.try_again()
        st.rerun()
    return state
