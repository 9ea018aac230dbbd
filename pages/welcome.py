"""Welcome: what this is, that everything stays here, where to begin."""

from pathlib import Path

import streamlit as st

from app_state import through_home
from fer_core.emotions import EMOTIONS

PAGES = Path(__file__).parent

through_home()
st.title("See what a face shows")
st.markdown(
    "This app finds the faces in your photographs and tells their expressions. "
    "Everything stays on this machine: pictures live in memory while you look at them, and "
    "nothing is sent anywhere. "
    "Begin with a photograph."
)
st.page_link(PAGES / "photos.py", label="**Label photographs**", icon=":material/photo_library:")
with st.container(horizontal=True):
    for emotion in EMOTIONS:
        with st.container(border=True, width=130, horizontal_alignment="center", gap=None):
            st.markdown(f"## {emotion.emoji}")
            st.caption(emotion.label)
st.caption(
    "Five expressions, or “unsure” where none is clear. An expression is what a face shows, not "
    "what somebody feels. For yourself, never for watching others."
)
st.page_link(PAGES / "about.py", label="About the model, privacy, use", icon=":material/info:")
