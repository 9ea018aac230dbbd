"""The chart of a video: one face's expressions over time, and where one looks now."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from fer_core.charts.timeline import MOST_POINTS, clock_text
from fer_core.emotions import EMOTIONS, LABELS
from fer_core.video.analysis import VideoAnalysis

#: Name of what is selected by a click: a row of the chart's table, with its "time".
SELECTION = "moment"
_GREY = "#808B98"


def face_table(analysis: VideoAnalysis, number: int) -> pd.DataFrame:
    """Return a face's probabilities over time, at most `MOST_POINTS` points.

    Columns: "time" (seconds), "clock", "stretch" (lines break where it was not seen), and the five
    labels.
    """
    step = max(1.0 / analysis.rate, analysis.duration_s / MOST_POINTS)
    sums: dict[int, list[np.ndarray]] = {}
    for at, faces in analysis.frames.all():
        for face in faces:
            if face.track_id == number:
                sums.setdefault(math.floor(at / step), []).append(face.probabilities)
    rows, stretch, before = [], 0, None
    for place, values in sums.items():
        if before is not None and place - before > 2:
            stretch += 1
        before, at = place, (place + 0.5) * step
        rows.append((at, clock_text(at), stretch, *np.mean(values, axis=0)))
    return pd.DataFrame(rows, columns=["time", "clock", "stretch", *LABELS])


def face_chart(analysis: VideoAnalysis, number: int, at: float) -> alt.LayerChart:
    """Return one face's expressions over time, with a line at the moment that is shown.

    A click selects a moment under the name `SELECTION`.

    Args:
        analysis: What was found.
        number: The face.
        at: The moment that is shown, in seconds.
    """
    titled = [f"{emotion.emoji} {emotion.label}" for emotion in EMOTIONS]
    names = " : ".join(
        f"datum.label == '{label}' ? '{title}'" for label, title in zip(LABELS, titled, strict=True)
    )
    moment = alt.selection_point(
        name=SELECTION, fields=["time"], on="click", nearest=True, empty=False
    )
    time = alt.X(
        "time:Q",
        title="Seconds into the video",
        scale=alt.Scale(domain=[0, max(analysis.duration_s, 0.1)], nice=False),
    )
    base = (
        alt.Chart(face_table(analysis, number))
        .transform_fold(list(LABELS), as_=["label", "share"])
        .transform_calculate(named=f"{names} : ''")
        .encode(
            x=time,
            y=alt.Y(
                "share:Q",
                title="Share",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=3),
            ),
            color=alt.Color(
                "named:N",
                sort=None,
                scale=alt.Scale(domain=titled, range=[one.colour for one in EMOTIONS]),
                legend=alt.Legend(title=None, orient="top", columns=3),
            ),
            tooltip=[
                alt.Tooltip("clock:N", title="Time"),
                alt.Tooltip("named:N", title="Expression"),
                alt.Tooltip("share:Q", title="Share", format=".0%"),
            ],
        )
    )
    lines = base.mark_line(strokeWidth=2).encode(detail="stretch:N")
    # The nearest point is found among points only, not along lines.
    points = base.mark_point(filled=True, size=30, opacity=1).add_params(moment)
    here = alt.Chart(pd.DataFrame({"time": [at]})).mark_rule(color=_GREY, strokeWidth=2)
    return alt.LayerChart(layer=[lines, points, here.encode(x=time)]).properties(
        height=220, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
