"""Yawns among talk: wide mouths that stay."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.face.yawns import YawnTracker


def count(openings: np.ndarray, fps: float) -> int:
    tracker = YawnTracker()
    return sum(tracker.push(index / fps, float(value)) for index, value in enumerate(openings))


def yawn(fps: float, seconds: float, peak: float = 0.55) -> np.ndarray:
    return peak * np.sin(np.linspace(0, np.pi, int(seconds * fps)))


@pytest.mark.parametrize("fps", [3.0, 10.0, 24.0])
@pytest.mark.parametrize("seconds", [4.0, 6.0, 9.0])
def test_a_yawn_counts_once(fps: float, seconds: float) -> None:
    calm = np.full(int(3 * fps), 0.02)
    assert count(np.concatenate([calm, yawn(fps, seconds), calm]), fps) == 1


def test_talking_and_laughing_are_no_yawns() -> None:
    rng = np.random.default_rng(0)
    at = np.arange(0, 300, 1 / 12)
    talk = 0.15 + 0.15 * np.sin(2 * np.pi * 3 * at) + rng.normal(0, 0.03, len(at))
    laugh = np.tile(yawn(12, 1.0, 0.5), 20)
    assert count(np.concatenate([talk, laugh]), 12) == 0


def test_a_mouth_that_stays_open_for_good_is_no_yawn() -> None:
    assert count(np.concatenate([np.full(12 * 60, 0.5), np.zeros(24)]), 12) == 0


def test_yawns_are_remembered_for_ten_minutes() -> None:
    tracker = YawnTracker()
    for index, value in enumerate(np.concatenate([yawn(10, 6), np.zeros(20)])):
        tracker.push(index / 10, float(value))
    assert tracker.within(100.0, 600.0) == 1
    assert tracker.within(700.0, 600.0) == 0
