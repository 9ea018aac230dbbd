"""Before a session: whether a video is studied, which one, and what its chapters are."""

from __future__ import annotations

import streamlit as st

from app.parts.player import choose_video
from app.parts.words import plain
from fer_core.texts.document import Document
from fer_core.texts.errors import TextError
from fer_core.texts.video import make_video, read_chapters


def choose_material() -> tuple[bool, Document | None]:
    """Let a video be chosen; return whether the session can start, and the video, if any."""
    wanted = st.toggle(
        "With a video or a recorded lecture",
        key="setup_video",
        help="Play it here; afterwards you see where you were lost. It never leaves your browser.",
    )
    if not wanted:
        return True, None
    chosen = choose_video()
    typed = st.text_area(
        "Its chapters (optional)",
        placeholder="0:00 Introduction\n4:30 Light reactions\n12:10 Summary",
        height=110,
        key="setup_chapters",
        help="A line for each, with the time it begins at. Without any, each minute is a part.",
    )
    if chosen is None:
        return False, None
    try:
        return True, make_video(chosen.title, chosen.duration_s, read_chapters(typed))
    except TextError as error:
        st.error(plain(error.message), icon=":material/error:")
        return False, None
