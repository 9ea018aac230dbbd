"""Welcome: what this is, that everything stays here, where to begin."""

from __future__ import annotations

import streamlit as st

from app.welcome.ways import show_ways
from fer_core.emotions import EMOTIONS


def show_page() -> None:
    st.title("See what a face shows")
    st.markdown(
        "This app shows you the expressions of faces: in your photographs, and your own while you "
        "study. Everything stays on this machine: pictures are never saved, and nothing is sent "
        "anywhere. Begin with a photograph, or start a session."
    )
    show_ways()
    st.markdown("&emsp; ".join(f"{emotion.emoji}&nbsp;{emotion.label}" for emotion in EMOTIONS))
    st.caption(
        "Five expressions, or “unsure” where none is clear. An expression is what a face shows, "
        "not what somebody feels. For yourself, never for watching others."
    )


show_page()
