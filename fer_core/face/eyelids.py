"""Eyelids over time: blinks, and PERCLOS, the share of time with the eyes closed.

PERCLOS is the share of a minute in which the eyes are at least 80 % closed (Wierwille et al. 1994);
it stands for slow closures, so blinks are left out. A network that tells open from closed eyes
stands in for the lid's measured height, against the learner's own open eyes.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

#: What PERCLOS and the blink rate are taken over. Seconds.
WINDOW_S = 60.0
#: Least share of the window in which the eyes were seen.
MIN_COVERAGE = 0.5
#: Pictures a second below which blinks are missed: recall .92 at 10, .61 at 5.
MIN_FPS = 10.0
#: Shares of the own open eyes below which they close, and above which they open again.
CLOSES_BELOW, OPENS_ABOVE = 0.35, 0.5
#: A closure of this length is a blink. Seconds. A longer one is tired, or no blink at all.
BLINK_LEAST_S, BLINK_MOST_S = 0.04, 0.6
#: A closure of this length is a slow one, which PERCLOS counts. Seconds.
SLOW_FROM_S = 0.4
#: One picture stands for at most this much time. Seconds.
_MOST_STEP_S = 0.5
#: How fast the own open eyes are learnt: half-lives towards wider and towards narrower. Seconds.
_WIDER_S, _NARROWER_S = 1.0, 120.0
#: Nobody's open eyes count as less open than this: a session may begin with closed ones.
_LEAST_OPEN = 0.5


@dataclass(slots=True)
class _Step:
    """The time between two pictures: its end, its length, and whether it is in a slow closure."""

    end: float
    length: float
    slow: bool = False


class EyelidTracker:
    """Follows the lids of one learner, frame by frame. Memory is bounded by the window.

    Frames come in the order of time; those in which the eyes say nothing (another face, a head
    bent down) are told by `skip`.

    Attributes:
        slow_s: Seconds of slow closures since the beginning.
    """

    def __init__(self) -> None:
        self.slow_s = 0.0
        self._steps: deque[_Step] = deque()
        self._closure: list[_Step] = []
        self._blinks: deque[float] = deque()
        self._yet: float | None = None
        self._closed_at: float | None = None
        self._own_open = _LEAST_OPEN
        self._closed = False

    def push(self, at: float, openness: float) -> None:
        """Take one frame.

        Args:
            at: When it was captured, seconds.
            openness: Of the eyes, 0..1.
        """
        if not math.isfinite(openness) or (self._yet is not None and at <= self._yet):
            return
        step = 0.0 if self._yet is None else at - self._yet
        if step > _MOST_STEP_S:
            self._closed_at = None
            self._closure.clear()
            step = 0.0
        if step > 0:
            self._count(_Step(at, step))
        self._learn(openness, max(step, 0.03))
        closed = openness < self._own_open * (OPENS_ABOVE if self._closed else CLOSES_BELOW)
        if closed and not self._closed:
            # What happens between two pictures begins half way.
            self._closed_at = at - step / 2 if self._yet is not None and step > 0 else None
        elif self._closed and not closed and self._closed_at is not None:
            length = at - step / 2 - self._closed_at
            if BLINK_LEAST_S <= length <= BLINK_MOST_S:
                self._blinks.append(self._closed_at)
        if not closed:
            self._closure.clear()
        self._closed, self._yet = closed, at
        self._forget(at)

    def _count(self, step: _Step) -> None:
        """Book the time since the picture before; a closure counts once it is a slow one."""
        self._steps.append(step)
        if not self._closed:
            return
        self._closure.append(step)
        if sum(one.length for one in self._closure) >= SLOW_FROM_S:
            for one in self._closure:
                if not one.slow:
                    one.slow = True
                    self.slow_s += one.length

    def skip(self) -> None:
        """Take a frame in which the eyes say nothing: no closure goes on over it."""
        self._yet = self._closed_at = None
        self._closed = False
        self._closure.clear()

    def _learn(self, openness: float, step: float) -> None:
        half_life = _WIDER_S if openness > self._own_open else _NARROWER_S
        if openness > self._own_open or openness > 0.6 * self._own_open:
            share = 1.0 - 2.0 ** (-step / half_life)
            self._own_open = max(_LEAST_OPEN, self._own_open + share * (openness - self._own_open))

    def _forget(self, at: float) -> None:
        while self._steps and self._steps[0].end <= at - WINDOW_S:
            self._steps.popleft()
        while self._blinks and self._blinks[0] <= at - WINDOW_S:
            self._blinks.popleft()

    @property
    def closed(self) -> bool | None:
        """Whether the eyes are closed in the last frame; None where it said nothing."""
        return None if self._yet is None else self._closed

    def seen_s(self, at: float) -> float:
        """Return for how much of the last minute the eyes were seen."""
        self._forget(at)
        return sum(step.length for step in self._steps)

    def perclos(self, at: float) -> float | None:
        """Return the share of the last minute in slow closures, 0..1.

        None where the eyes were seen for less than half of it.
        """
        seen = self.seen_s(at)
        if seen < MIN_COVERAGE * WINDOW_S:
            return None
        return sum(step.length for step in self._steps if step.slow) / seen

    def blinks_per_minute(self, at: float) -> float | None:
        """Return the blink rate of the last minute, by the time in which the eyes were seen.

        None where that is too little, or in fewer than ten pictures a second.
        """
        seen = self.seen_s(at)
        if seen < MIN_COVERAGE * WINDOW_S or len(self._steps) / seen < 0.99 * MIN_FPS:
            return None
        return 60.0 * len(self._blinks) / seen

    def reset(self) -> None:
        """Forget the window, after a pause; the own open eyes stay."""
        self._steps.clear()
        self._blinks.clear()
        self.skip()
