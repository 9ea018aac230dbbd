"""Blinks and PERCLOS of made-up lids whose closures are known."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.face.eyelids import EyelidTracker


def watch(
    closures: list[tuple[float, float]],
    *,
    fps: float = 15.0,
    seconds: float = 60.0,
    open_level: float = 0.9,
    noise: float = 0.0,
) -> EyelidTracker:
    """Show eyes that are closed in these stretches."""
    rng = np.random.default_rng(0)
    tracker = EyelidTracker()
    for at in np.arange(1, int(seconds * fps) + 1) / fps:
        closed = any(start <= at < end for start, end in closures)
        level = 0.05 if closed else open_level
        tracker.push(float(at), float(np.clip(level + rng.normal(0, noise), 0, 1)))
    return tracker


BLINKS = [(3.0 + 4 * index, 3.25 + 4 * index) for index in range(14)]


@pytest.mark.parametrize("fps", [10.0, 15.0, 24.0, 30.0])
def test_blinks_are_counted_from_ten_pictures_a_second(fps: float) -> None:
    assert watch(BLINKS, fps=fps).blinks_per_minute(60.0) == pytest.approx(14, abs=1.5)


@pytest.mark.parametrize("fps", [2.0, 5.0, 9.0, 9.7])
def test_fewer_pictures_give_no_blinks(fps: float) -> None:
    tracker = watch(BLINKS, fps=fps)
    assert tracker.blinks_per_minute(60.0) is None
    assert tracker.perclos(60.0) is not None


def test_blinks_are_not_in_perclos() -> None:
    assert watch(BLINKS).perclos(60.0) == 0.0


@pytest.mark.parametrize("share", [0.0, 0.06, 0.2, 0.5])
def test_perclos_is_the_share_of_time_with_closed_eyes(share: float) -> None:
    tracker = watch([(10.0 * index, 10.0 * index + 10 * share) for index in range(6)])
    assert tracker.perclos(60.0) == pytest.approx(share, abs=0.02)


def test_long_closures_are_no_blinks() -> None:
    assert watch([(5.0, 7.0), (20.0, 22.0)]).blinks_per_minute(60.0) == 0.0


@pytest.mark.parametrize("open_level", [0.55, 0.75, 1.0])
def test_narrow_eyes_are_not_closed(open_level: float) -> None:
    tracker = watch(BLINKS, open_level=open_level, noise=0.05)
    assert tracker.perclos(60.0) == 0.0
    assert tracker.blinks_per_minute(60.0) == pytest.approx(14, abs=2)


def test_little_seen_says_nothing() -> None:
    tracker = watch([], seconds=20.0)
    assert tracker.perclos(20.0) is None
    assert tracker.blinks_per_minute(20.0) is None


def test_a_gap_is_no_closure() -> None:
    tracker = watch([(20.0, 20.2)], seconds=40.0)
    for at in np.arange(1, 600) / 15 + 300:
        tracker.push(float(at), 0.9)
    assert tracker.perclos(339.0) == 0.0
    assert tracker.blinks_per_minute(339.0) == 0.0


def test_frames_out_of_order_change_nothing() -> None:
    tracker = watch(BLINKS)
    before = tracker.perclos(60.0)
    tracker.push(10.0, 0.0)
    tracker.push(61.0, float("nan"))
    assert tracker.perclos(60.0) == before
