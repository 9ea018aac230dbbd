"""The chart of a session: expressions over time, the three indicators with their bands, and marks.

The specification never changes while a session runs; only its named tables do. So the page can
hand over new tables each second, and the browser moves the marks instead of drawing anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from fer_core.affect.indicators import Estimate, Reason
from fer_core.affect.signals import CARRY_FORWARD_S
from fer_core.emotions import EMOTIONS
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.markers import Marker, MarkerKind
from fer_core.sessions.timeline import rebucket
from fer_core.sessions.timeline_bucket import TimelineBucket

#: Points in a chart at most, whatever the window: more than a screen has room for costs time and
#: shows nothing new.
MOST_POINTS = 360

#: Own markers, and excluded ranges, that are written out below a chart.
LEGEND_MARKERS = 12

#: Names of the tables that the specification refers to.
SHARES, LINES, MARKS, SPANS = "shares", "lines", "marks", "spans"

#: Indicator, its colour (Okabe-Ito), and the dashes that tell it apart without colour.
INDICATORS: tuple[tuple[str, str, str, list[int]], ...] = (
    ("comprehension", "Comprehension", "#009E73", [1, 0]),
    ("stress", "Stress", "#D55E00", [6, 3]),
    ("attention", "In front of the screen", "#0072B2", [2, 2]),
)

_GREY = "#808B98"  # reads on white and on near black alike
_CLOCK = (
    "(datum.value >= 3600 ? floor(datum.value / 3600) + ':' : '')"
    " + format(floor(datum.value / 60) % 60, datum.value >= 3600 ? '02d' : 'd')"
    " + ':' + format(datum.value % 60, '02d')"
)

#: Ticks at round times: a quarter of a minute in a one-minute window, up to whole hours.
_SPAN = "(domain('x')[1] - domain('x')[0])"
_STEP = (
    f"({_SPAN} <= 75 ? 15 : {_SPAN} <= 180 ? 30 : {_SPAN} <= 360 ? 60 : {_SPAN} <= 2000 ? 300"
    f" : {_SPAN} <= 7500 ? 900 : 3600)"
)
_TICKS = f"sequence(ceil(domain('x')[0] / {_STEP}) * {_STEP}, domain('x')[1] + 1, {_STEP})"
#: Room for the labels of the y axis, the same in both charts, so that their times align. Pixels.
_Y_LABELS = 42
_HEIGHT = 210
#: A chart below this width breaks its legend into lines. Pixels.
_NARROW = 420

_SHARE_COLUMNS = ["elapsed", "clock", "segment", *(emotion.study_label for emotion in EMOTIONS)]
_LINE_COLUMNS = ["elapsed", "clock", "segment", "indicator", "value", "low", "high", "range"]
_MARK_COLUMNS = ["elapsed", "clock", "sign", "text"]
_SPAN_COLUMNS = ["start", "end", "text", "clock"]

#: The newest row ends this long before now: its second is closed by a later picture. Seconds.
_NEWEST_ROW_S = 2.0
#: Why the lines stop, where that deserves a word in the chart.
_SPAN_WORDS = {
    Reason.AWAY: "away",
    Reason.CAMERA_OFF: "camera off",
    Reason.SEVERAL_FACES: "two faces",
}


@dataclass(frozen=True, slots=True)
class LiveTables:
    """The tables of one moment, by the names in the specification."""

    shares: pd.DataFrame
    lines: pd.DataFrame
    marks: pd.DataFrame
    spans: pd.DataFrame

    def as_datasets(self) -> dict[str, pd.DataFrame]:
        return {SHARES: self.shares, LINES: self.lines, MARKS: self.marks, SPANS: self.spans}


def bucket_for(seconds: float) -> float:
    """Return the width of a point, in whole seconds, that keeps a window below `MOST_POINTS`."""
    width = max(1.0, math.ceil(seconds / MOST_POINTS))
    return width if width < 10 else math.ceil(width / 10) * 10.0


def live_tables(
    rows: Sequence[TimelineBucket],
    events: Sequence[Event],
    started_at: float,
    now: float,
    window_s: float | None = None,
    markers: Sequence[Marker] = (),
) -> LiveTables:
    """Return what the chart shows at this moment.

    Args:
        rows: Of the session, in the order of time; those before the window may be left out.
        events: Of the session.
        started_at: Its start, seconds since the epoch.
        now: Seconds since the epoch; the right edge.
        window_s: How far back to look; None for all of it.
        markers: The learner's own.
    """
    since = started_at if window_s is None else max(started_at, now - window_s)
    shown = [row for row in rows if row.at >= since - 1.0]
    width = bucket_for(now - since)
    if width > 1.0:
        shown = list(rebucket(shown, width))
    stretches = _Stretches()
    shares, lines = [], []
    for row in shown:
        middle = row.at + row.width_s / 2 - started_at
        clock = clock_text(middle)
        if row.shares is not None:
            shares.append((middle, clock, stretches.number(SHARES, row), *row.shares))
        for name, title, _, _ in INDICATORS:
            estimate: Estimate = getattr(row, name)
            if estimate.value is not None:
                span = f"{estimate.low:.0f} to {estimate.high:.0f}"
                lines.append(
                    (
                        middle,
                        clock,
                        stretches.number(name, row),
                        title,
                        estimate.value,
                        estimate.low,
                        estimate.high,
                        span,
                    )
                )
    return LiveTables(
        shares=pd.DataFrame(shares, columns=_SHARE_COLUMNS),
        lines=pd.DataFrame(lines, columns=_LINE_COLUMNS),
        marks=_marks(
            [*_event_marks(events), *_own_marks(markers)],
            started_at,
            since,
            max(since, shown[0].at) if shown else since,
            now,
        ),
        spans=_spans(shown, events, markers, started_at, since, now),
    )


def clock_text(seconds: float) -> str:
    """Return elapsed time as m:ss or h:mm:ss."""
    whole = max(0, math.floor(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class _Stretches:
    """Numbers the stretches of each series: a line breaks where it had no value for 3 s."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[int, float]] = {}

    def number(self, series: str, row: TimelineBucket) -> int:
        """Return the number of the stretch that this row's value of the series belongs to."""
        number, end = self._latest.get(series, (0, row.at))
        if row.at - end > CARRY_FORWARD_S:
            number += 1
        self._latest[series] = number, row.at + row.width_s
        return number


_SIGNS = {
    EventKind.BREAK_SUGGESTED: ("\u2615\ufe0f", "Break suggested"),
    EventKind.PROBE_ANSWERED: ("💬", "You answered"),
    EventKind.BASELINE_READY: ("🏁", "Your own usual is known from here"),
}


#: The learner's own marker.
MARKER_SIGN = "📌"

#: When, which sign, and what it says.
_Mark = tuple[float, str, str]


def _own_marks(markers: Sequence[Marker]) -> Iterator[_Mark]:
    for marker in markers:
        if marker.kind is MarkerKind.MARKER:
            yield marker.at, MARKER_SIGN, marker.words or "Your marker"


def _event_marks(events: Sequence[Event]) -> Iterator[_Mark]:
    for event in events:
        if event.kind not in _SIGNS:
            continue
        sign, text = _SIGNS[event.kind]
        if event.kind is EventKind.BREAK_SUGGESTED:
            text = f"{text}: {event.data['evidence']}"
        elif event.kind is EventKind.PROBE_ANSWERED:
            if event.data["value"] is None:
                continue
            text = f"{text}: {event.data['probe_kind']} {event.data['value']}"
        yield event.at, sign, text


def _marks(
    found: Sequence[_Mark], started_at: float, since: float, first: float, now: float
) -> pd.DataFrame:
    marks = [
        (at - started_at, clock_text(at - started_at), sign, text)
        for at, sign, text in sorted(found)
        if since <= at <= now
    ]
    # Both charts begin where the first picture is, and end now, whether or not pictures come.
    marks += [(at - started_at, clock_text(at - started_at), "", "") for at in (first, now)]
    return pd.DataFrame(marks, columns=_MARK_COLUMNS)


def _spans(
    rows: Sequence[TimelineBucket],
    events: Sequence[Event],
    markers: Sequence[Marker],
    started_at: float,
    since: float,
    now: float,
) -> pd.DataFrame:
    """Return the stretches that are shaded: those without values, and those that do not count.

    Without values are pauses, absence, a second face, no pictures. What the learner left out of
    the statistics keeps its lines.
    """
    spans: list[tuple[float, float, str]] = []
    paused_at: float | None = None
    for event in events:
        if event.kind in (EventKind.PAUSED, EventKind.INTERRUPTED):
            paused_at = event.at
        elif event.kind in (EventKind.RESUMED, EventKind.FINISHED) and paused_at is not None:
            spans.append((paused_at, event.at, "paused"))
            paused_at = None
    if paused_at is not None:
        spans.append((paused_at, now, "paused"))
    pauses = list(spans)
    ends = [row.at + row.width_s for row in rows]
    for start, end in zip(ends, [*(row.at for row in rows[1:]), now], strict=False):
        for begin, until, _ in pauses:
            if begin <= start < until:
                start = until
            elif start < begin < end:
                end = begin
        if end - start > CARRY_FORWARD_S + (_NEWEST_ROW_S if end == now else 0.0):
            spans.append((start, end, "no pictures"))
    for row in rows:
        reason = row.stress.reason
        word = _SPAN_WORDS.get(reason) if reason is not None else None
        if word is None:
            continue
        end = row.at + row.width_s
        if spans and spans[-1][2] == word and row.at - spans[-1][1] <= CARRY_FORWARD_S:
            spans[-1] = (spans[-1][0], end, word)
        else:
            spans.append((row.at, end, word))
    for marker in markers:
        if marker.kind is MarkerKind.EXCLUDED:
            words = f"left out: {marker.words}" if marker.words else "left out"
            spans.append((marker.at, now if marker.until is None else marker.until, words))
    return pd.DataFrame(
        [
            (
                max(start, since) - started_at,
                end - started_at,
                text,
                f"{clock_text(start - started_at)} to {clock_text(end - started_at)}",
            )
            for start, end, text in spans
            if end > since
        ],
        columns=_SPAN_COLUMNS,
    )


def legend(tables: LiveTables) -> str:
    """Return in words what the signs and the shaded stretches in a chart are; "" without any.

    The learner's own markers come with their times and words: under a chart there is room.
    """
    parts: list[str] = []
    named = dict(_SIGNS.values())
    shown = tables.marks[tables.marks["sign"] != ""]
    parts += [f"{sign} {named[sign]}" for sign in named if (shown["sign"] == sign).any()]
    own = shown[shown["sign"] == MARKER_SIGN]
    moments = [f"{clock} {text}" for clock, text in zip(own["clock"], own["text"], strict=True)]
    if moments:
        rest = len(moments) - LEGEND_MARKERS
        more = [f"and {rest} more"] if rest > 0 else []
        parts.append(f"{MARKER_SIGN} " + ", ".join(moments[:LEGEND_MARKERS] + more))
    left_out = tables.spans[tables.spans["text"].str.startswith("left out")]
    parts += [
        f"{clock} {text}" for clock, text in zip(left_out["clock"], left_out["text"], strict=True)
    ][:LEGEND_MARKERS]
    return " · ".join(parts)


def _in_columns(count: int) -> alt.ExprRef:
    """Return a legend's columns: as many as it has entries, or two where a phone has no room."""
    return alt.ExprRef(f"width < {_NARROW} ? 2 : {count}")


def _time_axis() -> alt.X:
    return alt.X(
        "elapsed:Q",
        title="Time into the session",
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(values=alt.ExprRef(_TICKS), labelExpr=_CLOCK, grid=False, domain=False),
    )


def expression_spec() -> dict[str, Any]:
    """Return the stacked shares of the five expressions, as a Vega-Lite specification.

    Its tables are `shares`, `marks` and `spans` of `live_tables`.
    """
    return deepcopy(_expression_spec())


@cache  # Altair checks a specification for 70 ms, and a live page asks for it every second
def _expression_spec() -> dict[str, Any]:
    names = [emotion.study_label for emotion in EMOTIONS]
    titled = [f"{emotion.emoji} {emotion.study_label}" for emotion in EMOTIONS]
    labels = " : ".join(
        f"datum.expression == '{name}' ? '{title}'"
        for name, title in zip(names, titled, strict=True)
    )
    areas = (
        alt.Chart(alt.NamedData(SHARES))
        .transform_fold([*names], as_=["expression", "share"])
        .transform_calculate(named=f"{labels} : ''", order=f"indexof({names}, datum.expression)")
        # Stacked by hand: the encoding's own stack would draw areas across gaps, down to zero.
        .transform_stack(
            stack="share",
            as_=["bottom", "top"],
            groupby=["elapsed"],
            sort=[alt.SortField("order", order="ascending")],
        )
        .mark_area(interpolate="linear", line=False, opacity=0.9, strokeWidth=0)
        .encode(
            x=_time_axis(),
            y=alt.Y(
                "bottom:Q",
                stack=None,
                title="Share of expression",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(
                    format="%", tickCount=3, domain=False, minExtent=_Y_LABELS, maxExtent=_Y_LABELS
                ),
            ),
            color=alt.Color(
                "named:N",
                sort=None,
                scale=alt.Scale(domain=titled, range=[emotion.colour for emotion in EMOTIONS]),
                legend=alt.Legend(
                    title=None, orient="top", columns=_in_columns(5), symbolType="square", offset=24
                ),
            ),
            y2="top:Q",
            detail="segment:N",
        )
    )
    hover = (
        alt.Chart(alt.NamedData(SHARES))
        .mark_rule(strokeWidth=8, opacity=0.001)
        .encode(
            x=alt.X("elapsed:Q"),
            tooltip=[
                alt.Tooltip("clock:N", title="Time"),
                *(
                    alt.Tooltip(f"{name}:Q", title=title, format=".0%")
                    for name, title in zip(names, titled, strict=True)
                ),
            ],
        )
    )
    return _finished(
        alt.LayerChart(layer=[areas, _spans_layer(), hover, *_mark_layers()]), height=_HEIGHT
    )


def indicator_spec() -> dict[str, Any]:
    """Return comprehension, stress and attention with their bands, as a Vega-Lite specification.

    Its tables are `lines`, `marks` and `spans` of `live_tables`.
    """
    return deepcopy(_indicator_spec())


@cache
def _indicator_spec() -> dict[str, Any]:
    colour = alt.Color(
        "indicator:N",
        sort=None,
        scale=alt.Scale(
            domain=[title for _, title, _, _ in INDICATORS],
            range=[colour for _, _, colour, _ in INDICATORS],
        ),
        legend=alt.Legend(
            title=None,
            orient="top",
            columns=_in_columns(3),
            symbolType="stroke",
            symbolStrokeWidth=3,
            symbolOpacity=1,
        ),
    )
    dashes = alt.StrokeDash(
        "indicator:N",
        sort=None,
        scale=alt.Scale(
            domain=[title for _, title, _, _ in INDICATORS],
            range=[dash for _, _, _, dash in INDICATORS],
        ),
        legend=None,
    )
    base = alt.Chart(alt.NamedData(LINES)).encode(x=_time_axis(), detail="segment:N", color=colour)
    scale = alt.Scale(domain=[0, 100])
    bands = base.mark_area(opacity=0.14).encode(
        y=alt.Y(
            "low:Q",
            title="Estimate, 0 to 100",
            scale=scale,
            axis=alt.Axis(tickCount=3, domain=False, minExtent=_Y_LABELS, maxExtent=_Y_LABELS),
        ),
        y2="high:Q",
    )
    lines = base.mark_line(strokeWidth=2.5, interpolate="linear").encode(
        y=alt.Y("value:Q", scale=scale), strokeDash=dashes
    )
    hover = base.mark_point(size=120, opacity=0.001, filled=True).encode(
        y=alt.Y("value:Q", scale=scale),
        tooltip=[
            alt.Tooltip("clock:N", title="Time"),
            alt.Tooltip("indicator:N", title="Indicator"),
            alt.Tooltip("value:Q", title="Estimate", format=".0f"),
            alt.Tooltip("range:N", title="Probably between"),
        ],
    )
    return _finished(
        alt.LayerChart(layer=[_spans_layer(), bands, lines, hover, *_mark_layers()]), height=_HEIGHT
    )


def _spans_layer() -> alt.LayerChart:
    base = alt.Chart(alt.NamedData(SPANS)).encode(
        x=alt.X("start:Q"),
        x2="end:Q",
        tooltip=[alt.Tooltip("text:N", title="What"), alt.Tooltip("clock:N", title="Time")],
    )
    rectangles = base.mark_rect(color=_GREY, opacity=0.18)
    # Upright words would not fit the short spans, which are the common ones.
    words = (
        base.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(angle=270, align="left", baseline="middle", color=_GREY, fontStyle="italic")
        .encode(x=alt.X("middle:Q"), x2=alt.Undefined, y=alt.value(_HEIGHT - 6), text="text:N")
    )
    return alt.LayerChart(layer=[rectangles, words])


def _mark_layers() -> tuple[alt.Chart, alt.Chart]:
    base = alt.Chart(alt.NamedData(MARKS)).encode(
        x=alt.X("elapsed:Q"),
        tooltip=[alt.Tooltip("clock:N", title="Time"), alt.Tooltip("text:N", title="What")],
    )
    rules = base.transform_filter("datum.sign != ''").mark_rule(color=_GREY, strokeDash=[3, 3])
    signs = base.mark_text(fontSize=15, baseline="bottom", dy=-3, color=_GREY).encode(
        y=alt.value(0), text="sign:N"
    )
    return rules, signs


def _finished(chart: alt.LayerChart, height: int) -> dict[str, Any]:
    spec: dict[str, Any] = chart.properties(
        height=height, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    ).to_dict()
    return spec
