"""A calendar of study: a square for each day, fuller the longer it was studied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from fer_core.storage.days import DayTotal, weeks_until

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_COLOUR, _GREY = "#2B83BA", "#808B98"
_CELL_PX = 18
#: A day of this many minutes and more has the fullest square.
_FULL_MIN = 120.0


def calendar_table(totals: Sequence[DayTotal], today: date, weeks: int) -> pd.DataFrame:
    """Return a line for each day of the last weeks, days to come left out.

    Args:
        totals: Of the days with sessions.
        today: The learner's.
        weeks: How many, this one included.
    """
    by_day = {total.day: total for total in totals}
    lines = []
    for day in weeks_until(today, weeks):
        if day > today:
            continue
        total = by_day.get(day, DayTotal(day, 0, 0.0))
        lines.append(
            {
                "day": day.strftime("%a %d %b %Y"),
                "week": day.strftime("%G-%V"),
                "weekday": _WEEKDAYS[day.weekday()],
                "month": day.strftime("%b") if day.day <= 7 and day.weekday() == 0 else "",
                "minutes": round(total.studied_s / 60, 1),
                "sessions": total.sessions,
                "today": day == today,
            }
        )
    return pd.DataFrame(lines)


def calendar_chart(table: pd.DataFrame) -> alt.LayerChart:
    """Return the calendar; days without study are outlined only, so it needs no colour.

    Args:
        table: Of `calendar_table`.
    """
    months = dict(zip(table["week"], table["month"], strict=True))
    months |= {week: name for week, name in zip(table["week"], table["month"], strict=True) if name}
    label = " : ".join(f"datum.label == '{week}' ? '{name}'" for week, name in months.items())
    base = alt.Chart(table).encode(
        x=alt.X(
            "week:O",
            title=None,
            axis=alt.Axis(
                labelExpr=f"{label} : ''",
                labelAngle=0,
                labelOverlap=False,
                ticks=False,
                domain=False,
                orient="top",
            ),
            scale=alt.Scale(paddingInner=0.15),
        ),
        y=alt.Y(
            "weekday:O",
            sort=list(_WEEKDAYS),
            title=None,
            axis=alt.Axis(ticks=False, domain=False),
            scale=alt.Scale(paddingInner=0.15),
        ),
        tooltip=[
            alt.Tooltip("day:N", title="Day"),
            alt.Tooltip("minutes:Q", title="Minutes studied", format=".0f"),
            alt.Tooltip("sessions:Q", title="Sessions"),
        ],
    )
    outline = base.mark_rect(cornerRadius=3, filled=False, stroke=_GREY, strokeOpacity=0.45)
    filled = (
        base.transform_filter("datum.minutes > 0")
        .mark_rect(cornerRadius=3, color=_COLOUR)
        .encode(
            opacity=alt.Opacity(
                "minutes:Q",
                scale=alt.Scale(domain=[0, _FULL_MIN], range=[0.3, 1], clamp=True),
                legend=None,
            )
        )
    )
    now = base.transform_filter("datum.today").mark_rect(
        cornerRadius=3, filled=False, stroke=_GREY, strokeWidth=2.5
    )
    return alt.LayerChart(layer=[outline, filled, now]).properties(
        height=7 * _CELL_PX, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
