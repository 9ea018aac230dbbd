"""A session and its text: what can be asked, what the live estimate takes in, what comes out."""

from __future__ import annotations

import pytest

from fer_core.affect.indicators import Estimate
from fer_core.learner.evaluation import CameraVerdict
from fer_core.learner.personalise import Example
from fer_core.learner.probes import clarity_correction
from fer_core.learner.profile import LearnerProfile
from fer_core.live.reading_tracker import ReadingTracker, askable
from fer_core.reading.attribution import PassageReading
from fer_core.reading.highlights import Mark
from tests.storage.sessions import START, TEXT, full_session, new_session


def test_passages_lie_behind_by_as_many_as_were_seen_after_them() -> None:
    seen = [
        PassageReading("p1", 50, 10, visits=1, first_seen=0, last_seen=10),
        PassageReading("p2", 50, 1, visits=0, first_seen=10, last_seen=11),
        PassageReading("p3", 50, 10, visits=1, first_seen=11, last_seen=20),
        PassageReading("p4", 50),
    ]
    wide = Estimate(50.0, 20.0, 90.0)
    found = askable(seen, {one.passage_id: wide for one in seen})
    assert [(one.passage_id, one.delay_passages) for one in found] == [("p1", 1), ("p3", 0)]
    assert found[0].uncertainty == pytest.approx(70.0)


def test_the_passage_in_view_enters_the_live_estimate() -> None:
    session = new_session()
    tracker = ReadingTracker(TEXT, session)
    for step in range(10):
        session.mark_passage("p3", 1.0, START + step, START + step + 1)
    tracker.follow()
    assert tracker.features("p3") is not None
    assert tracker.features("p4") is None
    assert [one.passage_id for one in tracker.askable()] == ["p3"]


def test_the_result_marks_what_the_learner_found_hard() -> None:
    session = full_session()
    result = ReadingTracker(TEXT, session).result()
    marks = {one.passage_id: one.mark for one in result.highlights}
    said = {name for name, mark in marks.items() if mark is Mark.HARD_SAID}
    assert said == {"p2", "p3"}  # a wrong answer to a question, and a rating of 2
    assert set(result.estimates) == {passage.passage_id for passage in TEXT.passages}
    assert result.evaluation.verdict is CameraVerdict.NOT_CALIBRATED


def test_a_correction_after_the_end_counts() -> None:
    session = full_session()
    tracker = ReadingTracker(TEXT, session)
    before = tracker.result()
    for number, passage_id in enumerate(("p2", "p3")):
        at = START + 500 + number
        asked = clarity_correction(passage_id, 5, at).probe
        features = tracker.features(passage_id)
        session.answer(asked, 5, at, features=features, is_correction=True)
    after = tracker.result()
    assert Mark.HARD_SAID not in {one.mark for one in after.highlights}
    assert after.estimates["p2"].answers == before.estimates["p2"].answers + 2
    was, now = before.estimates["p2"].value, after.estimates["p2"].value
    assert was is not None
    assert now is not None
    assert now > was


def test_a_mark_is_taken_away_by_marking_again_and_the_others_keep_their_order() -> None:
    tracker = ReadingTracker(TEXT, full_session(), ["p3", "p1"])
    tracker.toggle_mark("p4")
    tracker.toggle_mark("p3")
    assert tracker.marked == ("p1", "p4")
    important = {
        one.passage_id for one in tracker.result().highlights if one.mark is Mark.IMPORTANT_SAID
    }
    assert important <= {"p1", "p4"}


def test_earlier_answers_and_paces_count_too() -> None:
    features = ReadingTracker(TEXT, full_session()).features("p1")
    assert features is not None
    profile = LearnerProfile(examples=(Example(features, 1.0, 0.5),) * 10, paces_wpm=(120.0,) * 50)
    result = ReadingTracker(TEXT, full_session(profile=profile)).result()
    # The two of this session were not asked by chance: they teach only.
    assert result.evaluation.answers == 10
    assert result.reading.own.wpm < 160


def test_a_reading_is_worked_out_anew_when_an_earlier_view_grows() -> None:
    session = new_session()
    tracker = ReadingTracker(TEXT, session)
    session.mark_passage("p1", 1.0, START, START + 5)
    session.mark_passage("p2", 0.5, START, START + 5)
    before = tracker.reading()
    assert tracker.reading() is before
    session.mark_passage("p1", 1.0, START + 5, START + 9)
    assert tracker.reading().passages[0].seconds > before.passages[0].seconds
