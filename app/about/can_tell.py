"""What the app can tell, how well, and on whom that was measured, in a learner's words."""

from __future__ import annotations

import streamlit as st

from fer_core.learner.can_tell import CLAIMS, as_markdown


def show_claims() -> None:
    """Show what it can tell, and the figures behind it."""
    st.markdown(
        "What this app can tell about your studying, and what it cannot. Nothing here is a "
        "measure of you."
    )
    for claim in CLAIMS:
        st.markdown(f"**{claim.what.capitalize()}.** {claim.in_words}")
    with st.expander("The figures, and on whom they were measured"):
        st.markdown(as_markdown())
        st.caption(
            "AUC: of two passages, how often the better understood one is ranked higher; .5 is "
            "chance. In brackets: where the figure lies in 95 of 100 samples of such people."
        )
