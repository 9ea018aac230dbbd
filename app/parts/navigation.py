"""The pages of the app, each named once: its file, its title, its icon; and the ways to them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

PAGES_FOLDER = Path(__file__).resolve().parents[2] / "pages"

#: File, title and icon, in the order of the menu. The first is where the app opens.
PAGES: dict[str, tuple[str, str]] = {
    "welcome": ("Home", ":material/home:"),
    "photos": ("Photos and video", ":material/photo_library:"),
    "live": ("Live", ":material/videocam:"),
    "reading": ("Reading", ":material/menu_book:"),
    "review": ("Review", ":material/school:"),
    "history": ("History", ":material/history:"),
    "settings": ("Settings", ":material/settings:"),
    "about": ("About", ":material/info:"),
}


def page_of(name: str) -> st.Page:
    """Return a page, for the menu, for a link, or to go there.

    Args:
        name: Of its file, such as "photos".
    """
    title, icon = PAGES[name]
    return st.Page(
        PAGES_FOLDER / f"{name}.py", title=title, icon=icon, default=name == next(iter(PAGES))
    )
