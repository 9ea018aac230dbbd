"""Each test of a page starts with fresh settings and a fresh engine, and leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st

from fer_core.config import get_settings


@pytest.fixture(autouse=True)
def _fresh_settings_and_engine() -> Iterator[None]:
    get_settings.cache_clear()
    st.cache_resource.clear()
    yield
    get_settings.cache_clear()
    st.cache_resource.clear()
