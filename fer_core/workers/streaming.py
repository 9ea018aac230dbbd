"""A worker process that hands over one thing after another, such as the frames of a video.

Unlike a pool's workers it lives for one task: it begins when its results are asked for and is ended
when they are not wanted any more. It cannot run ahead: the pipe between both holds a few frames.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from fer_core.workers.messages import read_message, write_message
from fer_core.workers.pool import Limits, TaskFailed, environment, error_of, pipe_of

#: The limit of processor time is the kernel's; a worker that waits for something is silent.
SILENCE_S = 60.0


class WorkerStream:
    """One process that runs one function of this package and yields what that yields.

    Args:
        task: "module:function"; see `serve_stream.StreamTask`.
        value: What JSON can say.
        data: Bytes for the task.
        limits: Of the whole task.
        descriptors: Open files that the process gets under their own numbers.
        silence_s: Longest wait for the next result, in seconds.

    Raises, while it is gone through:
        FerError: The task raised one; it is raised again here.
        TaskFailed: It took too long or too much memory, or its process died.
    """

    def __init__(
        self,
        task: str,
        value: Any,
        data: bytes = b"",
        *,
        limits: Limits,
        descriptors: Sequence[int] = (),
        silence_s: float = SILENCE_S,
    ) -> None:
        command = [sys.executable, "-P", "-m", "fer_core.workers.serve_stream"]
        self._process = subprocess.Popen(  # noqa: S603
            [*command, task, str(limits.memory_bytes), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(os.environ),
            pass_fds=tuple(descriptors),
        )
        self._silence_s = silence_s
        self._late = False
        self._request = value, data

    def __enter__(self) -> WorkerStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[tuple[Any, bytearray]]:
        value, data = self._request
        with suppress(OSError):  # it ended before it had read all: its answer tells why
            write_message(pipe_of(self._process.stdin), value, data)
        while True:
            message = self._next()
            if message is None:
                raise TaskFailed(self._reason())
            answer, payload = message
            if "end" in answer:
                return
            if "result" not in answer:
                raise error_of(answer)
            yield answer["result"], payload

    def _next(self) -> tuple[Any, bytearray] | None:
        timer = threading.Timer(self._silence_s, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            return read_message(pipe_of(self._process.stdout))
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self._late = True
        self._process.kill()

    def _reason(self) -> str:
        code = self._process.wait()
        if self._late or code == -getattr(signal, "SIGXCPU", 0):
            return "time"
        return "crash"

    def close(self) -> None:
        """End the process, whatever it does. Closing twice changes nothing."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was still to be written is not wanted any more
                pipe_of(pipe).close()
        self._process.wait()
