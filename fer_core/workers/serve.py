"""The program of a worker: takes one task after the other until nobody sends any more.

    python -m fer_core.workers.serve MODULE:FUNCTION MEMORY_BYTES IDLE_S

It bounds its own memory and processor time, so that the kernel ends it, not a promise. Whatever a
task prints goes to the log: the answers have the standard output for themselves.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from fer_core.errors import FerError
from fer_core.workers.messages import read_message, write_message

#: A task: takes a JSON value, bytes, and a function to report progress with; returns both again.
Task = Callable[[Any, bytes, Callable[[float], None]], tuple[Any, "bytes | memoryview"]]

#: A worker that holds more after a task ends itself: a PDF of a few kilobytes left one with 444 MB.
MOST_HELD_BYTES = 250_000_000


def main(arguments: list[str]) -> None:
    name, memory_bytes, idle_s = arguments
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    module, function = name.split(":")
    task: Task = getattr(import_module(module), function)
    limit_memory(int(memory_bytes))
    rest = _Rest(float(idle_s))
    while (message := read_message(sys.stdin.buffer)) is not None:
        with rest.interrupted():
            request, data = message
            limit_processor_time(float(request["seconds"]))
            answer, payload = _answer(
                task,
                request["value"],
                bytes(data),
                lambda share: write_message(answers, {"progress": share}),
            )
            write_message(answers, answer, payload)
            del message, data, payload
            if resident_bytes() > MOST_HELD_BYTES:
                return  # the next task gets a worker of its own


def _answer(
    task: Task, value: Any, data: bytes, report: Callable[[float], None]
) -> tuple[Any, bytes | memoryview]:
    try:
        result, payload = task(value, data, report)
    except FerError as error:
        return {"error": error.code, "message": error.message}, b""
    except MemoryError:
        return {"failure": "memory"}, b""
    except Exception as error:  # a decoder may raise anything on hostile bytes
        return {"failure": "task", "type": type(error).__name__}, b""
    return {"result": result}, payload


class _Rest:
    """Ends the process when nothing has come for a while: its memory is wanted elsewhere."""

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._since = time.monotonic()
        threading.Thread(target=self._watch, daemon=True).start()

    def interrupted(self) -> threading.Lock:
        """Return what is held while there is work."""
        self._since = time.monotonic()
        return self._lock

    def _watch(self) -> None:
        while True:
            time.sleep(min(1.0, self._idle_s / 4))
            with self._lock:
                if time.monotonic() - self._since > self._idle_s:
                    os._exit(0)


def resident_bytes() -> int:
    """Return what this process holds in memory; 0 where the system does not tell."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  (no Path needed)
            return int(file.read().split()[1]) * resource.getpagesize()
    return 0


def limit_memory(memory_bytes: int) -> None:
    """Bound this process to so much more address space than it has now, where the system can."""
    with suppress(ImportError, ValueError, OSError):  # Windows knows no such limit
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  (no Path needed)
            now = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (now + memory_bytes, now + memory_bytes))


def limit_processor_time(seconds: float) -> None:
    """Let the kernel end this process when it has used so much more processor time."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        limit = math.ceil(time.process_time() + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
