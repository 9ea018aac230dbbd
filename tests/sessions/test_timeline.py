"""Rows in bounded memory: nothing lost when seconds become tens, and JSON there and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.indicators import Basis, Estimate, Reason
from fer_core.affect.signals import Presence
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.timeline import COLUMNS, FINE_ROWS, Timeline, rebucket, to_frame
from fer_core.sessions.timeline_bucket import TimelineBucket, merge_buckets

START = 1_700_000_000.0


def row(
    second: int,
    *,
    valid_s: float = 1.0,
    comprehension: Estimate | None = None,
    shares: tuple[float, float, float, float, float] | None = (0.1, 0.2, 0.5, 0.1, 0.1),
) -> TimelineBucket:
    return TimelineBucket(
        at=START + second,
        width_s=1.0,
        frames=15,
        observed_s=1.0,
        valid_s=valid_s,
        facing_s=valid_s,
        away_s=0.0,
        presence=Presence.FACE,
        probabilities=shares,
        shares=shares,
        valence=None if shares is None else 0.1,
        valence_band=None if shares is None else 0.02,
        arousal=None if shares is None else 0.2,
        motion=0.01,
        centre_x=0.5,
        centre_y=0.5,
        size=0.3,
        coverage=1.0,
        comprehension=comprehension or Estimate(60.0, 45.0, 75.0, basis=Basis.ATTENTION),
        stress=Estimate.missing(Reason.BASELINE),
        attention=Estimate(100.0, 88.0, 100.0),
    )


def test_the_last_half_hour_stays_at_a_row_a_second() -> None:
    timeline = Timeline()
    for second in range(3600):
        timeline.append(row(second))
    fine = [r for r in timeline.since() if r.width_s == 1.0]
    assert FINE_ROWS - 10 < len(fine) <= FINE_ROWS
    assert sum(r.width_s for r in timeline.since()) == 3600
    assert len(timeline) == len(timeline.since())


@given(st.lists(st.integers(1, 30), min_size=1, max_size=300), st.sampled_from([2, 5, 10, 60]))
def test_times_and_frames_add_up_whatever_the_gaps(steps: list[int], width: int) -> None:
    second, rows = 0, []
    for step in steps:
        second += step
        rows.append(row(second, valid_s=0.5))
    merged = list(rebucket(rows, width))
    assert sum(r.valid_s for r in merged) == pytest.approx(sum(r.valid_s for r in rows))
    assert sum(r.frames for r in merged) == sum(r.frames for r in rows)
    assert all(r.at % width == 0 for r in merged)
    assert [r.at for r in merged] == sorted({r.at for r in merged})


def test_a_value_that_half_of_the_rows_have_is_kept() -> None:
    known = Estimate(40.0, 30.0, 50.0)
    gone = Estimate.missing(Reason.AWAY)
    half = merge_buckets([row(0, comprehension=known), row(1, comprehension=gone)], START, 10.0)
    assert half.comprehension == known
    less = [row(0, comprehension=known), *(row(i, comprehension=gone) for i in (1, 2))]
    assert merge_buckets(less, START, 10.0).comprehension.reason is Reason.AWAY


def test_a_bucket_of_no_width_is_refused() -> None:
    with pytest.raises(ValueError, match="width"):
        list(rebucket([row(0)], 0))


def test_since_leaves_out_what_is_older() -> None:
    timeline = Timeline()
    for second in range(3000):
        timeline.append(row(second))
    assert [r.at for r in timeline.since(START + 2990)] == [START + s for s in range(2990, 3000)]
    assert timeline.since(START + 9999) == []


def test_a_row_survives_json() -> None:
    before = row(5, shares=None)
    assert (
        TimelineBucket.from_dict(json.loads(json.dumps(before.to_dict(), allow_nan=False)))
        == before
    )


def test_an_event_survives_json() -> None:
    before = Event(3, START, EventKind.PROBE_ANSWERED, {"value": None, "probe_id": "q1"})
    assert Event.from_dict(json.loads(json.dumps(before.to_dict()))) == before


def test_a_row_with_four_shares_is_refused() -> None:
    data = row(0).to_dict()
    data["shares"] = [0.25] * 4
    with pytest.raises(ValueError, match="five"):
        TimelineBucket.from_dict(data)


def test_an_empty_session_is_an_empty_table_with_all_columns() -> None:
    frame = to_frame([], START)
    assert list(frame.columns) == list(COLUMNS)
    assert frame.empty


def test_the_table_counts_from_the_start_in_utc() -> None:
    frame = to_frame([row(7)], START)
    assert frame["elapsed_s"].tolist() == [7.0]
    assert frame["time"][0].isoformat() == "2023-11-14T22:13:27+00:00"
