"""What the browser reports is taken once, on the app's clock, and never trusted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parts.reports import PassageView, ReaderAction, ReportQueue
from fer_core.reading.playback import Played

NOW = 1_700_000_000.0
Item = dict[str, Any]


def view(number: int, start: float, end: float, **shares: float) -> Item:
    return {"n": number, "kind": "view", "start": start, "end": end, "shares": shares}


def report(*items: Item, sent: float = NOW, stream: str = "a") -> Item:
    return {"stream": stream, "sent": sent, "items": list(items)}


def test_an_item_that_comes_again_counts_once() -> None:
    reports = ReportQueue()
    first = view(1, NOW - 2, NOW, p1=1.0)
    assert reports.take(report(first), NOW) == [PassageView(NOW - 2, NOW, {"p1": 1.0})]
    again = reports.take(report(first, view(2, NOW, NOW + 2, p1=0.5), sent=NOW + 2), NOW + 2)
    assert again == [PassageView(NOW, NOW + 2, {"p1": 0.5})]
    assert reports.acked == {"stream": "a", "number": 2}
    assert reports.take(report(first), NOW + 3) == []


def test_a_reload_starts_counting_anew() -> None:
    reports = ReportQueue()
    reports.take(report(view(5, NOW - 1, NOW, p1=1.0)), NOW)
    news = reports.take(report(view(1, NOW, NOW + 1, p1=1.0), stream="b", sent=NOW + 1), NOW + 1)
    assert len(news) == 1
    assert reports.acked == {"stream": "b", "number": 1}


def test_times_of_a_browser_whose_clock_is_off_are_moved_to_the_apps() -> None:
    reports = ReportQueue()
    ahead = 3600.0
    slow = report(view(1, NOW + ahead - 2, NOW + ahead, p1=1.0), sent=NOW + ahead)
    reports.take(slow, NOW + 0.8)
    fast = report(view(2, NOW + ahead, NOW + ahead + 2, p1=1.0), sent=NOW + ahead + 2)
    (seen,) = reports.take(fast, NOW + 2.01)
    assert isinstance(seen, PassageView)
    assert (seen.start, seen.end) == pytest.approx((NOW + 0.01, NOW + 2.01))


def test_what_the_learner_does_comes_through() -> None:
    reports = ReportQueue()
    news = reports.take(
        report(
            {"n": 1, "kind": "mark", "passage": "p1", "at": NOW},
            {"n": 2, "kind": "lost", "passage": "p2", "at": NOW},
            {"n": 3, "kind": "part", "by": 1},
        ),
        NOW,
    )
    assert news == [
        ReaderAction("mark", "p1"),
        ReaderAction("lost", "p2", at=NOW),
        ReaderAction("part", by=1),
    ]


@pytest.mark.parametrize(
    "item",
    [
        view(1, NOW, NOW - 1, p1=1.0),
        view(1, NOW, NOW + 1e6, p1=1.0),
        view(1, NOW, NOW + 1, p1=1.5),
        view(1, NOW, NOW + 1, p1=float("nan")),
        {"n": 1, "kind": "view"},
        {"n": 1, "kind": "else"},
    ],
)
def test_items_that_make_no_sense_are_left_out_and_do_not_come_again(item: Item) -> None:
    reports = ReportQueue()
    assert reports.take(report(item), NOW) == []
    assert reports.acked["number"] == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(json_values)
def test_whatever_a_browser_sends_nothing_fails(value: object) -> None:
    reports = ReportQueue()
    assert reports.take(value, NOW) == []
    assert reports.take({"stream": value, "sent": value, "items": value}, NOW) == []
    assert reports.take({"stream": "a", "sent": NOW, "items": [value]}, NOW) == []


def test_highlights_notes_and_the_end_are_read() -> None:
    items = (
        {"n": 1, "kind": "highlight", "passage": "p1", "sentences": [0, 2]},
        {"n": 2, "kind": "note", "passage": "p2", "note": "why?"},
        {"n": 3, "kind": "finish"},
        {"n": 4, "kind": "highlight", "passage": "p1", "sentences": ["x"]},
        {"n": 5, "kind": "note", "passage": "p2"},
    )
    assert ReportQueue().take(report(*items), NOW) == [
        ReaderAction("highlight", "p1", sentences=(0, 2)),
        ReaderAction("note", "p2", words="why?"),
        ReaderAction("finish"),
    ]


def test_what_a_video_played_and_where_one_was_lost_move_to_the_apps_clock() -> None:
    items = (
        {"n": 1, "kind": "play", "start": 100.0, "end": 102.0, "from": 60.0, "to": 62.0},
        {"n": 2, "kind": "lost", "passage": "p2", "at": 101.0},
        {"n": 3, "kind": "play", "start": 100.0, "end": 102.0, "from": 62.0, "to": 60.0},
        {"n": 4, "kind": "play", "start": 100.0, "end": 102.0, "from": -1.0, "to": 60.0},
        {"n": 5, "kind": "play", "start": 100.0, "end": 500.0, "from": 0.0, "to": 400.0},
        {"n": 6, "kind": "play", "start": 100.0, "end": 102.0, "from": 0.0, "to": "NaN"},
        {"n": 7, "kind": "lost", "passage": "p2", "at": "Infinity"},
    )
    told = {"stream": "a", "sent": 103.0, "items": list(items)}
    assert ReportQueue().take(told, 1103.0) == [
        Played(1100.0, 1102.0, 60.0, 62.0),
        ReaderAction("lost", "p2", at=1101.0),
    ]
