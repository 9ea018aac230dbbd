"""Heavy eyes: told on tired lids, and hardly ever on lively ones."""

from __future__ import annotations

import pytest

from fer_core.face.tiredness import TirednessTracker
from tests.synthetic.lids import false_alarms_per_hour, push_minutes


def test_lids_that_close_more_than_usual_are_heavy() -> None:
    tracker = TirednessTracker()
    at = push_minutes(tracker, 0.0, [0.04] * 15)
    assert tracker.heavy(at) is None
    at = push_minutes(tracker, at, [0.22] * 3)
    found = tracker.heavy(at)
    assert found is not None
    assert found.evidence == "Eyes closed 22 % of the last 3 minutes, usually 4 %."


def test_narrow_eyes_are_not_heavy() -> None:
    tracker = TirednessTracker()
    assert tracker.heavy(push_minutes(tracker, 0.0, [0.2] * 40)) is None


def test_three_yawns_say_it_alone() -> None:
    tracker = TirednessTracker()
    at = push_minutes(tracker, 0.0, [0.03] * 10)
    for minute in range(3):
        tracker.push(at + 60 * minute, 1.0, 0.0, yawns=1)
    found = tracker.heavy(at + 120)
    assert found is not None
    assert found.evidence.endswith("3 yawns in 10 minutes.")
    assert tracker.heavy(at + 900) is None


def test_two_yawns_need_the_lids() -> None:
    tracker = TirednessTracker()
    at = push_minutes(tracker, 0.0, [0.03] * 10)
    tracker.push(at, 1.0, 0.0, yawns=2)
    assert tracker.heavy(at) is None
    at = push_minutes(tracker, at, [0.12] * 3)
    assert tracker.heavy(at) is not None


def test_eyes_that_were_hardly_seen_say_nothing() -> None:
    tracker = TirednessTracker()
    at = push_minutes(tracker, 0.0, [0.03] * 10)
    assert tracker.heavy(push_minutes(tracker, at, [0.5] * 3, seen=0.3)) is None


def test_nothing_is_said_in_the_first_minutes() -> None:
    tracker = TirednessTracker()
    assert tracker.heavy(push_minutes(tracker, 0.0, [0.02, 0.3, 0.3, 0.3])) is None


def test_a_rest_takes_it_back() -> None:
    tracker = TirednessTracker()
    at = push_minutes(tracker, 0.0, [0.04] * 15 + [0.25] * 3)
    assert tracker.heavy(at) is not None
    tracker.rested()
    assert tracker.heavy(at) is None


@pytest.mark.parametrize("seed", [0, 1])
def test_lively_eyes_raise_hardly_any_alarm(seed: int) -> None:
    assert false_alarms_per_hour(hours=4, seed=seed) <= 0.25
