"""What was on the screen when: reports go into a log, and are cut into stretches of time.

Both grow with the session: a report costs little, however long it lasts already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from fer_core.errors import ReadingFull

#: One report of what is visible counts for this long at most: longer silence means that the tab
#: was hidden or the machine slept.
LONGEST_REPORT_S = 60.0
#: Neighbouring reports are merged where they differ by no more: half a per cent of a passage.
SHARE_TOLERANCE = 0.005
#: A share that changed by more is a page that somebody moved.
MOVED_SHARE = 0.02
#: Views of one session: three passages that move for eight hours, reported every two seconds, are
#: 43,000. With what is made of them they take about 20 MB.
MOST_VIEWS = 50_000
#: A video that stands farther from where it should by its last report was moved. Seconds.
VIDEO_TOLERANCE_S = 1.0


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
        on_screen: How much of it stood on the screen at all, 0..1; None where that is not known.
        line: How far down in it the reader pointed or focused a line, 0..1; None where they did
            neither.
    """

    passage_id: str
    visible_share: float
    start: float
    end: float
    video_from: float | None = None
    video_to: float | None = None
    on_screen: float | None = None
    line: float | None = None

    def __post_init__(self) -> None:
        for share in (self.visible_share, self.on_screen, self.line):
            if share is not None and not 0.0 <= share <= 1.0:
                raise ValueError("a visible share lies between 0 and 1")
        if not self.end >= self.start:
            raise ValueError("a view ends after it starts")

    @property
    def video(self) -> tuple[float, float] | None:
        """Where the video stood at the start and at the end; None without one."""
        if self.video_from is None or self.video_to is None:
            return None
        return self.video_from, self.video_to

    @property
    def tells(self) -> bool:
        """Whether it says anything: more may stand on the screen than in the band."""
        return self.visible_share > 0 or bool(self.on_screen) or self.line is not None

    def shows_as(self, other: View) -> bool:
        """Whether as much was seen, and the same line was pointed at."""
        mine, theirs = (-1.0 if one.on_screen is None else one.on_screen for one in (self, other))
        return (
            abs(self.visible_share - other.visible_share) <= SHARE_TOLERANCE
            and abs(mine - theirs) <= SHARE_TOLERANCE
            and self.line == other.line
        )

    @property
    def place(self) -> tuple[object, ...]:
        """What of the text is seen, coarsely: another place is a page that somebody moved."""
        on_screen = None if self.on_screen is None else round(self.on_screen, 2)
        return self.passage_id, round(self.visible_share, 2), on_screen, self.line, self.video_to

    def is_moved_from(self, before: View) -> bool:
        """Whether somebody moved the page, or pointed at another line, since another view."""
        mine, theirs = (one.on_screen or 0.0 for one in (self, before))
        return (
            abs(self.visible_share - before.visible_share) > MOVED_SHARE
            or abs(mine - theirs) > MOVED_SHARE
            or (self.line is not None and self.line != before.line)
        )

    @property
    def rate(self) -> float:
        """How fast the video plays, in its seconds a second; 0 without one."""
        length = self.end - self.start
        if self.video is None or length <= 0:
            return 0.0
        return (self.video[1] - self.video[0]) / length

    def position(self, at: float) -> float | None:
        """Return where the video stands at a moment, also past the end; None without a video."""
        if self.video_from is None or self.video_to is None:
            return None
        return self.video_from + (at - self.start) * self.rate

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
        self._rates: dict[str, tuple[float, float]] = {}
        for view in views:
            self.add(view)

    @classmethod
    def restored(cls, views: Iterable[View]) -> ReadingLog:
        """Bring back what `views` gave, as it is: one may stand for more than a single report."""
        log = cls()
        log._views = list(views)
        for position, view in enumerate(log._views):
            log._last[view.passage_id] = position
            log._rates[view.passage_id] = _rates(view, view)
        return log

    def add(self, view: View) -> bool:
        """Take one report; a report longer than a minute counts for its first minute.

        Returns:
            Whether something else is seen than before: the page moved, so somebody is there.

        Raises:
            ReadingFull: There is no room for one more.
        """
        if view.end > view.start + LONGEST_REPORT_S:
            view = view.within(view.start, view.start + LONGEST_REPORT_S)
        if view.end <= view.start or not view.tells:
            return False
        position = self._last.get(view.passage_id)
        moved = True
        if position is not None:
            before = self._views[position]
            moved = view.is_moved_from(before) or view.start - before.end > LONGEST_REPORT_S
            follows = before.start <= view.start <= before.end + 1e-3
            if follows and before.shows_as(view) and self._go_on(before, view):
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
        self._rates[view.passage_id] = _rates(view, view)
        self._views.append(view)
        return moved

    def _go_on(self, before: View, view: View) -> bool:
        """Tell whether one view may stand for both.

        Of a video its line must pass every place that was reported within `VIDEO_TOLERANCE_S`: by
        the end of the last one alone, many small steps would lead it away. (The swing filter of
        Elmeleegy and others, "Online piece-wise linear approximation of numerical
        streams with precision guarantees", VLDB 2009.)
        """
        if not before.is_continued_by(view):
            return False
        if view.end <= before.end or before.video is None:
            return True
        slowest, fastest = self._rates[view.passage_id]
        low, high = _rates(before, view)
        if not slowest <= (low + high) / 2 <= fastest:  # the rate of one view for both
            return False
        self._rates[view.passage_id] = max(slowest, low), min(fastest, high)
        return True

    @property
    def views(self) -> tuple[View, ...]:
        return tuple(self._views)


def _rates(before: View, view: View) -> tuple[float, float]:
    """Return between which rates a video that begins as `before` passes the end of `view`."""
    length = view.end - before.start
    if before.video_from is None or view.video_to is None or length <= 0:
        return -inf, inf
    run = view.video_to - before.video_from
    return (run - VIDEO_TOLERANCE_S) / length, (run + VIDEO_TOLERANCE_S) / length


def _joined(before: View, view: View) -> View:
    """Return one view for two that follow one another, with the mean share over their time."""
    more_s = max(0.0, view.end - before.end)
    total_s = before.end - before.start + more_s
    share = before.visible_share + (view.visible_share - before.visible_share) * more_s / total_s
    return replace(before, visible_share=min(1.0, share), end=max(before.end, view.end))
