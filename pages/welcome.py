"""Home: go on with a session or start one, this week, and something to try."""

from __future__ import annotations

import streamlit as st

from app.parts.due import show_due
from app.parts.start import offer_unfinished
from app.welcome.home import show_pages, show_start, show_tries, show_week


def show_page() -> None:
    st.title("Expressions")
    st.markdown(
        "A study timer with real breaks, and a mirror for your face while you study. Everything "
        "stays on this computer: pictures are never kept, and nothing is sent anywhere."
    )
    offer_unfinished()
    show_due()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_start()
    with right:
        show_week()
    show_tries()
    show_pages()
    st.caption(
        "An expression is what a face shows, not what somebody feels. For yourself, never for "
        "watching others."
    )


show_page()
