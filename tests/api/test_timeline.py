"""The timeline of a running session, as rows that can be followed."""

from __future__ import annotations

import pytest

from tests.api.learner import Learner


def test_a_timeline_can_be_followed(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.sit(photo, 6)
    first = learner.get("/timeline").get_json()
    learner.sit(photo, 9)
    more = learner.get("/timeline", since=first["next_since"]).get_json()
    assert more["rows"][0]["at"] == first["rows"][-1]["at"]
    whole = learner.get("/timeline").get_json()["rows"]
    assert first["rows"][:-1] + more["rows"] == whole


def test_an_unchanged_timeline_is_not_sent_again(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.sit(photo, 3)
    tag = learner.get("/timeline").headers["ETag"]
    url, headers = f"{learner.url}/timeline", {"If-None-Match": tag}
    unchanged = learner.client.get(url, headers=headers)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    learner.sit(photo, 5)
    assert learner.client.get(url, headers=headers).status_code == 200


def test_other_preconditions_change_no_answer(learner: Learner) -> None:
    learner.start()
    answer = learner.client.get(f"{learner.url}/timeline", headers={"If-Match": '"other"'})
    assert answer.status_code == 200


def test_a_coarser_timeline_has_fewer_rows(learner: Learner, photo: bytes) -> None:
    learner.start()
    learner.sit(photo, 12, step=1.0)
    rows = learner.get("/timeline", bucket="5s").get_json()["rows"]
    assert [row["width_s"] for row in rows] == [5, 5, 5]


@pytest.mark.parametrize("bucket", ["0s", "5", "s", "-5s", "5h", "1e9s", "99999s", "５s"])
def test_an_impossible_bucket_is_malformed(learner: Learner, bucket: str) -> None:
    learner.start()
    answer = learner.get("/timeline", bucket=bucket)
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/bucket"
