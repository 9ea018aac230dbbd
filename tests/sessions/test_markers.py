"""Own markers, and ranges that leave the statistics: in the session, its report and its files."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

from fer_core.emotions import LABELS
from fer_core.errors import MarkerInvalid, MarkerNotFound, MarkersFull
from fer_core.reading.text_reading import read
from fer_core.reading.visibility import View
from fer_core.sessions.markers import (
    LONGEST_WORDS,
    MOST_MARKERS,
    Marker,
    SessionMarkers,
    counted_views,
    merged,
)
from fer_core.sessions.report import make_report, session_json, timeline_csv
from fer_core.sessions.session import StudySession
from fer_core.texts.opening import open_pasted
from tests.sessions.playing import CALM, NOBODY, SMILE, new_session, show
from tests.synthetic.signals import START


def smile_in_the_middle() -> StudySession:
    """Return a minute of calm, a minute of smiling, a minute of calm."""
    session = new_session()
    show(session, CALM, 0, 60)
    show(session, SMILE, 60, 60)
    show(session, CALM, 120, 60)
    return session


def test_what_lies_in_an_excluded_range_leaves_the_totals_and_comes_back() -> None:
    session = smile_in_the_middle()
    whole = session.totals(START + 180)
    session.markers.add([Marker.excluded(START + 58, START + 122, "phone call")], START + 180)
    left = session.totals(START + 180)
    assert whole.shares is not None
    assert left.shares is not None
    happy = LABELS.index("Happy")
    assert whole.shares[happy] > 0.25
    assert left.shares[happy] < 0.08
    assert left.excluded_s == pytest.approx(64)
    assert left.studied_s == pytest.approx(whole.studied_s - 64, abs=1.1)
    assert left.valid_s == pytest.approx(whole.valid_s - 64, abs=1.1)
    assert left.elapsed_s == whole.elapsed_s
    session.markers.remove(session.markers.all()[0].marker_id)
    assert session.totals(START + 180) == whole


def test_a_pause_inside_an_excluded_range_is_not_taken_off_twice() -> None:
    session = new_session()
    show(session, CALM, 0, 60)
    session.pause(START + 60)
    session.resume(START + 80)
    show(session, CALM, 80, 40)
    session.markers.add([Marker.excluded(START + 50, START + 90)], START + 120)
    totals = session.totals(START + 120)
    assert totals.excluded_s == pytest.approx(20)
    assert totals.studied_s == pytest.approx(80, abs=0.5)


def test_absence_in_an_excluded_range_is_neither_study_nor_away() -> None:
    session = new_session()
    show(session, CALM, 0, 60)
    show(session, NOBODY, 60, 60)
    show(session, CALM, 120, 60)
    session.markers.add([Marker.excluded(START + 55, START + 125)], START + 180)
    totals = session.totals(START + 180)
    assert totals.away_s < 2
    assert totals.studied_s == pytest.approx(110, abs=2)


def test_overlapping_ranges_count_once() -> None:
    session = smile_in_the_middle()
    session.markers.add(
        [Marker.excluded(START + 10, START + 40), Marker.excluded(START + 30, START + 50)],
        START + 180,
    )
    assert session.totals(START + 180).excluded_s == pytest.approx(40)
    assert merged([(5, 7), (1, 3), (2, 4), (7, 8), (9, 9)]) == ((1, 4), (5, 8))


def test_a_range_that_goes_on_ends_when_it_is_ended_or_with_the_session() -> None:
    session = smile_in_the_middle()
    session.markers.add([Marker.excluded(START + 150, None, "call")], START + 180)
    assert session.totals(START + 180).excluded_s == pytest.approx(30)
    session.finish(START + 180)
    assert [one.until for one in session.markers.all()] == [START + 180]
    assert session.markers.end_excluded(START + 200) is None


def test_a_second_range_that_goes_on_ends_the_first() -> None:
    markers = SessionMarkers(START)
    markers.add([Marker.excluded(START + 10)], START + 10)
    markers.add([Marker.excluded(START + 20)], START + 20)
    assert [one.until for one in markers.all()] == [START + 20, None]


def test_the_same_said_twice_is_kept_once() -> None:
    markers = SessionMarkers(START)
    first = markers.add([Marker.point(START + 5, "bell")], START + 9)
    again = markers.add([Marker.point(START + 5, "bell"), Marker.point(START + 5, "x")], START + 9)
    assert again[0] == first[0]
    assert len(markers.all()) == 2


@pytest.mark.parametrize(
    "marker",
    [
        Marker.point(START - 60),
        Marker.point(START + 600),
        Marker.point(math.nan),
        Marker.excluded(START + 5, math.inf),
        Marker.excluded(START + 5, START + 5),
        Marker.excluded(START + 9, START + 5),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_taken(marker: Marker) -> None:
    markers = SessionMarkers(START)
    with pytest.raises(MarkerInvalid):
        markers.add([Marker.point(START + 1, "good"), marker], START + 10)
    assert markers.all() == ()


def test_there_is_room_for_so_many_and_no_more() -> None:
    markers = SessionMarkers(START)
    markers.add((Marker.point(START + n / 100) for n in range(MOST_MARKERS)), START + 10)
    with pytest.raises(MarkersFull):
        markers.add([Marker.point(START + 9.5)], START + 10)
    with pytest.raises(MarkerNotFound):
        markers.remove("none")


def test_words_are_one_line_without_control_characters() -> None:
    marker = Marker.point(START, "a\nb\x00\t\ud800  c " + "x" * 400)
    assert marker.words.startswith("a b c x")
    assert len(marker.words) == LONGEST_WORDS


def test_the_hardest_stretch_and_the_heart_rate_leave_the_range_out() -> None:
    session = new_session()
    show(session, CALM, 0, 900, fps=1)
    session.markers.add([Marker.excluded(START, START + 900)], START + 900)
    report = make_report(session, START + 900)
    assert report.hardest is None
    assert report.totals.shares is None
    assert report.totals.studied_s == 0


def test_what_was_read_in_an_excluded_range_does_not_count() -> None:
    document = open_pasted("One passage of words. " * 30)
    passage_id = document.passages[0].passage_id
    session = new_session()
    show(session, CALM, 0, 60)
    session.mark_passage(passage_id, 1.0, START, START + 60)
    session.markers.add([Marker.excluded(START + 20, START + 50)], START + 60)
    views = counted_views(session.views, session.excluded)
    assert [(view.start - START, view.end - START) for view in views] == [(0, 20), (50, 60)]
    passage = read(document, views, session.signals()).passages[0]
    assert passage.seconds + passage.away_seconds == pytest.approx(30, abs=0.5)


def test_views_that_meet_no_range_stay_the_same_objects() -> None:
    views = (View("a", 1.0, 0, 10), View("b", 1.0, 10, 20), View("c", 1.0, 20, 30))
    left = counted_views(views, [(12, 22)])
    assert left[0] is views[0]
    assert [(one.passage_id, one.start, one.end) for one in left[1:]] == [
        ("b", 10, 12),
        ("c", 22, 30),
    ]


def test_the_files_of_a_session_tell_its_markers() -> None:
    session = smile_in_the_middle()
    session.markers.add(
        [
            Marker.point(START + 30.5, "Question 3"),
            Marker.excluded(START + 60, START + 120, "phone call"),
        ],
        START + 180,
    )
    rows = list(csv.DictReader(io.StringIO(timeline_csv(session.timeline()))))
    assert [row["elapsed_s"] for row in rows if row["markers"] == "Question 3"] == ["30.0000"]
    left_out = [float(row["elapsed_s"]) for row in rows if row["excluded"] == "True"]
    assert (min(left_out), max(left_out)) == (60, 119)
    document = json.loads(session_json(session, START + 180))
    assert [marker["words"] for marker in document["markers"]] == ["Question 3", "phone call"]
    assert document["markers"][1]["until"].startswith("20")
    assert document["report"]["totals"]["excluded_s"] == pytest.approx(60)
