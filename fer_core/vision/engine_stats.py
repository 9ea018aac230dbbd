"""What the engine has done so far, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fer_core.vision.faces import Detections

#: Weight of the newest analysis in the running mean of its duration.
_MEAN_WEIGHT = 0.1


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


class StatsCounter:
    """Adds up what an engine does; not thread-safe: the engine locks.

    Attributes:
        so_far: The counts; what is waiting, open or stuck now is not among them.
    """

    def __init__(self) -> None:
        self.so_far = EngineStats()

    def count(self, *, rejected: int = 0, failed: int = 0, dropped: int = 0) -> None:
        """Add to what was refused, failed or replaced."""
        self.so_far = replace(
            self.so_far,
            rejected=self.so_far.rejected + rejected,
            failed=self.so_far.failed + failed,
            dropped=self.so_far.dropped + dropped,
        )

    def note(self, detections: Detections, seconds: float) -> None:
        """Count an analysis that took this long."""
        milliseconds, mean = seconds * 1e3, self.so_far.mean_ms
        self.so_far = replace(
            self.so_far,
            analysed=self.so_far.analysed + 1,
            followed=self.so_far.followed + (detections.timing.path == "followed"),
            mean_ms=milliseconds if mean == 0 else mean + _MEAN_WEIGHT * (milliseconds - mean),
        )
