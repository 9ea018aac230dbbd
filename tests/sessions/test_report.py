"""The summary of a session, and what can be taken home."""

from __future__ import annotations

import csv
import io
import json

import pytest

from fer_core.affect.baseline import Baseline, Channel, Usual
from fer_core.affect.breaks import BreakPlan
from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.affect.weights import comprehension_prior
from fer_core.emotions import LABELS, Emotion
from fer_core.learner.personalise import Example, learn
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.report import find_stretches, make_report, session_json, timeline_csv
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from tests.synthetic.signals import START, face, one_hot, picture

KNOWN = Baseline({channel: Usual(0.0, 0.15) for channel in Channel})
#: Of a learner who understands where their face is calm.
BY_THE_FACE = tuple(
    Example(ComprehensionFeatures(negative=3.0 * (at % 2)), float(at % 2 == 0), 1.0, f"s{at // 8}")
    for at in range(60)
)


@pytest.fixture(scope="module")
def session() -> StudySession:
    """Half an hour: calm, but furrowed from minute 10 to 18; the break is dismissed."""
    made = StudySession(
        SessionInfo("s", START, "Chapter 3", plan=BreakPlan(25, 5)),
        LearnerProfile(baseline=KNOWN, comprehension=learn(comprehension_prior(), BY_THE_FACE)),
    )
    for i in range(1, 1800 * 2):
        at = i / 2
        furrowed = 600 <= at < 1080
        emotion = Emotion.ANGRY if furrowed else Emotion.NATURAL
        made.observe(picture(face(one_hot(emotion, 0.9))), START + at)
        if at == 1000:
            made.dismiss_break(START + at)
    made.finish(START + 1800)
    return made


def test_the_hardest_stretch_is_where_the_face_was_furrowed(session: StudySession) -> None:
    report = make_report(session, START + 1800)
    assert report.hardest is not None
    assert report.best is None  # the other stretches are all alike
    assert 600 <= report.hardest.start - START <= 900
    assert report.stretches_note == ""


def test_a_level_session_has_no_hardest_stretch() -> None:
    learnt = learn(comprehension_prior(), BY_THE_FACE)
    made = StudySession(SessionInfo("s", START), LearnerProfile(KNOWN, comprehension=learnt))
    for i in range(1, 1200):
        made.observe(picture(face(one_hot(Emotion.NATURAL, 0.9))), START + i / 2)
    hardest, best, note = find_stretches(made.rows())
    assert (hardest, best) == (None, None)
    assert "beyond what chance gives" in note


def test_a_session_without_a_face_says_why_nothing_is_compared() -> None:
    report = make_report(StudySession(SessionInfo("s", START)), START + 10)
    assert report.totals.shares is None
    assert "not known what moves your estimate" in report.stretches_note


def test_breaks_come_with_their_outcome(session: StudySession) -> None:
    outcomes = {record.rule: record.outcome for record in make_report(session, START).suggestions}
    assert outcomes == {"negative": "dismissed", "timer": "no answer"}
    assert all(record.evidence for record in make_report(session, START).suggestions)


def test_the_camera_is_not_praised_without_answers(session: StudySession) -> None:
    said = make_report(session, START).camera
    assert said.count("not calibrated to you yet") == 2
    assert "Estimate of understanding" in said  # as the pages call it


def test_the_json_says_the_same_of_the_camera_as_the_page(session: StudySession) -> None:
    earlier = tuple(
        Example(ComprehensionFeatures(skimming=number % 3), number % 2, 1.0) for number in range(10)
    )
    of_many_answers = StudySession(session.info, LearnerProfile(examples=earlier))
    said = make_report(of_many_answers, START).camera
    assert said != make_report(session, START).camera
    assert json.loads(session_json(of_many_answers, START))["report"]["camera"] == said


def test_the_csv_has_the_numbers_of_the_table(session: StudySession) -> None:
    frame = session.timeline()
    lines = list(csv.DictReader(io.StringIO(timeline_csv(frame))))
    assert len(lines) == len(frame)
    for i in (0, 500, len(lines) - 1):
        for column in (*LABELS, "comprehension", "coverage"):
            cell = lines[i][column]
            expected = frame[column].iloc[i]
            assert (cell == "") == (expected != expected)
            if cell:
                assert float(cell) == pytest.approx(expected, abs=1e-4)


def test_csv_times_are_rfc_3339(session: StudySession) -> None:
    first = next(csv.DictReader(io.StringIO(timeline_csv(session.timeline()))))
    assert first["time"] == "2023-11-14T22:13:20.000+00:00"


def test_no_time_in_the_json_is_a_bare_number(session: StudySession) -> None:
    text = session_json(session, START + 1800)
    assert "T22:13:20.000+00:00" in text
    assert str(int(START))[:6] not in text


def test_the_json_has_report_events_and_timeline(session: StudySession) -> None:
    document = json.loads(session_json(session, START + 1800))
    assert document["session"]["title"] == "Chapter 3"
    assert len(document["timeline"]) == len(session.rows())
    assert sum(document["report"]["totals"]["shares"].values()) == pytest.approx(1)
    assert document["events"][0]["kind"] == "started"
