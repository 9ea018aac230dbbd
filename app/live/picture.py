"""The picture of a running session: it can be enlarged or hidden; and its switches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from app.parts.buttons import pressed
from app.parts.camera import PictureOptions
from app.parts.consent import ask_consent, needs_consent
from app.parts.memory import PageMemory
from app.parts.sessions import camera_of, session_registry
from app.parts.video import STYLES, VideoMemory, keep_video_closed, show_live_video
from app.parts.webrtc import Connection
from app.parts.words import plain
from fer_core.config import get_settings
from fer_core.emotions import UNSURE_EMOJI, UNSURE_LABEL
from fer_core.errors import FerError
from fer_core.live.running_session import RunningSession
from fer_core.sessions.snapshot import State
from fer_core.vision.decoding import decode_foreign

REFRESH_S = 1.0
Size = Literal["small", "large", "hidden"]


@dataclass(slots=True)
class PictureMemory(PageMemory):
    """Of one tab.

    Attributes:
        size: How the picture is shown.
        snapshot: The file of the last snapshot that was looked at; empty before the first.
        snapshot_words: What it showed.
    """

    size: Size = "small"
    snapshot: str = ""
    snapshot_words: str = ""


def show_camera(running: RunningSession, state: State) -> Connection:
    """Show the video, or the way to send snapshots; return where the connection stands."""
    memory, video = PictureMemory.of_tab(), VideoMemory.of_tab()
    video.come_back(running)
    st.html(STYLES[memory.size if video.wanted else "hidden"])
    if video.wanted and needs_consent(running.session.info.consent_version):
        ask_consent()
        if pressed("Without the camera", type="tertiary", key="camera_never_mind"):
            video.want(False)
            st.rerun()
        return Connection()
    if st.session_state.get("snapshots_instead"):
        take_snapshots(running, state)
        return Connection()
    if state is State.ACTIVE:
        return show_live_video(running)
    keep_video_closed(running)
    return Connection()


def show_switches(running: RunningSession, state: State) -> None:
    """Show what switches the camera, and how its picture is shown."""
    memory, video = PictureMemory.of_tab(), VideoMemory.of_tab()
    with st.container(horizontal=True):
        if video.wanted:
            if pressed("Camera off", icon=":material/videocam_off:", key="camera_off"):
                video.want(False)
                st.rerun()
            size_button(memory)
        elif pressed(
            "Camera on",
            icon=":material/videocam:",
            key="camera_on",
            disabled=state is not State.ACTIVE,
        ):
            video.want(True)
            st.rerun()
        with st.popover("Options", icon=":material/tune:"):
            choose_options(running)


def size_button(memory: PictureMemory) -> None:
    """Show the buttons that enlarge the picture or hide it."""
    larger: tuple[str, str, Size] = ("Larger", "open_in_full", "large")
    smaller: tuple[str, str, Size] = ("Smaller", "close_fullscreen", "small")
    label, icon, size = smaller if memory.size == "large" else larger
    if memory.size == "hidden":
        label, icon, size = "Show", "visibility", "small"
    if pressed(label, icon=f":material/{icon}:", key="camera_size"):
        memory.size = size
        st.rerun()
    if memory.size != "hidden" and pressed(
        "Hide", icon=":material/visibility_off:", key="camera_hide"
    ):
        memory.size = "hidden"
        st.rerun()


def choose_options(running: RunningSession) -> None:
    """Let the learner choose what is drawn, from the next frame on, and what is read."""
    camera = camera_of(running)
    options = PictureOptions(
        mirror=st.toggle("Mirror", True, key="show_mirror"),
        faces=st.toggle("Frame around the face", True, key="show_faces"),
        labels=st.toggle("Word", True, key="show_labels"),
        emoji=st.toggle("Emoji", True, key="show_emoji"),
        probabilities=st.toggle("Percent", False, key="show_probability"),
        bars=st.toggle("All five expressions", False, key="show_bars"),
    )
    if camera.has_marks:
        options = replace(
            options,
            mesh=st.toggle("Points of the face", False, key="show_mesh"),
            axis=st.toggle("Where the head points", False, key="show_axis"),
            eyes=st.toggle("Eyes open or closed", False, key="show_eyes"),
        )
    camera.options = options
    session = running.session
    if camera.has_marks:
        st.toggle(
            "I study on paper",
            session.studies_on_paper,
            key="on_paper",
            on_change=lambda: session.study_on_paper(
                st.session_state["on_paper"], session_registry().clock()
            ),
            help="A head bent to the desk then counts as at work, as one turned to the screen.",
        )
    st.toggle(
        "Read my heart rate",
        session.reads_heart_rate,
        key="read_pulse",
        on_change=lambda: session.read_heart_rate(st.session_state["read_pulse"]),
        help="From small changes of your skin's colour, as numbers only. Off: it stops at once.",
    )
    st.toggle(
        "Single snapshots instead of video",
        key="snapshots_instead",
        help="For cameras and networks on which live video does not work.",
    )


def take_snapshots(running: RunningSession, state: State) -> None:
    """Take single pictures in place of video, and say what each of them showed."""
    picture = st.camera_input("Take a snapshot now and then", key="live_snapshot")
    if picture is None or state is not State.ACTIVE:
        return
    memory = PictureMemory.of_tab()
    if memory.snapshot != picture.file_id:
        # A request for another run may end this one within: the next one looks again, then.
        words = look_at(running, picture.getvalue())
        memory.snapshot, memory.snapshot_words = picture.file_id, words
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
        return f":material/warning: {plain(error.message)}"
    if not faces:
        return ":material/face: No face in this snapshot."
    emotion = faces[0].emotion
    if emotion is None:
        return f"{UNSURE_EMOJI} {UNSURE_LABEL}: the expression is not clear enough to name."
    return f"{emotion.emoji} This snapshot: {emotion.study_label} {faces[0].probability:.0%}"
