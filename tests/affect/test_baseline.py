"""What is usual for a learner: learnt in five minutes, and following them from then on."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.baseline import (
    CHANNELS,
    DRIFT,
    LAG_S,
    WINDOW_S,
    Baseline,
    BaselineTracker,
    Channel,
    Usual,
)

CALM = np.full(len(CHANNELS), 0.25)
EARLIER = Baseline({channel: Usual(0.6, 0.1) for channel in CHANNELS})


def follow(
    tracker: BaselineTracker, seconds: int, values: np.ndarray = CALM, since: int = 0
) -> int:
    for second in range(since, since + seconds):
        tracker.push(values, float(second), 1.0)
    return since + seconds


def known(tracker: BaselineTracker, channel: Channel = Channel.VALENCE) -> Usual:
    assert tracker.current is not None
    return tracker.current.usual[channel]


def learnt() -> Baseline:
    tracker, rng = BaselineTracker(), np.random.default_rng(0)
    for second in range(301):
        tracker.push(rng.normal(0.3, 0.2, len(CHANNELS)), float(second), 1.0)
    assert tracker.current is not None
    return tracker.current


def test_it_takes_300_seconds_with_a_face() -> None:
    tracker = BaselineTracker()
    end = follow(tracker, 300)
    assert tracker.current is None
    assert tracker.progress == pytest.approx(29 / 30)
    follow(tracker, 1, since=end)
    assert known(tracker) == Usual(0.25, 0.05)
    assert tracker.progress == 1.0


def test_seconds_without_a_face_do_not_count() -> None:
    tracker = BaselineTracker()
    for second in range(301):
        tracker.push(CALM, float(second), 0.3)
    assert tracker.progress == 0


def test_its_median_is_what_was_seen() -> None:
    assert learnt().usual[Channel.VALENCE].median == pytest.approx(0.3, abs=0.06)


def test_a_change_for_good_becomes_the_usual() -> None:
    tracker = BaselineTracker()
    end = follow(tracker, 1200)
    follow(tracker, int(WINDOW_S / 2 + LAG_S) + 60, CALM + 0.2, since=end)
    assert known(tracker).median == pytest.approx(0.45)


def test_a_bad_five_minutes_do_not() -> None:
    tracker = BaselineTracker()
    end = follow(tracker, 1200)
    end = follow(tracker, 300, CALM + 0.2, since=end)
    follow(tracker, 600, since=end)
    assert known(tracker).median == pytest.approx(0.25)


def test_the_first_five_minutes_are_forgotten() -> None:
    tracker = BaselineTracker()
    end = follow(tracker, 301, CALM + 0.5)
    assert known(tracker).median == pytest.approx(0.75)
    follow(tracker, 900, since=end)
    assert known(tracker).median == pytest.approx(0.25)


def test_a_change_does_not_hide_itself_while_it_is_young() -> None:
    tracker = BaselineTracker()
    end = follow(tracker, 600)
    follow(tracker, int(LAG_S), CALM - 0.3, since=end)
    assert known(tracker) == Usual(0.25, 0.05)


def test_an_earlier_session_stands_in_and_gives_way() -> None:
    tracker = BaselineTracker(EARLIER)
    assert known(tracker).median == 0.6
    end = follow(tracker, 151)
    assert known(tracker).median == pytest.approx(0.425)
    follow(tracker, 151, since=end)
    assert known(tracker).median == pytest.approx(0.25)


def test_what_is_kept_drifts_from_session_to_session() -> None:
    tracker = BaselineTracker(EARLIER)
    assert tracker.to_keep == EARLIER
    follow(tracker, 400)
    assert tracker.to_keep is not None
    assert tracker.to_keep.usual[Channel.VALENCE].median == pytest.approx(0.6 - DRIFT * 0.35)


@given(st.floats(-1e9, 1e9))
def test_z_is_clipped_to_three(value: float) -> None:
    assert -3 <= EARLIER.z(Channel.NEGATIVE, value) <= 3


def test_it_survives_json() -> None:
    baseline = learnt()
    assert Baseline.from_dict(json.loads(json.dumps(baseline.to_dict()))) == baseline


def test_channels_of_earlier_versions_are_left_out() -> None:
    data = EARLIER.to_dict() | {"centre_x": {"median": 0.5, "spread": 0.05}}
    assert Baseline.from_dict(data) == EARLIER


def test_a_spread_of_zero_is_refused() -> None:
    data = learnt().to_dict()
    data["valence"]["spread"] = 0.0
    with pytest.raises(ValueError, match="valence"):
        Baseline.from_dict(data)
