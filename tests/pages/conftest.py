"""Each test of a page starts with a fresh engine, and leaves none behind."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
import streamlit_webrtc.component
from streamlit.components.v2 import manifest_scanner

from app.parts.streamlit_requests import lose_no_request
from fer_core.sessions import session_info


@pytest.fixture(scope="session", autouse=True)
def _requests_are_taken_as_the_app_takes_them() -> None:
    lose_no_request()


@pytest.fixture(scope="session", autouse=True)
def _packages_are_looked_through_once() -> Iterator[None]:
    """Each run of a page reads the metadata of every package, for components: two fifths of it."""
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True)
def _fresh_engine() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def _names_that_are_hard_to_pass_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name every session as by chance only some are: one in 200 has two underscores in a row."""

    def token(size: int) -> str:
        return f"-__{secrets.token_urlsafe(size)[4:]}_"

    monkeypatch.setattr(session_info, "secrets", SimpleNamespace(token_urlsafe=token))


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty history, and no browser session for streamlit-webrtc to look for."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: None)
    yield
    st.cache_resource.clear()
