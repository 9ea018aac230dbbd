"""A video as it was played: seconds go to the spans they played in, and going back is a return."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fer_core.reading.attribution import Signals, attribute
from fer_core.reading.playback import Played, positions_at, views_of
from fer_core.reading.text_reading import read
from fer_core.reading.visibility import ReadingLog, View
from fer_core.texts.video import Chapter, make_video

VIDEO = make_video("Cells", 600, [Chapter(0, "A"), Chapter(60, "B"), Chapter(300, "C")])
NOBODY_LOOKED = Signals(*(np.zeros(0) for _ in range(4)))


def played(*pieces: tuple[float, float, float]) -> tuple[View, ...]:
    """Play from a place for some seconds at a rate, one piece after another, as the page reports.

    Args:
        pieces: From where in the video, for how long on the clock, at which rate.
    """
    log, now = ReadingLog(), 1000.0
    for place, seconds, rate in pieces:
        while seconds > 0:
            step = min(2.0, seconds)
            piece = Played(now, now + step, place, place + step * rate)
            for view in views_of(VIDEO.passages, [piece]):
                log.add(view)
            now, place, seconds = now + step, place + step * rate, seconds - step
    return log.views


def seconds_and_visits(views: tuple[View, ...]) -> list[tuple[float, int]]:
    found = attribute(VIDEO.passages, views, NOBODY_LOOKED)
    return [(round(one.seconds, 3), one.visits) for one in found]


def test_each_second_goes_to_the_span_it_played_in() -> None:
    assert seconds_and_visits(played((50, 25, 1))) == [(10, 1), (15, 1), (0, 0)]
    # At double rate less time of the viewer lies in each.
    assert seconds_and_visits(played((40, 40, 2))) == [(10, 1), (30, 1), (0, 0)]
    # A picture that stands still is looked at.
    assert seconds_and_visits(played((30, 10, 1), (40, 20, 0))) == [(30, 1), (0, 0), (0, 0)]
    assert seconds_and_visits(played((590, 10, 1), (600, 4, 0))) == [(0, 0), (0, 0), (14, 1)]


def test_going_back_is_a_return_also_within_a_span_and_going_on_is_none() -> None:
    assert seconds_and_visits(played((70, 30, 1), (80, 20, 1))) == [(0, 0), (50, 2), (0, 0)]
    assert seconds_and_visits(played((70, 30, 1), (120, 20, 1))) == [(0, 0), (50, 1), (0, 0)]
    # Within two seconds it is the same place; a look of a second is no visit.
    assert seconds_and_visits(played((70, 30, 1), (98.5, 20, 1)))[1] == (50, 1)
    assert seconds_and_visits(played((70, 30, 1), (10, 1, 1), (100, 5, 1)))[0] == (1, 0)
    assert seconds_and_visits(played((30, 40, 1), (30, 40, 1))) == [(60, 2), (20, 2), (0, 0)]


def test_reports_that_go_on_are_one_view_and_those_that_come_again_count_once() -> None:
    views = played((0, 55, 1))
    assert [(view.start, view.end, view.video) for view in views] == [(1000, 1055, (0, 55))]
    log = ReadingLog(views)
    again = View("p1", 1.0, 1010.0, 1012.0, 10.0, 12.0)
    assert not log.add(again)
    assert log.views == views


@example([(0, 90, 0.0), (0, 90, 1.0)])
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(1, 90), st.sampled_from([0.0, 0.5, 1.0, 2.0])),
        max_size=6,
    )
)
def test_no_second_is_lost_or_doubled_however_it_was_played(
    pieces: list[tuple[float, float, float]],
) -> None:
    total = sum(seconds for _, seconds, _ in pieces)
    views = played(*pieces)
    assert sum(seconds for seconds, _ in seconds_and_visits(views)) == pytest.approx(total)
    # Where it stood is known at each moment, to within what reports are joined by.
    now = 1000.0
    for place, seconds, rate in pieces:
        (found,) = positions_at(views, [now + seconds / 2])
        assert found is not None
        assert abs(found - (place + rate * seconds / 2)) <= 2.0 + 1e-6
        now += seconds


def test_a_video_that_plays_is_no_sign_of_its_viewer_but_moving_it_is() -> None:
    log = ReadingLog()
    pieces = [(0, 2), (2, 4), (4, 6), (58, 62), (62, 64), (20, 22)]
    moved = [
        sum(log.add(view) for view in views_of(VIDEO.passages, [Played(at, at + b - a, a, b)]))
        for at, (a, b) in zip((0, 2, 4, 6, 10, 12), pieces, strict=True)
    ]
    assert moved == [1, 0, 0, 1, 0, 1]


def test_who_left_while_it_plays_is_away() -> None:
    views = played((0, 60, 1), (60, 60, 1))
    away = Signals(np.array([1000.0]), np.array([1120.0]), np.array([0.0]), np.array([np.nan]))
    found = attribute(VIDEO.passages, views, away)
    assert [round(one.away_seconds) for one in found[:2]] == [60, 60]


def test_an_estimate_of_a_span_knows_no_pace_and_no_difficulty() -> None:
    reading = read(VIDEO, played((0, 200, 1), (60, 30, 1)), NOBODY_LOOKED)
    features = reading.features()["p2"]
    assert (features.difficulty, features.skimming) == (None, None)
    assert features.revisits is not None
    assert features.revisits > 0
    assert not any(reading.is_skimmed(one) for one in reading.passages)


@pytest.mark.parametrize("times", [(2, 1, 0, 1), (0, 1, 5, 4), (0, 1, -1, 0)])
def test_a_stretch_goes_forward(times: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="forward"):
        Played(*times)


def test_where_a_video_stood_is_unknown_far_from_any_report() -> None:
    views = played((100, 20, 1))
    assert positions_at(views, [990, 998, 1010, 1023, 1030]) == [None, 100, 110, 120, None]
