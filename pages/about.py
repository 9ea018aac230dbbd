"""About: the model and how good it is, privacy, acceptable use, licences."""

from __future__ import annotations

import streamlit as st

from app.about.can_tell import show_claims
from app.about.model import show_model
from app.about.texts import ACCEPTABLE_USE, LICENCES, PRIVACY
from app.parts.engine import engine_or_stop


def show_page() -> None:
    st.title("About")
    tell, model, privacy, use, licences = st.tabs(
        ["What it can tell", "Model", "Privacy", "Acceptable use", "Licences"]
    )
    info = engine_or_stop().info
    with tell:
        show_claims(info)
    with model:
        show_model(info)
    with privacy:
        st.markdown(PRIVACY)
    with use:
        st.markdown(ACCEPTABLE_USE)
    with licences:
        st.markdown(LICENCES)


show_page()
