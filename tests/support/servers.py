"""Start a real server for a test and end it for certain, its children too."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
#: Importing Streamlit and its first script run take seconds on a busy machine.
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def free_port() -> int:
    """Return a port on loopback that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_server(
    command: Sequence[str],
    health_url: str,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a folder until the block ends; enter it when `health_url` answers 200.

    The server gets its own process group, which is killed whole if it does not stop when asked: a
    Streamlit with a live WebRTC peer may linger and keep the port. On Linux it dies with the tests
    too when they are killed.

    Raises:
        RuntimeError: The server ended or did not answer in time; the message has its output. An
            error from the block gets the output as a note.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while not _answers(health_url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command} did not start:\n{_tail(output)}")
                time.sleep(0.1)
            try:
                yield process
            except BaseException as error:
                error.add_note(f"The server's last words:\n{_tail(output)}")
                raise
        finally:
            _end(process)


@contextmanager
def running_app(
    data_dir: Path,
    environment: Mapping[str, str] | None = None,
    *,
    script: str = "Home.py",
    under: Sequence[str] = (),
) -> Iterator[str]:
    """Run the Streamlit app on a free port; yield its address.

    Args:
        data_dir: Where it keeps its history.
        environment: Settings besides that.
        script: What Streamlit runs.
        under: A program, with its options, that watches the app.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        *(*under, sys.executable, "-m", "streamlit", "run", script),
        *("--server.port", str(port)),
        *("--server.headless", "true"),
        *("--server.fileWatcherType", "none"),
    ]
    settings = {"FER_DATA_DIR": str(data_dir), **(environment or {})}
    with running_server(command, f"{address}/_stcore/health", settings):
        yield address


def _tail(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")[-4000:]


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
            break
    # The leader may have ended while a child lives on.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
