"""Ways to run the network: each takes the same tensor and gives the same scores."""

from __future__ import annotations

import os
from typing import Protocol

import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]


def available_processors() -> int:
    """Return how many processors this process may use: fewer than there are, where it is bound."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Backend(Protocol):
    """A loaded network, which any number of threads may run at once."""

    def __call__(self, batch: Float32Array, least: float = 0.0, /) -> Float32Array:
        """Run the network.

        Args:
            batch: RGB in 0..1, shape (n, 3, height, width), sides multiples of 32.
            least: The box of an anchor whose scores add up to less may be anything.

        Returns:
            Shape (n, 4 + classes, anchors): centre x, centre y, width, height in pixels of the
            input, then one sigmoid score per class in the network's own order.
        """
        ...
