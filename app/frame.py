"""What stands around every page: page settings, navigation, colours that can be read."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.parts.buttons import presses_on
from app.parts.elsewhere import show_running_elsewhere
from app.parts.garbage import collect_garbage
from app.parts.navigation import PAGES, page_of
from app.parts.streamlit_private import READABLE
from app.photos.memory import PhotosMemory

NAME = "Expressions"
MARK = str(Path(__file__).parent / "welcome" / "mark.svg")


def show_app() -> None:
    """Show the page that the address names, in its frame."""
    collect_garbage()
    # On top, so that pictures and charts have the whole width; on a phone it folds into a menu.
    page = st.navigation([page_of(name) for name in PAGES], position="top")
    st.set_page_config(
        page_title=f"{page.title} · {NAME}" if page.url_path else NAME,
        page_icon=MARK,
        layout="wide",
        initial_sidebar_state="auto",
    )
    st.logo(MARK, size="large")
    st.html(READABLE)
    if page.url_path != "photos":
        PhotosMemory.leave()
    with presses_on(page.url_path):
        show_running_elsewhere(page.url_path)
        page.run()
