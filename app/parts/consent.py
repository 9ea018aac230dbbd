"""What a learner agrees to before the camera is used. A change of its meaning is a new version."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.memory import PageMemory
from app.parts.scroll import note_next_step

CONSENT_VERSION = "2026-11b"

MEASURED = (
    "The expression of **your** face, about ten times a second, as five probabilities; where your "
    "face is in the picture; and how long it is there. From these, and from your own answers to "
    "short questions, the app estimates comprehension and stress. Only if you switch it on, your "
    "**heart rate** as well, from the colour of your skin, which changes a little with each beat."
)
STORED = (
    "Numbers only, at most one row a second, on this machine: expressions, estimates, times, your "
    "answers, title and goal, and the heart rate if you switched it on. You can look at them, "
    "export them and erase them. Or choose in the next step that the session is forgotten when it "
    "ends."
)
NOT_STORED = (
    "**No pictures, ever.** Frames are looked at in memory and dropped. "
    "Nothing leaves this machine."
)
UNKNOWABLE = (
    "What you feel or think. A face that reads says little: the link between expression and "
    "feeling is weak and differs between people and cultures, and the model is worse for some "
    "groups of people than for others. Every number here is an estimate for self-reflection: not "
    "medical, not a measure of ability."
)
NOT_FOR = (
    "Schools, employers, exams, or watching other people. In the European Union, inferring "
    "emotions at work and in education is forbidden (AI Act, article 5). It is for you, alone, on "
    "your own device; a second face in view pauses the indicators."
)

#: Heading, icon, text: in the order of reading.
PARTS: tuple[tuple[str, str, str], ...] = (
    ("What is measured", ":material/visibility:", MEASURED),
    ("What is stored", ":material/database:", STORED),
    ("What is not", ":material/no_photography:", NOT_STORED),
    ("What it cannot know", ":material/help:", UNKNOWABLE),
    ("What it is not for", ":material/block:", NOT_FOR),
)


@dataclass(slots=True)
class ConsentMemory(PageMemory):
    """Of one tab, for all pages that use the camera.

    Attributes:
        agreed_to: The version that the learner agreed to; empty before.
    """

    agreed_to: str = ""


def needs_consent(agreed_before: str = "") -> bool:
    """Whether the learner has yet to agree to the text as it is now.

    Args:
        agreed_before: The version that a session that is gone on with was started under.
    """
    return CONSENT_VERSION not in (agreed_before, ConsentMemory.of_tab().agreed_to)


def ask_consent() -> None:
    """Show what is agreed to; agreeing is an act of its own and holds for this browser session."""
    with st.container(border=True):
        st.subheader("Before the camera is used")
        for heading, icon, text in PARTS:
            st.markdown(f"{icon} **{heading}.** {text}")
        agreed = st.checkbox(
            "I have read this, the face in view is my own, and I agree.", key="consent_box"
        )
        if st.button("Go on", type="primary", disabled=not agreed, key="consent_go"):
            ConsentMemory.of_tab().agreed_to = CONSENT_VERSION
            note_next_step()
            st.rerun()
        st.caption(f"Version {CONSENT_VERSION} of this agreement. You can stop at any time.")
