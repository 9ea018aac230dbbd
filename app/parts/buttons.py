"""Buttons whose press is never lost.

`st.button` says only in the run that its press began that it was pressed. What interrupts that run
before it has come so far (an event of another widget, a part that refreshes itself and wants all of
the page anew) takes the press with it. A press is noted here before the run begins, and waits until
the page has got to it. From there on nothing interrupts the run: what was pressed is done once.

A press that the page has not come to by its end meant a button that is no longer there. It is
forgotten, so that it never means the same button of another session or page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app.parts.memory import PageMemory
from app.parts.streamlit_requests import act_to_the_end


@dataclass(slots=True)
class Presses(PageMemory):
    """Presses that no run has acted on yet.

    Attributes:
        page: Where they were made; on another page they mean nothing.
        keys: Of the buttons.
    """

    page: str = ""
    keys: set[str] = field(default_factory=set)


@contextmanager
def presses_on(page: str) -> Iterator[None]:
    """Run a page, whose name this is; what interrupts it leaves the presses for the next run."""
    presses = Presses.of_tab()
    if page != presses.page:
        presses.page = page
        presses.keys.clear()
    yield
    presses.keys.clear()


def pressed(label: str, *, key: str, disabled: bool = False, **options: Any) -> bool:
    """Show a button and tell, once, whether it was pressed.

    Args:
        label: What stands on it.
        key: What it is known by, on the whole page.
        disabled: It can't be pressed now.
        options: Others of `st.button`.
    """
    st.button(label, key=key, on_click=_note, args=(key,), disabled=disabled, **options)
    return _take(key) and not disabled


def submitted(label: str, *, key: str, **options: Any) -> bool:
    """Show the button of a form and tell, once, whether it was pressed; see `pressed`."""
    st.form_submit_button(label, key=key, on_click=_note, args=(key,), **options)
    return _take(key)


def _note(key: str) -> None:
    Presses.of_tab().keys.add(key)


def _take(key: str) -> bool:
    keys = Presses.of_tab().keys
    waited = key in keys
    if waited:
        act_to_the_end()
        keys.remove(key)
    return waited
