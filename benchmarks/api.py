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
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep

import cv2
import numpy as np
import skimage.data

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.config import PROJECT_ROOT
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


@dataclass(frozen=True)
class Row:
    """One measurement: rates in answers a second, times in milliseconds.

    `cpu_ms` is the server's processor time an answer; the machine's other work changes it little.
    """

    case: str
    clients: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float
    load: float
    statuses: dict[str, int]
    resident_mb: float


def webcam_jpeg() -> bytes:
    """Return a 640x480 JPEG with one face of about 120 px."""
    frame = np.full((480, 640, 3), 110, np.uint8)
    frame[:, 80:560] = cv2.resize(skimage.data.astronaut(), (480, 480))
    encoded = cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return encoded.tobytes()


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int, path: str, body: bytes) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._path, self._body = path, body

    def ask(self) -> int:
        self._connection.request(
            "POST", self._path, self._body, headers={"Content-Type": "image/jpeg"}
        )
        answer = self._connection.getresponse()
        answer.read()
        return answer.status


@dataclass(frozen=True)
class Target:
    """Where requests go.

    Attributes:
        port: Of the server.
        pid: Its process.
        path: What is asked; each client asks its own if there are several.
        body: The photo.
    """

    port: int
    pid: int
    path: tuple[str, ...]
    body: bytes

    def client(self, number: int = 0) -> Client:
        return Client(self.port, self.path[number % len(self.path)], self.body)


def closed_loop(case: str, target: Target, clients: int, seconds: float) -> Row:
    """Let each client ask again as soon as it was answered."""
    times: list[float] = []
    statuses: Counter[str] = Counter()
    lock = threading.Lock()
    begin = threading.Barrier(clients + 1)
    end = [0.0]

    def run(number: int) -> None:
        client = target.client(number)
        client.ask()
        begin.wait()
        while (started := perf_counter()) < end[0]:
            status = client.ask()
            elapsed = perf_counter() - started
            with lock:
                statuses[str(status)] += 1
                if status == 200:
                    times.append(elapsed)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    end[0] = perf_counter() + 1e9
    begin.wait()
    cpu_before, started = cpu_s(target.pid), perf_counter()
    end[0] = started + seconds
    for thread in threads:
        thread.join()
    return row(case, clients, times, statuses, perf_counter() - started, target.pid, cpu_before)


def open_loop(case: str, target: Target, rate: float, seconds: float) -> Row:
    """Ask at a steady rate whatever the answers do; time from when each request was due."""
    clients = 16
    times: list[float] = []
    statuses: Counter[str] = Counter()
    lock = threading.Lock()
    numbers: Iterator[int] = iter(range(int(rate * seconds)))
    cpu_before, started = cpu_s(target.pid), perf_counter() + 0.2

    def run(number: int) -> None:
        client = target.client(number)
        while True:
            with lock:
                turn = next(numbers, None)
            if turn is None:
                return
            due = started + turn / rate
            sleep(max(0.0, due - perf_counter()))
            status = client.ask()
            elapsed = perf_counter() - due
            with lock:
                statuses[str(status)] += 1
                if status == 200:
                    times.append(elapsed)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return row(case, clients, times, statuses, perf_counter() - started, target.pid, cpu_before)


def row(
    case: str,
    clients: int,
    times: list[float],
    statuses: Counter[str],
    seconds: float,
    pid: int,
    cpu_before: float,
) -> Row:
    p50, p95, p99 = (np.percentile(times, (50, 95, 99)) * 1e3).round(1)
    return Row(
        case,
        clients,
        round(len(times) / seconds, 1),
        float(p50),
        float(p95),
        float(p99),
        round((cpu_s(pid) - cpu_before) * 1e3 / statuses.total(), 1),
        round(os.getloadavg()[0], 1),
        dict(statuses),
        round(resident_mb(pid), 1),
    )


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


class Table:
    """Collects rows and prints each as it comes."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        print(
            f"{'case':<28}{'clients':>8}{'answers/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
            f"{'cpu ms':>8}{'load':>6}{'MB':>6}  statuses"
        )

    def add(self, result: Row) -> Row:
        self.rows.append(result)
        print(
            f"{result.case:<28}{result.clients:>8}{result.per_second:>10.1f}{result.p50_ms:>9.1f}"
            f"{result.p95_ms:>9.1f}{result.p99_ms:>9.1f}{result.cpu_ms:>8.1f}{result.load:>6.1f}"
            f"{result.resident_mb:>6.0f}  "
            + " ".join(f"{status}:{count}" for status, count in sorted(result.statuses.items())),
            flush=True,
        )
        return result


def write(path: Path, table: Table, **about: object) -> None:
    """Write the rows with the commit, the machine and what else is to be known about them."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    path.parent.mkdir(exist_ok=True)
    document = {
        "commit": commit,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        **about,
        "rows": [asdict(result) for result in table.rows],
    }
    path.write_text(json.dumps(document, indent=1))


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
