"""Parts of a page that run anew by themselves, while the rest of the page stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

import streamlit as st
from streamlit.errors import StreamlitAPIException

P = ParamSpec("P")


def refreshed(part: Callable[P, None], every_s: float | None) -> Callable[P, None]:
    """Return a part of the page that refreshes itself; None: only with the page."""
    return st.fragment(part, run_every=every_s)


def rerun_here() -> None:
    """Run this part of the page anew, or all of it where all of it is running."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()
