"""The video connection to the browser: everything particular to streamlit-webrtc is here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import av
import streamlit as st
from streamlit_webrtc import Translations, WebRtcMode, webrtc_streamer

from app.parts.streamlit_private import CAMERA_KEEPER
from fer_core.config import Settings

#: What the browser is asked for. More pixels or frames cost the processor, which encodes the
#: picture that is sent back, and show a face no better.
WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 480, 24

_log = logging.getLogger(__name__)

_WORDS: Translations = {
    "start": "Turn the camera on",
    "stop": "Turn the camera off",
    "select_device": "Choose another camera",
    "select_camera": "Choose another camera",
    "turn_camera_on": "Show the camera",
    "turn_camera_off": "Hide the camera",
    "media_api_not_available": (
        "This browser gives pages no camera here. Open the app at localhost or over HTTPS."
    ),
    "device_ask_permission": "Allow the camera in the question your browser asks.",
    "device_not_available": "No camera was found. Plug one in, or go on with snapshots.",
    "device_access_denied": (
        "The browser does not let this page use the camera. Allow it in the address bar's camera "
        "sign, then try again."
    ),
}


_keeper = st.components.v2.component("camera_keeper", js=CAMERA_KEEPER)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the video connection stands.

    Attributes:
        playing: The browser shows video.
        connecting: It is trying to.
        error: Name of the browser's error where it gave no camera at the last attempt; "" else.
        problem: What failed and what to do, or None.
    """

    playing: bool = False
    connecting: bool = False
    error: str = ""
    problem: str | None = None


def show_video(
    key: str,
    on_frame: Callable[[av.VideoFrame], av.VideoFrame],
    settings: Settings,
    *,
    attempt: int = 0,
    stop: bool = False,
) -> Connection:
    """Show the camera, each frame passed through `on_frame`.

    Args:
        key: One for each session and tab.
        on_frame: Called in the video's thread; must neither raise nor touch Streamlit.
        settings: For STUN and TURN servers; without any, only this machine or network connects.
        attempt: Grows with each attempt to start the camera.
        stop: The camera is to be off.
    """
    try:
        context = webrtc_streamer(
            key=key,
            mode=WebRtcMode.SENDRECV,
            rtc_configuration={"iceServers": [dict(server) for server in settings.ice_servers]},
            media_stream_constraints={
                "audio": False,
                "video": {
                    "width": {"ideal": WIDTH},
                    "height": {"ideal": HEIGHT},
                    "frameRate": {"ideal": FRAMES_PER_SECOND, "max": 30},
                },
            },
            video_frame_callback=on_frame,
            video_html_attrs={
                "autoPlay": True,
                "controls": False,
                "muted": True,
                "style": {"width": "100%", "borderRadius": "0.6rem"},
            },
            translations=_WORDS,
            # Never True: see CAMERA_KEEPER.
            desired_playing_state=False if stop else None,
            sendback_audio=False,
        )
    except Exception:
        # The library raises whatever aiortc raised; the session must not end with the video.
        _log.exception("the video connection failed")
        return Connection(problem="The video connection failed.")
    answer = _keeper(
        key=f"{key}-keeper",
        data={"label": _WORDS["start"], "attempt": 0 if stop else attempt},
        height=1,
        on_answer_change=lambda: None,
    ).answer
    return Connection(
        context.state.playing, context.state.signalling, error=error_of(answer, attempt)
    )


def error_of(answer: Any, attempt: int) -> str:
    """Return the error's name that the browser told of an attempt; not trusted to have a form."""
    if not isinstance(answer, dict) or answer.get("attempt") != attempt:
        return ""
    return str(answer.get("name", ""))[:40]
