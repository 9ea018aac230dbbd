"""A session's rows in bounded memory, and as a table.

The last half hour stays at one row a second; what is older is merged into rows of ten seconds.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import pandas as pd

from fer_core.affect.baseline import (
    BASELINE_BIN_S,
    BASELINE_S,
    WINDOW_S,
    Baseline,
    Channel,
    Usual,
)
from fer_core.affect.indicators import Z_LIMIT
from fer_core.affect.signals import negative_of
from fer_core.arrays import FloatArray
from fer_core.emotions import LABELS
from fer_core.reading.attribution import Signals
from fer_core.sessions.face_second import FaceSecond
from fer_core.sessions.markers import Marker, SessionMarkers, is_left_out
from fer_core.sessions.timeline_bucket import TimelineBucket, merge_buckets

#: Rows kept at one a second: half an hour, the longest window that the live chart shows whole.
FINE_ROWS = 1800
#: Rows kept at one in ten seconds: a day. What is older is forgotten here (storage has it).
COARSE_ROWS = 8640
COARSE_S = 10.0


class Timeline:
    """The rows of one session, oldest first. Not thread-safe: its session locks."""

    def __init__(self) -> None:
        self._fine: deque[TimelineBucket] = deque()
        self._coarse: deque[TimelineBucket] = deque(maxlen=COARSE_ROWS)

    def __len__(self) -> int:
        return len(self._coarse) + len(self._fine)

    def append(self, row: TimelineBucket) -> None:
        """Add the newest row; rows come in the order of time."""
        if row.width_s >= COARSE_S:
            self._coarse.append(row)
            return
        self._fine.append(row)
        while len(self._fine) > FINE_ROWS:
            self._merge_oldest()

    def _merge_oldest(self) -> None:
        start = _bucket_start(self._fine[0].at, COARSE_S)
        oldest = []
        while self._fine and self._fine[0].at < start + COARSE_S:
            oldest.append(self._fine.popleft())
        self._coarse.append(merge_buckets(oldest, start, COARSE_S))

    def since(self, at: float | None = None) -> list[TimelineBucket]:
        """Return the rows that start at `at` or later, all of them without it."""
        if at is None:
            return [*self._coarse, *self._fine]
        return [*_tail(self._coarse, at), *_tail(self._fine, at)]

    @property
    def last(self) -> TimelineBucket | None:
        if self._fine:
            return self._fine[-1]
        return self._coarse[-1] if self._coarse else None


def _tail(rows: deque[TimelineBucket], at: float) -> list[TimelineBucket]:
    newest_first = []
    for row in reversed(rows):
        if row.at < at:
            break
        newest_first.append(row)
    newest_first.reverse()
    return newest_first


def _bucket_start(at: float, width_s: float) -> float:
    return math.floor(at / width_s) * width_s


def rebucket(rows: Iterable[TimelineBucket], width_s: float) -> Iterator[TimelineBucket]:
    """Merge rows into stretches of `width_s` seconds; a row that is wider stays as it is.

    Raises:
        ValueError: The width is not above zero.
    """
    if not width_s > 0:
        raise ValueError("a bucket needs a width above zero")
    for start, group in groupby(rows, key=lambda row: _bucket_start(row.at, width_s)):
        members = list(group)
        if len(members) == 1 and members[0].width_s >= width_s:
            yield members[0]
        else:
            yield merge_buckets(members, start, width_s)


#: Columns of head, eyes and mouth, and where each comes from in a `FaceSecond`.
FACE_COLUMNS: dict[str, str] = {
    "head_direction": "direction",
    "head_yaw": "yaw",
    "head_pitch": "pitch",
    "head_roll": "roll",
    "eyes_open": "eyes_open",
    "perclos": "perclos",
    "blinks_per_min": "blinks",
    "yawns": "yawns",
    "mouth_opening": "mouth_opening",
    "brow_lowering": "brow_lowering",
    "brow_raising": "brow_raising",
    "smile": "smile",
    "gaze_x": "gaze_x",
    "gaze_y": "gaze_y",
    "desk_s": "desk_s",
    "looks_bored": "looks_bored",
    "looks_disengaged": "looks_disengaged",
}


def _face_values(face: FaceSecond | None) -> tuple[float | str | None, ...]:
    if face is None:
        return ("", *(None,) * (len(FACE_COLUMNS) - 1))
    values = [getattr(face, name) for name in FACE_COLUMNS.values()]
    return (str(values[0] or ""), *values[1:])


#: Columns of `to_frame`, in order.
COLUMNS: tuple[str, ...] = (
    "time",
    "elapsed_s",
    "width_s",
    *LABELS,
    "valence",
    "valence_band",
    "arousal",
    *(
        f"{name}{end}"
        for name in ("comprehension", "stress", "attention")
        for end in ("", "_low", "_high", "_reason")
    ),
    "heart_rate",
    "heart_rate_snr_db",
    "heart_rate_reason",
    *FACE_COLUMNS,
    "coverage",
    "presence",
    "frames",
    "observed_s",
    "valid_s",
    "facing_s",
    "away_s",
    "excluded",
    "markers",
)


def to_frame(
    rows: Sequence[TimelineBucket], started_at: float, markers: Sequence[Marker] = ()
) -> pd.DataFrame:
    """Return rows as a table, one line each, with the columns of `COLUMNS`.

    `time` is UTC, `elapsed_s` counts from the start of the session, the five classes are shares
    (half-life 10 s) that sum to 1. A number that is missing is NaN, and the column
    `..._reason` beside an estimate says why; where the estimate is there the reason is empty. The
    heart rate is in beats a minute; where it was not asked for, its reason is "off". Head, eyes and
    mouth are as in `FaceSecond`; without a model that gives points they are empty. `excluded`
    tells the rows that the learner left out of the statistics; `markers` holds the words of the
    markers that lie in the row or in the gap after it, and of the ranges that begin there.

    Args:
        rows: In the order of time.
        started_at: Start of the session, seconds since the epoch.
        markers: The learner's own, in the order of time.
    """
    excluded = SessionMarkers(started_at, markers).ranges(math.inf)
    words = _words_of_rows(rows, markers)
    nothing = (None,) * len(LABELS)
    records = []
    for position, row in enumerate(rows):
        estimates: list[float | str | None] = []
        for item in (row.comprehension, row.stress, row.attention):
            reason = "" if item.reason is None else str(item.reason)
            estimates += [item.value, item.low, item.high, reason]
        if row.pulse is None:
            pulse: tuple[float | str | None, ...] = (None, None, "off")
        else:
            pulse = (row.pulse.bpm, row.pulse.snr_db, str(row.pulse.reason or ""))
        records.append(
            (
                row.at,
                row.at - started_at,
                row.width_s,
                *(row.shares or nothing),
                row.valence,
                row.valence_band,
                row.arousal,
                *estimates,
                *pulse,
                *_face_values(row.face),
                row.coverage,
                str(row.presence),
                row.frames,
                row.observed_s,
                row.valid_s,
                row.facing_s,
                row.away_s,
                is_left_out(row, excluded),
                words[position],
            )
        )
    frame = pd.DataFrame.from_records(records, columns=list(COLUMNS))
    frame["time"] = pd.to_datetime(frame["time"].astype("float64"), unit="s", utc=True)
    texts = {name for name in COLUMNS if name.endswith("_reason")}
    texts |= {"presence", "time", "excluded", "markers", "head_direction"}
    numbers = [name for name in COLUMNS if name not in texts]
    frame[numbers] = frame[numbers].astype("float64")
    frame["frames"] = frame["frames"].astype("int64")
    frame["excluded"] = frame["excluded"].astype("bool")
    return frame


def _words_of_rows(rows: Sequence[TimelineBucket], markers: Sequence[Marker]) -> list[str]:
    """Return for each row what the learner marked in it; several are joined by " | "."""
    words: list[list[str]] = [[] for _ in rows]
    starts = [row.at for row in rows]
    for marker in markers if rows else ():
        position = max(0, bisect_right(starts, marker.at) - 1)
        words[position].append(marker.words or str(marker.kind))
    return [" | ".join(held) for held in words]


def to_signals(rows: Sequence[TimelineBucket], baseline: Baseline | None) -> Signals:
    """Return presence and expression over time, for attribution to passages.

    Present is who is not away: a face that is not found is no absence (see `presence`).

    Args:
        rows: In the order of time.
        baseline: What is usual now; without it nothing is said about the expression. Where it was
            another at the time, that counts.
    """
    present = [
        1.0 - row.away_s / row.observed_s if row.observed_s > 0 else math.nan for row in rows
    ]
    start = np.array([row.at for row in rows])
    width = np.array([row.width_s for row in rows])
    negative = np.array(
        [math.nan if row.probabilities is None else negative_of(row.probabilities) for row in rows]
    )
    z = np.full(len(rows), math.nan)
    if baseline is not None and len(rows):
        usual = baseline.usual[Channel.NEGATIVE]
        z = np.clip(
            (negative - _usual_then(start, negative, usual)) / usual.spread, -Z_LIMIT, Z_LIMIT
        )
    return Signals(start, start + width, np.array(present), z)


def _usual_then(start: FloatArray, negative: FloatArray, usual: Usual) -> FloatArray:
    """Return shape (n,): the median of a quarter of an hour around each moment.

    Less than five minutes with a face say nothing; there the baseline stands.
    """
    bins = np.floor(start / BASELINE_BIN_S)
    names, first = np.unique(bins[np.isfinite(negative)], return_index=True)
    if len(names) * BASELINE_BIN_S < BASELINE_S:
        return np.full(len(start), usual.median)
    seen = negative[np.isfinite(negative)]
    means = np.add.reduceat(seen, first) / np.diff(np.append(first, len(seen)))
    half, least = WINDOW_S / BASELINE_BIN_S / 2, BASELINE_S / BASELINE_BIN_S
    medians = []
    for name in np.unique(bins):
        near = means[np.searchsorted(names, name - half) : np.searchsorted(names, name + half)]
        medians.append(np.median(near) if len(near) >= least else usual.median)
    return np.array(medians)[np.unique(bins, return_inverse=True)[1]]
