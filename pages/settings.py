"""Settings: everything that holds from one session to the next, in one place."""

from __future__ import annotations

import streamlit as st

from app.parts.preferences import preferences
from app.settings.choices import (
    show_calls,
    show_consent,
    show_defaults,
    show_kept,
    show_look,
    show_start,
)


def show_page() -> None:
    st.title("Settings")
    chosen = preferences()
    left, right = st.columns(2, gap="large")
    with left:
        show_calls()
        show_start(chosen)
        show_look()
    with right:
        show_kept(chosen)
        show_consent()
    show_defaults()


show_page()
