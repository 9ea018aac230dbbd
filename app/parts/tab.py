"""One session, several tabs: which tab it belongs to, and what to say when another one ended it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import streamlit as st

from app.parts.buttons import pressed
from app.parts.memory import PageMemory
from app.parts.sessions import camera_of
from app.parts.words import plain
from fer_core.errors import SessionFinished
from fer_core.live.running_session import RunningSession


@dataclass(slots=True)
class TabMemory(PageMemory):
    """Of one tab, for all pages with a session.

    Attributes:
        tab_id: What the tab is known by.
        shown: Sessions that it has opened.
    """

    tab_id: str = field(default_factory=lambda: secrets.token_hex(8))
    shown: set[str] = field(default_factory=set)


def is_here(running: RunningSession) -> bool:
    """Make this tab the session's own when it opens it; tell whether it still is."""
    tab = TabMemory.of_tab()
    if running.session_id not in tab.shown or camera_of(running).owner is None:
        tab.shown.add(running.session_id)
        camera_of(running).take_over(tab.tab_id)
    return camera_of(running).owner == tab.tab_id


def offer_to_bring_here(running: RunningSession) -> None:
    """Say that the session is in another tab, and offer to bring it to this one."""
    st.info("This session has moved to another tab.", icon=":material/tab:")
    if pressed("Bring it back here", key="bring_here", icon=":material/undo:"):
        camera_of(running).take_over(TabMemory.of_tab().tab_id)
        st.rerun()


@contextmanager
def unless_finished() -> Iterator[None]:
    """Do what the learner asks of a session; one that another tab has just finished says so.

    The page then runs anew and shows what the session amounted to.
    """
    try:
        yield
    except SessionFinished as error:
        st.toast(plain(error.message), icon=":material/stop:")
