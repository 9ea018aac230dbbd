"""The ways to begin: a card for each page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.parts.navigation import PAGES, page_of


@dataclass(frozen=True, slots=True)
class Way:
    """One way to begin.

    Attributes:
        page: Where it leads, the name of a page's file.
        title: What is done there.
        purpose: What it is good for.
    """

    page: str
    title: str
    purpose: str


WAYS = (
    Way(
        "photos",
        "Label photographs",
        "Drop one photo or two hundred; see the expression of every face.",
    ),
    Way(
        "live",
        "Study with the camera",
        "See your own expression over time, and be told when a break is due.",
    ),
    Way(
        "reading",
        "Read a text",
        "Afterwards, see which passages were hard for you or only skimmed.",
    ),
    Way(
        "history",
        "Look back",
        "Compare your sessions over days and weeks; export them, or erase them for good.",
    ),
    Way(
        "about",
        "Know what it can do",
        "How good the model is, what happens to your pictures, and what this is not for.",
    ),
)


def show_ways() -> None:
    """Show the cards, as many side by side as there is room for."""
    grid = st.grid("auto", min_column_width=280)
    for way in WAYS:
        _, icon = PAGES[way.page]
        with grid.cell(), st.container(border=True, height="stretch"):
            st.page_link(page_of(way.page), label=f"**{way.title}**", icon=icon)
            st.markdown(way.purpose)
