"""A session as one chart: lanes above each other on one time axis, and one hover for all of them.

From top to bottom: what happened, the five expressions, understanding and stress with their bands,
in front of the screen with where the head was turned, and the eyes where a model sees them. All
lanes are one view, so a moment stands at one place in all of them. The
specification never changes while a session runs; only its tables do.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cache, partial
from typing import Any, cast

import altair as alt

from fer_core.charts.face_lanes import face_layers
from fer_core.charts.lane_tables import (
    EXPRESSION,
    EYES_LANE,
    FACING,
    FRAME,
    LANE_OF,
    LANES,
    MOMENTS,
    NAMES,
    RULES,
    STRESS,
    UNDERSTANDING,
)
from fer_core.charts.time_axis import time_axis
from fer_core.charts.timeline import INDICATORS, LINES, MARKS, SHARES, SPANS
from fer_core.emotions import EMOTIONS

#: Height of the chart, without the eyes' lane and with it.
_HEIGHTS = {False: 376, True: 426}
#: Where signs of events stand. Pixels from the top.
_SIGNS_AT = 20
#: Colour of the letters and rules, and of the indicators, on light and on dark.
_INK = {False: "#4A5563", True: "#B4BFCC"}
_COLOURS = {
    False: ("#00795A", "#B84F00", "#0072B2"),
    True: ("#2CC79D", "#FF8A3D", "#6FBEF0"),
}
_BAND_OPACITY = {False: 0.22, True: 0.34}
_ESTIMATES = UNDERSTANDING, STRESS, FACING


def lanes_spec(*, dark: bool = False, face: bool = False) -> dict[str, Any]:
    """Return the chart as a Vega-Lite specification; its tables are those of `lane_tables`.

    Args:
        dark: For a dark page.
        face: With what is known of head and eyes, as `LiveTables.has_face` tells.
    """
    return deepcopy(_lanes_spec(dark, face))


@cache  # Altair checks a specification for 70 ms, and a live page asks for it every second
def _lanes_spec(dark: bool, face: bool) -> dict[str, Any]:
    height = _HEIGHTS[face]
    layers = [
        _frame(),
        _spans(dark, height),
        _grid(dark, height),
        _expressions(height),
        *_indicators(dark, height),
        *(face_layers(dark, LANES[FACING], LANES[EYES_LANE], partial(_y, height)) if face else ()),
        _names(dark, height),
        *_events(dark, height),
        _hover(height, (*_ESTIMATES, *((EYES_LANE,) if face else ()))),
    ]
    spec: dict[str, Any] = (
        alt.LayerChart(layer=layers)
        .properties(height=height, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
        .resolve_scale(color="independent")
        .to_dict()
    )
    return spec


def _y(height: int, expression: str) -> alt.Y:
    return alt.Y(expression, scale=alt.Scale(domain=[height, 0]), axis=None, title=None)


def _frame() -> alt.Chart:
    ends = alt.Chart(alt.NamedData(FRAME)).mark_point(opacity=0)
    return cast(alt.Chart, ends.encode(x=time_axis(), y=alt.value(0)))


def _grid(dark: bool, height: int) -> alt.LayerChart:
    base = alt.Chart(alt.NamedData(RULES)).encode(y=_y(height, "y:Q"))
    rules = base.mark_rule(color=_INK[dark], opacity=0.25, strokeWidth=0.75)
    numbers = base.mark_text(
        align="right", baseline="bottom", dx=-2, dy=-1, fontSize=10, color=_INK[dark]
    ).encode(x=alt.value("width"), text="words:N")
    return alt.LayerChart(layer=[rules, numbers])


def _names(dark: bool, height: int) -> alt.LayerChart:
    base = alt.Chart(alt.NamedData(NAMES))
    names = base.mark_text(
        align="left", baseline="bottom", fontSize=12, fontWeight="bold", color=_INK[dark]
    ).encode(x=alt.value(2), y=_y(height, "y:Q"), text="name:N")
    words = base.mark_text(
        align="left", baseline="middle", fontSize=12, fontStyle="italic", color=_INK[dark]
    ).encode(x=alt.value(10), y=_y(height, "middle:Q"), text="empty:N")
    return alt.LayerChart(layer=[names, words])


def _expressions(height: int) -> alt.Chart:
    names = [emotion.study_label for emotion in EMOTIONS]
    titled = [f"{emotion.emoji} {emotion.study_label}" for emotion in EMOTIONS]
    labels = " : ".join(
        f"datum.expression == '{name}' ? '{title}'"
        for name, title in zip(names, titled, strict=True)
    )
    _, top, bottom = LANES[EXPRESSION]
    areas = (
        alt.Chart(alt.NamedData(SHARES))
        .transform_fold([*names], as_=["expression", "share"])
        .transform_calculate(named=f"{labels} : ''", order=f"indexof({names}, datum.expression)")
        # Stacked by hand: the encoding's own stack would draw areas across gaps, down to zero.
        .transform_stack(
            stack="share",
            as_=["below", "above"],
            groupby=["elapsed"],
            sort=[alt.SortField("order", order="ascending")],
        )
        .transform_calculate(
            y=f"{bottom} - {bottom - top} * datum.below",
            y2=f"{bottom} - {bottom - top} * datum.above",
        )
        .mark_area(interpolate="linear", line=False, opacity=0.9, strokeWidth=0)
        .encode(
            x=time_axis(),
            y=_y(height, "y:Q"),
            y2="y2:Q",
            color=alt.Color(
                "named:N",
                sort=None,
                scale=alt.Scale(domain=titled, range=[emotion.colour for emotion in EMOTIONS]),
                legend=alt.Legend(
                    title=None,
                    orient="top",
                    columns=alt.ExprRef("width < 420 ? 2 : 5"),
                    symbolType="square",
                ),
            ),
            detail="segment:N",
        )
    )
    return cast(alt.Chart, areas)


def _indicators(dark: bool, height: int) -> list[alt.Chart]:
    layers = []
    for (_, title, _, dash), colour in zip(INDICATORS, _COLOURS[dark], strict=True):
        lane = LANE_OF[title]
        _, top, bottom = LANES[lane]
        scaled = {
            name: f"{bottom} - {(bottom - top) / 100} * datum.{field}"
            for name, field in (("y", "value"), ("ylow", "low"), ("yhigh", "high"))
        }
        base = (
            alt.Chart(alt.NamedData(LINES))
            .transform_filter(f"datum.indicator == '{title}'")
            .transform_calculate(**scaled, zero=str(bottom))
            .encode(x=time_axis(), detail="segment:N")
        )
        if lane == FACING:
            layers.append(
                base.mark_area(color=colour, opacity=0.75).encode(y=_y(height, "y:Q"), y2="zero:Q")
            )
            continue
        edge = base.mark_line(color=colour, strokeWidth=0.8, opacity=0.8)
        layers += [
            base.mark_area(color=colour, opacity=_BAND_OPACITY[dark]).encode(
                y=_y(height, "ylow:Q"), y2="yhigh:Q"
            ),
            edge.encode(y=_y(height, "ylow:Q")),
            edge.encode(y=_y(height, "yhigh:Q")),
            base.mark_line(color=colour, strokeWidth=2.5, strokeDash=dash).encode(
                y=_y(height, "y:Q")
            ),
        ]
    return layers


#: A line of letters is about so wide; in less they would run into what stands beside. Pixels.
_HAS_ROOM = "scale('x', datum.end) - scale('x', datum.start) >= 11 ? 1 : 0"


def _spans(dark: bool, height: int) -> alt.LayerChart:
    base = alt.Chart(alt.NamedData(SPANS)).encode(
        x=time_axis("start:Q"),
        x2="end:Q",
        tooltip=[alt.Tooltip("text:N", title="No values"), alt.Tooltip("clock:N", title="Time")],
    )
    rectangles = base.mark_rect(color=_INK[dark], opacity=0.16).encode(
        y=alt.value(LANES[0][1]), y2=alt.value(height)
    )
    # Upright words would not fit the short spans, which are the common ones.
    words = (
        base.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(
            angle=270,
            align="left",
            baseline="middle",
            color=_INK[dark],
            fontStyle="italic",
            opacity=alt.ExprRef(_HAS_ROOM),
        )
        .encode(
            x=time_axis("middle:Q"), x2=alt.Undefined, y=alt.value(LANES[0][2] - 4), text="text:N"
        )
    )
    return alt.LayerChart(layer=[rectangles, words])


def _events(dark: bool, height: int) -> tuple[alt.Chart, alt.Chart]:
    base = (
        alt.Chart(alt.NamedData(MARKS))
        .transform_filter("datum.sign != ''")
        .encode(
            x=time_axis(),
            tooltip=[alt.Tooltip("clock:N", title="Time"), alt.Tooltip("text:N", title="What")],
        )
    )
    rules = base.mark_rule(color=_INK[dark], strokeDash=[3, 3], opacity=0.7).encode(
        y=alt.value(_SIGNS_AT + 2), y2=alt.value(height)
    )
    signs = base.mark_text(fontSize=15, baseline="bottom", color=_INK[dark]).encode(
        y=alt.value(_SIGNS_AT), text="sign:N"
    )
    return rules, signs


def _hover(height: int, lanes: Sequence[int]) -> alt.Chart:
    """One rule a moment over all lanes, unseen until the pointer is at it; it reads these."""
    near = alt.selection_point(
        name="near", nearest=True, on="pointerover", clear="pointerout", fields=["elapsed"],
        empty=False,
    )  # fmt: skip
    rule: alt.Chart = (
        alt.Chart(alt.NamedData(MOMENTS))
        .mark_rule(color="#808B98", strokeWidth=1.5)
        .encode(
            x=time_axis(),
            y=alt.value(LANES[0][1]),
            y2=alt.value(height),
            opacity=alt.condition(near, alt.value(1.0), alt.value(0.001)),
            tooltip=[
                alt.Tooltip("clock:N", title="Time"),
                alt.Tooltip("expression:N", title="Expression"),
                *(alt.Tooltip(f"lane{lane}:N", title=LANES[lane][0]) for lane in lanes),
            ],
        )
        .add_params(near)
    )
    return rule
