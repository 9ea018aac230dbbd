"""Ten thousand learners without a model and without HTTP: what database and leases can do.

Two processes each hold half of the sessions, as two servers would. A made-up face takes the place
of the vision layer: each session is shown two frames a second, and the clock is an argument, so
that no time passes between them. What is measured is what has to be done for each second of study.
Then one process stops renewing its lease, as if it had been stopped, and the other takes over.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import create_engine, func, select, text, update

from benchmarks.load import cpu_s, resident_mb
from benchmarks.scale_clients import family
from benchmarks.scale_ways import fresh
from fer_core.emotions import Emotion
from fer_core.live.registry import SessionRegistry
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.saver import SAVE_EVERY_S
from fer_core.storage.server_holder import RENEW_EVERY_S, ServerHolder
from fer_core.storage.store import SessionStore
from fer_core.storage.tables import processes, timeline
from tests.synthetic.signals import face, one_hot, picture

PROCESSES = 2
START = 1_780_000_000.0
#: Seconds of study between two saves, as in a server, and how often that is repeated.
STEP_S, STEPS = SAVE_EVERY_S, 3
FRAMES_A_SECOND = 2
#: Sessions that the second process takes over, one after the other.
TAKEN_OVER = 300
_SHOWN = (Emotion.NATURAL, Emotion.HAPPY)
#: Renewals measured at each process.
RENEWALS = 300


@dataclass(frozen=True)
class Half:
    """What one process measured. Seconds for all of its sessions, but for the last two."""

    start_s: float
    observe_s: float
    save_s: float
    session_kb: float
    cpu_s: float
    renewal_ms: float


class _Clock:
    now = START

    def __call__(self) -> float:
        return self.now


class _Process:
    """One server's sessions."""

    def __init__(self, database: str, number: int) -> None:
        self.clock = _Clock()
        self.store = SessionStore(database, self.clock)
        self.store._saver._closed = True  # no thread of its own: the saves below are counted
        self.registry = SessionRegistry(self.store, self.clock, most=1_000_000, idle_s=1e9)
        self.registry.history.announce(f"http://127.0.0.1:{9000 + number}")
        self.number = number

    def measure(self, count: int) -> Half:
        before_kb, cpu_before = _own_kb(), cpu_s(os.getpid())
        began = time.perf_counter()
        learners = [
            self.registry.start(
                SessionInfo(f"{self.number}-{each:06}", START, consent_version="1"),
                owner=f"learner-{self.number}-{each}",
            )
            for each in range(count)
        ]
        started = time.perf_counter()
        observe_s = save_s = 0.0
        for step in range(STEPS):
            shown = time.perf_counter()
            for tick in range(1, int(STEP_S * FRAMES_A_SECOND) + 1):
                at = START + step * STEP_S + tick / FRAMES_A_SECOND
                self.clock.now = at
                seen = picture(face(one_hot(_SHOWN[tick % 2], 0.8), x=260.0 + tick))
                for learner in learners:
                    learner.observe(seen, at)
            saving = time.perf_counter()
            assert self.store.save_now()
            observe_s += saving - shown
            save_s += time.perf_counter() - saving
        used_kb, used_s = _own_kb() - before_kb, cpu_s(os.getpid()) - cpu_before
        return Half(
            started - began,
            *(observe_s / STEPS, save_s / STEPS, used_kb / count, used_s, self._renewal_ms()),
        )

    def _renewal_ms(self) -> float:
        holder = self.store.database.holder
        assert isinstance(holder, ServerHolder)
        began = time.perf_counter()
        for _ in range(RENEWALS):
            holder._renewed_at = float("-inf")
            holder.ensure()
        return (time.perf_counter() - began) / RENEWALS * 1e3

    def fall_silent(self) -> None:
        """Be a process that stands still: its lease ends."""
        holder = self.store.database.holder
        assert isinstance(holder, ServerHolder)
        holder._ended.set()  # its thread renews no more
        with self.store.database.writing() as connection:
            mine = processes.c.name == holder.name
            connection.execute(update(processes).where(mine).values(alive_until=0.0))

    def take_over(self, count: int) -> float:
        """Return the seconds that a session took."""
        began = time.perf_counter()
        for each in range(count):
            self.registry.get_to_change(f"0-{each:06}", f"learner-0-{each}")
        return (time.perf_counter() - began) / count


def _own_kb() -> float:
    return resident_mb(os.getpid()) * 1e3


def _serve(database: str, number: int, way: Connection) -> None:
    process = _Process(database, number)
    while (asked := way.recv()) is not None:
        name, arguments = asked
        way.send(getattr(process, name)(*arguments))
    os._exit(0)


def simulate(address: str, count: int) -> None:
    """Print what so many sessions take.

    Args:
        address: URL of a PostgreSQL.
        count: Sessions.
    """
    database, server = fresh(address)
    SessionStore(database).close()  # its tables
    context = multiprocessing.get_context("spawn")
    ways: list[Any] = []
    workers = []
    for number in range(PROCESSES):
        ours, theirs = context.Pipe()
        worker = context.Process(target=_serve, args=(database, number, theirs), daemon=True)
        worker.start()
        theirs.close()  # its end is heard, then
        ways.append(ours)
        workers.append(worker)
    share = count // PROCESSES
    server_before = sum(map(cpu_s, family(server)))
    for way in ways:
        way.send(("measure", (share,)))
    halves: list[Half] = [way.recv() for way in ways]
    server_s = sum(map(cpu_s, family(server))) - server_before
    rows, size = _size(database)
    ways[0].send(("fall_silent", ()))
    ways[0].recv()
    ways[1].send(("take_over", (min(TAKEN_OVER, share),)))
    took: float = ways[1].recv()
    for way in ways:
        way.send(None)
    _tell(halves, share, rows, size, server_s)
    print(f"taken over from a process that stands still: {took * 1e3:.1f} ms a session, one by one")


def _size(database: str) -> tuple[int, int]:
    engine = create_engine(database)
    with engine.connect() as connection:
        rows = connection.scalar(select(func.count()).select_from(timeline)) or 0
        size = connection.scalar(text("SELECT pg_total_relation_size('timeline')")) or 0
    engine.dispose()
    return rows, size


def _tell(halves: list[Half], share: int, rows: int, size: int, server_s: float) -> None:
    sessions = share * len(halves)
    start_s = max(half.start_s for half in halves)
    save_s = max(half.save_s for half in halves)
    observe_s = max(half.observe_s for half in halves)
    frames = share * STEP_S * FRAMES_A_SECOND
    saves = sessions / save_s
    print(f"{sessions} sessions in {len(halves)} processes, {rows} rows of signals, "
          f"{size / rows:.0f} bytes a row with its index")  # fmt: skip
    print(f"started: {sessions / start_s:.0f} a second")
    print(f"observed: {observe_s / frames * 1e6:.0f} us a frame in each process, without a model")
    print(f"saved: {saves:.0f} sessions a second, one transaction each; {save_s:.1f} s for all, "
          f"and {SAVE_EVERY_S:.0f} s are there for it")  # fmt: skip
    print(f"so {saves * SAVE_EVERY_S:.0f} sessions are saved in time here")
    print(f"lease: {max(half.renewal_ms for half in halves):.2f} ms a renewal, one each "
          f"{RENEW_EVERY_S} s and process, whatever it holds")  # fmt: skip
    print(f"memory: {max(half.session_kb for half in halves):.1f} kB a session in the process")
    ours = sum(half.cpu_s for half in halves)
    print(f"processor: {ours:.0f} s in the processes, {server_s:.0f} s in PostgreSQL")
