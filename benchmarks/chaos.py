"""Whether learners notice that API processes die, or stand still, or that their database crashes.

Three API processes share a PostgreSQL behind HAProxy, which sends each request to the next one.
Learners use our Python client: a camera, reports of what they read, their word on passages,
markers, pauses, a stream of events. Meanwhile a process is killed every ten seconds, or stopped for
15 of every 30, or the database is killed every 30. At the end is counted what became of everything
that was said.

The processes are real but for the network that sees faces: each picture has one calm face, at once,
so that a small machine carries all learners. PostgreSQL and HAProxy have to be installed.

    PYTHONPATH=clients/python python -m benchmarks.chaos --fault kill
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from sqlalchemy import create_engine, select

from benchmarks.chaos_learners import Learner, Outcome
from benchmarks.chaos_machines import Database, Node, balanced
from fer_core.api.events import TOLD
from fer_core.storage.tables import answers, events

#: Between two faults. A stopped process stands still for `STOPPED_S` of that.
EVERY_S = {"kill": 10.0, "stop": 30.0, "database": 30.0}
STOPPED_S = 15.0


def main() -> int:
    """Run the learners through the faults; exit 1 where anything was lost or noticed."""
    options = _parser().parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        database = stack.enter_context(Database.running())
        nodes = [
            stack.enter_context(Node.running(database.url, folder / f"node{number}"))
            for number in range(options.nodes)
        ]
        port = stack.enter_context(balanced([node.port for node in nodes], folder))
        outcomes, faults = _study(options, port, database, nodes)
        back_after = [seconds for node in nodes for seconds in node.back_after]
    return _report(options, outcomes, faults, back_after)


def _study(
    options: argparse.Namespace, port: int, database: Database, nodes: list[Node]
) -> tuple[list[Outcome], int]:
    end = time.monotonic() + options.seconds
    learners = [
        Learner(f"http://127.0.0.1:{port}", number, options.rate, end)
        for number in range(options.learners)
    ]
    threads = [threading.Thread(target=learner.study) for learner in learners]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    faults, turn = 0, cycle(nodes)
    make: dict[str, Callable[[], None]] = {
        "kill": lambda: next(turn).kill(),
        "stop": lambda: next(turn).stand_still(STOPPED_S),
        "database": database.crash,
        "none": lambda: None,
    }
    every = EVERY_S.get(options.fault, options.seconds)
    # The last fault leaves time to see what became of it.
    while time.monotonic() + every < end - 5:
        began = time.monotonic()
        time.sleep(every / 2)
        make[options.fault]()
        faults += options.fault != "none"
        passed = options.seconds - (end - time.monotonic())
        print(f"{passed:6.0f} s  {options.fault}", file=sys.stderr)
        time.sleep(max(0.0, every - (time.monotonic() - began)))
    for thread in threads:
        thread.join()
    for learner in learners:
        learner.compare(*left_of(database.url, learner.session_id))
    return [learner.outcome for learner in learners], faults


def left_of(url: str, session_id: str) -> tuple[list[tuple[str, int]], list[int]]:
    """Return the answers of a session in the database, and the events that a stream tells of."""
    engine = create_engine(url)
    said = select(answers.c.passage_id, answers.c.value).where(answers.c.session_id == session_id)
    told = select(events.c.sequence).where(
        events.c.session_id == session_id, events.c.kind.in_(map(str, TOLD))
    )
    with engine.connect() as connection:
        found = [(row.passage_id, row.value) for row in connection.execute(said)]
        happened = list(connection.scalars(told))
    engine.dispose()
    return found, happened


def _report(
    options: argparse.Namespace, outcomes: list[Outcome], faults: int, back_after: list[float]
) -> int:
    wire = sum((one.wire for one in outcomes), Counter[str]())
    noticed = [error for one in outcomes for error in one.noticed]
    waits = sorted(wait for one in outcomes for wait in one.waits)
    runs = sorted(run for one in outcomes for run in one.lost_runs)
    blind = max((gap for one in outcomes for gap in one.blind), default=0.0)
    figures = {
        "fault": options.fault,
        "faults": faults,
        "seconds": options.seconds,
        "learners": options.learners,
        "a killed process is back after, s": _at(sorted(back_after), 1.0),
        "load": round(os.getloadavg()[0], 1),
        "frames answered": sum(one.frames for one in outcomes),
        "over the wire": dict(sorted(wire.items())),
        "errors that reached an app": len(noticed),
        "which": sorted(set(noticed))[:10],
        "answers and markers taken": sum(one.said for one in outcomes),
        "of those lost": sum(one.missing for one in outcomes),
        "texts kept": sum(one.text_kept for one in outcomes),
        "a word's wait, median, s": _at(waits, 0.5),
        "p99": _at(waits, 0.99),
        "longest": _at(waits, 1.0),
        "longest without an answered picture, s": round(blind, 2),
        "longest stretch of lost signals, s": max(runs, default=0),
        "lost a session, mean, s": round(sum(runs) / len(outcomes), 1),
        "of the seconds": f"{sum(runs) / len(outcomes) / options.seconds:.1%}",
        "longest silence of a stream, s": round(max(one.stream_gap_s for one in outcomes), 2),
        "events never told": sum(one.stream_missing for one in outcomes),
        "events told twice": sum(one.stream_twice for one in outcomes),
    }
    for name, figure in figures.items():
        print(f"{name:<42}{figure}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2), encoding="utf-8")
    lost = figures["of those lost"] or figures["texts kept"] != options.learners
    return int(bool(noticed or lost or max(runs, default=0) >= 5))


def _at(values: list[float], share: float) -> float:
    return round(values[min(len(values) - 1, int(share * len(values)))], 2) if values else 0.0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--fault", choices=[*EVERY_S, "none"], default="kill")
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--learners", type=int, default=20)
    parser.add_argument("--rate", type=float, default=5.0, help="pictures a second of each")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--json", help="write the figures to this file too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
