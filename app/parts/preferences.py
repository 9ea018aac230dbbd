"""The learner's choices, as the pages read and change them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.config import get_settings
from fer_core.learner.preferences import PreferenceFile, Preferences


@st.cache_resource(show_spinner=False)
def _file(folder: Path) -> PreferenceFile:
    return PreferenceFile(folder)


def preference_file() -> PreferenceFile:
    """Return where the choices are kept."""
    return _file(get_settings().data_dir)


def preferences() -> Preferences:
    """Return the choices as they are now."""
    return preference_file().read()


def choose(**choices: Any) -> None:
    """Change choices; where they cannot be saved, say that they hold until the app ends."""
    if not preference_file().change(**choices):
        st.toast("This cannot be saved on the disk now. It holds until the app is closed.")
