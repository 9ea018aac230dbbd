"""What a page remembers of one browser tab from one run to the next, typed and in one place each.

Streamlit keeps values for a tab under keys. Each page has a dataclass of its own here instead, so
that a value has a type and a comment, and no two pages meet under one key by chance. Values of
widgets stay with the widgets, which return them.
"""

from __future__ import annotations

from typing import Self

import streamlit as st


class PageMemory:
    """Base of what a page remembers; every field of a subclass has a default."""

    __slots__ = ()

    @classmethod
    def of_tab(cls) -> Self:
        """Return what is remembered of the tab that is being served, at first the defaults."""
        key = cls.key()
        if key not in st.session_state:
            st.session_state[key] = cls()
        memory: Self = st.session_state[key]
        return memory

    @classmethod
    def forget(cls) -> None:
        """Forget it: the next run begins with the defaults."""
        st.session_state.pop(cls.key(), None)

    @classmethod
    def key(cls) -> str:
        """Return the key under which Streamlit keeps it."""
        return f"memory of {cls.__module__}.{cls.__qualname__}"
