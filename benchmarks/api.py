"""Throughput and latency of the real server over loopback.

    python benchmarks/api.py [--seconds 6] [--server-core N --client-core M]
        [--peer-python PATH]
    python benchmarks/api.py --soak MINUTES --rate N [--server-core N --client-core M]

Starts `python -m fer_core.api` in a process of its own. Closed loop: 1, 2, 4, 8 and 16 clients,
each with one request in flight. Open loop: requests at half of the best rate, timed from when
they were due, so that a server that stalls cannot hide it. Over capacity: more clients than the
server takes, what they are told, and what it costs in memory. The peer (see peer_api.py) answers
the same photo in the same run. A soak asks at a steady rate for long, half of it single analyses
and half frames of eight study sessions, and follows the memory and the delays minute by minute.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import Table, Target, closed_loop, open_loop, resident_mb, write
from tests.support.servers import free_port, running_server

RESULTS = Path(__file__).parent / "results" / "api.json"
SOAK_RESULTS = RESULTS.with_name("api_soak.json")
CLIENTS = (1, 2, 4, 8, 16)
CROWD = 64
PHOTO = "/api/v1/analyses?mode=photo"
FRAME = "/api/v1/analyses?mode=frame"
WARM_UP = 20
#: The peer takes a second or more for one answer.
PEER_SECONDS = 20.0
PEER = "peer: YOLOv9c 640, torch"


def webcam_jpeg() -> bytes:
    """Return a 640x480 JPEG with one face of about 120 px."""
    frame = np.full((480, 640, 3), 110, np.uint8)
    frame[:, 80:560] = cv2.resize(skimage.data.astronaut(), (480, 480))
    encoded = cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return encoded.tobytes()


def bound(core: str | None) -> list[str]:
    return [] if core is None else ["taskset", "-c", core]


@contextmanager
def serving(core: str | None, body: bytes) -> Iterator[Target]:
    """Run the API; yield it with nothing asked yet."""
    port = free_port()
    command = [*bound(core), sys.executable, "-m", "fer_core.api", "--port", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        environment = {"FER_DATA_DIR": folder, "FER_API_RATE_LIMIT": "100000/second"}
        with running_server(command, f"http://127.0.0.1:{port}/readyz", environment) as process:
            yield Target(port, process.pid, ("/healthz",), body)


@contextmanager
def serving_peer(python: str, core: str | None, body: bytes) -> Iterator[Target]:
    port = free_port()
    script = str(Path(__file__).with_name("peer_api.py"))
    with running_server(
        [*bound(core), python, script, str(port)], f"http://127.0.0.1:{port}/"
    ) as process:
        yield Target(port, process.pid, ("/analyse",), body)


def measure(name: str, target: Target, seconds: float, table: Table) -> float:
    """Measure one kind of request; return half of its best rate."""
    warm = target.client()
    for _ in range(WARM_UP):
        warm.ask()
    best = max(
        table.add(closed_loop(f"{name}, closed loop", target, clients, seconds)).per_second
        for clients in CLIENTS
    )
    table.add(open_loop(f"{name}, half of that rate", target, best / 2, seconds))
    return best / 2


def start_sessions(port: int, count: int) -> tuple[str, ...]:
    """Start sessions; return where their frames go."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    request = {"consent": {"version": "1", "accepted_at": "2026-01-01T00:00:00Z"}}
    paths = []
    for _ in range(count):
        connection.request(
            "POST",
            "/api/v1/sessions",
            json.dumps(request),
            headers={"Content-Type": "application/json"},
        )
        session = json.loads(connection.getresponse().read())
        paths.append(f"/api/v1/sessions/{session['session_id']}/frames")
    return tuple(paths)


def compare(table: Table) -> None:
    """Print how often one answer of ours goes into one of the peer, with one client each."""
    peer = table.rows[-1]
    for ours in table.rows:
        if ours.clients == 1 and ours is not peer:
            print(
                f"{ours.case:<28} {peer.p50_ms / ours.p50_ms:6.1f} times as fast, "
                f"{peer.cpu_ms / ours.cpu_ms:6.1f} times less processor time than the peer"
            )


def soak(server: Target, rate: float, minutes: int) -> None:
    """Ask at a steady rate for long; write the memory and the delays of each minute as it ends."""
    table = Table()
    sessions = start_sessions(server.port, 8)
    mixed = tuple(path for session in sessions for path in (FRAME, session))
    target = replace(server, path=mixed)
    for client in map(target.client, range(len(mixed))):
        client.ask()
    start_mb = round(resident_mb(server.pid), 1)
    for minute in range(1, minutes + 1):
        table.add(open_loop(f"soak, minute {minute}", target, rate, 60))
        write(SOAK_RESULTS, table, rate=rate, start_mb=start_mb)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="length of each measurement")
    parser.add_argument("--server-core", help="processor the server is bound to")
    parser.add_argument("--client-core", type=int, help="processor the clients are bound to")
    parser.add_argument("--peer-python", help="an interpreter with requirements-train.txt")
    parser.add_argument("--soak", type=int, help="measure this many minutes at a steady rate")
    parser.add_argument("--rate", type=float, default=16, help="requests a second of the soak")
    options = parser.parse_args()
    if options.client_core is not None:
        os.sched_setaffinity(0, {options.client_core})
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    body = webcam_jpeg()
    if options.soak:
        with serving(options.server_core, body) as server:
            soak(server, options.rate, options.soak)
        return
    table = Table()
    with serving(options.server_core, body) as server:
        photos = replace(server, path=(PHOTO,))
        singles = replace(server, path=(FRAME,))
        frames = replace(server, path=start_sessions(server.port, max(CLIENTS)))
        measure("analyses, photo", photos, options.seconds, table)
        measure("analyses, frame", singles, options.seconds, table)
        measure("session frames", frames, options.seconds, table)
        table.add(closed_loop("over capacity", singles, CROWD, options.seconds))
        table.add(closed_loop("right after", singles, 1, options.seconds / 2))
    if options.peer_python:
        with serving_peer(options.peer_python, options.server_core, body) as peer:
            peer.client().ask()
            table.add(closed_loop(PEER, peer, 1, PEER_SECONDS))
        compare(table)
    write(
        RESULTS,
        table,
        load=os.getloadavg()[0],
        server_core=options.server_core,
        client_core=options.client_core,
    )


if __name__ == "__main__":
    main()
