"""Ways to run the network: each takes the same tensor and gives the same scores."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]


class Backend(Protocol):
    """A loaded network."""

    def __call__(self, batch: Float32Array) -> Float32Array:
        """Run the network.

        Args:
            batch: RGB in 0..1, shape (n, 3, height, width), sides multiples of 32.

        Returns:
            Shape (n, 4 + classes, anchors): centre x, centre y, width, height in pixels of the
            input, then one sigmoid score per class in the network's own order.
        """
        ...
