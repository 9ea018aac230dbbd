"""A worker does its task or is ended; whoever else has work does not notice."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from fer_core.errors import Busy, CorruptImage
from fer_core.workers.pool import Limits, TaskFailed, WorkerPool

TASK = "tests.workers.tasks:run"


@pytest.fixture(autouse=True)
def _tests_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(TASK, Limits(seconds=1.0, memory_bytes=200_000_000), size=1)
    yield pool
    pool.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_task_gives_back_its_value_and_its_bytes(pool: WorkerPool) -> None:
    shares: list[float] = []
    answer, data = pool.run({"do": "echo", "say": "ünï"}, b"abc", progress=shares.append)
    assert (answer["said"], bytes(data), shares) == ("ünï", b"cba", [0.5])


def test_a_worker_is_used_again(pool: WorkerPool) -> None:
    first = pool.run({"do": "echo"})[0]["pid"]
    assert pool.run({"do": "echo"})[0]["pid"] == first != os.getpid()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("spin", "time"),
        ("sleep", "time"),
        ("swell", "memory"),
        ("swell slowly", "memory"),
        ("die", "crash"),
        ("raise", "task"),
    ],
)
def test_a_task_that_goes_wrong_says_how_and_the_next_one_is_done(
    pool: WorkerPool, what: str, reason: str
) -> None:
    with pytest.raises(TaskFailed) as caught:
        pool.run({"do": what}, seconds=0.3 if reason == "time" else 10.0)
    assert caught.value.reason == reason
    assert "secret" not in str(caught.value)
    assert pool.run({"do": "echo"}, b"ab")[1] == b"ba"


def test_an_error_of_the_core_is_the_same_error_here(pool: WorkerPool) -> None:
    with pytest.raises(CorruptImage, match="This one is broken"):
        pool.run({"do": "refuse"})


def test_what_the_progress_raises_ends_the_worker(pool: WorkerPool) -> None:
    pid = pool.run({"do": "echo"})[0]["pid"]

    def leave(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pool.run({"do": "echo"}, progress=leave)
    assert not is_there(pid)
    assert pool.processes() == []


def test_a_full_pool_is_busy_after_its_patience() -> None:
    limits = Limits(seconds=30.0, memory_bytes=200_000_000)
    pool = WorkerPool(TASK, limits, size=1, patience_s=0.05)
    taken = threading.Event()

    def hold(share: float) -> None:
        taken.set()
        done.wait(30)

    done = threading.Event()
    holder = threading.Thread(target=lambda: pool.run({"do": "echo"}, progress=hold))
    holder.start()
    try:
        assert taken.wait(30)
        with pytest.raises(Busy):
            pool.run({"do": "echo"})
    finally:
        done.set()
        holder.join(30)
        pool.close()
    assert not holder.is_alive()


def test_a_worker_that_has_nothing_to_do_ends_and_is_replaced() -> None:
    pool = WorkerPool(TASK, Limits(1.0, 200_000_000), size=1, idle_s=0.2)
    try:
        pid = pool.run({"do": "echo"})[0]["pid"]
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert pool.processes() == []
        assert pool.run({"do": "echo"})[0]["pid"] != pid
    finally:
        pool.close()


def test_closing_ends_every_process_and_takes_no_more_work(pool: WorkerPool) -> None:
    pid = pool.run({"do": "echo"})[0]["pid"]
    pool.close()
    assert not is_there(pid)
    with pytest.raises(Busy):
        pool.run({"do": "echo"})


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc")
def test_a_worker_that_a_task_left_fat_is_followed_by_a_new_one() -> None:
    pool = WorkerPool(TASK, Limits(seconds=5.0, memory_bytes=600_000_000), size=1)
    try:
        fat, _ = pool.run({"do": "keep much"})
        after, _ = pool.run({"do": "echo"})
        assert after["pid"] != fat["pid"]
        assert pool.run({"do": "echo"})[0]["pid"] == after["pid"]
    finally:
        pool.close()
