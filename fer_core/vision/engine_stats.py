"""What the engine has done so far, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Counts of the whole engine since it started.

    Attributes:
        analysed: Pictures and frames answered.
        followed: Of those, frames for which the refiner alone would do.
        rejected: Pictures refused because the queue was full.
        failed: Analyses that ended in an error.
        dropped: Frames replaced by a newer one before they were analysed.
        waiting: Pictures in the queue now.
        streams: Streams open now.
        mean_ms: Running mean of an analysis, in milliseconds; 0 before the first.
        stuck_s: For how long every thread that serves frames, or every one that serves photos, has
            been at its work, in seconds; 0 if one of each is free.
    """

    analysed: int = 0
    followed: int = 0
    rejected: int = 0
    failed: int = 0
    dropped: int = 0
    waiting: int = 0
    streams: int = 0
    mean_ms: float = 0.0
    stuck_s: float = 0.0
