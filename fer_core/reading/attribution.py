"""What happened on each passage: time, pace, returns, absence and expression.

Views (what was on screen, from when to when) and a series of signals (who was there,
and with what expression) go in; one `PassageReading` per passage comes out. Nothing
here knows a clock or a camera, and the same numbers from the history give the same
result again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.reading.ridge import explain
from fer_core.reading.stretches import Stretches
from fer_core.reading.visibility import View
from fer_core.texts.document import Passage

#: Of a page that moved twice within so long somebody read what lay between, seen or not. Seconds.
MOVES_WITHIN_S = 120.0
#: Smoothed expression trails the face by this much.
AFFECT_LAG_S = 2.0
#: Expression is reported for a passage only where it was measured for this share of its time.
LEAST_COVERAGE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Signals over time, each row from one moment to another; shape (n,) each.

    Attributes:
        start: From when, ascending, in seconds on the session's clock.
        end: Until when; rows do not overlap, and gaps between them are allowed.
        present: Share of the row in which the reader was not away, 0..1; NaN where nothing was
            looking (camera off, paused), which says nothing against the reader.
        negative_z: Mean z of Angry + Sad against the own baseline; NaN where not measured.
    """

    start: FloatArray
    end: FloatArray
    present: FloatArray
    negative_z: FloatArray

    def __post_init__(self) -> None:
        if len({a.shape for a in (self.start, self.end, self.present, self.negative_z)}) != 1:
            raise ValueError("all columns have the same length")


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What happened on one passage.

    Attributes:
        passage_id: Which.
        words: Its length; see `text.count_words`.
        seconds: Time with the reader present that it was read, see `attribute`.
        away_seconds: Time on screen with the reader away.
        visits: How many times it was stayed with; 0 for one that was only scrolled past.
        first_seen: When it first was on screen, in seconds on the session's clock; None: never.
        last_seen: When it last was.
        negative_z: z of Angry + Sad that goes with it, see `attribute`; None where measured for
            less than half of the time.
        coverage: Share of its time with a measured expression, 0..1.
        watched: Share of its time in which a camera looked, 0..1.
        is_left: It has been left behind, or the text's end was reached: before, how many of its
            words were read is not known, and so neither is the pace.
    """

    passage_id: str
    words: float
    seconds: float = 0.0
    away_seconds: float = 0.0
    visits: int = 0
    first_seen: float | None = None
    last_seen: float | None = None
    negative_z: float | None = None
    coverage: float = 0.0
    watched: float = 0.0
    is_left: bool = True

    @property
    def seen(self) -> bool:
        return self.first_seen is not None

    @property
    def wpm(self) -> float | None:
        """Words a minute; None for one without words, without time, or that was not left yet."""
        if self.words <= 0 or self.seconds <= 0 or not self.is_left:
            return None
        return self.words / (self.seconds / 60.0)

    @property
    def revisits(self) -> int:
        return max(0, self.visits - 1)

    @property
    def away_share(self) -> float | None:
        """Share of its time on screen with the reader away, 0..1.

        None where a camera looked for less than half of it.
        """
        total = self.seconds + self.away_seconds
        return self.away_seconds / total if total > 0 and self.watched >= LEAST_COVERAGE else None


def attribute(
    passages: Sequence[Passage], views: Iterable[View], signals: Signals
) -> tuple[PassageReading, ...]:
    """Attribute time and expression to passages.

    At each moment a passage weighs w_i: the chance that it is the one that is read, by the path of
    the reading (`reading.path`), where the views say what was on the screen; otherwise
    v_i / sum_j v_j, v being the visible shares. Its time is the integral of w_i while the reader is
    present. So the times, away included, add up to the time in which anything was visible. A page
    that moves within two minutes is read, whatever the camera sees.

    The expression z(t), taken 2 s later for the filter's lag, is explained as sum_i w_i(t) b_i by
    ridge regression (Hoerl & Kennard 1970), b_i being what is reported of a passage: where two are
    on screen together, what is known of each from other moments decides whose it was.

    Args:
        passages: The whole text.
        views: What was visible when. Two views of one passage at once count as the larger.
        signals: What the camera saw.

    Returns:
        One reading for each passage, in order, those never seen too.
    """
    stretches = Stretches(passage.passage_id for passage in passages)
    stretches.update(tuple(views))
    return attribute_stretches(passages, stretches, signals)


def attribute_stretches(
    passages: Sequence[Passage], stretches: Stretches, signals: Signals, *, running: bool = False
) -> tuple[PassageReading, ...]:
    """Do what `attribute` does for what is already cut into stretches.

    Args:
        passages: The whole text.
        stretches: What was visible when.
        signals: What the camera saw.
        running: It is being read still: what is on the screen has not been left.
    """
    seen, seen_from, seen_to, _ = stretches.rows()
    away = _Integral(signals, np.nan_to_num(1.0 - signals.present, nan=0.0))
    begins, until = stretches.times()
    moved_on = _moved_on(begins)
    away_s = np.where(moved_on, 0.0, away.between(begins, until))
    words = np.array([passage.words for passage in passages], np.float64)
    rows, visits = stretches.read(words, until - begins - away_s)
    indices, starts, ends, weights = rows
    measured = np.isfinite(signals.negative_z)
    valid = _Integral(signals, measured.astype(np.float64))
    negative = _Integral(signals, np.where(measured, signals.negative_z, 0.0))
    lagged = (starts + AFFECT_LAG_S, ends + AFFECT_LAG_S)
    n = len(passages)
    valid_row_s = valid.between(*lagged)
    watched = _Integral(signals, np.isfinite(signals.present).astype(np.float64))
    # A video moves by itself: that it did says nothing of who is before it.
    by_hand = np.array([passage.span is None for passage in passages], bool)[indices]
    is_read = moved_on[np.searchsorted(begins, starts, side="right") - 1] & by_hand
    away_row_s = np.where(is_read, 0.0, away.between(starts, ends))
    shown_s, away_s, valid_s, watched_s = (
        np.bincount(indices, weights * amount, minlength=n)
        for amount in (ends - starts, away_row_s, valid_row_s, watched.between(starts, ends))
    )
    in_view = set(seen[seen_from == seen_from.max(initial=-np.inf)].tolist())
    if not running and n - 1 in in_view:
        in_view.clear()
    negative_z = explain(indices, starts, weights, valid_row_s, negative.between(*lagged))
    first = np.full(n, np.inf)
    last = np.full(n, -np.inf)
    for of, begun, ended in ((seen, seen_from, seen_to), (indices, starts, ends)):
        np.minimum.at(first, of, begun)
        np.maximum.at(last, of, ended)

    readings = []
    for index, passage in enumerate(passages):
        if not np.isfinite(first[index]):
            readings.append(PassageReading(passage.passage_id, passage.words))
            continue
        shown, absent = float(shown_s[index]), float(away_s[index])
        with_face = float(valid_s[index])
        coverage = min(1.0, with_face / shown) if shown > 0 else 0.0
        readings.append(
            PassageReading(
                passage_id=passage.passage_id,
                words=passage.words,
                seconds=max(0.0, shown - absent),
                away_seconds=absent,
                visits=int(visits[index]),
                first_seen=float(first[index]),
                last_seen=float(last[index]),
                negative_z=negative_z[index] if coverage >= LEAST_COVERAGE else None,
                coverage=coverage,
                watched=min(1.0, float(watched_s[index]) / shown) if shown > 0 else 0.0,
                is_left=index not in in_view,
            )
        )
    return tuple(readings)


def _moved_on(starts: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell of each stretch whether the page moved again within two minutes of its start."""
    return np.asarray(np.diff(starts, append=np.inf) <= MOVES_WITHIN_S)


class _Integral:
    """The integral of a piecewise constant signal, zero where there are no rows."""

    def __init__(self, signals: Signals, values: FloatArray) -> None:
        self._times = np.column_stack([signals.start, signals.end]).ravel()
        steps = np.zeros(len(self._times))
        steps[1::2] = values * (signals.end - signals.start)
        self._sums = np.cumsum(steps)

    def between(self, start: FloatArray, end: FloatArray) -> FloatArray:
        """Return the integral over each [start, end]."""
        if len(self._times) == 0:
            return np.zeros(len(start))
        return np.asarray(
            np.interp(end, self._times, self._sums) - np.interp(start, self._times, self._sums)
        )
