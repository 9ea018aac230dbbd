"""Start a real server for a test and end it for certain, its children too.

The app and the API are forked from a process that has imported their libraries already: importing
them anew took most of the time that a server takes to its first answer. What a server has been
asked, it has been asked after the fork.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import runpy
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
from typing import IO, Protocol

ROOT = Path(__file__).resolve().parents[2]
#: Importing Streamlit and its first script run take seconds on a busy machine.
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
#: What app and API import that knows nothing of a running one.
_LIBRARIES = [
    "aiortc",
    "alembic.context",
    "altair",
    "anyio._backends._asyncio",
    "fer_core.api.app",
    "fer_core.drawing.annotate",
    "fer_core.live.registry",
    "fer_core.photos.cache",
    "fer_core.vision.engine",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "scipy.stats",
    "sqlalchemy.dialects.sqlite",
    "streamlit.starlette",
    "streamlit.web.bootstrap",
    "streamlit.web.cli",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
]
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(_LIBRARIES)


class Server(Protocol):
    """A server's process, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def send_signal(self, sign: int) -> None: ...

    def poll(self) -> int | None:
        """Return how the process ended, or None while it runs."""

    def wait(self, timeout: float) -> int:
        """Wait for its end, for so many seconds.

        Raises:
            subprocess.TimeoutExpired: It still runs.
        """


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
    within_s: float = START_TIMEOUT_S,
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
        with _looked_after(process, output, health_url, within_s):
            yield process


@contextmanager
def _looked_after(
    process: Server, output: IO[bytes], health_url: str, within_s: float = START_TIMEOUT_S
) -> Iterator[None]:
    try:
        deadline = time.monotonic() + within_s
        while not _answers(health_url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start:\n{_tail(output)}")
            time.sleep(0.1)
        try:
            yield
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
    arguments = [
        *("run", script),
        *("--server.port", str(port)),
        *("--server.headless", "true"),
    ]
    settings = {"FER_DATA_DIR": str(data_dir), **(environment or {})}
    health_url = f"{address}/_stcore/health"
    if under:
        command = [*under, sys.executable, "-m", "streamlit", *arguments]
        with running_server(command, health_url, settings):
            yield address
    else:
        with _forked("streamlit", arguments, health_url, settings):
            yield address


@contextmanager
def running_api(
    data_dir: Path,
    environment: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    options: Sequence[str] = (),
) -> Iterator[tuple[str, Server]]:
    """Run the API; yield its address and its process when it is ready.

    Args:
        data_dir: Where it keeps its history.
        environment: Settings besides that.
        port: Of loopback; a free one if None.
        options: Of `python -m fer_core.api`.
    """
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {"FER_DATA_DIR": str(data_dir), **(environment or {})}
    arguments = ["--port", str(port), *options]
    with _forked("fer_core.api", arguments, f"{address}/readyz", settings) as process:
        yield address, process


@contextmanager
def _forked(
    module: str, arguments: Sequence[str], health_url: str, settings: Mapping[str, str]
) -> Iterator[Server]:
    with tempfile.NamedTemporaryFile() as output:
        process = _Forked(module, arguments, {**os.environ, **settings}, output.name)
        with _looked_after(process, output, health_url):
            yield process


class _Forked:
    """A module that runs in a process of its own whose libraries are there already."""

    def __init__(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], output: str
    ) -> None:
        self._process = _WARM.Process(
            target=_run_module, args=(module, list(arguments), dict(environment), output)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sign)

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("streamlit", timeout)
        return self._process.exitcode


def _run_module(
    module: str, arguments: list[str], environment: dict[str, str], output: str
) -> None:
    """Do what `python -m` does in a process of its own."""
    os.setsid()
    if sys.platform == "linux":
        _die_with_parent()
    words = os.open(output, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(words, stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    tempfile.tempdir = None  # TMPDIR may say another one
    sys.path.insert(0, str(ROOT))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


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


def _end(process: Server) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
            break
    # The leader may have ended while a child lives on.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
