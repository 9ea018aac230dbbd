"""What the browser parts of the app (Streamlit components) share."""

from __future__ import annotations


def keep_state() -> None:
    """A state of a component needs a callback to be kept; there is nothing to do in it."""
