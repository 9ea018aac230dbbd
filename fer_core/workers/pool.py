"""Worker processes: each does one task at a time, within a bound of time and memory, or is ended.

A decoder written in C may crash, swell, or go on for ever over a file of a few kilobytes; a slow
pattern in Python holds the interpreter's lock and makes every thread deaf. In a worker only that
one file is lost. Workers start when they are needed, are used again, and go when they are idle.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from fer_core import errors
from fer_core.errors import Busy, FerError
from fer_core.workers.messages import read_message, write_message

#: A worker on a busy machine may wait for its processor: so many times its processor time it gets.
WALL_FACTOR = 4.0
#: A worker that has done so many tasks is replaced: what libraries leak is small but adds up.
MOST_TASKS = 500
#: What a worker process has to itself besides the program's own environment. One arena, and large
#: blocks straight from the system: freed memory is then really given back (glibc).
_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
    "MALLOC_TRIM_THRESHOLD_": "1048576",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # OpenCV tells standard error what is wrong with a file; the person is told by us.
    "OPENCV_LOG_LEVEL": "OFF",
}

_log = logging.getLogger(__name__)


class TaskFailed(Exception):
    """A task came to no result.

    Attributes:
        reason: "time", "memory", "crash" (the process died) or "task" (it raised an error).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"a task in a worker failed: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may use.

    Attributes:
        seconds: Processor time.
        memory_bytes: Address space, beyond what the worker has when it starts.
    """

    seconds: float
    memory_bytes: int


class WorkerPool:
    """Up to `size` processes that run one function of this package.

    Safe for any number of threads. Nothing is started before the first task.

    Args:
        task: "module:function"; see `serve.Task`.
        limits: Of each task.
        size: Most workers at once.
        patience_s: How long a task waits for a free worker before the pool is busy.
        idle_s: A worker ends itself after so long without a task.
    """

    def __init__(
        self,
        task: str,
        limits: Limits,
        *,
        size: int = 2,
        patience_s: float = 30.0,
        idle_s: float = 60.0,
    ) -> None:
        self.limits = limits
        self._task = task
        self._size = size
        self._patience_s = patience_s
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._starting = 0
        self._closed = False

    def run(
        self,
        value: Any = None,
        data: bytes = b"",
        *,
        seconds: float | None = None,
        progress: Callable[[float], object] | None = None,
    ) -> tuple[Any, bytearray]:
        """Run the task and return its result, a JSON value and bytes.

        Args:
            value: What JSON can say.
            data: Bytes for the task.
            seconds: Processor time for this task instead of the pool's limit.
            progress: Called with the share done, 0..1, where the task reports it. What it raises
                ends the worker and comes out here.

        Raises:
            FerError: The task raised one; it is raised again here.
            TaskFailed: It took too long or too much memory, or its process died.
            Busy: All workers had work for too long.
        """
        limit = self.limits.seconds if seconds is None else seconds
        worker = self._take()
        kept = False
        try:
            answer = worker.ask(value, data, limit, progress)
            if answer is None and worker.ended_itself():
                # It ended itself just as the task came; the next one is new.
                worker.end()
                worker = self._replaced(worker)
                answer = worker.ask(value, data, limit, progress)
            if answer is None:
                raise TaskFailed(worker.reason())
            kept = worker.tasks < MOST_TASKS
        finally:
            self._give_back(worker, kept)
        return _result(*answer)

    def close(self) -> None:
        """End every worker; tasks that run fail. Nothing can be run afterwards."""
        with self._changed:
            self._closed = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.end()

    def processes(self) -> list[int]:
        """Return the process ids of the workers that live now."""
        with self._changed:
            return [one.pid for one in (*self._idle, *self._busy) if one.lives]

    def _take(self) -> _Worker:
        deadline = time.monotonic() + self._patience_s
        with self._changed:
            while True:
                if self._closed:
                    raise Busy("This program is ending.")
                while self._idle:
                    worker = self._idle.pop()
                    if worker.lives:
                        self._busy.add(worker)
                        return worker
                    worker.end()
                if len(self._busy) + self._starting < self._size:
                    self._starting += 1
                    break
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Busy
                self._changed.wait(left)
        return self._started()

    def _started(self) -> _Worker:
        """Start a worker for which there is room; the lock is not held: it takes milliseconds."""
        worker = None
        try:
            worker = _Worker(self._task, self.limits.memory_bytes, self._idle_s)
        finally:
            with self._changed:
                self._starting -= 1
                if worker is not None:
                    self._busy.add(worker)
                else:
                    self._changed.notify()
        return worker

    def _replaced(self, worker: _Worker) -> _Worker:
        with self._changed:
            self._busy.discard(worker)
            self._starting += 1
        return self._started()

    def _give_back(self, worker: _Worker, kept: bool) -> None:
        if not kept:
            worker.end()
        with self._changed:
            self._busy.discard(worker)
            if kept and not self._closed:
                self._idle.append(worker)
            elif kept:
                worker.end()
            self._changed.notify()


class _Worker:
    """One process, and what it was asked last."""

    def __init__(self, task: str, memory_bytes: int, idle_s: float) -> None:
        # -P: no module of the current folder is taken for one of ours.
        command = [sys.executable, "-P", "-m", "fer_core.workers.serve"]
        self._process = subprocess.Popen(  # noqa: S603
            [*command, task, str(memory_bytes), str(idle_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(os.environ),
        )
        self.tasks = 0
        self.late = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def ended_itself(self) -> bool:
        """Whether it ended for want of work, and not over a task: that one must not run twice."""
        try:
            return self._process.wait(1.0) == 0
        except subprocess.TimeoutExpired:  # it lives, and what it said was no message
            self._process.kill()
            return False

    def ask(
        self, value: Any, data: bytes, seconds: float, progress: Callable[[float], object] | None
    ) -> tuple[Any, bytearray] | None:
        """Return the answer to a task; None if there was none."""
        self.tasks += 1
        timer = threading.Timer(seconds * WALL_FACTOR, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            with suppress(OSError):
                write_message(
                    pipe_of(self._process.stdin), {"value": value, "seconds": seconds}, data
                )
            while (answer := read_message(pipe_of(self._process.stdout))) is not None:
                if isinstance(answer[0], dict) and "progress" in answer[0]:
                    if progress is not None:
                        progress(float(answer[0]["progress"]))
                    continue
                return answer
            return None
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self.late = True
        self._process.kill()

    def reason(self) -> str:
        """Tell why there was no answer."""
        code = self._process.wait()
        if self.late or code == -getattr(signal, "SIGXCPU", 0):
            return "time"
        return "crash"

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe_of(pipe).close()
        self._process.wait()


def _result(answer: Any, data: bytearray) -> tuple[Any, bytearray]:
    if isinstance(answer, dict) and "result" in answer:
        return answer["result"], data
    raise error_of(answer)


def error_of(answer: Any) -> Exception:
    """Return what a worker's answer without a result says: the task's own error, or its failure."""
    if not isinstance(answer, dict):
        return TaskFailed("task")
    if "error" in answer:
        kind = _kind_of(str(answer["error"]))
        return kind(str(answer.get("message", "")) or None)
    _log.info("a task failed in its worker: %s", answer.get("type", answer.get("failure")))
    return TaskFailed(str(answer.get("failure", "task")))


def _kind_of(code: str) -> type[FerError]:
    """Return the error with this code: a worker tells the code, the same error is raised here.

    Who gave the task has loaded the errors that it can end with.
    """
    return next((kind for kind in FerError.kinds() if kind.code == code), FerError)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a worker, by the program's own."""
    package = str(Path(errors.__file__).resolve().parents[1])
    path = os.pathsep.join([package, *filter(None, [own.get("PYTHONPATH")])])
    return {**own, **_ENVIRONMENT, "PYTHONPATH": path}


def pipe_of(pipe: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe of a worker's process that was started with it."""
    assert pipe is not None  # noqa: S101  (asked for when the process was started)
    return pipe
