"""The picture of a running session: the video or single snapshots, and what is drawn into it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.camera import PictureOptions
from app.parts.clock import now
from app.parts.memory import PageMemory
from app.parts.refresh import refreshed
from app.parts.sessions import camera_of
from app.parts.video import keep_video_closed, show_live_video
from app.parts.webrtc import CONNECT_WITHIN_S, Connection, connection_problem
from fer_core.config import get_settings
from fer_core.emotions import UNSURE_EMOJI, UNSURE_LABEL
from fer_core.errors import FerError
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import State
from fer_core.vision.decoding import decode_foreign

REFRESH_S = 1.0
WENT_SILENT = (
    "No pictures come from the camera any more. It may be unplugged, covered by its own switch, or "
    "taken by another program. Turn it off and on again; the session is not lost."
)


@dataclass(slots=True)
class PictureMemory(PageMemory):
    """Of one tab.

    Attributes:
        waiting_since: Since when pictures are waited for, seconds since the epoch; None: they come.
        snapshot: The file of the last snapshot that was looked at; empty before the first.
        snapshot_words: What it showed.
    """

    waiting_since: float | None = None
    snapshot: str = ""
    snapshot_words: str = ""


def show_camera(running: RunningSession, state: State) -> Connection:
    """Show the video, or the way to send snapshots; return where the connection stands."""
    picture = st.container()  # above the options, which say what it is
    with_snapshots = choose_options(running)
    with picture:
        if with_snapshots:
            take_snapshots(running, state)
        elif state is State.ACTIVE:
            connection = show_live_video(running)
            refreshed(show_camera_line, every_s=REFRESH_S)(running, connection)
            return connection
        else:
            keep_video_closed(running)
            st.info(
                "Paused: the camera is off. Resume when you are ready.", icon=":material/pause:"
            )
    return Connection()


def choose_options(running: RunningSession) -> bool:
    """Let the learner choose what is drawn, from the next frame on; tell if by snapshots."""
    with st.expander("What is shown and read", icon=":material/tune:"):
        with st.container(horizontal=True):
            camera_of(running).options = PictureOptions(
                mirror=st.toggle("Mirror", True, key="show_mirror"),
                faces=st.toggle("Face", True, key="show_faces"),
                labels=st.toggle("Label", True, key="show_labels"),
                emoji=st.toggle("Emoji", True, key="show_emoji"),
                probabilities=st.toggle("Probability", True, key="show_probability"),
                bars=st.toggle("All five", True, key="show_bars"),
            )
        session = running.session
        st.toggle(
            "Read my heart rate from the colour of my skin",
            session.reads_heart_rate,
            key="read_pulse",
            on_change=lambda: session.read_heart_rate(st.session_state["read_pulse"]),
            help="From small changes of colour, as numbers only. Off: it stops at once.",
        )
        return st.toggle(
            "Send single snapshots instead of video",
            key="snapshots_instead",
            help="For cameras or networks where the video does not come about.",
        )


def show_camera_line(running: RunningSession, connection: Connection) -> None:
    """Show how the video runs, or what is wrong with it."""
    figures = camera_of(running).figures()
    if connection.problem is not None:
        st.error(connection.problem, icon=":material/videocam_off:")
        return
    waiting = connection.connecting or (connection.playing and figures.camera_fps == 0)
    if has_waited_long(waiting):
        went_silent = connection.playing and figures.frames
        words = WENT_SILENT if went_silent else connection_problem(get_settings())
        st.error(words, icon=":material/videocam_off:")
        return
    if figures.camera_fps == 0:
        st.caption(
            "Connecting to the camera…" if waiting else "The camera is off: its button is above."
        )
        return
    delay = "" if figures.delay_ms is None else f" · delay {figures.delay_ms:.0f} ms"
    errors = f" · {figures.errors} frames failed" if figures.errors else ""
    st.caption(
        f"Camera {figures.camera_fps:.0f} fps · analysed {figures.analysed_fps:.0f} fps"
        f"{delay} · {figures.frames:,} frames{errors}"
    )


def has_waited_long(waiting: bool) -> bool:
    """Whether pictures are waited for, and have been for longer than a connection takes."""
    memory = PictureMemory.of_tab()
    if not waiting:
        memory.waiting_since = None
        return False
    if memory.waiting_since is None:
        memory.waiting_since = now()
    return now() - memory.waiting_since > CONNECT_WITHIN_S


def take_snapshots(running: RunningSession, state: State) -> None:
    """Take single pictures in place of video, and say what each of them showed."""
    picture = st.camera_input("Take a snapshot now and then", key="live_snapshot")
    if picture is None or state is not State.ACTIVE:
        return
    memory = PictureMemory.of_tab()
    if memory.snapshot != picture.file_id:
        memory.snapshot = picture.file_id
        memory.snapshot_words = look_at(running, picture.getvalue())
    st.markdown(memory.snapshot_words)


def look_at(running: RunningSession, data: bytes) -> str:
    """Pass a snapshot to the session and return what it showed, in words."""
    settings = get_settings()
    try:
        rgb = decode_foreign(
            data, max_bytes=settings.max_image_bytes, max_pixels=settings.max_pixels
        )
        faces = camera_of(running).take_snapshot(rgb).faces
    except FerError as error:
        return f":material/warning: {error.message}"
    if not faces:
        return ":material/face: No face in this snapshot."
    emotion = faces[0].emotion
    if emotion is None:
        return f"{UNSURE_EMOJI} {UNSURE_LABEL}: the expression is not clear enough to name."
    return f"{emotion.emoji} This snapshot: {emotion.study_label} {faces[0].probability:.0%}"
