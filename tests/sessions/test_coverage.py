"""The last minute in sums."""

from __future__ import annotations

import pytest

from fer_core.sessions.coverage import CHART_WINDOW_S, WINDOW_S, CoverageWindow, Covered

SECOND = Covered(1.0, 0.5, 0.25)


def filled(seconds: int) -> CoverageWindow:
    window = CoverageWindow()
    window.begin(0.0)
    for end in range(1, seconds + 1):
        window.add(float(end), SECOND)
    return window


def test_only_the_last_minute_is_summed() -> None:
    window = filled(200)
    assert window.covered(200.0) == Covered(60.0, 30.0, 15.0)


def test_what_is_over_leaves_the_window_also_when_nothing_comes() -> None:
    window = filled(60)
    assert window.covered(90.0).observed_s == 30.0
    assert window.coverage(200.0) == 0.0


def test_a_young_session_has_a_shorter_window_but_not_below_ten_seconds() -> None:
    assert filled(0).length_s(3.0) == CHART_WINDOW_S
    assert filled(0).length_s(40.0) == 40.0
    assert filled(0).length_s(400.0) == WINDOW_S
    assert filled(30).coverage(30.0) == pytest.approx(0.5)
    assert filled(30).coverage(30.0, CHART_WINDOW_S) == pytest.approx(0.5)


def test_a_pause_empties_the_window() -> None:
    window = filled(100)
    window.begin(500.0)
    assert window.covered(500.0) == Covered()
