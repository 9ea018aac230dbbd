"""The real server as `benchmarks/hostile.py` uses it, and the memory of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile_inputs.drawing import encoded, face
from tests.support.servers import free_port, running_server

SESSION = {"consent": {"version": "1", "accepted_at": "2026-01-01T00:00:00Z"}}


@dataclass(frozen=True)
class Api:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @classmethod
    @contextmanager
    def running(cls, folder: Path | None = None, port: int | None = None) -> Iterator[Api]:
        """Run the server until the block ends, with its data in a folder or in none that stays."""
        port = port or free_port()
        with tempfile.TemporaryDirectory() as passing:
            environment = {
                "FER_DATA_DIR": str(folder or passing),
                "FER_API_RATE_LIMIT": "100000/second",
            }
            command = [sys.executable, "-m", "fer_core.api", "--port", str(port)]
            address = f"http://127.0.0.1:{port}"
            with running_server(command, f"{address}/readyz", environment) as process:
                yield cls(address, process, port)


def frame() -> bytes:
    """Return a webcam's frame, JPEG, 640x480, with the drawn face."""
    return encoded(face(640, 480), "JPEG", quality=85)


def resident_mb(pid: int) -> float:
    """Return what a process holds in memory, in MB; 0 where it has ended."""
    with suppress(OSError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def tree_mb(pid: int) -> float:
    """Return what a process and its children hold in memory, in MB."""
    return resident_mb(pid) + sum(map(tree_mb, _children(pid)))


def tree_cpu_s(pid: int) -> float:
    """Return the processor time of a process, its children, and those that have ended, in s."""
    used = 0.0
    with suppress(OSError, IndexError):
        # After the name, which may hold anything: utime, stime and the ended children's two.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return used + sum(map(tree_cpu_s, _children(pid)))


def _children(pid: int) -> list[int]:
    children: list[str] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                children += (task / "children").read_text().split()
    return [int(child) for child in children]


class Watch:
    """Follows the memory of a process and its children, twenty times a second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_mb = self.before_mb = tree_mb(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            self.peak_mb = max(self.peak_mb, tree_mb(self._pid))

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
