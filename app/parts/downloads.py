"""A file to take away, offered in one way on every page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def offer_file(
    label: str,
    content: bytes | Callable[[], bytes],
    name: str,
    mime: str,
    *,
    key: str,
    icon: str = "download",
    note: str | None = None,
    disabled: bool = False,
) -> None:
    """Offer one file; the page does not run anew for it.

    Args:
        label: Of the button.
        content: The file, or what makes it when the button is pressed.
        name: Of the file.
        mime: Its type.
        key: Of the button.
        icon: Of the button, a name among the Material symbols.
        note: What the button tells on hover.
        disabled: There is nothing to take away.
    """
    st.download_button(
        label,
        content,
        name,
        mime,
        key=key,
        help=note,
        on_click="ignore",
        icon=f":material/{icon}:",
        disabled=disabled,
    )
