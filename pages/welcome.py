"""Welcome: what this is, that everything stays here, where to begin."""

from __future__ import annotations

import streamlit as st

from app.parts.navigation import page_of
from fer_core.emotions import EMOTIONS

# One line a way to begin: file, title, icon, what it is for.
WAYS = [
    (
        "photos",
        "Label photographs",
        ":material/photo_library:",
        "Drop one photo or two hundred; see the expression of every face.",
    ),
    (
        "live",
        "Study with the camera",
        ":material/videocam:",
        "See your own expression over time, and be told when a break is due.",
    ),
    (
        "reading",
        "Read a text",
        ":material/menu_book:",
        "Afterwards, see which passages were hard for you or only skimmed.",
    ),
    (
        "history",
        "Look back",
        ":material/history:",
        "Compare your sessions over days and weeks; export them, or erase them for good.",
    ),
    (
        "about",
        "Know what it can do",
        ":material/info:",
        "How good the model is, what happens to your pictures, and what this is not for.",
    ),
]

st.title("See what a face shows")
st.markdown(
    "This app shows you the expressions of faces: in your photographs, and your own while you "
    "study. "
    "Everything stays on this machine: pictures are never saved, and nothing is sent anywhere. "
    "Begin with a photograph, or start a session."
)
grid = st.grid("auto", min_column_width=280)
for name, title, icon, purpose in WAYS:
    with grid.cell(), st.container(border=True, height="stretch"):
        st.page_link(page_of(name), label=f"**{title}**", icon=icon)
        st.markdown(purpose)
st.markdown("&emsp; ".join(f"{emotion.emoji}&nbsp;{emotion.label}" for emotion in EMOTIONS))
st.caption(
    "Five expressions, or “unsure” where none is clear. An expression is what a face shows, not "
    "what somebody feels. For yourself, never for watching others."
)
