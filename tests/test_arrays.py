"""The logistic function at its middle, in its tails and beside the definition."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.arrays import expit


@given(st.floats(-30, 30))
def test_expit_is_its_definition(x: float) -> None:
    assert float(expit(x)) == pytest.approx(1 / (1 + math.exp(-x)), rel=1e-9, abs=1e-15)


def test_the_tails_neither_overflow_nor_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(
            expit(np.array([-math.inf, -1e9, 1e9, math.inf])), [0, 0, 1, 1]
        )


def test_the_shape_is_kept() -> None:
    assert expit(np.zeros((2, 3))).shape == (2, 3)
    assert expit(0.0).shape == ()
