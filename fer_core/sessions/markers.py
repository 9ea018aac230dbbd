"""Moments that the learner marks: points with words of their own, and ranges that do not count.

A marker is a point ("question 3"). An excluded range ("phone call") leaves the statistics: study
time, means, shares, stretches, heart rate, and how a text was read. What was measured in it stays
in the timeline, so that taking the range away brings everything back. The learner's usual and the
live estimates, which were worked out as time went by, are not changed afterwards.
"""

from __future__ import annotations

import math
import secrets
import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fer_core.errors import MarkerInvalid, MarkerNotFound, MarkersFull
from fer_core.reading.visibility import View
from fer_core.sessions.timeline_bucket import TimelineBucket

#: One a minute for eight hours.
MOST_MARKERS = 500
LONGEST_WORDS = 200
#: Clocks differ: so much before the start or after now is still taken. Seconds.
TOLERANCE_S = 5.0

#: From when until when, in seconds since the epoch.
Range = tuple[float, float]


class MarkerKind(StrEnum):
    """What a marker does."""

    MARKER = "marker"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment that the learner marked.

    Attributes:
        marker_id: Unique within the session.
        kind: A point, or a range that leaves the statistics.
        at: When, or from when; seconds since the epoch.
        until: The end of an excluded range; None of a point, and of a range that still goes on.
        words: The learner's own; may be empty. One line of at most `LONGEST_WORDS` characters.
    """

    marker_id: str
    kind: MarkerKind
    at: float
    until: float | None = None
    words: str = ""

    @classmethod
    def point(cls, at: float, words: str = "") -> Marker:
        """Return a new marker at a moment."""
        return cls(secrets.token_hex(8), MarkerKind.MARKER, at, None, one_line(words))

    @classmethod
    def excluded(cls, at: float, until: float | None = None, words: str = "") -> Marker:
        """Return a new range that does not count; without an end it goes on until it is ended."""
        return cls(secrets.token_hex(8), MarkerKind.EXCLUDED, at, until, one_line(words))

    @property
    def is_open(self) -> bool:
        """Whether it is a range that still goes on."""
        return self.kind is MarkerKind.EXCLUDED and self.until is None

    def says_as(self, other: Marker) -> bool:
        """Whether both say the same."""
        return replace(self, marker_id=other.marker_id) == other

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "marker_id": self.marker_id,
            "kind": str(self.kind),
            "at": self.at,
            "until": self.until,
            "words": self.words,
        }


class SessionMarkers:
    """The markers of one session, in the order of time. Safe for any number of threads.

    They can be added and taken away while the session runs, and after its end.

    Args:
        started_at: Start of the session, seconds since the epoch.
        markers: Those stored of a session that is brought back.
    """

    def __init__(self, started_at: float, markers: Iterable[Marker] = ()) -> None:
        self._started_at = started_at
        self._lock = threading.Lock()
        self._markers = _in_order(markers)

    def all(self) -> tuple[Marker, ...]:
        """Return every marker, in the order of time."""
        return self._markers

    def add(self, markers: Iterable[Marker], now: float) -> tuple[Marker, ...]:
        """Take new markers, all or none; what is there already is kept once.

        A range that goes on is ended by the next one that goes on.

        Args:
            markers: New ones.
            now: The present, or the end of a session that is over; seconds since the epoch.

        Returns:
            The markers as they are kept now, in the order given.

        Raises:
            MarkerInvalid: One lies before the start or after `now`, or ends before it begins.
            MarkersFull: There is no room for so many.
        """
        with self._lock:
            kept, given = list(self._markers), []
            for number, marker in enumerate(markers, start=1):
                _check(marker, number, self._started_at, now)
                known = next((one for one in kept if marker.says_as(one)), None)
                if known is None:
                    if marker.is_open:
                        kept = [_ended(one, marker.at) for one in kept]
                    kept.append(marker)
                given.append(known or marker)
            if len(kept) > MOST_MARKERS:
                raise MarkersFull
            self._markers = _in_order(kept)
            return tuple(given)

    def end_excluded(self, at: float) -> Marker | None:
        """End the excluded range that goes on; return it, or None where none does."""
        with self._lock:
            before = self.open
            if before is None:
                return None
            ended = _ended(before, at)
            self._markers = tuple(ended if one is before else one for one in self._markers)
            return ended

    def remove(self, marker_id: str) -> None:
        """Take a marker away.

        Raises:
            MarkerNotFound: There is none with this id.
        """
        with self._lock:
            kept = tuple(one for one in self._markers if one.marker_id != marker_id)
            if len(kept) == len(self._markers):
                raise MarkerNotFound
            self._markers = kept

    @property
    def open(self) -> Marker | None:
        """The excluded range that goes on now; None if none does."""
        return next((one for one in self._markers if one.is_open), None)

    def ranges(self, until: float) -> tuple[Range, ...]:
        """Return what does not count, in the order of time and without overlaps.

        Args:
            until: Where a range that goes on ends for now, seconds since the epoch.
        """
        return merged(
            (one.at, until if one.until is None else one.until)
            for one in self._markers
            if one.kind is MarkerKind.EXCLUDED
        )


def one_line(words: str) -> str:
    """Return words in one line, without control characters and not too long."""
    printable = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(printable.split())[:LONGEST_WORDS].rstrip()


def _in_order(markers: Iterable[Marker]) -> tuple[Marker, ...]:
    return tuple(sorted(markers, key=lambda marker: (marker.at, marker.marker_id)))


def _ended(marker: Marker, at: float) -> Marker:
    return replace(marker, until=max(at, marker.at)) if marker.is_open else marker


def _check(marker: Marker, number: int, started_at: float, now: float) -> None:
    until = marker.at if marker.until is None else marker.until
    which = f"Marker {number}"
    if not (math.isfinite(marker.at) and math.isfinite(until)):
        raise MarkerInvalid(f"{which} has no time.")
    if marker.at < started_at - TOLERANCE_S:
        raise MarkerInvalid(f"{which} lies before the start of the session.")
    if until > now + TOLERANCE_S:
        raise MarkerInvalid(f"{which} lies after the end of the session, or in the future.")
    if until < marker.at or (marker.kind is MarkerKind.EXCLUDED and marker.until == marker.at):
        raise MarkerInvalid(f"{which} ends before it begins.")


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return ranges in the order of time, those that meet as one, empty ones left out."""
    whole: list[Range] = []
    for start, end in sorted(ranges):
        if end <= start:
            continue
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return tuple(whole)


def lies_in(ranges: Sequence[Range], at: float) -> bool:
    """Tell whether a moment lies in one of merged ranges."""
    position = bisect_right(ranges, (at, math.inf)) - 1
    return position >= 0 and at < ranges[position][1]


def is_left_out(row: TimelineBucket, ranges: Sequence[Range]) -> bool:
    """Tell whether a row does not count: its middle lies in an excluded range."""
    return lies_in(ranges, row.at + row.width_s / 2)


def counted(rows: Iterable[TimelineBucket], ranges: Sequence[Range]) -> list[TimelineBucket]:
    """Return the rows that count."""
    return [row for row in rows if not is_left_out(row, ranges)]


def counted_views(views: tuple[View, ...], ranges: Sequence[Range]) -> tuple[View, ...]:
    """Return what was on the screen, without the excluded ranges."""
    if not ranges:
        return views
    kept: list[View] = []
    for view in views:
        start = view.start
        for begin, end in ranges:
            if end <= start or begin >= view.end:
                continue
            if begin > start:
                kept.append(replace(view, start=start, end=begin))
            start = max(start, end)
        if start < view.end:
            kept.append(view if start == view.start else replace(view, start=start))
    return tuple(kept)
