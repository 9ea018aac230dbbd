"""What was on the screen: the log has a bound, and the stretches grow with it to the same end."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import ReadingFull
from fer_core.reading import visibility
from fer_core.reading.attribution import attribute
from fer_core.reading.stretches import MOST_AT_ONCE, Stretches
from fer_core.reading.visibility import ReadingLog, View
from fer_core.texts.document import Passage
from tests.synthetic.reading import NO_CAMERA

NAMES = tuple(f"p{number}" for number in range(1, 6))


@st.composite
def reports(draw: st.DrawFn) -> list[View]:
    """Reports in any order, some of them of a passage that is not in the text."""
    name = st.sampled_from([*NAMES, "elsewhere"])
    share = st.sampled_from([0.0, 0.25, 0.5, 1.0])
    maybe = st.none() | share
    length = st.integers(0, 20)
    drawn = draw(st.lists(st.tuples(name, share, st.integers(0, 60), length, maybe, maybe)))
    return [
        View(one, much, start, start + lasts, on_screen=on_screen, line=line)
        for one, much, start, lasts, on_screen, line in drawn
    ]


def cut(log: ReadingLog) -> Stretches:
    stretches = Stretches(NAMES)
    stretches.update(log.views)
    return stretches


@given(reports())
def test_stretches_that_grow_are_those_cut_at_once(found: list[View]) -> None:
    log, grown = ReadingLog(), Stretches(NAMES)
    for view in found:
        log.add(view)
        grown.update(log.views)
    whole = cut(log)
    for one, other in zip(grown.rows(), whole.rows(), strict=True):
        assert one == pytest.approx(other)
    words = np.full(len(NAMES), 100.0)
    once = [
        [*rows, visits]
        for of in (grown, whole)
        for rows, visits in [of.read(words, np.diff(np.stack(of.times()), axis=0)[0])]
    ]
    for one, other in zip(*once, strict=True):
        assert np.array_equal(one, other)


def test_an_update_says_whether_anything_is_new() -> None:
    log = ReadingLog([View("p1", 1.0, 0, 5)])
    stretches = Stretches(NAMES)
    assert stretches.update(log.views)
    assert not stretches.update(log.views)
    log.add(View("p1", 1.0, 5, 6))
    assert stretches.update(log.views)


def test_one_long_stay_stays_one_stretch() -> None:
    log, stretches = ReadingLog(), Stretches(NAMES)
    for second in range(1000):
        log.add(View("p1", 1.0, second, second + 1))
        stretches.update(log.views)
    assert len(stretches.rows()[0]) == 1


def test_after_thousands_of_views_one_more_costs_little() -> None:
    log = ReadingLog()
    for number in range(6000):
        log.add(View(NAMES[number % 5], 0.1 + number % 7 / 10, 2 * number, 2 * number + 3))
    began = time.perf_counter()
    stretches = cut(log)
    whole_s = time.perf_counter() - began
    grown_s = math.inf
    for number in range(5):
        log.add(View("p1", 0.9, 12_000 + 10 * number, 12_005 + 10 * number))
        began = time.perf_counter()
        stretches.update(log.views)
        grown_s = min(grown_s, time.perf_counter() - began)
    assert grown_s < whole_s / 5


def test_the_log_takes_no_more_stays_than_it_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "MOST_VIEWS", 100)
    log = ReadingLog(View(f"p{number}", 1.0, number, number + 1) for number in range(100))
    with pytest.raises(ReadingFull):
        log.add(View("p200", 1.0, 100, 101))
    assert len(log.views) == 100


def test_in_a_log_that_fills_up_no_time_of_a_stay_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "MOST_VIEWS", 10)
    log = ReadingLog()
    for second in range(1000):
        log.add(View("p1", 0.2 if second % 2 else 0.6, second, second + 1))
    assert len(log.views) <= 10
    reading = attribute((Passage("p1", 0, "word"),), log.views, NO_CAMERA)[0]
    assert reading.seconds == pytest.approx(1000)
    assert log.views[-1].visible_share == pytest.approx(0.4, abs=0.01)


def test_passages_by_the_hundred_at_once_do_not_multiply() -> None:
    names = [f"p{number}" for number in range(300)]
    stretches = Stretches(names)
    stretches.update(tuple(View(name, 1.0, at, 400.0) for at, name in enumerate(names)))
    indices, starts, ends, weights = stretches.rows()
    assert len(indices) <= 300 * MOST_AT_ONCE
    assert np.sum(weights * (ends - starts)) == pytest.approx(400)
