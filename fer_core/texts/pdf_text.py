"""The text of a PDF's pages, from a process of its own that is bounded in time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from fer_core.errors import TextDamaged, TextEncrypted, TextError, TextTooLarge

MOST_PAGES = 3000
#: 300 printed pages take one second of a processor, 3,000 ten; a slow and busy machine gets nine
#: times that.
LONGEST_S = 90.0

_WORKER = Path(__file__).with_name("pdf_worker.py")
_PROBLEMS: dict[str, type[TextError]] = {
    "encrypted": TextEncrypted,
    "damaged": TextDamaged,
    "too_large": TextTooLarge,
}


def read_pages(
    data: bytes, progress: Callable[[float], object] | None = None, longest_s: float = LONGEST_S
) -> tuple[str, list[str]]:
    """Return a PDF's title ("" if it has none) and the text of each of its pages, in lines.

    Args:
        data: The file.
        progress: Called after each page with the share done, 0..1. What it raises ends the reading.
        longest_s: Time it may take, in seconds.

    Raises:
        TextEncrypted: It needs a password.
        TextDamaged: It cannot be read as a PDF.
        TextTooLarge: It has more than 3,000 pages, or takes too much time or memory.
    """
    if b"%PDF-" not in data[:1024]:
        raise TextDamaged
    pages: list[str] = []
    with _worker(data, longest_s) as answers:
        title, count = _read_head(next(answers, None))
        for page in answers:
            if isinstance(page, dict):
                raise _PROBLEMS.get(page.get("problem", ""), TextDamaged)
            pages.append(str(page))
            if progress is not None:
                progress(len(pages) / count)
    # A worker that died on the way has said less than it promised.
    if len(pages) < count:
        raise TextDamaged
    return title, pages


def _read_head(head: object) -> tuple[str, int]:
    if not isinstance(head, dict) or "pages" not in head:
        problem = head.get("problem", "") if isinstance(head, dict) else ""
        raise _PROBLEMS.get(problem, TextDamaged)
    count = int(head["pages"])
    if count > MOST_PAGES:
        raise TextTooLarge(f"This PDF has {count} pages; the most is {MOST_PAGES}.")
    if count == 0:
        raise TextDamaged
    return str(head["title"]).strip(), count


@contextmanager
def _worker(data: bytes, longest_s: float) -> Iterator[Iterator[object]]:
    """Run the worker on a file; yields what it says. It ends with the block, or when it is late.

    Raises:
        TextTooLarge: It was late.
    """
    late = threading.Event()
    # -P keeps the files beside the worker from being taken for modules of other names.
    command = [sys.executable, "-P", str(_WORKER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(longest_s, end)
        timer.start()
        try:
            with suppress(BrokenPipeError), _pipe(process.stdin) as file:
                file.write(data)
            yield _values(_pipe(process.stdout))
        except TextDamaged:
            if not late.is_set():
                raise
        finally:
            timer.cancel()
            process.kill()
    if late.is_set():
        raise TextTooLarge(
            f"This PDF takes longer than {longest_s:g} s to open. Split it and open one part."
        )


def _values(lines: IO[bytes]) -> Iterator[object]:
    """Yield what the worker says, until it ends, be it in the middle of a line."""
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            return


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101  (asked for when the process was started)
    return pipe
