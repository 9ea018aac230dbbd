"""Each test of a page starts with a fresh engine, and leaves none behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
import streamlit_webrtc.component


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty history, and no browser session for streamlit-webrtc to look for."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: None)
    yield
    st.cache_resource.clear()
