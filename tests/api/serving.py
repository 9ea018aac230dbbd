"""An app behind the real server, in this process, so that a test can turn its clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fer_core.api.server import ApiServer
from fer_core.config import Settings
from tests.api.conftest import MakeApp
from tests.api.learner import Clock, Learner


@dataclass
class Service:
    """An app behind the real server, in this process."""

    url: str
    clock: Clock
    learner: Learner
    server: ApiServer
    thread: threading.Thread

    def events_url(self) -> str:
        return f"{self.url}{self.learner.url}/events"


@contextmanager
def serving(
    make_app: MakeApp, threads: int = 8, clock: Any = None, **settings: Any
) -> Iterator[Service]:
    """Serve an app until the block ends.

    Args:
        make_app: As the fixture.
        threads: Of the server.
        clock: Of the app; one that stands still if None.
        settings: Further arguments of `make_app`.
    """
    clock = clock or Clock()
    settings = {"api_rate_limit": "1000/second", **settings}
    app = make_app(clock=clock, api_threads=threads, **settings)
    server = ApiServer(app, Settings(api_threads=threads), "127.0.0.1", 0)
    streams = app.extensions["fer"].streams
    thread = threading.Thread(target=server.run_until_stopped, args=(streams.end_all,))
    thread.start()
    learner = Learner(app.test_client(), clock)
    try:
        yield Service(f"http://127.0.0.1:{server.port}", clock, learner, server, thread)
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()
