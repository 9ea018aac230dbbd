"""Array types and the logistic function, each once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def expit(logits: FloatArray | float) -> FloatArray:
    """Return 1 / (1 + exp(-x)) elementwise, 0..1.

    Written with tanh, which neither overflows nor warns for any finite or infinite input.

    >>> float(expit(0.0))
    0.5
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))
