"""One real server and hostile connections to it."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from fer_core.api.observability import JsonLines
from tests.api.conftest import MakeApp
from tests.api.serving import serving
from tests.api.talking import Server, head, problem_of, status_of
from tests.support.servers import ROOT


def talk(server: Server, *pieces: bytes, end: bool = False) -> bytes:
    """Send raw bytes and return everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_a_photo_is_answered(server: Server, photo: bytes) -> None:
    answer = httpx.post(
        f"{server.url}/api/v1/analyses", content=photo, headers={"Content-Type": "image/jpeg"}
    )
    assert answer.json()["results"][0]["faces"][0]["emotion"]["label"] == "Happy"


def test_a_chunked_photo_is_answered(server: Server, photo: bytes) -> None:
    def chunks() -> Iterator[bytes]:
        for start in range(0, len(photo), 4096):
            yield photo[start : start + 4096]

    answer = httpx.post(
        f"{server.url}/api/v1/analyses", content=chunks(), headers={"Content-Type": "image/jpeg"}
    )
    assert answer.status_code == 200


def test_the_server_does_not_say_what_it_runs(server: Server) -> None:
    assert "Server" not in httpx.get(f"{server.url}/healthz").headers


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(server: Server) -> None:
    answer = talk(server, head("POST", "/api/v1/analyses", "Content-Length: 20000001"))
    assert status_of(answer) == 413
    assert problem_of(answer)["code"] == "request_too_large"


def test_a_refusal_before_the_app_is_logged_too(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        serving(make_app) as service,
        caplog.at_level(logging.INFO, "fer_core.api.access"),
        socket.create_connection(("127.0.0.1", service.server.port), timeout=20) as line,
    ):
        line.sendall(head("POST", "/api/v1/analyses?secret", "Content-Length: 999999999"))
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    # The server may have said something of its own, of a queue for example.
    records = [one for one in caplog.records if one.name == "fer_core.api.access"]
    entries = [json.loads(JsonLines().format(record)) for record in records]
    entry = next(entry for entry in entries if entry["route"] == "refused")
    assert (entry["status"], entry["code"]) == (413, "request_too_large")
    assert entry["address"] == "127.0.0.1"
    assert f"X-Request-Id: {entry['request_id']}".encode() in answer
    assert problem_of(answer)["instance"] == f"urn:fer:request:{entry['request_id']}"
    assert "secret" not in caplog.text


def test_a_client_that_asks_first_is_told_no(server: Server) -> None:
    answer = talk(
        server,
        head("POST", "/api/v1/analyses", "Content-Length: 999999999", "Expect: 100-continue"),
    )
    assert status_of(answer) == 413
    assert b"100 Continue" not in answer


def test_endless_chunks_end_at_the_limit(server: Server) -> None:
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head("POST", "/api/v1/analyses", "Transfer-Encoding: chunked"))
        with suppress(OSError):  # how a closed connection shows while sending
            for _ in range(100):
                connection.sendall(chunk)
                sent += 1
    assert sent < 40


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET  /healthz  HTTP/1.1\r\n\r\n",
        head("POST", "/api/v1/analyses", "Content-Length: -5"),
        head("POST", "/api/v1/analyses", "Content-Length: 5, 6"),
        head("POST", "/api/v1/analyses", "Content-Length: 0x10"),
        head("POST", "/api/v1/analyses", "Transfer-Encoding: gzip"),
        head("GET", "/healthz", "Bad Header: x"),
        head("GET", "/healthz", "X: a\rb"),
    ],
)
def test_broken_http_is_a_problem(server: Server, request_bytes: bytes) -> None:
    answer = talk(server, request_bytes, end=True)
    assert status_of(answer) == 400
    assert problem_of(answer)["code"] == "malformed"


def test_huge_headers_are_refused(server: Server) -> None:
    answer = talk(server, head("GET", "/healthz", "X-Long: " + "x" * 40_000), end=True)
    assert status_of(answer) == 431
    assert problem_of(answer)["code"] == "malformed"


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/docs/../../etc/passwd", "/docs/%2e%2e/config.py", "//docs//x"]
)
def test_paths_lead_nowhere(server: Server, path: str) -> None:
    answer = talk(server, head("GET", path))
    assert status_of(answer) == 404
    assert b"root:" not in answer


def test_clients_that_stop_sending_hold_no_thread(server: Server, photo: bytes) -> None:
    slow = []
    try:
        for _ in range(24):  # three times as many as there are threads
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(head("POST", "/api/v1/analyses", "Content-Length: 1000") + b"x")
            slow.append(connection)
        answer = httpx.post(
            f"{server.url}/api/v1/analyses",
            content=photo,
            headers={"Content-Type": "image/jpeg"},
            timeout=10,
        )
        assert answer.status_code == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_client_that_drips_is_dropped(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_core.api.server.ARRIVAL_TIMEOUT_S", 0.3)
    with serving(make_app) as service:
        service.server.adj.cleanup_interval = 0.1
        service.server.next_channel_cleanup = 0.0
        port = service.server.port
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(head("POST", "/api/v1/analyses", "Content-Length: 1000"))
            dropped = False
            for _ in range(100):
                try:
                    connection.sendall(b"x")
                except OSError:
                    dropped = True
                    break
                threading.Event().wait(0.05)
        assert dropped


def test_ten_thousand_files_are_refused(server: Server) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n'
    answer = httpx.post(
        f"{server.url}/api/v1/analyses",
        content=part * 10_000 + b"--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        timeout=30,
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_a_port_in_use_is_explained(server: Server) -> None:
    command = [sys.executable, "-m", "fer_core.api", "--port", str(server.port)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "Choose another --port" in second.stderr
    assert "Traceback" not in second.stderr
