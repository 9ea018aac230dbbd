"""Tables of head and eyes over time for a session's chart; empty without a model for points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from fer_core.affect.signals import CARRY_FORWARD_S
from fer_core.face.direction import Direction
from fer_core.sessions.timeline_bucket import TimelineBucket

_EYE_COLUMNS = ["elapsed", "clock", "segment", "open"]
_HEAD_COLUMNS = ["start", "end", "turned", "clock"]
_WORDS = {Direction.DESK: "reading on the desk", Direction.ASIDE: "turned aside"}
#: Of a head's bars: the word in the table, and what a legend says of them.
HEAD_WORDS = (
    ("reading on the desk", "high bar: reading on the desk"),
    ("turned aside", "low bar: turned aside"),
)


def eye_table(
    rows: Sequence[TimelineBucket], started_at: float, clock_text: Callable[[float], str]
) -> pd.DataFrame:
    """Return how open the eyes were, 0..1, stretch by stretch; a gap of 3 s breaks the line."""
    lines, segment, until = [], 0, None
    for row in rows:
        if row.face is None or row.face.eyes_open is None:
            continue
        if until is not None and row.at - until > CARRY_FORWARD_S:
            segment += 1
        until = row.at + row.width_s
        middle = row.at + row.width_s / 2 - started_at
        lines.append((middle, clock_text(middle), segment, row.face.eyes_open))
    return pd.DataFrame(lines, columns=_EYE_COLUMNS)


def head_table(
    rows: Sequence[TimelineBucket],
    started_at: float,
    since: float,
    clock_text: Callable[[float], str],
) -> pd.DataFrame:
    """Return the spans in which the head was bent to the desk or turned aside."""
    spans: list[tuple[float, float, str]] = []
    for row in rows:
        direction = None if row.face is None else row.face.direction
        if direction is None or direction not in _WORDS or row.at + row.width_s <= since:
            continue
        start, end, word = max(row.at, since), row.at + row.width_s, _WORDS[direction]
        if spans and spans[-1][2] == word and start - spans[-1][1] <= CARRY_FORWARD_S:
            spans[-1] = (spans[-1][0], end, word)
        else:
            spans.append((start, end, word))
    return pd.DataFrame(
        [
            (
                start - started_at,
                end - started_at,
                word,
                f"{clock_text(start - started_at)} to {clock_text(end - started_at)}",
            )
            for start, end, word in spans
        ],
        columns=_HEAD_COLUMNS,
    )
