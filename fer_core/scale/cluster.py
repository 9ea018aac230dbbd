"""`fer cluster`: the API and its networks on Ray Serve, on this machine.

Ray keeps to loopback here, calls nobody, and puts nothing on a disk: what is too large for a
message lies in shared memory, and so do its logs and its token, which go with it.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from fer_core.config import Settings, get_settings
from fer_core.errors import SettingsError
from fer_core.vision.backends import available_processors

if TYPE_CHECKING:
    from fer_core.scale.options import ClusterOptions

#: For messages between processes that are larger than 0.1 MB: what 64 photos in hand take.
STORE_BYTES = 256_000_000
#: Memory that is no disk.
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
#: Set before Ray is imported, and passed on to all that it starts.
ENVIRONMENT = {
    # Nothing calls out.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray takes the machine's own address otherwise, also where all is on one machine.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # Who is on this machine can still not give it work: its processes know a token.
    "RAY_AUTH_MODE": "token",
    # Its logs lie in memory.
    "RAY_ROTATION_MAX_BYTES": "4000000",
    "RAY_ROTATION_BACKUP_COUNT": "1",
    # Ray's processes are nicer than others by 15, and would wait for whatever else runs here.
    "RAY_worker_niceness": "0",
    # Networks and codecs have one thread each; processes make the number.
    "OMP_NUM_THREADS": "1",
}


def run_cluster(arguments: Sequence[str], program: str = "fer cluster") -> int:
    """Serve until the process is told to end; return its exit status.

    Args:
        arguments: What follows the program's name.
        program: How it was called, for its own messages.

    Raises:
        SettingsError: A setting cannot be used, the history takes one process only, or Ray is not
            installed.
    """
    from fer_core.scale.options import check_database

    given = _parser(program).parse_args(arguments)
    settings = get_settings()
    options = _options(given, settings)
    check_database(settings, options)
    if find_spec("ray") is None or find_spec("a2wsgi") is None:
        raise SettingsError(
            "A cluster needs Ray: pip install -r requirements-scale.txt (of the package: "
            "fer-study[scale])."
        )
    port = settings.api_port if given.port is None else given.port
    with suppress(_Ended), running(options, port):
        sys.stderr.write(f"Listening on http://{options.listen}:{port}  (docs: /docs)\n")
        threading.Event().wait()
    return 0


class _Ended(BaseException):
    """The process is told to end."""


def _heed_signals() -> None:
    """Let SIGTERM and Ctrl+C end the cluster in order, once."""

    def end(*_: object) -> None:
        for sign in signs:
            signal.signal(sign, signal.SIG_IGN)
        raise _Ended

    signs = (signal.SIGTERM, signal.SIGINT)
    for sign in signs:
        signal.signal(sign, end)


@contextmanager
def running(options: ClusterOptions, port: int) -> Iterator[None]:
    """Run a cluster on this machine; drain and end it as the block ends.

    Args:
        options: How many processes of which kind.
        port: That the proxy listens on.

    Raises:
        SettingsError: This machine has no shared memory, or the cluster did not start.
        ImportError: Ray is not installed.
    """
    if not SHARED_MEMORY.is_dir() or shutil.disk_usage(SHARED_MEMORY).free < 2 * STORE_BYTES:
        raise SettingsError(
            f"A cluster wants {2 * STORE_BYTES // 1_000_000} MB of shared memory in "
            f"{SHARED_MEMORY}, so that no picture comes on a disk. In Docker: --shm-size 1g."
        )
    os.environ.update(ENVIRONMENT, RAY_AUTH_TOKEN=secrets.token_hex(32))
    import ray
    from ray import serve
    from ray.serve.schema import LoggingConfig

    from fer_core.scale.application import build

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    _start_no_dashboard()
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY, prefix="fer-") as folder:
        processes = options.api + options.most_networks
        ray.init(
            address="local",
            _temp_dir=folder,
            # What Ray hands out, one for each process; the system shares the real ones.
            num_cpus=max(available_processors(), processes),
            include_dashboard=False,
            object_store_memory=STORE_BYTES,
            object_spilling_directory=folder,
            logging_level=logging.WARNING,
            log_to_driver=True,
        )
        try:
            _heed_signals()  # now: Ray has put its own there
            serve.start(
                http_options={"host": options.listen, "port": port},
                logging_config=LoggingConfig(enable_access_log=False, log_level="WARNING"),
            )
            try:
                serve.run(build(options), name="fer", route_prefix="/")
                yield
            except RuntimeError as error:
                raise SettingsError(f"The cluster did not start. {error}") from None
            finally:
                serve.shutdown()
        finally:
            ray.shutdown()


def _start_no_dashboard() -> None:
    """Leave out a process of Ray's that does one thing where no dashboard is wanted: it asks the
    metadata servers of three clouds where it runs, whatever is set. And one that rents machines.
    """
    from ray._private import node, services

    services.start_api_server = lambda *_, **__: (None, None)
    node.Node.start_monitor = lambda _: None


def _options(given: argparse.Namespace, settings: Settings) -> ClusterOptions:
    from fer_core.scale.options import ClusterOptions

    try:
        return ClusterOptions(
            api=given.api,
            vision=given.vision,
            vision_most=given.vision_most,
            listen=settings.api_host if given.host is None else given.host,
        )
    except ValidationError as error:
        said = "; ".join(
            " ".join((*(f"--{place}" for place in problem["loc"]), problem["msg"]))
            for problem in error.errors()
        )
        raise SettingsError(f"This makes no cluster: {said}.") from None


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Serve the REST API by several processes on Ray Serve.",
        epilog="It needs fer-study[scale] and, with more than one process of the API, PostgreSQL: "
        "FER_DATABASE_URL. Settings are those of `fer api`.",
    )
    parser.add_argument("--host", help="address to listen on (FER_API_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (FER_API_PORT)")
    parser.add_argument(
        "--api", type=int, default=2, metavar="N", help="processes that run sessions (2)"
    )
    parser.add_argument(
        "--vision",
        type=int,
        default=1,
        metavar="N",
        help="least processes that run the networks (1); 0: those of the API do it themselves",
    )
    parser.add_argument(
        "--vision-most", type=int, metavar="N", help="most of them, as the queue wants; --vision"
    )
    return parser
