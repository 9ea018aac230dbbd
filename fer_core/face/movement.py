"""What brows and mouth do, in words that say no more than that: brow lowered, smile.

A lowered brow is concentration more often than anger, and bared teeth may be a smile: where the
points of a face show the movement itself, a study view names that. Brows lie lower on one face than
on another, so they are held against the own usual of the session.
"""

from __future__ import annotations

from enum import StrEnum

from fer_core.face.measures import FaceMeasures

#: Half-lives of what is shown now and of what is usual, seconds.
NOW_S, USUAL_S = 1.0, 300.0
#: Seconds seen before the usual brows are known; until then their height says nothing.
USUAL_FROM_S = 20.0
#: Lowering (AU 4) from which the brow is lowered, and how far above the own usual.
LOWERED_FROM, LOWERED_ABOVE = 0.2, 0.12
#: Smile (AU 12) from which it is one.
SMILE_FROM = 0.35


class Movement(StrEnum):
    """A movement that stands out."""

    BROW_LOWERED = "brow_lowered"
    SMILE = "smile"

    @property
    def label(self) -> str:
        return {"brow_lowered": "Brow lowered", "smile": "Smile"}[self.value]


class MovementTracker:
    """Follows brows and mouth frame by frame."""

    def __init__(self) -> None:
        self._brow: float | None = None
        self._smile = 0.0
        self._usual_brow = 0.0
        self._seen_s = 0.0

    def push(self, step_s: float, measures: FaceMeasures) -> None:
        """Take one frame, which stands for so many seconds."""
        if self._brow is None:
            self._brow, self._smile = measures.brow_lowering, measures.smile
            self._usual_brow = self._brow
        share = 1.0 - 2.0 ** (-step_s / NOW_S)
        self._brow += share * (measures.brow_lowering - self._brow)
        self._smile += share * (measures.smile - self._smile)
        self._seen_s += step_s
        # The mean of what was seen, until the half-life has passed.
        slow = max(1.0 - 2.0 ** (-step_s / USUAL_S), step_s / max(self._seen_s, 1e-6))
        self._usual_brow += min(1.0, slow) * (measures.brow_lowering - self._usual_brow)

    @property
    def now(self) -> Movement | None:
        """What stands out now; a smile before a brow."""
        if self._brow is None:
            return None
        if self._smile >= SMILE_FROM:
            return Movement.SMILE
        known = self._seen_s >= USUAL_FROM_S
        if known and self._brow >= max(LOWERED_FROM, self._usual_brow + LOWERED_ABOVE):
            return Movement.BROW_LOWERED
        return None
