"""What was on the screen when: reports go into a log, and are cut into stretches of time.

Both grow with the session: a report costs little, however long it lasts already.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray
from fer_core.errors import ReadingFull

#: One report of what is visible counts for this long at most: longer silence means that the tab
#: was hidden or the machine slept.
LONGEST_REPORT_S = 60.0
#: A stay on a passage shorter than this is scrolling past, not a visit.
SHORTEST_VISIT_S = 2.0
#: Neighbouring reports are merged where they differ by no more: half a per cent of a passage.
SHARE_TOLERANCE = 0.005
#: A share that changed by more is a page that somebody moved.
MOVED_SHARE = 0.02
#: Views of one session: three passages that move for eight hours, reported every two seconds, are
#: 43,000. With what is made of them they take about 20 MB.
MOST_VIEWS = 50_000
#: A video that stands farther from where it should by its last report was moved. Seconds.
VIDEO_TOLERANCE_S = 1.0
#: Moved back by more, it is played again; less is how players go back at a press. Seconds.
REWOUND_S = 2.0
#: Passages that count at once; a screen full of single lines has about as many.
MOST_AT_ONCE = 32

IndexArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class View:
    """A passage was visible.

    Attributes:
        passage_id: Which.
        visible_share: How much of it, 0..1.
        start: From when, in seconds on the session's clock.
        end: Until when.
        video_from: Of a video: where it stood at the start, in its own seconds.
        video_to: Where it stood at the end.
    """

    passage_id: str
    visible_share: float
    start: float
    end: float
    video_from: float | None = None
    video_to: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.visible_share <= 1.0:
            raise ValueError("a visible share lies between 0 and 1")
        if not self.end >= self.start:
            raise ValueError("a view ends after it starts")

    @property
    def video(self) -> tuple[float, float] | None:
        """Where the video stood at the start and at the end; None without one."""
        if self.video_from is None or self.video_to is None:
            return None
        return self.video_from, self.video_to

    def position(self, at: float) -> float | None:
        """Return where the video stands at a moment, also past the end; None without a video."""
        if self.video_from is None or self.video_to is None:
            return None
        length = self.end - self.start
        rate = (self.video_to - self.video_from) / length if length > 0 else 0.0
        return self.video_from + (at - self.start) * rate

    def within(self, start: float, end: float) -> View:
        """Return the part of it between two moments that it reaches over."""
        start, end = max(start, self.start), min(end, self.end)
        return replace(
            self,
            start=start,
            end=end,
            video_from=self.position(start),
            video_to=self.position(end),
        )

    def is_continued_by(self, view: View) -> bool:
        """Whether the video plays on, or stands still, from this view through that one."""
        if view.video_from is None or view.video_to is None:
            return self.video_from is None
        expected = self.position(view.start), self.position(view.end)
        return all(
            here is not None and abs(here - there) <= VIDEO_TOLERANCE_S
            for here, there in zip(expected, (view.video_from, view.video_to), strict=True)
        )


class ReadingLog:
    """Collects views as they are reported, in bounded memory. Not thread-safe: its session locks.

    Reports of the same passage that follow one another are merged, so memory grows with what the
    reader does, not with how often the page reports. In the second half of its room the log keeps
    one view for each stay with its mean share: all time still counts.
    """

    def __init__(self, views: Iterable[View] = ()) -> None:
        self._views: list[View] = []
        self._last: dict[str, int] = {}
        for view in views:
            self.add(view)

    def add(self, view: View) -> bool:
        """Take one report; a report longer than a minute counts for its first minute.

        Returns:
            Whether something else is seen than before: the page moved, so somebody is there.

        Raises:
            ReadingFull: There is no room for one more.
        """
        if view.end > view.start + LONGEST_REPORT_S:
            view = view.within(view.start, view.start + LONGEST_REPORT_S)
        if view.end <= view.start or view.visible_share <= 0:
            return False
        position = self._last.get(view.passage_id)
        moved = True
        if position is not None:
            before = self._views[position]
            moved = (
                abs(before.visible_share - view.visible_share) > MOVED_SHARE
                or view.start - before.end > LONGEST_REPORT_S
            )
            follows = before.start <= view.start <= before.end + 1e-3
            same = abs(before.visible_share - view.visible_share) <= SHARE_TOLERANCE
            if follows and same and before.is_continued_by(view):
                if view.end > before.end:
                    self._views[position] = replace(before, end=view.end, video_to=view.video_to)
                return False
            if follows and len(self._views) >= MOST_VIEWS // 2 and view.video_from is None:
                self._views[position] = _joined(before, view)
                return moved
        if view.video_from is not None and self._views:
            moved = not self._views[-1].is_continued_by(view)  # by its viewer, not by itself
        if len(self._views) >= MOST_VIEWS:
            raise ReadingFull
        self._last[view.passage_id] = len(self._views)
        self._views.append(view)
        return moved

    @property
    def views(self) -> tuple[View, ...]:
        return tuple(self._views)


def _joined(before: View, view: View) -> View:
    """Return one view for two that follow one another, with the mean share over their time."""
    more_s = max(0.0, view.end - before.end)
    total_s = before.end - before.start + more_s
    share = before.visible_share + (view.visible_share - before.visible_share) * more_s / total_s
    return replace(before, visible_share=min(1.0, share), end=max(before.end, view.end))


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
            for column in (self._starts, self._ends, self._leaders, self._first_rows):
                del column[kept:]
            del self._rewound[kept:]
        self._cut(self._ends[-1] if kept else -math.inf)
        return True

    def _cut(self, since: float) -> None:
        """Cut what was visible after a moment, which is the end of a stretch."""
        events: list[tuple[float, int, View]] = []
        for view in self._views:
            if view.end > max(view.start, since) and view.visible_share > 0:
                events.append((max(view.start, since), 1, view))
                events.append((view.end, 0, view))
        events.sort(key=lambda event: event[:2])
        active: dict[int, list[float]] = defaultdict(list)
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
                shown = islice(active.items(), MOST_AT_ONCE)
                shares_of = {one: max(shares) for one, shares in sorted(shown)}
                self._append(before, at, shares_of, again=again)
                again = False
            before = at
            again = again or (begins == 1 and id(view) in rewound)
            if begins:
                active[index].append(view.visible_share)
            else:
                active[index].remove(view.visible_share)
                if not active[index]:
                    del active[index]

    def _append(
        self, start: float, end: float, shares: Mapping[int, float], *, again: bool
    ) -> None:
        top = max(shares.values())
        leaders = [index for index, share in shares.items() if share >= top - SHARE_TOLERANCE]
        # With several fully visible, the reader stays with the one they were at.
        stays = bool(self._leaders) and self._leaders[-1] in leaders
        self._leaders.append(self._leaders[-1] if stays else min(leaders))
        self._rewound.append(again)
        self._starts.append(start)
        self._ends.append(end)
        self._first_rows.append(len(self._indices))
        total = sum(shares.values())
        self._indices.extend(shares)
        self._weights.extend(share / total for share in shares.values())

    def rows(self) -> tuple[IndexArray, FloatArray, FloatArray, FloatArray]:
        """Return one row for each passage in each stretch: which, from when, until when, weight.

        The weights of a stretch add up to 1; its rows are neighbours.
        """
        indices, weights = np.array(self._indices, np.intp), np.array(self._weights)
        edges = np.append(np.array(self._first_rows, np.intp), len(indices))
        counts = edges[1:] - edges[:-1]
        starts, ends = (np.repeat(np.array(of), counts) for of in (self._starts, self._ends))
        return indices, starts, ends, weights

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
