"""Two ways past one process: how much more two do than one, and what a process's death costs.

    python benchmarks/scale.py [--seconds 10] [--ways plain ray ray-vision]
    python benchmarks/scale.py --sessions 10000

Each way runs with one process of the API, then with two, on a PostgreSQL of its own:

- plain: `fer api` behind HAProxy, by deploy/haproxy.cfg
- ray: `fer cluster --vision 0`, where each process runs the networks itself
- ray-vision: `fer cluster --vision N`, with the networks in processes of their own

A core carries a process and its share of all else: clients, proxy, database. So with one process
everything is bound to one core; with two, each has a core, and all else has both. The clients send
frames of one 640x480 JPEG over lines that stay open, each the next one as soon as it was answered.
Who had the cores meanwhile is printed too: on a machine with other work, and with as many cores as
processes, the ratio of the rates tells of that as well; the ratio by processor time does not.
After that one of two processes is killed (SIGKILL) while they send.

With `--sessions` there is no model and no HTTP: see scale_sessions.py. It needs Linux, PostgreSQL's
own programs and, for the plain way, haproxy; as root it runs the database as `postgres`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.api import webcam_jpeg
from benchmarks.scale_clients import Death, Load, drive, kill_one, start_sessions
from benchmarks.scale_sessions import simulate
from benchmarks.scale_ways import WAYS, Way, postgres

import json  # isort: skip

RESULTS = Path(__file__).parent / "results" / "scale.json"
#: Sessions whose frames are sent at once, for each process.
SESSIONS = 4
#: Before the figures count: caches fill, and connections are made.
WARM_S = 2.0


def bind_all(pids: list[int], cores: list[int]) -> None:
    """Bind processes with all their threads."""
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*"):
            try:
                os.sched_setaffinity(int(task.name), cores)
            except ProcessLookupError:
                continue


def measure(way: Way, count: int, body: bytes, seconds: float) -> Load:
    """Return what the clients of a way were answered."""
    cores = list(range(count))
    bind_all([*way.helpers(), os.getpid()], cores)
    for number, pids in enumerate(way.nodes()):
        bind_all(pids, [number])
    paths = start_sessions(way.port, way.key, SESSIONS * count)
    drive(way, paths, body, WARM_S, count)
    load = drive(way, paths, body, seconds, count)
    print(
        f"{way.name:<12}{count:>10}{load.per_second:>10.1f}{load.p50_ms:>9.0f}{load.p95_ms:>9.0f}"
        f"{load.p99_ms:>9.0f}{load.node_cpu_ms:>10.1f}{load.other_cpu_ms:>10.1f}"
        f"{load.node_mb:>9.0f}{load.other_mb:>9.0f}  {load.statuses}",
        flush=True,
    )
    shares = ", ".join(f"{who} {share:.2f}" for who, share in asdict(load.cores).items())
    print(f"{'':12}of {count} cores had: {shares}")
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each measurement")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--sessions", type=int, help="simulate so many, without model and HTTP")
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with postgres() as database:
        if options.sessions:
            simulate(database, options.sessions)
            return
        ratios(database, options.ways, options.seconds)


def ratios(database: str, ways: list[str], seconds: float) -> None:
    body = webcam_jpeg()
    print(
        f"{'way':<12}{'processes':>10}{'frames/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
        f"{'API cpu':>10}{'rest cpu':>10}{'API MB':>9}{'rest MB':>9}  statuses"
    )
    rows: list[dict[str, object]] = []
    for name in ways:
        loads: list[Load] = []
        for count in (1, 2):
            bind_all([os.getpid()], list(range(os.cpu_count() or 1)))
            with WAYS[name](database, count) as way:
                load = measure(way, count, body, seconds)
                loads.append(load)
                rows.append({"way": name, "processes": count, **asdict(load)})
                if count == 2:
                    death = kill_one(way, body, SESSIONS * 2)
                    rows.append({"way": name, "death": asdict(death)})
        one, two = loads
        alone = 2 * one.node_cpu_ms / two.node_cpu_ms
        print(f"{name}: rate(2)/rate(1) = {two.per_second / one.per_second:.2f}; by processor time "
              f"of a frame, as if each process had a core to itself: {alone:.2f}")  # fmt: skip
        tell(name, death)
    RESULTS.parent.mkdir(exist_ok=True)
    document = {"at": time.time(), "load": os.getloadavg()[0], "rows": rows}
    RESULTS.write_text(json.dumps(document, indent=1))


def tell(name: str, death: Death) -> None:
    print(
        f"{name}, a process killed: longest wait of a client {death.longest_wait_s:.1f} s, refused "
        f"and said again {death.refused}, answered {death.answered}, never answered {death.lost}",
        flush=True,
    )


if __name__ == "__main__":
    main()
