"""Room for what the browser draws late, so that nothing below it moves under a finger.

Streamlit fetches the script of a chart or a figure when the first one comes, and shows a bar of 40
pixels until then. On a busy machine that took two to five seconds, and what stood below two charts
then sprang down by 450 pixels: a press that fell into that moment led nowhere.
"""

from __future__ import annotations

import streamlit as st

#: What a field with its label above it takes, in pixels.
FIELD_ROOM = 68


def keep_room(key: str, height_px: int) -> None:
    """Keep the room of an element or a container before the browser has drawn it.

    Args:
        key: Of the element or the container.
        height_px: What it will take at least, in pixels.
    """
    st.html(f"<style>.st-key-{key} {{ min-height: {height_px}px; }}</style>")
