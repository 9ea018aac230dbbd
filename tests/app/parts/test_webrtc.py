"""What is said of a video connection that did not come about."""

from __future__ import annotations

from app.parts.webrtc import connection_problem
from fer_core.config import Settings


def test_a_connection_without_servers_names_the_setting() -> None:
    assert "FER_ICE_SERVERS" in connection_problem(Settings(ice_servers=()))


def test_a_connection_with_servers_points_at_them() -> None:
    settings = Settings(ice_servers=({"urls": "stun:stun.example.org"},))
    assert "TURN servers are set" in connection_problem(settings)
