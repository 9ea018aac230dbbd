"""Charts of the history: sessions over time with their intervals, and hours of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

import altair as alt
import pandas as pd

from fer_core.affect.weights import INTERVAL_PERCENT
from fer_core.charts.timeline import clock_text
from fer_core.storage.comparisons import HourMean, Trend
from fer_core.storage.history import SessionSummary

#: Okabe-Ito, as in the live chart; the shapes tell them apart without colour.
COMPREHENSION, STRESS = "#009E73", "#D55E00"
#: Dates below a chart; more would run into each other on a phone.
DATES_SHOWN = 5
_GREY = "#808B98"
#: The given height is the plot's alone; axes and legends come on top.
_PLOT_HEIGHT = alt.AutoSizeParams(type="fit-x", contains="padding")


def _days(first: datetime, last: datetime) -> alt.X:
    """Return a time axis of whole days, with a date at a few of them."""
    days = [day.date() for day in pd.date_range(first.date(), last.date())]
    step = -(-len(days) // DATES_SHOWN)
    start, end = days[0], days[-1] + timedelta(days=1)
    return alt.X(
        "time:T",
        title=None,
        scale=alt.Scale(domain=[_moment(start), _moment(end)]),
        axis=alt.Axis(values=[_moment(day) for day in days[::step]], format="%d %b"),
    )


def _moment(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def trend_chart(
    sessions: Sequence[SessionSummary],
    indicator: str,
    title: str,
    colour: str,
    trend: Trend | None,
    zone: tzinfo | None = None,
) -> alt.LayerChart | None:
    """Return each session's mean with its interval, and the line through them.

    Args:
        sessions: In any order.
        indicator: "comprehension", "stress" or "attention".
        title: Its name for the axis.
        colour: Of its marks.
        trend: The line; None leaves it out.
        zone: The learner's; None: the machine's.

    Returns:
        None where no session has this indicator.
    """
    lines = []
    for session in sessions:
        estimate = getattr(session, indicator)
        if estimate is None:
            continue
        started = datetime.fromtimestamp(session.info.started_at, zone)
        lines.append(
            {
                "time": started.replace(tzinfo=None),
                "title": session.info.title or "Study session",
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "interval": f"{estimate.low:.0f} to {estimate.high:.0f}",
                "left_out": clock_text(session.excluded_s),
                "markers": session.markers,
            }
        )
    if not lines:
        return None
    table = pd.DataFrame(lines).sort_values("time")
    base = alt.Chart(table).encode(
        x=_days(table["time"].min(), table["time"].max()),
        tooltip=[
            alt.Tooltip("time:T", title="Started", format="%d %b %Y %H:%M"),
            alt.Tooltip("title:N", title="Session"),
            alt.Tooltip("value:Q", title=title, format=".0f"),
            alt.Tooltip("interval:N", title=f"{INTERVAL_PERCENT} % interval"),
            alt.Tooltip("left_out:N", title="Left out"),
            alt.Tooltip("markers:Q", title="Markers"),
        ],
    )
    scale = alt.Scale(domain=[0, 100])
    layers: list[alt.Chart] = [
        base.mark_rule(color=colour, strokeWidth=4, opacity=0.5).encode(
            y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q"
        ),
        base.mark_point(color=colour, filled=True, size=60, opacity=1).encode(
            y=alt.Y("value:Q", scale=scale)
        ),
    ]
    if trend is not None:
        ends = pd.DataFrame(
            {
                "time": [table["time"].min(), table["time"].max()],
                "value": [trend.at_start, trend.at_end],
            }
        )
        layers.append(
            alt.Chart(ends)
            .mark_line(color=_GREY, strokeDash=[6, 4])
            .encode(x="time:T", y=alt.Y("value:Q", scale=scale))
        )
    return alt.LayerChart(layer=layers).properties(height=180, autosize=_PLOT_HEIGHT)


def hour_chart(hours: Sequence[HourMean]) -> alt.LayerChart:
    """Return means and intervals by the hour of the day at which sessions started."""
    lines = [
        {
            "hour": f"{hour.hour:02d}:00",
            "indicator": name,
            "value": mean.value,
            "low": mean.low,
            "high": mean.high,
            "interval": f"{mean.low:.0f} to {mean.high:.0f}",
            "n": mean.sessions,
        }
        for hour in hours
        for name, mean in (("Understanding", hour.comprehension), ("Stress", hour.stress))
        if mean is not None
    ]
    table = pd.DataFrame(
        lines, columns=["hour", "indicator", "value", "low", "high", "interval", "n"]
    )
    names = ["Understanding", "Stress"]
    base = alt.Chart(table).encode(
        x=alt.X("hour:N", title="Hour of the day", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("indicator:N", scale=alt.Scale(domain=names)),
        y=alt.Y("value:Q", title="Mean, 0 to 100", scale=alt.Scale(domain=[0, 100])),
        tooltip=[
            alt.Tooltip("hour:N", title="From"),
            alt.Tooltip("indicator:N", title="What"),
            alt.Tooltip("value:Q", title="Mean", format=".0f"),
            alt.Tooltip("interval:N", title=f"Mean {INTERVAL_PERCENT} % interval"),
            alt.Tooltip("n:Q", title="Sessions"),
        ],
    )
    colour = alt.Color(
        "indicator:N",
        scale=alt.Scale(domain=names, range=[COMPREHENSION, STRESS]),
        legend=alt.Legend(title=None, orient="top", symbolOpacity=1),
    )
    spans = base.mark_rule(strokeWidth=4, opacity=0.5).encode(
        y=alt.Y("low:Q"), y2="high:Q", color=colour
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        color=colour,
        shape=alt.Shape(
            "indicator:N", scale=alt.Scale(domain=names, range=["circle", "triangle-up"])
        ),
    )
    counts = base.mark_text(dx=10, align="left", color=_GREY, fontSize=11).encode(text="n:Q")
    return alt.LayerChart(layer=[spans, points, counts]).properties(
        height=180, autosize=_PLOT_HEIGHT
    )
