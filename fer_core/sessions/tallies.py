"""What a session's buckets add up to, and which absences were long enough for a rest."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fer_core.affect.breaks import REST_S
from fer_core.affect.signals import Presence
from fer_core.sessions.session_info import Totals
from fer_core.sessions.timeline_bucket import TimelineBucket


class Tallies:
    """Sums over the whole session, however much of its timeline is still in memory.

    Args:
        rest_s: An absence from here on is a rest, seconds.

    Attributes:
        away_s: Time away from the camera so far.
    """

    def __init__(self, rest_s: float = REST_S) -> None:
        self._rest_s = rest_s
        self.away_s = self._valid_s = self._observed_s = self._away_run_s = 0.0
        self._rests = 0
        self._share_sums = np.zeros(5)

    def add(self, bucket: TimelineBucket) -> bool:
        """Count a bucket; tell whether an absence that was long enough for a rest ends with it."""
        self.away_s += bucket.away_s
        self._valid_s += bucket.valid_s
        self._observed_s += bucket.observed_s
        if bucket.probabilities is not None:
            self._share_sums += np.array(bucket.probabilities) * bucket.valid_s
        if bucket.presence is Presence.AWAY:
            self._away_run_s += bucket.away_s
            return False
        rested = self.rests
        self._rests += rested
        self._away_run_s = 0.0
        return rested

    @property
    def rests(self) -> bool:
        """Whether an absence that was long enough for a rest has not ended yet."""
        return self._away_run_s >= self._rest_s

    def resume(self) -> None:
        """Note the end of a pause that was a rest: an absence around it is no second one."""
        self._away_run_s = 0.0

    def without(self, buckets: Iterable[TimelineBucket]) -> Tallies:
        """Return what is left where some of the buckets counted here do not count."""
        out = Tallies()
        for bucket in buckets:
            out.add(bucket)
        left = Tallies()
        left.away_s = max(0.0, self.away_s - out.away_s)
        left._rests, left._away_run_s = self._rests, 0.0
        left._valid_s = max(0.0, self._valid_s - out._valid_s)
        left._observed_s = max(0.0, self._observed_s - out._observed_s)
        # Older buckets were merged since they were counted: their means may differ a little.
        left._share_sums = np.maximum(0.0, self._share_sums - out._share_sums)
        return left

    def totals(
        self, elapsed_s: float, active_s: float, excluded_s: float, breaks: int, frames: int
    ) -> Totals:
        """Return what the session amounts to; the arguments are those of `Totals`.

        Args:
            elapsed_s: See `Totals`, as all that follow.
            active_s: The same.
            excluded_s: The same.
            breaks: Pauses that were rests; absences that were are added.
            frames: The same.
        """
        shares = None
        if (total := float(self._share_sums.sum())) > 0:
            shares = tuple(float(value) for value in self._share_sums / total)
        return Totals(
            elapsed_s=elapsed_s,
            active_s=active_s,
            studied_s=max(0.0, active_s - excluded_s - self.away_s),
            away_s=self.away_s,
            valid_s=self._valid_s,
            observed_s=self._observed_s,
            shares=shares,
            breaks=breaks + self._rests,
            frames=frames,
            excluded_s=excluded_s,
        )
