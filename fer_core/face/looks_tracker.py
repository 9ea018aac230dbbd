"""How a learner looks to an onlooker over the last minute, against their own usual.

One frame says next to nothing, and people's faces differ more than their moments do: so a minute is
held against the quarter of an hour before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from fer_core.arrays import FloatArray, median_and_sd
from fer_core.face.looks import Look, LookHeads, shipped_heads

#: What counts as now. Seconds.
NOW_S = 60.0
#: What is usual: the median of bins of this length over the quarter of an hour before the last
#: three minutes, so that a change does not hide itself. Five minutes must have been seen. Seconds.
BIN_S, WINDOW_S, LAG_S, LEAST_S = 10.0, 900.0, 180.0, 300.0
#: Share of a bin, and of the last minute, that must have been seen.
MIN_COVERAGE = 0.5
#: A look stands out so many own standard deviations above the usual.
STANDS_OUT_SDS = 1.5


@dataclass(frozen=True, slots=True)
class Looks:
    """How somebody looks to an onlooker.

    Attributes:
        bored: Standard deviations above the own usual.
        disengaged: The same.
        coverage: Share of the last minute that this rests on, 0..1.
    """

    bored: float
    disengaged: float
    coverage: float

    @property
    def stands_out(self) -> Look | None:
        """What stands out most; None: it looks as usual."""
        if max(self.bored, self.disengaged) < STANDS_OUT_SDS:
            return None
        return Look.BORED if self.bored > self.disengaged else Look.DISENGAGED

    @property
    def sentence(self) -> str:
        """What is said of it; never what is felt."""
        look = self.stands_out
        how = "as usual for you" if look is None else f"{look.words} than usual for you"
        return f"looks {how} to an onlooker ({100 * self.coverage:.0f} % of the last minute seen)"


class LooksTracker:
    """Follows one learner's looks second by second. Not thread-safe: its session locks."""

    def __init__(self, heads: LookHeads | None = None) -> None:
        self.heads = heads or shipped_heads()
        self._recent: deque[tuple[float, FloatArray]] = deque()
        self._bins: deque[FloatArray] = deque(maxlen=round((WINDOW_S + LAG_S) / BIN_S))
        self._bin: list[FloatArray] = []
        self._bin_start: float | None = None
        self._usual: tuple[FloatArray, FloatArray] | None = None
        self._is_usual_known = True

    def reset(self) -> None:
        """Forget the last minute, as after a pause; what is usual stays."""
        self._recent.clear()
        self._bin = []

    def push(self, end: float, levels: FloatArray | None) -> None:
        """Take one second.

        Args:
            end: When it ended, seconds.
            levels: Mean levels of the looks in it, shape (2,); None: too little was seen.
        """
        start = np.floor((end - 1.0) / BIN_S) * BIN_S
        if start != self._bin_start:
            self._close_bin()
            self._bin_start = float(start)
        if levels is not None:
            self._bin.append(levels)
            self._recent.append((end, levels))
        while self._recent and self._recent[0][0] <= end - NOW_S:
            self._recent.popleft()

    def _close_bin(self) -> None:
        if len(self._bin) >= MIN_COVERAGE * BIN_S:
            self._bins.append(np.mean(self._bin, axis=0))
            self._is_usual_known = False
        self._bin = []

    def _find_usual(self) -> tuple[FloatArray, FloatArray] | None:
        """Return what is usual, and its spread; None until five minutes were seen.

        It is found when it is asked for: a session that is brought back has hundreds of bins.
        """
        first, lag = round(LEAST_S / BIN_S), round(LAG_S / BIN_S)
        if not self._is_usual_known and len(self._bins) >= first:
            bins = np.array(self._bins)[: max(first, len(self._bins) - lag)]
            usual, spread = median_and_sd(bins)
            self._usual = usual, np.maximum(spread, self.heads.spreads)
        self._is_usual_known = True
        return self._usual

    def now(self, at: float) -> Looks | None:
        """Return how the learner has looked over the last minute; None where it is not known."""
        seen = [levels for end, levels in self._recent if end > at - NOW_S]
        coverage = min(1.0, len(seen) / NOW_S)
        found = self._find_usual()
        if found is None or coverage < MIN_COVERAGE:
            return None
        usual, spread = found
        bored, disengaged = (np.mean(seen, axis=0) - usual) / spread
        return Looks(float(bored), float(disengaged), coverage)
