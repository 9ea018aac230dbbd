"""A running session: passages, probes, answers, and what comes out of them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from fer_core.reading import visibility
from tests.api.learner import PASSAGES, START, Learner


def test_more_reports_than_a_session_holds_are_refused_and_the_rest_stays(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "MOST_VIEWS", 2)
    learner.start(text={"passages": PASSAGES})
    learner.clock.now += 100
    for number in (1, 2):
        assert learner.see(f"p{number}", 10 * number, 10 * number + 9).status_code == 200
    answer = learner.see("p3", 40, 50)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "reading_full")
    assert learner.see("p2", 29, 35).status_code == 200
    passages = learner.get("/feedback").get_json()["passages"]
    assert [one["seconds"] for one in passages] == [9, 15]


def test_passages_are_timed(learner: Learner, photo: bytes) -> None:
    learner.start(text={"passages": PASSAGES})
    learner.sit(photo, 20, step=1.0)
    assert learner.see("p1", 0, 12).get_json() == {"taken": 1}
    learner.see("p2", 12, 20)
    feedback = learner.get("/feedback").get_json()
    seconds = {item["passage_id"]: item["seconds"] for item in feedback["passages"]}
    assert seconds["p1"] == pytest.approx(12, abs=1.5)
    assert seconds["p2"] == pytest.approx(8, abs=1.5)


def test_a_report_that_comes_twice_counts_once(learner: Learner) -> None:
    learner.start(text={"passages": PASSAGES})
    learner.clock.now += 20
    learner.see("p1", 0, 10)
    learner.see("p1", 0, 10)
    assert learner.get("/feedback").get_json()["passages"][0]["seconds"] == 10


@pytest.mark.parametrize(
    "report",
    [
        {"passage_id": "p1", "visible_share": 1.5, "from": "F", "to": "T"},
        {"passage_id": "p1", "visible_share": 1, "from": "T", "to": "F"},
        {"passage_id": "", "visible_share": 1, "from": "F", "to": "T"},
        {"passage_id": "p1", "visible_share": True, "from": "F", "to": "T"},
        {"passage_id": "p1", "visible_share": "1", "from": "F", "to": "T"},
        {"passage_id": "p1", "visible_share": 1, "from": "F"},
    ],
)
def test_an_impossible_report_is_malformed(learner: Learner, report: dict[str, object]) -> None:
    times = {"F": "2027-01-15T08:00:00Z", "T": "2027-01-15T08:00:05Z"}
    learner.start()
    body = [{key: times.get(str(value), value) for key, value in report.items()}]
    assert learner.post("/passages", body).status_code == 400


def until_asked(learner: Learner) -> dict[str, object]:
    """Read on, passage by passage, until a question comes."""
    for number in range(1, 7):
        learner.clock.now += 60
        now = learner.clock.now - START
        learner.see(f"p{number}", now - 60, now)
        answer = learner.get("/probe")
        if answer.status_code == 200:
            probe: dict[str, object] = answer.get_json()
            return probe
    raise AssertionError("no question came in six minutes")


def test_a_question_comes_within_minutes_and_its_answer_counts(learner: Learner) -> None:
    learner.start(text={"passages": PASSAGES})
    assert learner.get("/probe").status_code == 204
    probe = until_asked(learner)
    assert probe["prompt"]
    assert learner.get("/probe").get_json() == probe
    answer = learner.post("/answers", [{"probe_id": probe["probe_id"], "value": probe["low"]}])
    assert answer.get_json() == {"taken": 1}
    assert learner.get("/probe").status_code == 204
    assert learner.get("/feedback").get_json()["answered"] == 1


def test_a_question_can_be_skipped(learner: Learner) -> None:
    learner.start(text={"passages": PASSAGES})
    probe = until_asked(learner)
    learner.post("/answers", [{"probe_id": probe["probe_id"], "value": None}])
    feedback = learner.get("/feedback").get_json()
    assert (feedback["answered"], feedback["skipped"]) == (0, 1)


def test_an_answer_that_is_none_is_refused_and_none_of_the_batch_is_taken(
    learner: Learner,
) -> None:
    learner.start(text={"passages": PASSAGES})
    probe = until_asked(learner)
    body = [
        {"probe_id": probe["probe_id"], "value": probe["low"]},
        {"probe_id": probe["probe_id"], "value": 99},
    ]
    answer = learner.post("/answers", body)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/1/value"
    unsure = learner.post("/answers", [body[0] | {"confidence": 2}])
    assert unsure.get_json()["errors"][0]["pointer"] == "/0/confidence"
    unknown = learner.post("/answers", [{"probe_id": "q99", "value": 1}])
    assert unknown.get_json()["errors"][0]["pointer"] == "/0/probe_id"
    assert learner.get("/feedback").get_json()["answered"] == 0


@pytest.mark.parametrize("value", [True, "4", 4.5])
def test_only_a_whole_number_is_an_answer(learner: Learner, value: object) -> None:
    learner.start()
    answer = learner.post("/answers", [{"passage_id": "p1", "value": value}])
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/0/value"
    assert learner.get("/feedback").get_json()["answered"] == 0


def test_the_right_choice_of_a_question_is_not_told(learner: Learner) -> None:
    questions = [
        {"passage_id": f"p{n}", "prompt": "What?", "choices": ["sugar", "salt"], "correct": 1}
        for n in range(1, 7)
    ]
    answer = learner.start(text={"passages": PASSAGES, "questions": questions})
    assert "correct" not in answer.get_data(as_text=True)
    probe = until_asked(learner)
    if probe["kind"] == "question":
        assert probe["choices"] == ["sugar", "salt"]
    assert "correct" not in json.dumps(probe)


def test_a_correction_marks_a_passage_as_hard(learner: Learner) -> None:
    learner.start(text={"passages": PASSAGES})
    learner.clock.now += 60
    learner.see("p1", 0, 30)
    learner.see("p2", 30, 60)
    learner.post("/answers", [{"passage_id": "p2", "value": 1}])
    marks = {item["passage_id"]: item for item in learner.get("/feedback").get_json()["highlights"]}
    assert marks["p2"]["mark"] == "hard_said"
    assert marks["p2"]["reread"] is True
    assert "clarity was 1 of 5" in marks["p2"]["why"]


def test_feedback_without_a_text_says_why(learner: Learner) -> None:
    learner.start()
    assert learner.get("/feedback").get_json()["reading_reason"]["code"] == "no_text"


def test_a_break_is_suggested_after_the_planned_time_and_can_be_taken(
    learner: Learner, photo: bytes
) -> None:
    learner.start(plan={"focus_min": 5, "break_min": 2})
    learner.stay(301)
    learner.frame(photo)
    suggestion = learner.get("/feedback").get_json()["suggestion"]
    assert (suggestion["rule"], suggestion["rest_s"]) == ("timer", 120)
    assert "5 minutes" in suggestion["evidence"]
    assert learner.post("/break", {"answer": "take"}).get_json()["state"] == "paused"
    assert learner.get("/feedback").get_json()["breaks"][0]["outcome"] == "taken"


@pytest.mark.parametrize(("word", "outcome"), [("snooze", "snoozed"), ("dismiss", "dismissed")])
def test_a_break_can_wait(learner: Learner, photo: bytes, word: str, outcome: str) -> None:
    learner.start(plan={"focus_min": 5, "break_min": 2})
    learner.stay(301)
    learner.frame(photo)
    assert learner.post("/break", {"answer": word}).get_json()["suggestion"] is None
    assert learner.get("/feedback").get_json()["breaks"][0]["outcome"] == outcome


def test_a_session_can_be_taken_away(learner: Learner, photo: bytes) -> None:
    learner.start(title="mine")
    learner.sit(photo, 5)
    table = learner.get("/export", format="csv")
    rows = list(csv.DictReader(io.StringIO(table.get_data(as_text=True))))
    assert table.headers["Content-Disposition"] == 'attachment; filename="session.csv"'
    assert len(rows) == len(learner.get("/timeline").get_json()["rows"])
    whole = learner.get("/export").get_json()
    assert whole["session"]["title"] == "mine"
    assert whole["session"]["started_at"] == "2027-01-15T08:00:00.000+00:00"
    assert whole["events"][0]["at"] == "2027-01-15T08:00:00.000+00:00"
    assert whole["timeline"][0]["at"] == rows[0]["time"]
    assert len(whole["timeline"]) == len(rows)


def test_the_end_says_what_happened_and_what_to_try(learner: Learner) -> None:
    learner.start(text={"passages": PASSAGES})
    learner.clock.now += 60
    learner.see("p1", 0, 30)
    learner.see("p2", 30, 60)
    learner.post("/answers", [{"passage_id": "p2", "value": 1}])
    told = learner.get("/export").get_json()["result"]
    finished = learner.post("/finish").get_json()
    assert finished["happened"].startswith("You read 2 of")
    assert finished["happened"].endswith("; passage 2 was hard for you.")
    assert (told["happened"], told["next_step"]) == (finished["happened"], finished["next_step"])
    assert (told["goal"], told["goal_outcome"]) == ("", None)
    assert finished["next_step"].startswith("Next, read passage 2 again")
