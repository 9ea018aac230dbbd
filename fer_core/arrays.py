"""Array types, the logistic function and a robust spread, each once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
#: Makes the median absolute deviation of a normal distribution its standard deviation.
MAD_TO_SD = 1.4826


def median_and_sd(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the median of rows, and 1.4826 times their median distance from it.

    The latter is what a normal distribution has as its standard deviation; outliers move neither.

    Args:
        values: Shape (n, ...).

    >>> [float(each) for each in median_and_sd(np.array([1.0, 2.0, 9.0]))]
    [2.0, 1.4826]
    """
    middle = np.median(values, axis=0)
    return np.asarray(middle), np.asarray(MAD_TO_SD * np.median(np.abs(values - middle), axis=0))


def expit(logits: FloatArray | float) -> FloatArray:
    """Return 1 / (1 + exp(-x)) elementwise, 0..1.

    Written with tanh, which neither overflows nor warns for any finite or infinite input.

    >>> float(expit(0.0))
    0.5
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64))))
