"""Each test of a page starts with a fresh engine, and leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
