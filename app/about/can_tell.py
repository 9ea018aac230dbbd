"""What the app can tell, how well, and on whom that was measured, in a learner's words."""

from __future__ import annotations

import streamlit as st

from app.about.model import tell_how_often
from fer_core.learner.can_tell import CLAIMS, Level, as_markdown
from fer_core.vision.model_info import ModelInfo

_ICONS = {
    Level.WELL: ":material/check_circle:",
    Level.PARTLY: ":material/contrast:",
    Level.NOT: ":material/help:",
}


def show_claims(info: ModelInfo) -> None:
    """Show what it can tell, the surest first, and the figures behind it."""
    tell_how_often(info)
    st.header("What can it tell about your studying?")
    st.markdown("Nothing here is a measure of you.")
    for column, level in zip(st.columns(len(Level), gap="medium"), Level, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"### {_ICONS[level]} {level}")
            for claim in CLAIMS:
                if claim.level is level:
                    st.markdown(f"**{claim.what.capitalize()}.** {claim.in_words}")
    with st.expander("The figures, and on whom they were measured"):
        st.markdown(as_markdown())
        st.caption(
            "AUC: of two passages, how often the better understood one is ranked higher; .5 is "
            "chance. In brackets: where the figure lies in 95 of 100 samples of such people."
        )
