"""What goes with each passage is the solution of the ridge regression, solved in full."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.reading.ridge import AFFECT_PRIOR_S, explain


def test_conjugate_gradients_find_what_a_direct_solution_finds() -> None:
    rng = np.random.default_rng(12)
    passages, stretches = 12, 60
    # In each stretch three neighbours are on the screen together, each with its share.
    first = rng.integers(0, passages - 2, stretches)
    indices = (first[:, None] + np.arange(3)).ravel()
    weights = rng.dirichlet(np.ones(3), stretches).ravel()
    starts = np.repeat(np.arange(stretches, dtype=np.float64), 3)
    valid_s = np.repeat(rng.uniform(0.0, 5.0, stretches), 3)
    negative_s = np.repeat(rng.normal(0.0, 2.0, stretches), 3)

    shares = np.zeros((stretches, passages))
    shares[starts.astype(int), indices] = weights
    seconds, sums = valid_s[::3], negative_s[::3]
    matrix = shares.T @ (seconds[:, None] * shares) + AFFECT_PRIOR_S * np.eye(passages)
    expected = np.linalg.solve(matrix, shares.T @ sums)

    found = explain(indices, starts, weights, valid_s, negative_s)
    assert [found[index] for index in range(passages)] == pytest.approx(expected, abs=1e-8)


def test_a_passage_without_a_measured_second_says_nothing() -> None:
    one, zero = np.ones(1), np.zeros(1)
    assert explain(np.zeros(1, np.intp), zero, one, zero, zero) == {0: 0.0}
