"""The tables of a session's chart: expressions and estimates over time, marks, and gaps.

`lanes` draws them. Its specification never changes while a session runs; only the tables do. So the
page can hand over new ones each second, and the browser moves the marks instead of drawing anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from fer_core.affect.indicators import Estimate, Reason
from fer_core.affect.signals import CARRY_FORWARD_S
from fer_core.charts.face_tables import HEAD_WORDS, eye_table, head_table
from fer_core.emotions import EMOTIONS
from fer_core.learner.probes import CLARITY_SCALE, STRESS_SCALE, ProbeKind
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
EYES, HEADS = "eyes", "heads"

#: Indicator, its colour (Okabe-Ito), and the dashes that tell it apart without colour.
INDICATORS: tuple[tuple[str, str, str, list[int]], ...] = (
    ("comprehension", "Understanding", "#009E73", [1, 0]),
    ("stress", "Stress", "#D55E00", [6, 3]),
    ("attention", "In front of the screen", "#0072B2", [2, 2]),
)

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
    eyes: pd.DataFrame
    heads: pd.DataFrame

    def as_datasets(self) -> dict[str, pd.DataFrame]:
        return {
            SHARES: self.shares,
            LINES: self.lines,
            MARKS: self.marks,
            SPANS: self.spans,
            EYES: self.eyes,
            HEADS: self.heads,
        }

    @property
    def has_face(self) -> bool:
        """Whether there is anything of eyes or head to draw."""
        return not (self.eyes.empty and self.heads.empty)


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
        # What picture and card show. Smoothed otherwise, the chart would tell something else.
        if row.probabilities is not None:
            shares.append((middle, clock, stretches.number(SHARES, row), *row.probabilities))
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
        eyes=eye_table(shown, started_at, clock_text),
        heads=head_table(shown, started_at, since, clock_text),
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
            text = f"{text}: {_answer_words(event.data['probe_kind'], event.data['value'])}"
        yield event.at, sign, text


def _answer_words(kind: str, value: int) -> str:
    """Return what was answered; of a text's own question the value is only a place in a list."""
    if kind == ProbeKind.CLARITY:
        return f"clear {value} of {CLARITY_SCALE.high}"
    if kind == ProbeKind.STRESS:
        return f"stress {value} of {STRESS_SCALE.high}"
    return "a question about the text"


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
    turned = set(tables.heads["turned"])
    parts += [words for word, words in HEAD_WORDS if word in turned]
    left_out = tables.spans[tables.spans["text"].str.startswith("left out")]
    parts += [
        f"{clock} {text}" for clock, text in zip(left_out["clock"], left_out["text"], strict=True)
    ][:LEGEND_MARKERS]
    return " · ".join(parts)
