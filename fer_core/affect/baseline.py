"""The own baseline: what is usual for this learner, and how it follows them. Method A.

What is usual drifts: glasses are put on, the light changes, another day begins. So it is the
median of the last quarter of an hour, and earlier sessions only stand in until there is one.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from fer_core.affect.indicators import Z_LIMIT
from fer_core.affect.signals import MIN_COVERAGE
from fer_core.arrays import FloatArray, median_and_sd

#: Ordinary study that a first baseline is learnt from, and the bins it is cut into. Seconds.
BASELINE_S = 300.0
BASELINE_BIN_S = 10.0
#: A baseline is the median of this much of the recent past. Seconds. A change for good becomes the
#: usual when it fills half of it; a bad five minutes do not.
WINDOW_S = 900.0
#: What is newer is not in it yet: otherwise a change would hide itself while it is judged. Seconds.
LAG_S = 180.0
#: How far what is kept for later sessions moves from what was kept before, towards this session's.
DRIFT = 0.5
#: Least spread of a channel, in the channel's own unit.
MIN_SPREAD = 0.05


class Channel(StrEnum):
    """What the own baseline is learnt of."""

    VALENCE = "valence"  # -1..1
    AROUSAL = "arousal"  # -1..1
    NEGATIVE = "negative"  # Angry + Sad, 0..1
    MOTION = "motion"  # of the head, in face heights a second


CHANNELS: tuple[Channel, ...] = tuple(Channel)


@dataclass(frozen=True, slots=True)
class Usual:
    """Location and spread of one channel in ordinary study."""

    median: float
    spread: float

    def towards(self, other: Usual, share: float) -> Usual:
        """Return what lies this share of the way, 0..1, from here to another."""
        return Usual(
            self.median + share * (other.median - self.median),
            self.spread + share * (other.spread - self.spread),
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual for this learner, channel by channel."""

    usual: Mapping[Channel, Usual]

    def z(self, channel: Channel, value: float) -> float:
        """Return (value - median) / spread, clipped to -3..3."""
        usual = self.usual[channel]
        return max(-Z_LIMIT, min(Z_LIMIT, (value - usual.median) / usual.spread))

    def towards(self, other: Baseline, share: float) -> Baseline:
        """Return what lies this share of the way, 0..1, from here to another."""
        return Baseline(
            {
                channel: usual.towards(other.usual[channel], share)
                for channel, usual in self.usual.items()
            }
        )

    def to_dict(self) -> dict[str, dict[str, float]]:
        """Return plain JSON values, to be kept with the learner's history."""
        return {
            str(channel): {"median": usual.median, "spread": usual.spread}
            for channel, usual in self.usual.items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Baseline:
        """Read what `to_dict` wrote; channels of earlier versions are left out.

        Raises:
            KeyError, ValueError: A channel is missing or not usable.
        """
        usual = {}
        for channel in CHANNELS:
            median, spread = float(data[channel]["median"]), float(data[channel]["spread"])
            if not (math.isfinite(median) and math.isfinite(spread) and spread > 0):
                raise ValueError(f"the baseline of {channel} is not usable")
            usual[channel] = Usual(median, spread)
        return cls(usual)


class BaselineTracker:
    """Follows what is usual in bins of 10 s with a face. Not thread-safe: its session locks.

    Args:
        earlier: What was usual in earlier sessions. It stands until this session has bins of its
            own, and gives way to them over the first five minutes.
    """

    def __init__(self, earlier: Baseline | None = None) -> None:
        self._current = self._earlier = earlier
        self._is_current = True
        self._bins: deque[FloatArray] = deque(maxlen=round((WINDOW_S + LAG_S) / BASELINE_BIN_S))
        self._sum = np.zeros(len(CHANNELS))
        self._seconds = 0.0
        self._bin_start: float | None = None

    @property
    def current(self) -> Baseline | None:
        """What is usual now; None until five minutes have been seen, without `earlier`.

        It is found when it is asked for: a session that is brought back has hundreds of bins.
        """
        if not self._is_current:
            self._is_current = True
            if self._earlier is not None:
                self._current = self._earlier.towards(self._own(), self._own_share)
            elif self._own_share == 1.0:
                self._current = self._own()
        return self._current

    @property
    def progress(self) -> float:
        """Share of the first baseline that has been learnt, 0..1."""
        return 1.0 if self.current is not None else self._own_share

    @property
    def _own_share(self) -> float:
        return min(1.0, len(self._bins) * BASELINE_BIN_S / BASELINE_S)

    def push(self, values: FloatArray, at: float, seconds: float) -> None:
        """Take one stretch with a usable face.

        Args:
            values: Shape (4,): the channels' means over the stretch, in the order of `CHANNELS`.
            at: Start of the stretch, seconds.
            seconds: How much of it the face was usable; at most a bin's length.
        """
        bin_start = math.floor(at / BASELINE_BIN_S) * BASELINE_BIN_S
        if self._bin_start is not None and bin_start != self._bin_start:
            self._close_bin()
        self._bin_start = bin_start
        self._sum += values * seconds
        self._seconds += seconds

    def _close_bin(self) -> None:
        if self._seconds >= MIN_COVERAGE * BASELINE_BIN_S:
            self._bins.append(self._sum / self._seconds)
            self._is_current = False
        self._sum = np.zeros(len(CHANNELS))
        self._seconds = 0.0

    def _own(self) -> Baseline:
        """Return median and max(1.4826 MAD, .05) of this session's bins."""
        bins = np.array(self._bins)
        first, lag = round(BASELINE_S / BASELINE_BIN_S), round(LAG_S / BASELINE_BIN_S)
        bins = bins[: max(first, len(bins) - lag)]
        median, sd = median_and_sd(bins)
        spread = np.maximum(sd, MIN_SPREAD)
        return Baseline(
            {
                channel: Usual(float(m), float(s))
                for channel, m, s in zip(CHANNELS, median, spread, strict=True)
            }
        )

    @property
    def to_keep(self) -> Baseline | None:
        """What later sessions start from: half way from the earlier one; None if not known yet."""
        if self._own_share < 1.0:
            return self._earlier
        own = self._own()
        return own if self._earlier is None else self._earlier.towards(own, DRIFT)
