"""What the browser parts of the app (Streamlit components) share."""

from __future__ import annotations


def keep_state() -> None:
    """A state of a component needs a callback to be kept; there is nothing to do in it."""


def key_of_component(component: str, session_id: str) -> str:
    """Return the key of a session's component.

    In hexadecimal, for Streamlit refuses a component with two underscores in a row in its key,
    and one session's name in 200 has them.
    """
    return f"{component}-{session_id.encode().hex()}"
