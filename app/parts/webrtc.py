"""The video connection to the browser: everything particular to streamlit-webrtc is here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import av
import streamlit as st
from streamlit_webrtc import Translations, WebRtcMode, webrtc_streamer

from app.parts.streamlit_private import PRESS_START
from fer_core.config import Settings

#: What the browser is asked for. More pixels or frames cost the processor, which encodes the
#: picture that is sent back, and show a face no better.
WIDTH, HEIGHT, FRAMES_PER_SECOND = 640, 480, 24
#: A connection that has not come about after this long will not. Seconds.
CONNECT_WITHIN_S = 20.0

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


_press_start = st.components.v2.component("camera_starter", js=PRESS_START)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the video connection stands.

    Attributes:
        playing: The browser shows video.
        connecting: It is trying to.
        problem: What failed and what to do, or None.
    """

    playing: bool = False
    connecting: bool = False
    problem: str | None = None


def show_video(
    key: str,
    on_frame: Callable[[av.VideoFrame], av.VideoFrame],
    settings: Settings,
    *,
    start: bool | None = None,
) -> Connection:
    """Show the camera, each frame passed through `on_frame`, with its own on and off button.

    Args:
        key: One for each session and tab.
        on_frame: Called in the video's thread; must neither raise nor touch Streamlit.
        settings: For STUN and TURN servers; without any, only this machine or network connects.
        start: True presses the camera's button for the learner, once; False stops the camera; None
            leaves it to the buttons.
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
            # Never True: see PRESS_START.
            desired_playing_state=False if start is False else None,
            sendback_audio=False,
        )
    except Exception:
        # The library raises whatever aiortc raised; the session must not end with the video.
        _log.exception("the video connection failed")
        return Connection(problem=connection_problem(settings))
    if start:
        _press_start(key=f"{key}-start", data={"label": _WORDS["start"]}, height=1)
    return Connection(context.state.playing, context.state.signalling)


def connection_problem(settings: Settings) -> str:
    """Return the words for a connection between browser and app that did not come about."""
    if settings.ice_servers:
        return (
            "The video connection did not come about, although STUN or TURN servers are set. A "
            "firewall may block it, or a server may be down. Go on with snapshots meanwhile."
        )
    return (
        "The video connection between this browser and the app did not come about. On one machine, "
        "a VPN or a firewall is the usual reason. From another machine it needs STUN or TURN "
        "servers (FER_ICE_SERVERS). Go on with snapshots meanwhile."
    )
