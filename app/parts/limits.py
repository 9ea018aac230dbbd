"""The longest that the learner's own words may be: what is longer is cut, and the page says so.

Streamlit's own limit (`max_chars`) takes nothing at all of a longer text that is pasted, and says
nothing about it.
"""

from __future__ import annotations

import streamlit as st


def within(text: str, most: int) -> str:
    """Return what a field takes of a text, and say below the field if that is not all.

    Args:
        text: As it was typed or pasted.
        most: Characters at most.
    """
    if len(text) > most:
        st.caption(f":material/content_cut: {words_for_cut(text, most)}")
    return text[:most].rstrip()


def saved_within(text: str, most: int) -> str:
    """Do the same in a callback, which has no place on the page: a message comes up instead."""
    if len(text) > most:
        st.toast(words_for_cut(text, most), icon=":material/content_cut:")
    return text[:most].rstrip()


def words_for_cut(text: str, most: int) -> str:
    """Say how much of a text is kept."""
    return f"That has {len(text):,} letters. The first {most:,} are kept."
