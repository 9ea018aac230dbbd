"""A session and its text: what can be asked, what the live estimate takes in, what comes out."""

from __future__ import annotations

import pytest

from fer_core.affect.indicators import Estimate
from fer_core.learner.evaluation import CameraVerdict, ComprehensionExample
from fer_core.learner.probes import clarity_correction
from fer_core.learner.profile import LearnerProfile
from fer_core.live.reading_tracker import ReadingDesk, askable
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
    desk = ReadingDesk(TEXT, session)
    for step in range(10):
        session.mark_passage("p3", 1.0, START + step, START + step + 1)
    desk.follow()
    assert desk.features("p3") is not None
    assert desk.features("p4") is None
    assert [one.passage_id for one in desk.askable()] == ["p3"]


def test_the_result_marks_what_the_learner_found_hard() -> None:
    session = full_session()
    result = ReadingDesk(TEXT, session).result()
    marks = {one.passage_id: one.mark for one in result.highlights}
    # A wrong answer to the question about p2 came first; a fifth of eight passages is one.
    assert marks == {"p2": Mark.HARD_SAID}
    assert set(result.estimates) == {passage.passage_id for passage in TEXT.passages}
    assert result.evaluation.verdict is CameraVerdict.NOT_CALIBRATED


def test_a_correction_after_the_end_counts() -> None:
    session = full_session()
    desk = ReadingDesk(TEXT, session)
    corrections = [
        (clarity_correction("p2", 5, START + 500), desk.features("p2")),
        (clarity_correction("p3", 5, START + 501), desk.features("p3")),
    ]
    before = desk.result()
    after = desk.result(corrections=corrections)
    assert Mark.HARD_SAID not in {one.mark for one in after.highlights}
    assert after.estimates["p2"].answers == before.estimates["p2"].answers + 2
    assert after.estimates["p2"].value > before.estimates["p2"].value


def test_earlier_answers_and_paces_count_too() -> None:
    features = ReadingDesk(TEXT, full_session()).features("p1")
    assert features is not None
    profile = LearnerProfile(
        examples=(ComprehensionExample(features, 1.0, 0.5),) * 10, paces_wpm=(120.0,) * 50
    )
    result = ReadingDesk(TEXT, full_session(profile=profile)).result()
    assert result.evaluation.answers == 12
    assert result.reading.own_wpm < 160


def test_a_reading_is_worked_out_anew_when_an_earlier_view_grows() -> None:
    session = new_session()
    desk = ReadingDesk(TEXT, session)
    session.mark_passage("p1", 1.0, START, START + 5)
    session.mark_passage("p2", 0.5, START, START + 5)
    before = desk.reading()
    assert desk.reading() is before
    session.mark_passage("p1", 1.0, START + 5, START + 9)
    assert desk.reading().passages[0].seconds > before.passages[0].seconds
