"""What all pages share: the one engine of this process, and how failures are shown."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from app.parts.words import plain
from fer_core.config import Settings, get_settings
from fer_core.errors import FerError
from fer_core.vision.engine import InferenceEngine


@st.cache_resource(show_spinner="Loading the model…", on_release=lambda engine: engine.close())
def _load_engine(settings: Settings) -> InferenceEngine:
    return InferenceEngine.load(settings)


def engine_or_stop() -> InferenceEngine:
    """Return the process's engine; if it cannot be had, say why and end the page."""
    try:
        return _load_engine(get_settings())
    except FerError as error:
        _stop_because_of(error)


def settings_or_stop() -> Settings:
    """Return the settings; if one cannot be used, say which and end the page."""
    try:
        return get_settings()
    except FerError as error:
        _stop_because_of(error)


def _stop_because_of(error: FerError) -> NoReturn:
    st.error(plain(error.message), icon=":material/error:")
    st.caption("`python -m fer_core doctor` checks the installation and says what to do.")
    st.stop()
