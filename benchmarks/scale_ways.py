"""The two ways of benchmarks/scale.py: started, found among the processes, and ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks.scale_clients import family
from fer_core.config import PROJECT_ROOT
from tests.support.servers import free_port, running_server

CONFIG = PROJECT_ROOT / "deploy" / "haproxy.cfg"
#: Starting a cluster takes 20 s on a quiet machine, and minutes on a busy one.
START_S = 300.0


@dataclass
class Way:
    """What runs.

    Attributes:
        name: Of the way.
        port: Where clients come in.
        key: What they show.
        nodes: Returns the processes that do the work of each core.
        roots: Of all other processes; their children belong to them.
        database: PostgreSQL's main process.
    """

    name: str
    port: int
    key: str
    nodes: Callable[[], list[list[int]]]
    roots: list[int] = field(default_factory=list)
    database: int = 0

    def helpers(self, *, database: bool = True) -> list[int]:
        """Return every process that is no node."""
        roots = [*self.roots, *([self.database] if database else [])]
        nodes = {pid for pids in self.nodes() for pid in pids}
        return [pid for root in roots for pid in family(root) if pid not in nodes]


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL with its usual settings, on a socket; yield its URL."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp())
    prefix: list[str] = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    run = partial(subprocess.run, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    control = [*prefix, str(programs[-1] / "pg_ctl"), "-D", str(folder / "data")]
    run([*prefix, str(programs[-1] / "initdb"), *control[-2:], "-U", "bench", "-A", "trust"])
    try:
        options = f"-k {folder} -c listen_addresses='' -c max_connections=200"
        run([*control, "-w", "-l", str(folder / "log"), "-o", options, "start"])
        yield f"postgresql+psycopg://bench@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, cwd=folder,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


def fresh(address: str) -> tuple[str, int]:
    """Return the URL of an empty database, and the server's process."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bench WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE bench"))
        backend = int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)
    engine.dispose()
    parent = Path(f"/proc/{backend}/stat")
    main = int(parent.read_text().rpartition(")")[2].split()[1]) if parent.exists() else 0
    return address.replace("/postgres?", "/bench?"), main


def environment(database: str, folder: str) -> dict[str, str]:
    return {
        "FER_DATABASE_URL": database,
        "FER_DATA_DIR": folder,
        "FER_THREADS": "1",
        "FER_API_REQUIRE_KEY": "true",
        "FER_API_RATE_LIMIT": "100000/second",
        "OMP_NUM_THREADS": "1",
    }


def new_key(folder: str) -> str:
    """Make a key as an operator does."""
    made = subprocess.run(
        [sys.executable, "-m", "fer_core", "api", "keys", "new", "benchmark"],
        env={**os.environ, "FER_DATA_DIR": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


@contextmanager
def plain(address: str, count: int) -> Iterator[Way]:
    """Run N processes of the API behind HAProxy."""
    database, main = fresh(address)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        key = new_key(folder)
        settings = environment(database, folder)
        nodes = []
        ports = [free_port() for _ in range(count)]
        for port in ports:
            command = [sys.executable, "-m", "fer_core.api", "--port", str(port)]
            url = f"http://127.0.0.1:{port}/readyz"
            nodes.append(stack.enter_context(running_server(command, url, settings)).pid)
        front = free_port()
        config = Path(folder) / "haproxy.cfg"
        config.write_text(haproxy_config(front, ports))
        proxy = stack.enter_context(
            running_server(
                ["haproxy", "-db", "-f", str(config)], f"http://127.0.0.1:{front}/healthz"
            )
        )
        yield Way("plain", front, key, lambda: [[pid] for pid in nodes], [proxy.pid], main)


def haproxy_config(front: int, ports: list[int]) -> str:
    """Return deploy/haproxy.cfg with other ports."""
    lines = [line for line in CONFIG.read_text().splitlines() if "    server node" not in line]
    lines += [f"    server node{number} 127.0.0.1:{port}" for number, port in enumerate(ports)]
    return "\n".join(lines).replace("127.0.0.1:8000", f"127.0.0.1:{front}") + "\n"


@contextmanager
def cluster(address: str, count: int, *, vision: bool) -> Iterator[Way]:
    """Run `fer cluster` with N processes of the API, and as many of the networks or none."""
    database, main = fresh(address)
    with tempfile.TemporaryDirectory() as folder:
        key = new_key(folder)
        port = free_port()
        command = [
            *(sys.executable, "-m", "fer_core", "cluster", "--port", str(port)),
            *("--api", str(count), "--vision", str(count if vision else 0)),
        ]
        url = f"http://127.0.0.1:{port}/readyz"
        settings = environment(database, folder)
        with running_server(command, url, settings, within_s=START_S) as process:
            name = "ray-vision" if vision else "ray"
            yield Way(name, port, key, lambda: replicas(process.pid), [process.pid], main)


def replicas(root: int) -> list[list[int]]:
    """Return the processes of each core: one of the API, and one of the networks if there are."""
    named: dict[str, list[int]] = {"api": [], "vision": []}
    for pid in family(root):
        try:
            title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        for role, pids in named.items():
            if title.startswith(f"ray::ServeReplica:fer:{role}"):
                pids.append(pid)
    both = [named["api"], *([named["vision"]] if named["vision"] else [])]
    return [list(pair) for pair in zip(*both, strict=False)]


WAYS: dict[str, Callable[[str, int], AbstractContextManager[Way]]] = {
    "plain": plain,
    "ray": partial(cluster, vision=False),
    "ray-vision": partial(cluster, vision=True),
}
