"""What was on the screen, cut into stretches of time in each of which the same was seen."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.reading.path import SHORTEST_VISIT_S, ReadingPath, Rows, Screen
from fer_core.reading.path_model import IndexArray
from fer_core.reading.visibility import SHARE_TOLERANCE, View

#: Moved back by more, it is played again; less is how players go back at a press. Seconds.
REWOUND_S = 2.0
#: The last line of a passage: 1 is the first of the next one.
LAST_LINE = 1 - 1e-6
#: Passages that count at once; a screen full of single lines has about as many.
MOST_AT_ONCE = 32


class Stretches:
    """Stretches of time with what was visible throughout each. Not thread-safe.

    Of a log that grew, only the end is cut anew. Where more than `MOST_AT_ONCE` passages are
    visible, those count that came first: nobody reads more at once.

    Args:
        passage_ids: Of the whole text, in order; views of others are left out.
    """

    def __init__(self, passage_ids: Iterable[str]) -> None:
        self._place = {passage_id: index for index, passage_id in enumerate(passage_ids)}
        self._views: tuple[View, ...] = ()
        # By stretch: from when, until when, which passage was stayed with, where its rows begin.
        self._starts, self._ends = array("d"), array("d")
        self._leaders, self._first_rows = array("q"), array("q")
        # By stretch: a video was moved back right before it.
        self._rewound = array("b")
        # Where in the text the screen began and ended and the reader pointed, by stretch: the
        # passage's place, and how far down in it; NaN where that is not known.
        self._tops, self._bottoms, self._lines = array("d"), array("d"), array("d")
        self._path: ReadingPath | None = None
        # By passage in a stretch: which, and its weight.
        self._indices, self._weights = array("q"), array("d")

    def update(self, views: tuple[View, ...]) -> bool:
        """Bring the stretches up to date with all views; tell whether anything changed."""
        since = _changed_since(self._views, views)
        self._views = views
        if since is None:
            return False
        # The stretch that ends right there too: it may only have grown.
        kept = bisect_left(self._ends, since)
        if kept < len(self._starts):
            rows = self._first_rows[kept]
            del self._indices[rows:], self._weights[rows:]
            for column in (self._starts, self._ends, self._tops, self._bottoms, self._lines):
                del column[kept:]
            for numbers in (self._leaders, self._first_rows):
                del numbers[kept:]
            del self._rewound[kept:]
        self._cut(self._ends[-1] if kept else -math.inf)
        return True

    def _cut(self, since: float) -> None:
        """Cut what was visible after a moment, which is the end of a stretch."""
        events: list[tuple[float, int, View]] = []
        for view in self._views:
            if view.end > max(view.start, since) and view.tells:
                events.append((max(view.start, since), 1, view))
                events.append((view.end, 0, view))
        events.sort(key=lambda event: event[:2])
        active: dict[int, list[View]] = defaultdict(list)
        before = since
        rewound = {
            id(view)
            for earlier, view in pairwise(self._views)
            if view.start >= since
            and earlier.video_to is not None
            and view.video_from is not None
            and view.video_from < earlier.video_to - REWOUND_S
        }
        again = False
        for at, begins, view in events:
            index = self._place.get(view.passage_id)
            if index is None:
                continue
            if at > before and active:
                shown = dict(sorted(islice(active.items(), MOST_AT_ONCE)))
                self._append(before, at, shown, again=again)
                again = False
            before = at
            again = again or (begins == 1 and id(view) in rewound)
            if begins:
                active[index].append(view)
            else:
                active[index].remove(view)
                if not active[index]:
                    del active[index]

    def _append(
        self, start: float, end: float, shown: Mapping[int, Sequence[View]], *, again: bool
    ) -> None:
        shares = {index: max(one.visible_share for one in views) for index, views in shown.items()}
        top, bottom, line = _on_screen(shown)
        if math.isnan(top) and not any(shares.values()):
            return
        self._tops.append(top)
        self._bottoms.append(bottom)
        self._lines.append(line)
        most = max(shares.values())
        leaders = [index for index, share in shares.items() if share >= most - SHARE_TOLERANCE]
        # With several fully visible, the reader stays with the one they were at.
        stays = bool(self._leaders) and self._leaders[-1] in leaders
        self._leaders.append(self._leaders[-1] if stays else min(leaders))
        self._rewound.append(again)
        self._starts.append(start)
        self._ends.append(end)
        self._first_rows.append(len(self._indices))
        in_band = {index: share for index, share in shares.items() if share > 0}
        total = sum(in_band.values())
        self._indices.extend(in_band)
        self._weights.extend(share / total for share in in_band.values())

    def times(self) -> tuple[FloatArray, FloatArray]:
        """Return from when and until when each stretch lasts."""
        return np.array(self._starts), np.array(self._ends)

    def rows(self) -> Rows:
        """Return what stood in the band: of each stretch, by passage, its share of what did."""
        indices, weights = np.array(self._indices, np.intp), np.array(self._weights)
        edges = np.append(np.array(self._first_rows, np.intp), len(indices))
        starts, ends = (np.repeat(of, edges[1:] - edges[:-1]) for of in self.times())
        return Rows(indices, starts, ends, weights)

    def read(self, words: FloatArray, read_s: FloatArray) -> tuple[Rows, IndexArray]:
        """Return which passage was read how much when, and how often each was stayed with.

        Where the screen is known, by the path of the reading; otherwise by what the band showed.

        Args:
            words: Of each passage, always the same.
            read_s: How long of each stretch the reader was there.
        """
        shown, (starts, ends) = self.rows(), self.times()
        is_known = np.isfinite(np.array(self._tops))
        if not is_known.any():
            return shown, self.count_visits()
        if self._path is None:
            self._path = ReadingPath(words)
        places = (self._tops, self._bottoms, self._lines)
        screen = (_in_words(np.array(of)[is_known], words) for of in places)
        by_path = self._path.rows(
            Screen(starts[is_known], ends[is_known], read_s[is_known], *screen)
        )
        others = ~is_known[np.searchsorted(starts, shown.start, side="right") - 1]
        both = [np.concatenate([a, b[others]]) for a, b in zip(by_path, shown, strict=True)]
        order = np.argsort(both[1], kind="stable")
        rows = Rows(both[0][order], both[1][order], both[2][order], both[3][order])
        return rows, rows.count_visits(len(words))

    def count_visits(self) -> IndexArray:
        """Count for how many separate stays each passage was the most visible one.

        A video that is moved back within a passage begins another stay.
        """
        n = len(self._place)
        leaders = np.array(self._leaders, np.intp)
        if len(leaders) == 0:
            return np.zeros(n, np.intp)
        again = np.array(self._rewound, bool)
        begins = np.flatnonzero((np.diff(leaders, prepend=-1) != 0) | again)
        seconds = np.add.reduceat(np.array(self._ends) - np.array(self._starts), begins)
        long = seconds >= SHORTEST_VISIT_S
        stays = leaders[begins][long]
        stays = stays[(np.diff(stays, prepend=-1) != 0) | again[begins][long]]
        return np.bincount(stays, minlength=n)


def _on_screen(shown: Mapping[int, Sequence[View]]) -> tuple[float, float, float]:
    """Return where the screen begins and ends and which line was pointed at; NaN: not known.

    Each is a passage's place and how far down in it.
    """
    heights, lines = {}, []
    for index, views in shown.items():
        heights[index] = max(view.on_screen or 0.0 for view in views)
        lines += [
            (view.start, index + min(view.line, LAST_LINE))
            for view in views
            if view.line is not None
        ]
    there = [index for index, height in heights.items() if height > 0]
    if not there:
        return math.nan, math.nan, math.nan
    line = max(lines)[1] if lines else math.nan
    first, last = min(there), max(there)
    if first == last:  # which part of it is seen is not known
        return float(first), first + 1.0, line
    # Of the first one the end is seen, of the last one the beginning.
    return first + 1.0 - heights[first], last + heights[last], line


def _in_words(places: FloatArray, words: FloatArray) -> FloatArray:
    """Return places, a passage's number and how far down in it each, as words of the text."""
    begins = np.concatenate([[0.0], np.cumsum(words)])
    passage = np.floor(np.nan_to_num(places)).astype(np.intp)
    return np.asarray(begins[passage] + (places - passage) * np.append(words, 0.0)[passage])


def _changed_since(before: Sequence[View], now: Sequence[View]) -> float | None:
    """Return the first moment at which two states of a log may differ; None: they do not."""
    since = math.inf
    for old, new in zip(before, now, strict=False):
        if old is new or old == new:
            continue
        grew = replace(new, end=old.end) == old
        since = min(since, old.end, new.end) if grew else min(since, old.start, new.start)
    for view in [*before[len(now) :], *now[len(before) :]]:
        since = min(since, view.start)
    return since if math.isfinite(since) else None
