"""How much the head moves, from second to second."""

from __future__ import annotations

import math

import numpy as np

from fer_core.affect.signals import CARRY_FORWARD_S, INDICATOR_HALF_LIFE_S, Smoother
from fer_core.arrays import FloatArray
from fer_core.sessions.second import PLACE, Second


class HeadMotion:
    """Motion in face heights a second, from the face's mean place in whole seconds.

    Means of whole seconds, so that the box's jitter does not grow with the frame rate.
    """

    def __init__(self) -> None:
        self._smoother = Smoother((INDICATOR_HALF_LIFE_S,), 1)
        self._place: tuple[int, float, float] | None = None

    def take(self, second: Second, means: FloatArray | None) -> float | None:
        """Return the motion since the second before; None where either showed no face.

        Args:
            second: The second that ends.
            means: Of its measures; None without a face in it.
        """
        if means is None:
            return None
        x, y, size = (float(value) for value in means[PLACE])
        last, self._place = self._place, (second.index, x, y)
        if last is None or second.index - last[0] > CARRY_FORWARD_S or size <= 0:
            return None
        seconds = second.index - last[0]
        motion = math.hypot((x - last[1]) * second.aspect, y - last[2]) / size / seconds
        self._smoother.push(np.array([motion]), second.index + 1.0, min(1.0, second.valid_s))
        return motion

    def restore(self, motion: float, at: float) -> None:
        """Take the motion of a stored second that ended at this moment."""
        self._smoother.push(np.array([motion]), at)

    def reset(self) -> None:
        """Forget the mean, after a long gap."""
        self._smoother.reset()

    @property
    def mean(self) -> float | None:
        """The mean with the half-life of the indicators; None before any motion."""
        return None if self._smoother.empty else float(self._smoother.mean[0, 0])
