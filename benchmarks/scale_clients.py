"""Clients of benchmarks/scale.py: they send frames, and say again what was not answered."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.load import cpu_s

if TYPE_CHECKING:
    from benchmarks.scale_ways import Way

START = {"consent": {"version": "1", "accepted_at": "2026-01-01T00:00:00Z"}, "retention": "keep"}
#: A client says a frame again after this long, as ours do, and gives up after so long. Seconds.
AGAIN_S, GIVE_UP_S = 0.25, 60.0
#: While clients send: when a process dies, and when they stop. Seconds.
KILL_AT_S, KILL_UNTIL_S = 3.0, 18.0


@dataclass(frozen=True)
class Cores:
    """Who had the cores that were measured on, in cores.

    Attributes:
        nodes: The API's processes; with those of the networks.
        clients: This program.
        database: PostgreSQL.
        proxy: Proxy and supervisor.
        others: Whatever else ran on them, other virtual machines too.
    """

    nodes: float
    clients: float
    database: float
    proxy: float
    others: float


@dataclass(frozen=True)
class Load:
    """What was answered, and what it took.

    Attributes:
        per_second: Frames answered 200.
        p50_ms, p95_ms, p99_ms: Until the answer.
        node_cpu_ms: Processor time of the API's processes for a frame; with those of the networks.
        other_cpu_ms: Of proxy and supervisor for a frame; clients and database not counted.
        node_mb, other_mb: Memory, shared parts divided among those that share them.
        statuses: How many were answered how.
        cores: Who had the processor meanwhile.
    """

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    node_cpu_ms: float
    other_cpu_ms: float
    node_mb: float
    other_mb: float
    statuses: dict[int, int]
    cores: Cores


@dataclass(frozen=True)
class Death:
    """What the clients saw of a process's death.

    Attributes:
        longest_wait_s: From a frame's first sending to its answer.
        refused: Answers that were none (5xx, a broken line); the client said the frame again.
        answered: Frames answered.
        lost: Frames that no saying again got through.
        sessions: How many were sent to.
    """

    longest_wait_s: float
    refused: int
    answered: int
    lost: int
    sessions: int


class Client:
    """One learner's line, kept open; opened anew where it breaks."""

    def __init__(self, port: int, key: str, path: str) -> None:
        self._port, self._path = port, path
        self._headers = {"Content-Type": "image/jpeg", "Authorization": f"Bearer {key}"}
        self._line: http.client.HTTPConnection | None = None

    def send(self, body: bytes) -> int:
        """Send a frame; return the status, 0 where the line broke."""
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            self._line.request("POST", self._path, body, self._headers)
            answer = self._line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._line.close()
            self._line = None
            return 0
        return answer.status


def start_sessions(port: int, key: str, count: int) -> list[str]:
    """Start sessions; return where their frames go."""
    paths = []
    for _ in range(count):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        line.request("POST", "/api/v1/sessions", json.dumps(START), headers)
        answer = line.getresponse()
        body = answer.read()
        assert answer.status == 201, body
        paths.append(f"/api/v1/sessions/{json.loads(body)['session_id']}/frames")
        line.close()
    return paths


def in_threads(count: int, run: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def drive(way: Way, paths: list[str], body: bytes, seconds: float, cores: int) -> Load:
    """Let a client for each session send its next frame as soon as the last one is answered.

    Args:
        way: What answers.
        paths: Where the frames of each session go.
        body: A frame.
        seconds: For how long.
        cores: The first cores of the machine, so many, are what all of it runs on.
    """
    times: list[float] = []
    statuses: Counter[int] = Counter()
    nodes = [pid for pids in way.nodes() for pid in pids]
    proxy = way.helpers(database=False)
    database = family(way.database)

    def used() -> list[float]:
        parts = (nodes, [os.getpid()], database, proxy)
        return [*(sum(map(cpu_s, pids)) for pids in parts), busy_s(cores)]

    before = used()
    began = time.perf_counter()

    def run(number: int) -> None:
        client = Client(way.port, way.key, paths[number])
        while (sent := time.perf_counter()) < began + seconds:
            status = client.send(body)
            statuses[status] += 1
            if status == 200:
                times.append(time.perf_counter() - sent)
            else:
                time.sleep(AGAIN_S)

    in_threads(len(paths), run)
    took = time.perf_counter() - began
    *ours, busy = (now - then for now, then in zip(used(), before, strict=True))
    shares = Cores(*(part / took for part in (*ours, busy - sum(ours))))
    p50, p95, p99 = (float(value) * 1e3 for value in np.percentile(times, (50, 95, 99)))
    return Load(
        *(len(times) / took, p50, p95, p99),
        *(shares.nodes * took * 1e3 / len(times), shares.proxy * took * 1e3 / len(times)),
        *(sum(map(memory_mb, nodes)), sum(map(memory_mb, proxy))),
        *(dict(statuses), shares),
    )


def kill_one(way: Way, body: bytes, sessions: int) -> Death:
    """Kill a process of the API while clients send; they say again what was not answered."""
    paths = start_sessions(way.port, way.key, sessions)
    waits: list[float] = []
    refused: list[int] = []
    lost: list[int] = []
    began = time.perf_counter()

    def run(number: int) -> None:
        client = Client(way.port, way.key, paths[number])
        while (sent := time.perf_counter()) < began + KILL_UNTIL_S:
            while (status := client.send(body)) != 200:
                refused.append(status)
                if time.perf_counter() - sent > GIVE_UP_S:
                    lost.append(number)
                    return
                time.sleep(AGAIN_S)
            waits.append(time.perf_counter() - sent)

    pid = way.nodes()[0][0]
    timer = threading.Timer(KILL_AT_S, os.kill, (pid, signal.SIGKILL))
    timer.start()
    in_threads(sessions, run)
    return Death(max(waits), len(refused), len(waits), len(lost), sessions)


def busy_s(cores: int) -> float:
    """Return for how long the first cores of the machine have worked, or been lent away."""
    seconds = 0.0
    for line in Path("/proc/stat").read_text().splitlines()[1 : cores + 1]:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(int, line.split()[1:9])
        seconds += user + nice + system + irq + softirq + steal
    return seconds / os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """Return a process, its children, and theirs."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def memory_mb(pid: int) -> float:
    """Return what a process takes, shared pages divided among their users, in megabytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e3
