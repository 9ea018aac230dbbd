"""The passage map: comprehension and pace along a text, with the marks and their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from fer_core.affect.indicators import Estimate
from fer_core.affect.weights import INTERVAL_MEANS, INTERVAL_PERCENT
from fer_core.reading.attribution import PassageReading
from fer_core.reading.pace import Pace

_COMPREHENSION, _PACE, _GREY = "#009E73", "#0072B2", "#808B98"
_HEIGHT = 150
#: What a click on a passage chooses, by this name in what the chart returns.
CHOSEN = "chosen"
#: Room for the axis's numbers, the same in both charts, so that their passages stand in line.
_AXIS_PX = 36
MAP_CAPTION = (
    f"Above: understanding estimate, 0 to 100, with {INTERVAL_MEANS}. Below: words a minute; the "
    "dashed lines are the usual pace (people's, until you have read a text here) and the one from "
    "which a passage counts as skimmed. A passage that was not left yet has no pace. Hover for the "
    "numbers."
)
#: The given height is the plot's alone; axes come on top.
_PLOT_HEIGHT = alt.AutoSizeParams(type="fit-x", contains="padding")
#: Pace above this many words a minute is scrolling; the scale ends here so that reading shows.
_FASTEST_SHOWN = 800.0


def passage_table(
    passages: Sequence[PassageReading],
    estimates: Mapping[str, Estimate],
    sections: Mapping[str, str],
    marks: Mapping[str, tuple[str, str, str]],
) -> pd.DataFrame:
    """Return one line a passage, for the map and for a table.

    Args:
        passages: How each was read, in the order of the text.
        estimates: Comprehension by passage.
        sections: The heading above each.
        marks: By passage: icon, words, reason.
    """
    lines = []
    for number, passage in enumerate(passages, start=1):
        estimate = estimates.get(passage.passage_id)
        icon, words, why = marks.get(passage.passage_id, ("", "", ""))
        lines.append(
            {
                "passage": number,
                "section": sections.get(passage.passage_id, ""),
                "comprehension": None if estimate is None else estimate.value,
                "low": None if estimate is None else estimate.low,
                "high": None if estimate is None else estimate.high,
                "wpm": passage.wpm,
                "seconds": passage.seconds,
                "visits": passage.visits,
                "icon": icon,
                "mark": words,
                "why": why,
            }
        )
    table = pd.DataFrame(lines)
    numbers = ["comprehension", "low", "high", "wpm", "seconds"]
    table[numbers] = table[numbers].astype("float64")
    return table


def comprehension_map(table: pd.DataFrame, what: str = "Passage") -> alt.LayerChart:
    """Return the comprehension estimate of each passage with its interval, and the marks.

    Args:
        table: Of `passage_table`, at least one line.
        what: A line of it is: the title of the axis.
    """
    shown = table.assign(
        interval=[
            "" if pd.isna(low) else f"{low:.0f} to {high:.0f}"
            for low, high in zip(table["low"], table["high"], strict=True)
        ]
    )
    base = _base(shown, what)
    scale = alt.Scale(domain=[0, 100])
    axis = alt.Axis(minExtent=_AXIS_PX, tickCount=5)
    return alt.LayerChart(
        layer=[
            base.mark_rule(color=_COMPREHENSION, strokeWidth=5, opacity=0.5).encode(
                y=alt.Y("low:Q", title="Understanding", scale=scale, axis=axis), y2="high:Q"
            ),
            base.mark_point(color=_COMPREHENSION, filled=True, size=45, opacity=1).encode(
                y=alt.Y("comprehension:Q", scale=scale)
            ),
            base.mark_text(fontSize=15, baseline="bottom").encode(text="icon:N", y=alt.value(14)),
            # A click anywhere above a passage chooses it, not on its small point alone.
            base.mark_bar(opacity=0.001, size=_bar_px(len(table)))
            .encode(y=alt.datum(0, scale=scale), y2=alt.datum(100))
            .add_params(_choice()),
        ]
    ).properties(height=_HEIGHT, autosize=_PLOT_HEIGHT)


def pace_map(table: pd.DataFrame, own: Pace) -> alt.LayerChart:
    """Return the pace on each passage; dashed lines are the own pace and the one of skimming.

    Args:
        table: Of `passage_table`, at least one line.
        own: The learner's pace.
    """
    shown = table.assign(pace=table["wpm"].clip(upper=_FASTEST_SHOWN), interval="")
    rules = alt.Chart(pd.DataFrame({"wpm": [own.wpm, own.skimmed_wpm]}))
    return alt.LayerChart(
        layer=[
            _base(shown)
            .mark_bar(color=_PACE, opacity=0.75, size=_bar_px(len(table)))
            .encode(
                y=alt.Y(
                    "pace:Q", title="Words a minute", axis=alt.Axis(minExtent=_AXIS_PX, tickCount=4)
                )
            )
            .add_params(_choice()),
            rules.mark_rule(color=_GREY, strokeDash=[4, 3]).encode(y="wpm:Q"),
        ]
    ).properties(height=_HEIGHT, autosize=_PLOT_HEIGHT)


def passage_maps(table: pd.DataFrame, own: Pace) -> tuple[tuple[str, str, alt.LayerChart], ...]:
    """Return the two maps that stand above each other: name, what it shows in words, chart.

    Args:
        table: Of `passage_table`, at least one line.
        own: The learner's pace.
    """
    return (
        ("map", "Understanding by passage", comprehension_map(table)),
        ("pace", "Pace by passage", pace_map(table, own)),
    )


def _base(table: pd.DataFrame, what: str = "Passage") -> alt.Chart:
    return alt.Chart(table).encode(
        x=alt.X(
            "passage:Q",
            title=what,
            scale=alt.Scale(domain=[0.3, len(table) + 0.7], nice=False),
            axis=alt.Axis(format="d", tickMinStep=1, grid=False),
        ),
        tooltip=[
            alt.Tooltip("passage:Q", title="Passage"),
            alt.Tooltip("section:N", title="Section"),
            alt.Tooltip("comprehension:Q", title="Understanding estimate", format=".0f"),
            alt.Tooltip("interval:N", title=f"{INTERVAL_PERCENT} % interval"),
            alt.Tooltip("wpm:Q", title="Words a minute", format=".0f"),
            alt.Tooltip("seconds:Q", title="Seconds", format=".0f"),
            alt.Tooltip("visits:Q", title="Visits"),
            alt.Tooltip("mark:N", title="Mark"),
            alt.Tooltip("why:N", title="Why"),
        ],
    )


def _choice() -> alt.Parameter:
    return alt.selection_point(name=CHOSEN, fields=["passage"], on="click")


def _bar_px(passages: int) -> float:
    """Return a bar's width that leaves gaps between bars on a phone as well."""
    return max(1.0, min(24.0, 200.0 / passages))
