"""One real server: start, hostile connections, and a stop that loses nothing."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import httpx
import numpy as np
import pytest

from fer_core.api.observability import JsonLines
from fer_core.api.server import BODIES_AT_ONCE
from fer_core.vision.image import decode_image
from tests.api.conftest import MakeApp, encoded
from tests.api.serving import serving
from tests.support.servers import ROOT, free_port, running_server


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    folder = tmp_path_factory.mktemp("server")
    environment = {
        "FER_DATA_DIR": str(folder),
        "FER_MAX_REQUEST_MB": "20",
        "FER_API_THREADS": "8",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "fer_core.api", "--port", str(port)]
    with running_server(command, f"http://127.0.0.1:{port}/readyz", environment) as process:
        yield Server(port, process)


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


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def problem_of(answer: bytes) -> dict[str, object]:
    headers, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in headers.lower()
    problem: dict[str, object] = json.loads(body)
    return problem


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
    entries = [json.loads(JsonLines().format(record)) for record in caplog.records]
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


def test_large_bodies_are_held_up_to_a_limit_and_small_ones_pass(
    make_app: MakeApp, photo: bytes
) -> None:
    announced = head("POST", "/api/v1/analyses", "Content-Length: 50000000") + b"x"
    with serving(make_app, threads=8) as service, ExitStack() as stack:
        address = ("127.0.0.1", service.server.port)
        lines = [
            stack.enter_context(socket.create_connection(address, timeout=20))
            for _ in range(BODIES_AT_ONCE + 1)
        ]
        for line in lines:
            line.sendall(announced)
            threading.Event().wait(0.1)  # they are taken in this order
        answer = b""
        while chunk := lines[-1].recv(65536):
            answer += chunk
        assert (status_of(answer), problem_of(answer)["code"]) == (503, "busy")
        assert b"Retry-After: 1" in answer
        url = f"{service.url}/api/v1/analyses"
        kind = {"Content-Type": "image/jpeg"}
        assert httpx.post(url, content=photo, headers=kind, timeout=20).status_code == 200
        lines[0].close()
        threading.Event().wait(0.5)
        again = stack.enter_context(socket.create_connection(address, timeout=20))
        again.sendall(announced)
        again.settimeout(0.5)
        with pytest.raises(TimeoutError):  # it waits for the rest
            again.recv(1)


def test_no_body_touches_the_disk_on_its_way_in(
    make_app: MakeApp, astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    large = encoded(np.tile(astronaut, (3, 3, 1)), "PNG", compress_level=0)
    assert len(large) > 5_000_000
    with serving(make_app) as service:
        for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
            monkeypatch.setattr(tempfile, name, refuse)
        answer = httpx.post(
            f"{service.url}/api/v1/analyses?mode=frame",
            content=large,
            headers={"Content-Type": "image/png"},
            timeout=60,
        )
        assert answer.status_code == 200


def test_pictures_that_may_take_long_leave_places_for_frames(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, photo: bytes
) -> None:
    held, let_go = threading.Semaphore(0), threading.Event()

    def decode(data: bytes, **limits: int) -> np.ndarray:
        if not data.startswith(b"\xff\xd8"):
            held.release()
            assert let_go.wait(60)
        return decode_image(data, **limits)

    monkeypatch.setattr("fer_core.api.analyse_image.decode_foreign", decode)
    monkeypatch.setattr("fer_core.api.app.FOREIGN_WAITING", 1)
    app = make_app()
    slow = encoded(np.full((64, 64, 3), 90, np.uint8), "PNG")

    def ask(data: bytes) -> int:
        answer = app.test_client().post("/api/v1/analyses", data=data, content_type="image/png")
        return answer.status_code

    with ThreadPoolExecutor(20) as pool:
        answers = [pool.submit(ask, slow) for _ in range(20)]
        # Two are in hand and one waits; the others hear at once that it is too much.
        refused = list(islice(as_completed(answers), 17))
        assert {answer.result() for answer in refused} == {503}
        assert held.acquire(timeout=60)
        assert held.acquire(timeout=60)
        assert ask(photo) == 200
        let_go.set()
        assert sorted(answer.result() for answer in answers) == [200] * 3 + [503] * 17


def test_ten_thousand_files_are_refused(server: Server) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n'
    answer = httpx.post(
        f"{server.url}/api/v1/analyses",
        content=part * 10_000 + b"--b--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        timeout=30,
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_a_bomb_costs_no_memory(server: Server) -> None:
    before = resident_mb(server.process.pid)
    answer = httpx.post(
        f"{server.url}/api/v1/analyses",
        content=png_claiming(60_000, 60_000),
        headers={"Content-Type": "image/png"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_pixels")
    assert resident_mb(server.process.pid) - before < 50


def png_claiming(width: int, height: int) -> bytes:
    """Return a small PNG whose header claims a giant picture."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 10_000_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_over_capacity_some_hear_busy_and_all_hear_something(server: Server, photo: bytes) -> None:
    statuses: list[int] = []

    def ask() -> None:
        answer = httpx.post(
            f"{server.url}/api/v1/analyses",
            content=photo,
            headers={"Content-Type": "image/jpeg"},
            timeout=60,
        )
        if answer.status_code == 503:
            assert answer.json()["code"] == "busy"
            assert int(answer.headers["Retry-After"]) >= 1
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statuses) == 40
    assert set(statuses) <= {200, 503}
    assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_a_stop_answers_what_is_in_flight(tmp_path: Path, photo: bytes) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fer_core.api", "--port", str(port)]
    form = [("file", ("x.jpg", photo, "image/jpeg"))] * 10
    with running_server(command, f"{url}/readyz", {"FER_DATA_DIR": str(tmp_path)}) as process:
        answers: list[httpx.Response] = []
        request = threading.Thread(
            target=lambda: answers.append(
                httpx.post(f"{url}/api/v1/analyses", files=form, timeout=60)
            )
        )
        request.start()
        wait_for_figure(url, "fer_engine_analysed_total", 3)
        process.send_signal(signal.SIGTERM)
        request.join()
        assert answers[0].status_code == 200
        assert len(answers[0].json()["results"]) == 10
        assert process.wait(20) == 0


def wait_for_figure(url: str, name: str, least: float) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{url}/metrics") as reply:  # noqa: S310
            for line in reply.read().decode().splitlines():
                if line.startswith(f"{name} ") and float(line.split()[1]) >= least:
                    return
        time.sleep(0.02)  # an eager poll would meet the server's own limit, 100 a second
    raise AssertionError(f"{name} did not reach {least}")


def test_a_port_in_use_is_explained(server: Server) -> None:
    command = [sys.executable, "-m", "fer_core.api", "--port", str(server.port)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "Choose another --port" in second.stderr
    assert "Traceback" not in second.stderr
