"""The real server under load: bodies, bombs, many clients, and a stop that loses nothing."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from fer_core.api.server import BODIES_AT_ONCE
from fer_core.vision.broken_off import Decoded
from fer_core.vision.decoding import open_foreign
from tests.api.conftest import MakeApp, encoded
from tests.api.serving import serving
from tests.api.talking import Server, head, problem_of, status_of
from tests.support.servers import running_api


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

    def decode(data: bytes, **limits: Any) -> Decoded:
        if not data.startswith(b"\xff\xd8"):
            held.release()
            assert let_go.wait(60)
        return open_foreign(data, **limits)

    monkeypatch.setattr("fer_core.api.analyse_image.open_foreign", decode)
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
    form = [("file", ("x.jpg", photo, "image/jpeg"))] * 10
    with running_api(tmp_path) as (url, process):
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
