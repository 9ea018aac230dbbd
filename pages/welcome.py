"""Welcome: what this is, that everything stays here, where to begin."""

from pathlib import Path

import streamlit as st

PAGES = Path(__file__).parent

st.title("See what a face shows")
st.markdown(
    "This app labels facial expressions (angry, happy, natural, sad or surprised) in your "
    "photographs. "
    "Everything stays on this machine: pictures live in memory while you look at them, are never "
    "saved, and nothing is sent anywhere. "
    "Begin with a photograph."
)
if (PAGES / "photos.py").exists():
    st.page_link(PAGES / "photos.py", label="Label photographs", icon=":material/photo_library:")
