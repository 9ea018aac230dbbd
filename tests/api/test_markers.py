"""Markers through the API: added, listed, taken away, as a CSV; ranges leave every figure."""

from __future__ import annotations

import pytest

from fer_core.api.schemas.moments import format_moment
from tests.api.learner import START, Learner


def sit(learner: Learner, photo: bytes, until: float) -> None:
    learner.sit(photo, until, step=1.0)


def test_a_marker_is_kept_and_taken_away(learner: Learner) -> None:
    learner.start()
    learner.clock.now += 30
    added = learner.post("/markers", [{"words": "Question 3"}]).get_json()["markers"]
    assert (added[0]["at"], added[0]["kind"], added[0]["until"]) == (
        format_moment(START + 30),
        "marker",
        None,
    )
    assert learner.get("/markers").get_json()["markers"] == added
    address = f"{learner.url}/markers/{added[0]['marker_id']}"
    assert learner.client.delete(address).status_code == 204
    assert learner.get("/markers").get_json()["markers"] == []
    gone = learner.client.delete(address)
    assert (gone.status_code, gone.get_json()["code"]) == (404, "marker_not_found")


def test_a_marker_of_a_clock_that_is_a_little_ahead_is_kept_once(learner: Learner) -> None:
    learner.start()
    sent = [{"words": "here", "at": format_moment(START + 3)}]
    first = learner.post("/markers", sent).get_json()["markers"]
    learner.clock.now += 1  # its answer was lost, and it is sent again
    assert learner.post("/markers", sent).get_json()["markers"] == first
    assert learner.get("/markers").get_json()["markers"] == first
    assert learner.post("/markers", [{"at": format_moment(START + 60)}]).status_code == 400


def test_an_excluded_range_leaves_totals_timeline_and_the_history(
    learner: Learner, photo: bytes
) -> None:
    learner.start(retention="keep")
    sit(learner, photo, 40)
    before = learner.get().get_json()["totals"]
    excluded = {
        "kind": "excluded",
        "at": format_moment(START + 10),
        "until": format_moment(START + 20),
        "words": "phone call",
    }
    assert learner.post("/markers", [excluded]).status_code == 200
    totals = learner.get().get_json()["totals"]
    assert totals["excluded_s"] == 10
    assert totals["studied_s"] == before["studied_s"] - 10
    rows = learner.get("/timeline").get_json()["rows"]
    assert sum(row["excluded"] for row in rows) == 10
    learner.post("/finish")
    listed = learner.client.get("/api/v1/sessions").get_json()["sessions"][0]
    assert listed["totals"]["excluded_s"] == 10
    exported = learner.get("/export").get_json()
    assert exported["markers"][0]["words"] == "phone call"


def test_a_range_goes_on_until_it_is_ended(learner: Learner) -> None:
    learner.start()
    learner.clock.now += 10
    learner.post("/markers", [{"kind": "excluded", "words": "door bell"}])
    learner.clock.now += 20
    assert learner.get().get_json()["totals"]["excluded_s"] == 20
    ended = learner.post("/markers/end").get_json()["markers"]
    assert ended[0]["until"] == format_moment(START + 30)
    assert learner.post("/markers/end").get_json() == {"markers": []}


def test_a_kept_session_takes_a_csv_of_times_after_its_end(learner: Learner, photo: bytes) -> None:
    learner.start(retention="keep")
    sit(learner, photo, 40)
    learner.post("/finish")
    lines = "time,until,words\n0:05,,bell\n0:10,0:20,phone call\n"
    address = f"{learner.url}/markers/csv"
    answer = learner.client.post(address, data=lines, content_type="text/csv")
    assert [one["words"] for one in answer.get_json()["markers"]] == ["bell", "phone call"]
    assert learner.get().get_json()["totals"]["excluded_s"] == 10
    listed = learner.client.get("/api/v1/sessions").get_json()["sessions"][0]
    assert listed["totals"]["excluded_s"] == 10
    wrong = learner.client.post(address, data="0:05\nnoon", content_type="text/csv")
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "marker_invalid")
    assert "Line 2" in wrong.get_json()["detail"]
    late = learner.client.post(address, data="9:00,x", content_type="text/csv")
    assert late.status_code == 422
    assert len(learner.get("/markers").get_json()["markers"]) == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([{"at": format_moment(START + 3600)}], "/0/at"),
        ([{"until": format_moment(START)}], "/0"),
        ([{"kind": "excluded", "until": format_moment(START)}], "/0"),
        ([{"words": "x" * 201}], "/0/words"),
        ([{"kind": "note"}], "/0/kind"),
    ],
)
def test_what_is_no_marker_is_named(learner: Learner, body: list[object], pointer: str) -> None:
    learner.start()
    answer = learner.post("/markers", body)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == pointer


def test_another_media_type_is_no_csv(learner: Learner) -> None:
    learner.start()
    answer = learner.client.post(f"{learner.url}/markers/csv", data=b"5", content_type="image/png")
    assert answer.status_code == 415
