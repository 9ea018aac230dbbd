"""To the top of the page when one step follows another, for the eye and for the tab key.

Left alone, a page stays scrolled down, and the tab key goes on in the middle of it.
"""

from __future__ import annotations

import streamlit as st

_to_the_top = st.components.v2.component(
    "to_the_top",
    js="""
export default function ({ data }) {
  if (window.stepShown === data.step) return
  window.stepShown = data.step
  const main = document.querySelector('[data-testid="stMain"]')
  main?.scrollTo({ top: 0 })
  main?.focus({ preventScroll: true })
}
""",
)


def note_next_step() -> None:
    """Let the page that comes next begin at its top."""
    st.session_state["step"] = st.session_state.get("step", 0) + 1


def begin_at_the_top() -> None:
    """Go to the top, once for each step. Call it last: above the video it would move it."""
    # On every run: the video asks for the next run before the browser has shown this one.
    if step := st.session_state.get("step"):
        _to_the_top(key="to_the_top", data={"step": step}, height=1)
