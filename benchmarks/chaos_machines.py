"""What `benchmarks/chaos.py` breaks: API processes, a PostgreSQL, and HAProxy before them."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import mkdtemp

import httpx

from benchmarks.chaos_node import serve
from tests.support.servers import free_port

START_S = 90.0
#: `RestartSec` of deploy/fer-api.service: until then the others have taken over what it ran.
RESTART_S = 2.0
#: Processes are forked from one that has imported everything: a start takes less than a second.
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["benchmarks.chaos_node", "fer_core.api.app", "psycopg"])

_BALANCER = """
defaults
    mode http
    timeout connect 500ms
    timeout client 60s
    timeout server 60s
    retries 3
    option redispatch 1
frontend learners
    bind 127.0.0.1:{port}
    default_backend nodes
backend nodes
    balance roundrobin
    option httpchk
    http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host 127.0.0.1
    timeout check 1s
    default-server check inter 1s fastinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions
{servers}
"""


class Database:
    """A PostgreSQL of its own.

    Attributes:
        url: Its address.
    """

    def __init__(self, folder: Path) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        assert programs, "PostgreSQL is not installed"
        self._programs, self._folder = programs[-1], folder
        self._user: list[str] = []
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
            self._user = ["runuser", "-u", "postgres", "--"]
        self.url = f"postgresql+psycopg://chaos@/postgres?host={folder}"

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Database]:
        """Make one, and remove it at the end."""
        folder = Path(mkdtemp(prefix="chaos-"))
        database = cls(folder)
        try:
            database._run("initdb", "-U", "chaos", "-A", "trust")
            database._control("start")
            yield database
        finally:
            with suppress(subprocess.CalledProcessError):
                database._control("stop", "-m", "immediate")
            shutil.rmtree(folder)

    def crash(self) -> None:
        """Break every connection at once, and start it again: it has to recover."""
        self._control("stop", "-m", "immediate")
        self._control("start")

    def _control(self, *arguments: str) -> None:
        settings = f"-k {self._folder} -c listen_addresses='' -c max_connections=200"
        start = ["-o", settings, "-l", str(self._folder / "log")] if arguments[0] == "start" else []
        self._run("pg_ctl", "-w", *start, *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        place = ["-D", str(self._folder / "data")]
        subprocess.run(
            [*self._user, str(self._programs / program), *place, *arguments],
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )


class Node:
    """One API process, started anew when it was killed.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        folder.mkdir()
        self._log = str(folder / "log")
        self._environment = {
            "FER_DATABASE_URL": database_url,
            "FER_DATA_DIR": str(folder),
            "FER_API_RATE_LIMIT": "100000/second",
            "FER_API_THREADS": "64",
        }
        self._process = self._started()
        #: How long it took to answer again after each kill. Seconds.
        self.back_after: list[float] = []

    @classmethod
    @contextmanager
    def running(cls, database_url: str, folder: Path) -> Iterator[Node]:
        """Start one that answers, and end it."""
        node = cls(database_url, folder)
        try:
            node._wait()
            yield node
        finally:
            node._process.kill()
            node._process.join()

    def kill(self) -> None:
        """End it without a word, and start it again when deploy/fer-api.service would."""
        self._process.kill()
        self._process.join()
        time.sleep(RESTART_S)
        began = time.monotonic()
        self._process = self._started()
        self._wait()
        self.back_after.append(time.monotonic() - began)

    def stand_still(self, seconds: float) -> None:
        """Stop it, and let it go on after so many seconds."""
        pid = self._process.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        again = threading.Timer(seconds, os.kill, (pid, signal.SIGCONT))
        again.daemon = True
        again.start()

    def _started(self) -> ForkServerProcess:
        arguments = self.port, self._environment, self._log
        process = _WARM.Process(target=serve, args=arguments)
        process.start()
        return process

    def _wait(self) -> None:
        wait_for(f"http://127.0.0.1:{self.port}/healthz")


@contextmanager
def balanced(ports: list[int], folder: Path) -> Iterator[int]:
    """Send each request to the next process; yield the port where that is done."""
    port = free_port()
    servers = "\n".join(f"    server node{at} 127.0.0.1:{at}" for at in ports)
    file = folder / "haproxy.cfg"
    file.write_text(_BALANCER.format(port=port, servers=servers))
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    assert program, "HAProxy is not installed"
    process = subprocess.Popen([program, "-f", str(file)], stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield port
    finally:
        process.kill()
        process.wait()


def wait_for(url: str) -> None:
    """Return when an address answers.

    Raises:
        TimeoutError: It does not within a minute and a half.
    """
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(url, timeout=2).is_success:
                return
        time.sleep(0.1)
    raise TimeoutError(url)
