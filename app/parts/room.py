"""Room for what the browser draws late, so that nothing below it moves under a finger.

Streamlit fetches the script of a chart or a figure when the first one comes, and shows a bar of 40
pixels until then. On a busy machine that took two to five seconds, and what stood below two charts
then sprang down by 450 pixels: a press that fell into that moment led nowhere.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

#: What a field with its label above it takes, in pixels.
FIELD_ROOM = 68
#: In a window up to this width a chart is narrower than 420 pixels, where its legend folds.
PHONE_PX = 460


def kept_room(
    key: str, height_px: int, narrow_px: int | None = None, **options: Any
) -> DeltaGenerator:
    """Return a container whose room is kept before the browser has drawn what is in it.

    Args:
        key: Of the container.
        height_px: What it will take at least, in pixels.
        narrow_px: The same on a phone; None: as much.
        options: Others of `st.container`.
    """
    rule = f".st-key-{key} {{ min-height: %dpx }}"
    styles = rule % height_px
    if narrow_px is not None:
        styles += f" @media (max-width: {PHONE_PX}px) {{ {rule % narrow_px} }}"
    st.html(f"<style>{styles}</style>")
    return st.container(key=key, **options)


def chart_room(plot_px: int, *, titled: bool = False, legend_lines: int = 0) -> int:
    """Return what a chart takes with all that Streamlit's theme puts around its plot, in pixels.

    Measured in Chromium, the same on a phone.

    Args:
        plot_px: The height that the chart gives its plot.
        titled: A title stands below the numbers of its axis.
        legend_lines: Of the legend above it.
    """
    legend = 18 + 34 * legend_lines if legend_lines else 0
    return plot_px + 49 + (30 if titled else 0) + legend


def table_room(rows: int) -> int:
    """Return what a table takes, in pixels: beyond ten rows it scrolls."""
    return min(2 + 35 * (rows + 1), 400)
