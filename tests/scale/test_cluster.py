"""A real cluster of two processes of the API and one of the networks, on loopback."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import httpx
import pytest
from sqlalchemy import create_engine, make_url, text

from fer_core.api.events import RETRY_MS
from fer_core.emotions import EMOTIONS
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage, decode_image
from tests.storage.conftest import POSTGRES, empty_postgres
from tests.support.own_network import OwnNetwork, in_own_network, is_loopback
from tests.support.servers import free_port, running_server

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None, reason="needs requirements-scale.txt"
    ),
    pytest.mark.skipif(not os.environ.get(POSTGRES), reason=f"{POSTGRES} is not set"),
]
SESSIONS = "/api/v1/sessions"
START = {"consent": {"version": "1", "accepted_at": "2026-01-01T00:00:00Z"}, "retention": "keep"}
#: It takes 20 s on a quiet machine.
START_S = 240.0
JPEG = {"Content-Type": "image/jpeg"}


@contextmanager
def running_cluster(database: str, folder: Path) -> Iterator[httpx.Client]:
    """Run it; at the end it is told to end, and must have ended well."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    (folder / "home").mkdir()
    command = [*(sys.executable, "-m", "fer_core", "cluster"), "--port", str(port)]
    settings = {
        "FER_DATABASE_URL": database,
        "FER_DATA_DIR": str(folder / "data"),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "home"),
    }
    with (
        running_server(command, f"{url}/readyz", settings, within_s=START_S) as process,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client
        process.terminate()
        assert process.wait(40) == 0


def column(database: str, query: str) -> list[str]:
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            return sorted(connection.scalars(text(query)))
    finally:
        engine.dispose()


def test_two_processes_run_sessions_on_loopback_and_let_go_of_them_at_the_end(
    tmp_path: Path, astronaut: RgbImage, detector: EmotionDetector
) -> None:
    encoded = cv2.imencode(".jpg", astronaut[..., ::-1])[1].tobytes()
    alone = detector.detect(decode_image(encoded), "frame").faces[0]
    database = empty_postgres()

    def run(network: OwnNetwork | None) -> None:
        with running_cluster(database, tmp_path) as client:
            see_two_processes(client, database, encoded, alone)
            if network:
                listeners = network.listeners()
                assert len(listeners) > 5
                assert [one for one in listeners if not is_loopback(one)] == []
        if network:
            assert network.calls_out() == 0

    # A database that is reached by TCP is on the network that all share.
    by_socket = str(make_url(database).query.get("host", "")).startswith("/")
    in_own_network(run) if by_socket else run(None)
    assert column(database, "SELECT name FROM processes") == []
    assert column(database, "SELECT DISTINCT holder FROM sessions") == [""]
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


def see_two_processes(client: httpx.Client, database: str, encoded: bytes, alone: Face) -> None:
    started = []
    holders: list[str] = []
    # The second process may be ready later; then Serve takes one of the two at random.
    until = time.monotonic() + START_S
    while len(holders) < 2 and time.monotonic() < until:
        answer = client.post(SESSIONS, json=START)
        assert answer.status_code == 201
        started.append(f"{SESSIONS}/{answer.json()['session_id']}")
        holders = column(database, "SELECT DISTINCT holder FROM sessions WHERE holder != ''")
    assert holders == column(database, "SELECT name FROM processes")
    assert len(holders) == 2
    for url in (started[0], started[-1]):
        for _ in range(3):  # whichever process hears it passes on what is another one's
            frame = client.post(f"{url}/frames", content=encoded, headers=JPEG)
            assert frame.status_code == 200
            (face,) = frame.json()["faces"]
            told = [face["probabilities"][emotion.label] for emotion in EMOTIONS]
            assert told == pytest.approx(alone.probabilities, abs=0.05)
    with client.stream("GET", f"{started[0]}/events") as stream:
        assert next(stream.iter_lines()) == f"retry: {RETRY_MS}"  # while it is open
