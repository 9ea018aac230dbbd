"""Tired eyes: closed lids and yawns over minutes, against the own usual of this session.

Eyes are heavy when they have been closed for much more of the last minutes than is usual for this
learner and than is ordinary at all, or when yawns come one after another. PERCLOS of .15 is where
drivers were called drowsy (Wierwille et al. 1994); the usual keeps narrow eyes and a doubtful
network from calling everybody tired.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

#: What counts as now, and how much before it is the own usual. Seconds.
NOW_S, USUAL_S = 180.0, 1800.0
#: Least of the session before anything is said. Seconds.
LEAST_S = 360.0
#: PERCLOS of now from which eyes are heavy, and how far above the own usual.
HEAVY_FROM, ABOVE_USUAL = 0.15, 0.08
#: The same where yawns come with it.
HEAVY_WITH_YAWNS, ABOVE_WITH_YAWNS = 0.10, 0.05
#: Yawns in ten minutes that say it alone, and that say it together with the lids.
YAWNS_ALONE, YAWNS_TOGETHER, YAWNS_S = 3, 2, 600.0
#: Blocks that seconds are summed up in. Seconds.
BLOCK_S = 10.0
#: A minute counts for the usual from so many seconds with the eyes seen, and so many are needed.
LEAST_MINUTE_S, LEAST_MINUTES = 20.0, 3
#: Least share of the last minutes in which the eyes were seen.
MIN_COVERAGE = 0.5


@dataclass(frozen=True, slots=True)
class HeavyEyes:
    """Why eyes are called heavy.

    Attributes:
        perclos: Share of the last three minutes with closed eyes, 0..1; None: not measured.
        usual: The same as it was in this session before; None: not known.
        yawns: In the last ten minutes.
    """

    perclos: float | None
    usual: float | None
    yawns: int

    @property
    def evidence(self) -> str:
        """One sentence of what was measured; nothing of what the learner feels."""
        lids = ""
        if self.perclos is not None and self.usual is not None:
            lids = (
                f"Eyes closed {100 * self.perclos:.0f} % of the last 3 minutes, "
                f"usually {100 * self.usual:.0f} %"
            )
        yawns = f"{self.yawns} yawns in 10 minutes" if self.yawns >= YAWNS_TOGETHER else ""
        return "; ".join(part for part in (lids, yawns) if part) + "."


class TirednessTracker:
    """Follows lids and yawns second by second, in blocks of ten seconds."""

    def __init__(self) -> None:
        self._blocks: deque[_Block] = deque()
        self._yawns: deque[float] = deque()
        self._begun: float | None = None

    def push(self, at: float, seen_s: float, closed_s: float, yawns: int = 0) -> None:
        """Take one second.

        Args:
            at: Its end.
            seen_s: For how much of it the eyes were seen, head not bent down.
            closed_s: How much of slow closures was told in it; blinks are none.
            yawns: How many ended in it.
        """
        self._begun = at if self._begun is None else self._begun
        number = math.floor(at / BLOCK_S)
        if not self._blocks or self._blocks[-1].number != number:
            self._blocks.append(_Block(number))
            while self._blocks[0].number <= number - (NOW_S + USUAL_S) / BLOCK_S:
                self._blocks.popleft()
        self._blocks[-1].seen_s += seen_s
        self._blocks[-1].closed_s += closed_s
        self._yawns.extend([at] * yawns)

    def heavy(self, at: float) -> HeavyEyes | None:
        """Return why the eyes are heavy now; None where they are not, or it is not known."""
        if self._begun is None or at - self._begun < LEAST_S:
            return None
        while self._yawns and self._yawns[0] <= at - YAWNS_S:
            self._yawns.popleft()
        yawns = len(self._yawns)
        perclos = self._perclos_now(at)
        if yawns < YAWNS_ALONE and (perclos is None or perclos < HEAVY_WITH_YAWNS):
            return None
        found = HeavyEyes(perclos, self._usual_before(at), yawns)
        if yawns >= YAWNS_ALONE:
            return found
        if perclos is None or found.usual is None:
            return None
        with_yawns = yawns >= YAWNS_TOGETHER
        least = HEAVY_WITH_YAWNS if with_yawns else HEAVY_FROM
        above = ABOVE_WITH_YAWNS if with_yawns else ABOVE_USUAL
        return found if perclos >= max(least, found.usual + above) else None

    def _perclos_now(self, at: float) -> float | None:
        """Return PERCLOS of the last three minutes; None where too little was seen of them."""
        since, seen, closed = math.floor((at - NOW_S) / BLOCK_S), 0.0, 0.0
        for block in reversed(self._blocks):
            if block.number <= since:
                break
            seen, closed = seen + block.seen_s, closed + block.closed_s
        return closed / seen if seen >= MIN_COVERAGE * NOW_S else None

    def _usual_before(self, at: float) -> float | None:
        """Return the median PERCLOS of the minutes before: one bad one is not usual."""
        until = math.floor((at - NOW_S) / BLOCK_S)
        minutes: dict[int, list[float]] = {}
        for block in self._blocks:
            if block.number <= until:
                sums = minutes.setdefault(int(block.number * BLOCK_S // 60), [0.0, 0.0])
                sums[0] += block.seen_s
                sums[1] += block.closed_s
        shares = [closed / seen for seen, closed in minutes.values() if seen >= LEAST_MINUTE_S]
        return median(shares) if len(shares) >= LEAST_MINUTES else None

    def rested(self) -> None:
        """Begin anew after a rest: the usual stays, what asked for it is gone."""
        self._yawns.clear()
        if self._blocks:
            since = self._blocks[-1].number - NOW_S / BLOCK_S
            while self._blocks and self._blocks[-1].number > since:
                self._blocks.pop()


@dataclass(slots=True)
class _Block:
    """Ten seconds: for how much of them the eyes were seen, and closed."""

    number: int
    seen_s: float = 0.0
    closed_s: float = 0.0
