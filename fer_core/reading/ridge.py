"""Whose was it: an expression that several passages on the screen share, by ridge regression.

What is known of each from other moments decides (Hoerl & Kennard 1970).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fer_core.arrays import FloatArray

#: Seconds with the usual expression that each passage starts with: of one seen for a few seconds
#: little can be said, so its figure stays near 0. Of 2 to 8 s, 2 s found injected changes best.
AFFECT_PRIOR_S = 2.0
#: What is left of the equations' error when they count as solved, as a share of where it began.
SOLVED_TO = 1e-10


def explain(
    indices: npt.NDArray[np.intp],
    starts: FloatArray,
    weights: FloatArray,
    valid_s: FloatArray,
    negative_s: FloatArray,
) -> dict[int, float]:
    """Return what goes with each passage, by its index.

    Args:
        indices: The passage of each row, shape (n,); see `visibility.Stretches.rows`.
        starts: When the row begins, seconds; rows of one stretch begin together.
        weights: Its share of what was visible, 0..1.
        valid_s: Seconds of it in which the expression was measured.
        negative_s: The integral of the expression over these.
    """
    seen, columns = np.unique(indices, return_inverse=True)
    n = len(seen)
    places, values = [np.arange(n) * (n + 1)], [np.full(n, AFFECT_PRIOR_S)]
    # Rows of one stretch begin together and are neighbours: row k meets row k + 1, k + 2, ...
    for apart in range(len(starts)):
        left, right = slice(len(starts) - apart), slice(apart, None)
        shared = starts[left] == starts[right]
        if not shared.any():
            break
        (together,) = np.nonzero(shared & (valid_s[left] > 0))
        products = weights[left][together] * weights[right][together] * valid_s[left][together]
        one, other = columns[left][together], columns[right][together]
        places += [one * n + other, other * n + one] if apart else [one * n + other]
        values += [products, products] if apart else [products]
    found = _solve(
        np.concatenate(places),
        np.concatenate(values),
        np.bincount(columns, weights * negative_s, minlength=n).astype(np.float64),
    )
    return dict(zip(seen.tolist(), found.tolist(), strict=True))


def _solve(places: npt.NDArray[np.intp], values: FloatArray, target: FloatArray) -> FloatArray:
    """Solve A x = target for a symmetric positive definite A that is mostly zero.

    By conjugate gradients (Hestenes & Stiefel 1952), scaled by the diagonal: only neighbours are
    on screen together, and a book of 1,400 passages would fill a square of 2 million numbers.

    Args:
        places: Row times n plus column of each number of A; those of one place are added up.
        values: The numbers.
        target: Shape (n,).
    """
    n = len(target)
    unique, summed = np.unique(places, return_inverse=True)
    entries = np.bincount(summed, values)
    rows, columns = np.divmod(unique, n)
    scale = 1.0 / entries[rows == columns]
    found, rest = np.zeros(n), target.copy()
    direction = scale * rest
    size = float(rest @ direction)
    enough = size * SOLVED_TO**2
    for _ in range(n):
        if size <= enough:
            break
        image = np.bincount(rows, entries * direction[columns], minlength=n)
        step = size / float(direction @ image)
        found += step * direction
        rest -= step * image
        scaled = scale * rest
        before, size = size, float(rest @ scaled)
        direction = scaled + size / before * direction
    return found
