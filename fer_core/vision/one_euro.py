"""The one-euro filter: still when the hand is still, quick when it moves (Casiez et al. 2012)."""

from __future__ import annotations

import math

import numpy as np

from fer_core.arrays import FloatArray

#: A gap longer than this starts the filter anew. Seconds.
RESET_AFTER_S = 1.0
#: Cut-off of the speed's own filter, hertz, as in the paper.
_SPEED_CUTOFF_HZ = 1.0


class OneEuroFilter:
    """A low-pass filter whose cut-off rises with the speed of what it follows.

    The cut-off is `least_hz + per_speed * |speed|`: at rest it takes the jitter out, and a movement
    is hardly late. Shapes are free, so that one filter takes all points of a face.

    Args:
        least_hz: Cut-off at rest, hertz.
        per_speed: Hertz per unit a second.
    """

    def __init__(self, least_hz: float, per_speed: float) -> None:
        self._least_hz = least_hz
        self._per_speed = per_speed
        self._at = -math.inf
        self._value: FloatArray | None = None
        self._speed: FloatArray | None = None

    def push(self, value: FloatArray, at: float, unit: float = 1.0) -> FloatArray:
        """Take what was seen at a moment and return it filtered, of the same shape.

        Args:
            value: Any shape, the same each time; another shape starts anew.
            at: Seconds; what is not newer than the last is returned as it is.
            unit: What a speed is counted in, in units of the value: points in pixels have the
                face's size here, so that a near face is filtered like a far one.
        """
        value = np.asarray(value, np.float64)
        last, speed = self._value, self._speed
        step = at - self._at
        if last is None or speed is None or last.shape != value.shape or step > RESET_AFTER_S:
            self._at, self._value, self._speed = at, value, np.zeros_like(value)
            return value
        if step <= 0:
            return value
        self._at = at
        moved = (value - last) / step / unit
        self._speed = speed + _share(_SPEED_CUTOFF_HZ, step) * (moved - speed)
        cutoff = self._least_hz + self._per_speed * np.abs(self._speed)
        self._value = last + _share(cutoff, step) * (value - last)
        return self._value

    def reset(self) -> None:
        """Forget everything."""
        self._at, self._value, self._speed = -math.inf, None, None


def _share(cutoff_hz: FloatArray | float, step_s: float) -> FloatArray:
    """Return how much of a new value counts: 1 / (1 + 1 / (2 pi f dt))."""
    turned = 2 * math.pi * np.asarray(cutoff_hz, np.float64) * step_s
    return np.asarray(turned / (1 + turned))
