"""What the browser said of the camera, in words; and nothing it sends is trusted."""

from __future__ import annotations

import pytest

from app.live.camera_check import ANSWERS, read_answer


def test_a_working_camera_is_named() -> None:
    answer = read_answer({"name": "ok", "detail": "FaceTime HD"})
    assert answer is not None
    assert answer.works
    assert answer.words == "The camera works: FaceTime HD."


@pytest.mark.parametrize("name", sorted(set(ANSWERS) - {"ok"}))
def test_every_failure_says_what_to_do(name: str) -> None:
    answer = read_answer({"name": name})
    assert answer is not None
    assert not answer.works
    assert len(answer.words) > 30


@pytest.mark.parametrize("sent", [None, "ok", 7, [], {"name": None}, {"name": "x" * 9999}, {}])
def test_whatever_is_sent_there_is_an_answer_or_none(sent: object) -> None:
    answer = read_answer(sent)
    assert answer is None or (not answer.works and len(answer.words) < 200)
