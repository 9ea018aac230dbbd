"""The program of a `WorkerStream`: runs one task and sends what it yields.

python -m fer_core.workers.serve_stream MODULE:FUNCTION MEMORY_BYTES SECONDS
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from fer_core.errors import FerError
from fer_core.workers.messages import read_message, write_message
from fer_core.workers.serve import limit_memory, limit_processor_time

#: A task: takes a JSON value and bytes, and yields JSON values with bytes.
StreamTask = Callable[[Any, bytearray], Iterator[tuple[Any, "bytes | memoryview"]]]


def main(arguments: list[str]) -> None:
    name, memory_bytes, seconds = arguments
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    module, function = name.split(":")
    task: StreamTask = getattr(import_module(module), function)
    message = read_message(sys.stdin.buffer)
    if message is None:
        return
    limit_memory(int(memory_bytes))
    limit_processor_time(float(seconds))
    try:
        for result, payload in task(*message):
            write_message(answers, {"result": result}, payload)
    except FerError as error:
        write_message(answers, {"error": error.code, "message": error.message})
    except MemoryError:
        write_message(answers, {"failure": "memory"})
    except BrokenPipeError:  # nobody wants the rest
        return
    except Exception as error:  # a decoder may raise anything on hostile bytes
        write_message(answers, {"failure": "task", "type": type(error).__name__})
    else:
        write_message(answers, {"end": True})


if __name__ == "__main__":
    main(sys.argv[1:])
