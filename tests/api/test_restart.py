"""A server that is killed in mid-session: the next one goes on, and its clients notice nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.learner import CONSENT, PASSAGES, SESSIONS
from tests.support.servers import Server, free_port, running_api

#: Of what is measured no more is lost by a crash than this; of what is said, nothing. Seconds.
MOST_LOST_S = 5.0


@contextmanager
def serving(port: int, folder: Path) -> Iterator[Server]:
    with running_api(folder, {"FER_API_RATE_LIMIT": "1000/second"}, port=port) as (_, process):
        yield process


def send_frames(client: httpx.Client, path: str, photo: bytes, seconds: float) -> int:
    """Send a frame every quarter of a second; return how many were used."""
    used, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        answer = client.post(
            f"{path}/frames", content=photo, headers={"Content-Type": "image/jpeg"}
        )
        used += answer.raise_for_status().json()["used"]
        time.sleep(0.25)
    return used


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_client_notices_nothing_of_a_restart(tmp_path: Path, photo: bytes, sign: int) -> None:
    port = free_port()
    requests: dict[str, dict[str, Any]] = {
        retention: {
            "consent": CONSENT,
            "retention": retention,
            "title": retention,
            "text": {"passages": PASSAGES},
        }
        for retention in ("keep", "none", "memory")
    }
    ids: dict[str, str] = {}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

        def create(retention: str) -> httpx.Response:
            key = {"Idempotency-Key": retention}
            return client.post(SESSIONS, json=requests[retention], headers=key)

        with serving(port, tmp_path) as process:
            for retention in requests:
                ids[retention] = create(retention).raise_for_status().json()["session_id"]
            paths = {name: f"{SESSIONS}/{session_id}" for name, session_id in ids.items()}
            sent = send_frames(client, paths["keep"], photo, 6.0)
            for path in paths.values():
                client.post(f"{path}/answers", json=[{"passage_id": "p1", "value": 2}])
            process.send_signal(sign)  # right after the last answer
            process.wait(30)

        with serving(port, tmp_path):
            assert create("keep").json()["session_id"] == ids["keep"]
            assert create("none").json()["session_id"] == ids["none"]
            assert client.get(paths["memory"]).status_code == 404
            listed = client.get(SESSIONS).json()["sessions"]
            assert {item["title"] for item in listed} == {"keep", "none"}
            kept = client.get(paths["keep"]).json()["totals"]["frames"]
            assert sent - kept <= MOST_LOST_S / 0.25
            for name in ("keep", "none"):
                assert send_frames(client, paths[name], photo, 1.0) >= 1
                shown = client.get(paths[name]).json()
                assert (shown["state"], shown["live"]) == ("active", True)
                assert len(shown["text"]["passages"]) == len(PASSAGES)
                assert client.get(f"{paths[name]}/feedback").json()["answered"] == 1
            ended = {
                name: client.post(f"{paths[name]}/finish").raise_for_status().content
                for name in ("keep", "none")
            }
            assert client.get(paths["none"]).status_code == 404

        with serving(port, tmp_path):
            for name, body in ended.items():
                assert client.post(f"{paths[name]}/finish").content == body
            assert [item["title"] for item in client.get(SESSIONS).json()["sessions"]] == ["keep"]
