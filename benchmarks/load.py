"""Asking a server as clients do: as fast as it answers, or at a steady rate; and the figures."""

from __future__ import annotations

import http.client
import json
import os
import platform
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep

import numpy as np

from fer_core.config import PROJECT_ROOT

#: Connections of an open loop: more than a server that keeps up needs.
OPEN_CLIENTS = 16


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


class Tally:
    """What the clients of one measurement were told, and how long each answer took."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self._lock = threading.Lock()

    def ask(self, client: Client, since: float) -> None:
        """Let a client ask; its time counts from a moment of `perf_counter`."""
        status = client.ask()
        elapsed = perf_counter() - since
        with self._lock:
            self.statuses[str(status)] += 1
            if status == 200:
                self.times.append(elapsed)


def started(count: int, run: Callable[[int], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def closed_loop(case: str, target: Target, clients: int, seconds: float) -> Row:
    """Let each client ask again as soon as it was answered."""
    tally = Tally()
    begin = threading.Barrier(clients + 1)
    end = [0.0]

    def run(number: int) -> None:
        client = target.client(number)
        client.ask()
        begin.wait()
        while (since := perf_counter()) < end[0]:
            tally.ask(client, since)

    threads = started(clients, run)
    end[0] = perf_counter() + 1e9
    begin.wait()
    cpu_before, at_first = cpu_s(target.pid), perf_counter()
    end[0] = at_first + seconds
    for thread in threads:
        thread.join()
    return row(case, clients, tally, perf_counter() - at_first, target.pid, cpu_before)


def open_loop(case: str, target: Target, rate: float, seconds: float) -> Row:
    """Ask at a steady rate whatever the answers do; time from when each request was due."""
    tally = Tally()
    lock = threading.Lock()
    numbers: Iterator[int] = iter(range(int(rate * seconds)))
    cpu_before, at_first = cpu_s(target.pid), perf_counter() + 0.2

    def run(number: int) -> None:
        client = target.client(number)
        while True:
            with lock:
                turn = next(numbers, None)
            if turn is None:
                return
            due = at_first + turn / rate
            sleep(max(0.0, due - perf_counter()))
            tally.ask(client, due)

    for thread in started(OPEN_CLIENTS, run):
        thread.join()
    return row(case, OPEN_CLIENTS, tally, perf_counter() - at_first, target.pid, cpu_before)


def row(
    case: str,
    clients: int,
    tally: Tally,
    seconds: float,
    pid: int,
    cpu_before: float,
) -> Row:
    p50, p95, p99 = (np.percentile(tally.times, (50, 95, 99)) * 1e3).round(1)
    return Row(
        case,
        clients,
        round(len(tally.times) / seconds, 1),
        float(p50),
        float(p95),
        float(p99),
        round((cpu_s(pid) - cpu_before) * 1e3 / tally.statuses.total(), 1),
        round(os.getloadavg()[0], 1),
        dict(tally.statuses),
        round(resident_mb(pid), 1),
    )


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
