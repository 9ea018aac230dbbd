"""Clients that hold what they do not use: connections, streams, a stuck model, a way round keys."""

from __future__ import annotations

import signal
import socket
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
from flask.testing import FlaskClient

from fer_core.api.callers import Caller
from fer_core.api.keys import KeyStore
from fer_core.api.model_loader import STUCK_AFTER_S, ModelService
from fer_core.api.server import GRACE_S, STOP_TIMEOUT_S
from fer_core.api.services import StreamLimit
from fer_core.errors import Busy, NotReady
from fer_core.vision import engine as engine_module
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.faces import Detections
from fer_core.vision.follower import FaceFollower
from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS
from tests.api.serving import serving
from tests.support.servers import running_api

HALF_OPEN = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "headers that drip": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "a body that never comes": (
        b"POST /api/v1/analyses HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\n"
        b"Content-Length: 1000\r\n\r\nx"
    ),
    "an idle line": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@pytest.mark.parametrize("sent", HALF_OPEN.values(), ids=HALF_OPEN)
def test_connections_that_send_nothing_shut_nobody_out(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr("fer_core.api.server.EXTRA_CONNECTIONS", 24)
    with serving(make_app, threads=8) as service, ExitStack() as stack:
        for _ in range(100):  # three times as many as there are places
            line = socket.create_connection(("127.0.0.1", service.server.port), timeout=10)
            stack.enter_context(line)
            line.sendall(sent)
        for _ in range(5):
            assert httpx.get(f"{service.url}/healthz", timeout=10).status_code == 200
        body = {"consent": CONSENT}
        assert httpx.post(f"{service.url}{SESSIONS}", json=body, timeout=10).status_code == 201


def test_a_line_just_opened_is_not_closed_for_those_in_hand(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_core.api.server.EXTRA_CONNECTIONS", 8)
    with serving(make_app, threads=2) as service, ExitStack() as stack:
        answer, go_on = service.server.application, threading.Event()

        def held(*request: object) -> object:
            assert go_on.wait(30)
            return answer(*request)

        monkeypatch.setattr(service.server, "application", held)
        address = ("127.0.0.1", service.server.port)
        places = service.server.adj.connection_limit - len(service.server.sockets)
        lines = []
        for place in range(places):
            line = stack.enter_context(socket.create_connection(address, timeout=30))
            lines.append(line)
            if place < places - 1:
                line.sendall(HALF_OPEN["an idle line"])
        time.sleep(0.3)  # the last one has not sent anything yet
        lines[-1].sendall(HALF_OPEN["an idle line"])
        go_on.set()
        for line in lines:
            assert line.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_body_on_its_way_outlasts_the_lines_that_send_nothing(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, photo: bytes
) -> None:
    monkeypatch.setattr("fer_core.api.server.EXTRA_CONNECTIONS", 24)
    monkeypatch.setattr("fer_core.api.server.FRESH_S", 0.0)
    head = (
        "POST /api/v1/analyses HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\n"
        f"Content-Length: {len(photo)}\r\nConnection: close\r\n\r\n"
    ).encode()
    with serving(make_app, threads=8) as service, ExitStack() as stack:
        address = ("127.0.0.1", service.server.port)
        slow = stack.enter_context(socket.create_connection(address, timeout=30))
        slow.sendall(head + photo[:1000])
        for _ in range(60):
            stack.enter_context(socket.create_connection(address, timeout=10)).sendall(b"GET /")
        slow.sendall(photo[1000:])
        assert slow.recv(65536).startswith(b"HTTP/1.1 200")


def test_the_place_of_a_stream_goes_from_who_has_most_to_who_has_fewer() -> None:
    limit = StreamLimit(4)
    greedy = [limit.enter(Caller("a")) for _ in range(4)]
    with pytest.raises(Busy):
        limit.enter(Caller("a"))
    other = [limit.enter(Caller("b")) for _ in range(2)]
    assert [place.ended.is_set() for place in greedy] == [True, True, False, False]
    with pytest.raises(Busy):
        limit.enter(Caller("b"))  # each has two
    limit.leave(greedy[0])  # ended already: its place is another's
    limit.leave(other[0])
    assert not limit.enter(Caller("a")).ended.is_set()
    limit.end_all()
    assert other[1].ended.is_set()
    with pytest.raises(Busy, match="stopping"):
        limit.enter(Caller("b"))


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"],
)
def test_what_a_proxy_forwards_is_refused_without_a_key(
    client: FlaskClient, key_store: KeyStore, header: str
) -> None:
    forwarded = {header: "203.0.113.7"}
    answer = client.get(SESSIONS, headers=forwarded)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forwarded_without_key")
    assert "FER_API_REQUIRE_KEY" in answer.get_json()["detail"]
    assert client.get("/healthz", headers=forwarded).status_code == 200
    _, key = key_store.create("proxy", datetime.now(UTC))
    assert client.get(SESSIONS, headers={**forwarded, "X-Api-Key": key}).status_code == 200
    assert client.get(SESSIONS).status_code == 200


def test_readiness_turns_false_while_the_model_is_stuck_and_back(
    detector: EmotionDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(engine_module, "monotonic", lambda: now[0])
    service = ModelService(lambda: InferenceEngine(detector))
    service.load()
    engine = service.engine
    began, go_on = threading.Event(), threading.Event()

    class Hanging(FaceFollower):
        def analyse(self, *_: object) -> Detections:
            began.set()
            assert go_on.wait(30)
            return Detections((), 8, 8)

    blank = np.zeros((8, 8, 3), np.uint8)
    waiting = threading.Thread(target=lambda: engine.detect_frame(blank, 0.0, Hanging()))
    waiting.start()
    assert began.wait(30)
    assert service.check().passed  # a long analysis is none that hangs
    now[0] += STUCK_AFTER_S + 1
    with pytest.raises(NotReady, match="stuck"):
        service.check()
    go_on.set()
    waiting.join()
    while engine.stats().stuck_s:  # until its thread has put the work down
        time.sleep(0.01)
    assert service.check().passed
    service.close()


def test_a_stop_ends_open_streams_and_running_work_within_its_grace(
    tmp_path: Path, photo: bytes
) -> None:
    with running_api(tmp_path) as (url, process):
        session = httpx.post(f"{url}{SESSIONS}", json={"consent": CONSENT}).json()["session_id"]
        answered: list[int] = []
        form = [("file", ("x.jpg", photo, "image/jpeg"))] * 4
        request = threading.Thread(
            target=lambda: answered.append(
                httpx.post(f"{url}/api/v1/analyses", files=form, timeout=60).status_code
            )
        )
        with httpx.stream("GET", f"{url}{SESSIONS}/{session}/events", timeout=60) as events:
            lines = events.iter_lines()
            next(lines)
            request.start()
            while "fer_engine_waiting 0.0" in httpx.get(f"{url}/metrics").text and not answered:
                pass
            process.send_signal(signal.SIGTERM)
            for _ in lines:  # the stream ends by itself
                pass
        request.join()
        assert answered == [200]
        assert process.wait(GRACE_S) == 0
    assert GRACE_S > STOP_TIMEOUT_S + 10
