"""Layers of a session's chart for head and eyes: where the head was turned, how open the eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import altair as alt

from fer_core.charts.time_axis import time_axis
from fer_core.charts.timeline import EYES, HEADS

#: Colours on light and on dark: of the desk, of aside, of the eyes.
_COLOURS = {False: ("#8A6D00", "#4A5563", "#7A5195"), True: ("#F0C84A", "#B4BFCC", "#C79BE0")}

Lane = tuple[str, int, int]


def face_layers(
    dark: bool, facing: Lane, eyes: Lane, y: Callable[[str], alt.Y]
) -> tuple[alt.Chart, ...]:
    """Return the layers.

    Time at the desk is a high bar at the foot of the lane, time turned aside a low one, so that
    they differ by more than colour.

    Args:
        dark: For a dark page.
        facing: Name, top and bottom of the lane that the head's bars are in, pixels.
        eyes: The same for the eyes.
        y: Makes the chart's axis in pixels for a field.
    """
    desk, aside, lids = _COLOURS[dark]
    _, _, foot = facing
    bars = []
    for word, colour, height in (("reading on the desk", desk, 13), ("turned aside", aside, 5)):
        bars.append(
            alt.Chart(alt.NamedData(HEADS))
            .transform_filter(f"datum.turned == '{word}'")
            .mark_rect(color=colour, opacity=0.95)
            .encode(
                x=time_axis("start:Q"),
                x2="end:Q",
                y=alt.value(foot - height),
                y2=alt.value(foot),
                tooltip=[
                    alt.Tooltip("turned:N", title="Head"),
                    alt.Tooltip("clock:N", title="Time"),
                ],
            )
        )
    _, top, bottom = eyes
    area = (
        alt.Chart(alt.NamedData(EYES))
        .transform_calculate(y=f"{bottom} - {bottom - top} * datum.open", zero=str(bottom))
        .mark_area(color=lids, opacity=0.75)
        .encode(x=time_axis("elapsed:Q"), y=y("y:Q"), y2="zero:Q", detail="segment:N")
    )
    return cast(tuple[alt.Chart, ...], (*bars, area))
