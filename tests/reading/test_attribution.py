"""Times add up, pace compares with one's own, and an expression lands on its passage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.weights import comprehension_prior
from fer_core.reading.attribution import PassageReading, Signals, attribute
from fer_core.reading.pace import USUAL_SPREAD, USUAL_WPM, Pace
from fer_core.reading.ridge import AFFECT_PRIOR_S
from fer_core.reading.text_reading import Reading, read
from fer_core.reading.visibility import LONGEST_REPORT_S, ReadingLog, View
from fer_core.texts.document import Passage
from fer_core.texts.opening import open_pasted
from tests.synthetic.reading import NO_CAMERA, Scroll, scripted_scroll

#: Scripted readers, each with what was attributed to their passages.
Scrolls = list[tuple[Scroll, tuple[PassageReading, ...]]]

PASSAGES = tuple(Passage(f"p{number + 1}", number, "word " * 119) for number in range(5))


def signals(present: list[float], negative: list[float] | None = None) -> Signals:
    """One row a second from 0."""
    start = np.arange(len(present), dtype=np.float64)
    z = np.full(len(present), math.nan) if negative is None else np.array(negative, dtype=float)
    return Signals(start, start + 1.0, np.array(present, dtype=np.float64), z)


@st.composite
def some_views(draw: st.DrawFn) -> list[View]:
    views = []
    for _ in range(draw(st.integers(0, 25))):
        start = draw(st.floats(0, 200))
        views.append(
            View(
                f"p{draw(st.integers(1, 5))}",
                draw(st.floats(0, 1)),
                start,
                start + draw(st.floats(0, 50)),
            )
        )
    return views


def covered_s(views: list[View]) -> float:
    """Length of the union of the views, by sorting."""
    total, until = 0.0, -math.inf
    for view in sorted(views, key=lambda view: view.start):
        if view.visible_share <= 0:
            continue
        total += max(0.0, view.end - max(until, view.start))
        until = max(until, view.end)
    return total


@given(some_views(), st.lists(st.floats(0, 1), max_size=260))
def test_the_times_add_up_to_the_time_in_which_anything_was_visible(
    views: list[View], present: list[float]
) -> None:
    readings = attribute(PASSAGES, views, signals(present))
    total = sum(reading.seconds + reading.away_seconds for reading in readings)
    assert total == pytest.approx(covered_s(views), abs=1e-6)
    assert all(reading.seconds >= 0 and reading.away_seconds >= 0 for reading in readings)


@given(some_views())
def test_merging_reports_changes_no_time(views: list[View]) -> None:
    # In the order in which a page reports. Of smaller shares the tolerance is a larger part.
    views = [view for view in views if view.visible_share >= 0.25]
    views.sort(key=lambda view: view.start)
    raw = attribute(PASSAGES, views, NO_CAMERA)
    merged = attribute(PASSAGES, ReadingLog(views).views, NO_CAMERA)
    for one, other in zip(raw, merged, strict=True):
        assert other.seconds == pytest.approx(one.seconds, rel=0.02, abs=0.5)


def test_time_is_shared_by_what_was_visible_of_each() -> None:
    readings = attribute(PASSAGES, [View("p1", 1.0, 0, 30), View("p2", 0.5, 0, 30)], NO_CAMERA)
    assert [reading.seconds for reading in readings] == pytest.approx([20, 10, 0, 0, 0])
    assert not readings[2].seen


def test_time_away_is_no_reading_time() -> None:
    readings = attribute(PASSAGES, [View("p1", 1.0, 0, 10)], signals([1.0] * 6 + [0.0] * 4))
    assert readings[0].seconds == pytest.approx(6)
    assert readings[0].away_share == pytest.approx(0.4)


def test_a_camera_that_was_off_says_nothing_against_the_reader() -> None:
    readings = attribute(PASSAGES, [View("p1", 1.0, 0, 10)], signals([math.nan] * 10))
    assert readings[0].seconds == pytest.approx(10)
    assert readings[0].away_share is None


def test_silence_counts_for_a_minute_at_most() -> None:
    log = ReadingLog([View("p1", 1.0, 0, 3600)])
    assert attribute(PASSAGES, log.views, NO_CAMERA)[0].seconds == LONGEST_REPORT_S


def test_memory_grows_with_what_the_reader_does_not_with_the_reports() -> None:
    log = ReadingLog()
    for second in range(8 * 3600):
        log.add(View("p1", 1.0, second, second + 1))
        log.add(View("p2", 0.4, second, second + 1))
    assert len(log.views) == 2
    assert log.views[0].end == 8 * 3600


def test_expression_is_taken_two_seconds_later() -> None:
    z = [0.0] * 12 + [2.0] * 10 + [0.0] * 10
    views = [View("p1", 1.0, 0, 10), View("p2", 1.0, 10, 20), View("p3", 1.0, 20, 30)]
    readings = attribute(PASSAGES, views, signals([1.0] * 32, z))
    seen = [reading.negative_z for reading in readings[:3]]
    assert seen == pytest.approx([0.0, 2.0 * 10 / (10 + AFFECT_PRIOR_S), 0.0])


def test_an_expression_goes_to_the_passage_that_it_does_not_come_with_elsewhere() -> None:
    z = [0.0] * 22 + [1.0] * 20
    views = [View("p1", 1.0, 0, 20), View("p1", 0.5, 20, 40), View("p2", 0.5, 20, 40)]
    readings = attribute(PASSAGES, views, signals([1.0] * 42, z))
    assert readings[0].negative_z == pytest.approx(0.12, abs=0.01)
    assert readings[1].negative_z == pytest.approx(1.34, abs=0.01)


def test_expression_measured_for_less_than_half_of_the_time_is_not_reported() -> None:
    z = [1.0] * 5 + [math.nan] * 9
    readings = attribute(PASSAGES, [View("p1", 1.0, 0, 12)], signals([1.0] * 14, z))
    assert readings[0].negative_z is None
    assert readings[0].coverage == pytest.approx(3 / 12)


def test_coming_back_is_a_revisit_and_scrolling_past_is_none() -> None:
    order = [("p1", 10), ("p2", 1), ("p3", 10), ("p1", 8), ("p4", 10)]
    views, at = [], 0.0
    for name, seconds in order:
        views.append(View(name, 1.0, at, at + seconds))
        at += seconds
    readings = attribute(PASSAGES, views, NO_CAMERA)
    assert [reading.visits for reading in readings] == [2, 0, 1, 1, 0]
    assert readings[0].revisits == 1


@pytest.mark.parametrize(
    ("paces", "expected"),
    [([], USUAL_WPM), ([200.0] * 5, (5 * 238 + 5 * 200) / 10), ([200.0, 5000.0], 231.67)],
)
def test_the_own_pace_starts_at_the_usual_one_and_leaves_scrolling_out(
    paces: list[float], expected: float
) -> None:
    assert Pace.of(paces).wpm == pytest.approx(expected, abs=0.01)


TEXT = open_pasted("\n\n".join(["Plain words stand in this line for you. " * 12] * 6))


def read_at(factors: list[float], earlier_wpm: list[float]) -> Reading:
    """Read the text passage by passage at so many times the usual pace."""
    usual = TEXT.passages[0].words / USUAL_WPM * 60
    views, at = [], 0.0
    for passage, factor in zip(TEXT.passages, factors, strict=True):
        # A stay of more than a minute is many reports.
        views.append(View(passage.passage_id, 1.0, at, at + min(60, usual / factor)))
        at += min(60, usual / factor)
    return read(TEXT, views, NO_CAMERA, earlier_wpm)


def test_a_passage_far_above_the_own_pace_is_skimmed_and_a_slow_one_is_not() -> None:
    steady = (USUAL_WPM * np.exp(np.random.default_rng(0).normal(0, 0.15, 60))).tolist()
    reading = read_at([1, 1, 2, 0.5, 1, 1], steady)
    skimmed = [reading.is_skimmed(passage) for passage in reading.passages]
    assert skimmed == [False, False, True, False, False, False]
    features = reading.features()
    assert features["p3"].skimming == pytest.approx(math.log(2) / 0.30, rel=0.05)
    assert features["p4"].skimming == 0
    estimates = reading.estimates(comprehension_prior())
    hurried, unhurried = estimates["p3"].value, estimates["p4"].value
    assert hurried is not None
    assert unhurried is not None
    assert hurried < unhurried


def test_whose_pace_varies_much_is_not_called_a_skimmer_for_it() -> None:
    varied = (USUAL_WPM * np.exp(np.random.default_rng(0).normal(0, 0.6, 60))).tolist()
    assert not read_at([1, 1, 2, 0.5, 1, 1], varied).is_skimmed(
        read_at([1, 1, 2, 0.5, 1, 1], varied).passages[2]
    )


def test_who_rushes_a_whole_text_skims_it() -> None:
    steady = (USUAL_WPM * np.exp(np.random.default_rng(0).normal(0, 0.15, 60))).tolist()
    reading = read_at([2.5] * 6, steady)
    assert all(reading.is_skimmed(passage) for passage in reading.passages)
    assert min(one.skimming or 0 for one in reading.features().values()) > 2.5


def test_of_somebody_new_only_what_nobody_reads_is_skimmed() -> None:
    assert Pace.of([]) == Pace(USUAL_WPM, USUAL_SPREAD)
    assert Pace().skimmed_wpm == pytest.approx(585, abs=5)


def test_passages_never_seen_have_no_estimate() -> None:
    reading = read(TEXT, [View("p1", 1.0, 0, 20)], NO_CAMERA)
    assert list(reading.estimates(comprehension_prior())) == ["p1"]


def test_without_the_camera_only_text_and_pace_count() -> None:
    z = [2.0] * 40
    reading = read(TEXT, [View("p1", 1.0, 0, 20)], signals([0.5] * 40, z))
    full = reading.features()["p1"]
    assert full.negative == pytest.approx(2.0 * 20 / (20 + AFFECT_PRIOR_S))
    assert full.away is not None
    assert reading.features(with_camera=False)["p1"] == full.without_camera()


@pytest.fixture(scope="module")
def scrolls() -> Scrolls:
    """Return 40 scripted readers with what was attributed to their passages."""
    made = [scripted_scroll(seed) for seed in range(40)]
    return [
        (one, attribute(one.passages, ReadingLog(one.views).views, one.signals)) for one in made
    ]


def test_scripted_scrolls_give_each_passage_its_time_within_five_per_cent(scrolls: Scrolls) -> None:
    for scroll, readings in scrolls:
        seconds = np.array([reading.seconds for reading in readings])
        assert np.max(np.abs(seconds - scroll.shown_s) / scroll.shown_s) <= 0.05


def test_an_injected_change_of_expression_ranks_its_passage_first_in_nine_of_ten(
    scrolls: Scrolls,
) -> None:
    first = 0
    for scroll, readings in scrolls:
        z = [-9.0 if one.negative_z is None else one.negative_z for one in readings]
        first += int(np.argmax(z)) == scroll.bumped
    assert first / len(scrolls) >= 0.9
