"""What the browser or the connection said, in words; and nothing it sends is trusted."""

from __future__ import annotations

import pytest

from app.live.check import ANSWERS, read_answer
from app.live.webrtc import connection_problem
from fer_core.config import Settings


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


def test_a_connection_without_servers_names_the_setting() -> None:
    assert "FER_ICE_SERVERS" in connection_problem(Settings(ice_servers=()))


def test_a_connection_with_servers_points_at_them() -> None:
    settings = Settings(ice_servers=({"urls": "stun:stun.example.org"},))
    assert "TURN servers are set" in connection_problem(settings)
