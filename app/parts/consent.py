"""What a learner agrees to before the camera is used. A change of its meaning is a new version."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from app.parts.buttons import pressed
from app.parts.clock import now
from app.parts.preferences import choose, preferences
from app.parts.scroll import note_next_step

#: Whoever has agreed to this version is not asked again; a test holds it and the words together.
CONSENT_VERSION = "2026-11d"

#: Icon and words, in the order of reading: all of it in short.
LINES: tuple[tuple[str, str], ...] = (
    (":material/visibility:", "**Measured:** the expression of your face, and your own answers."),
    (":material/database:", "**Kept:** numbers and your own words, on this computer, if you want."),
    (":material/no_photography:", "**Never kept:** pictures. Nothing leaves this computer."),
    (":material/help:", "**Not known:** what you feel or think. Every number is an estimate."),
    (":material/block:", "**Not for:** school, work, exams, or watching other people."),
)

MEASURED = (
    "About ten times a second: how likely each of five expressions is, where your face is in the "
    "picture, and where its points are: how head, eyes and mouth are held. From these and from "
    "your answers the app estimates understanding and stress, whether your eyes are tired, and "
    "whether you look more bored or less engaged to an onlooker than is usual for you. "
    "Your **heart rate** is read only if you switch it on, from small changes of your skin."
)
KEPT = (
    "At most one row of numbers a second, your answers, your titles, goals, notes and marks. The "
    "words of a text are kept only if you ask for that while reading. You can look at everything, "
    "export it and delete it in History. Or switch off “Save to my history”: then a session is "
    "forgotten when it ends."
)
NOT_KNOWN = (
    "A face that reads says little. The link between expression and feeling is weak and differs "
    "between people and cultures. The model is worse for some groups of people than for others. "
    "Nothing here is medical, and nothing measures ability."
)
NOT_FOR = (
    "In the European Union it is forbidden to infer emotions at work and in education (AI Act, "
    "article 5). This is for you alone, on your own device. A second face in view pauses the "
    "estimates."
)
DETAILS: tuple[tuple[str, str], ...] = (
    ("What is measured", MEASURED),
    ("What is kept", KEPT),
    ("What it cannot know", NOT_KNOWN),
    ("What it is not for", NOT_FOR),
)


def needs_consent(agreed_before: str = "") -> bool:
    """Whether the learner has yet to agree to the text as it is now.

    Args:
        agreed_before: The version that a session that is gone on with was started under.
    """
    return CONSENT_VERSION not in (agreed_before, preferences().consent_version)


def consent_at() -> float | None:
    """Return when the learner agreed to the text as it is now; None: not yet."""
    chosen = preferences()
    return chosen.consent_at if chosen.consent_version == CONSENT_VERSION else None


def consent_date() -> str:
    """Return the day of the agreement, such as "26 November 2026"; "" without one."""
    at = consent_at()
    if at is None:
        return ""
    day = datetime.fromtimestamp(at).astimezone()
    return f"{day.day} {day:%B %Y}"


def ask_consent() -> None:
    """Show what is agreed to; agreeing is an act of its own, and is remembered with its date."""
    with st.container(border=True, key="consent"):
        st.header("Before the camera is used")
        if preferences().consent_version not in ("", CONSENT_VERSION):
            st.caption("These words have changed since you agreed last.")
        for icon, words in LINES:
            st.markdown(f"{icon} {words}")
        with st.expander("Details"):
            for heading, text in DETAILS:
                st.markdown(f"**{heading}.** {text}")
        if pressed(
            "I agree, and the face in view is mine",
            type="primary",
            key="consent_agree",
        ):
            choose(consent_version=CONSENT_VERSION, consent_at=now())
            note_next_step()
            st.rerun()
        st.caption("You are asked once. You can take it back in Settings at any time.")
