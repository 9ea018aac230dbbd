"""The deployments of Ray Serve: one runs sessions, one runs networks.

`build` is what a Serve config file names, see deploy/serve.yaml; `fer cluster` calls it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import ray
from ray import serve

from fer_core.config import get_settings
from fer_core.errors import Busy
from fer_core.scale.asgi import ApiMiddleware
from fer_core.scale.networks import NetworkRuns, Run, remote_engine
from fer_core.scale.options import ClusterOptions, check_database
from fer_core.vision.backends import Float32Array
from fer_core.vision.engine import InferenceEngine

#: Longest wait for a run of a network, in seconds. A photo's largest takes a tenth of one.
RUN_TIMEOUT_S = 20.0
#: Most runs that are put together. Eight of a webcam's frames fill a core for a tenth of a second.
MOST_TOGETHER = 8
#: Runs that a process of the networks has in hand or waiting; beyond these a caller waits longer.
NETWORK_ONGOING = 64
#: So many runs at each process are enough; with more, another one is started.
NETWORK_TARGET = 4
#: Requests that wait for a process of the API; the next one hears 503.
MOST_WAITING = 512
#: How long a stop waits for requests in hand; a stream of events ends before, see `asgi`. Seconds.
DRAIN_S = 30.0
#: Paths name sessions, and Ray's logs are files that stay.
LOGGING = {"enable_access_log": False, "log_level": "WARNING"}
#: How often each process is asked whether it is well, and how long it may take. Seconds.
CHECK_EVERY_S, CHECK_TIMEOUT_S = 10.0, 30.0


class Vision:
    """Runs networks for the processes of the API, what waits for the same one together."""

    def __init__(self, options: ClusterOptions) -> None:
        _listen_at(_own_host(options))
        self._networks = NetworkRuns.load(get_settings().weights)

    # Nothing waits for company: what has come while the last batch ran is the next one.
    @serve.batch(max_batch_size=MOST_TOGETHER, batch_wait_timeout_s=0.0)  # type: ignore[untyped-decorator]
    async def _together(self, asked: list[Run]) -> list[Float32Array]:
        return await asyncio.to_thread(self._networks, asked)

    async def __call__(self, run: Run) -> Float32Array:
        """Run a network: shape (n, 4 + classes, anchors)."""
        answer: Float32Array = await self._together(run)
        return answer

    async def check_health(self) -> None:
        """Fail where a network does not answer."""
        await asyncio.to_thread(self._networks.check)


class Api:
    """Runs sessions: the REST API as `fer api` has it."""

    def __init__(self, options: ClusterOptions, vision: Any = None) -> None:
        """Start.

        Args:
            options: Of the cluster.
            vision: Handle of the networks' deployment; None: they run here.
        """
        from fer_core.scale.node import ApiNode  # the others need none of it

        settings = get_settings()

        def load() -> InferenceEngine:
            if vision is None:
                return InferenceEngine.load(settings)
            return remote_engine(settings, ask)

        def ask(run: Run) -> Float32Array:
            try:
                answer: Float32Array = vision.remote(run).result(timeout_s=RUN_TIMEOUT_S)
            except (ray.exceptions.RayError, TimeoutError):  # the process has died, or hangs
                raise Busy from None
            return answer

        host = _own_host(options)
        _listen_at(host)
        self._workers = settings.api_threads
        self._node = ApiNode(settings, load, listen=options.listen, host=host)
        try:
            self._node.load()
            self._node.check()
        except BaseException:
            self._node.close()
            raise

    def __serve_build_asgi_app__(self) -> ApiMiddleware:
        return ApiMiddleware(self._node.app, self._workers)

    async def check_health(self) -> None:
        """Fail where the model is not right, or other processes cannot reach this one."""
        await asyncio.to_thread(self._node.check)

    async def __del__(self) -> None:
        # Serve calls it when nothing is in hand any more, and waits for it.
        await asyncio.to_thread(self._node.close)


def _own_host(options: ClusterOptions) -> str:
    """Return the address at which other processes reach this one."""
    return "127.0.0.1" if options.peers == "loopback" else str(ray.util.get_node_ip_address())


def _listen_at(host: str) -> None:
    """Let this process listen for others at its own address. Serve would take every address of
    the machine, and has no setting for it; it asks this once its deployment has begun.
    """
    from ray._common.tls_utils import add_port_to_grpc_server
    from ray.serve._private import replica

    shown = f"[{host}]" if ":" in host else host
    replica.add_port_to_grpc_server = lambda server, _: add_port_to_grpc_server(
        server, f"{shown}:0"
    )


_WELL = {
    "health_check_period_s": CHECK_EVERY_S,
    "health_check_timeout_s": CHECK_TIMEOUT_S,
    "logging_config": LOGGING,
}
VISION: Any = serve.deployment(name="vision", max_ongoing_requests=NETWORK_ONGOING, **_WELL)(Vision)
API: Any = serve.deployment(
    name="api",
    max_queued_requests=MOST_WAITING,
    graceful_shutdown_timeout_s=DRAIN_S,
    graceful_shutdown_wait_loop_s=0.5,
    **_WELL,
)(serve.ingress()(Api))


def build(options: ClusterOptions) -> Any:
    """Return the application.

    Args:
        options: How many processes of which kind.

    Raises:
        SettingsError: A setting cannot be used, or the history takes one process only.
    """
    settings = get_settings()
    check_database(settings, options)
    api = API.options(num_replicas=options.api, max_ongoing_requests=settings.api_threads)
    if not options.vision:
        return api.bind(options)
    if options.most_networks == options.vision:
        return api.bind(options, VISION.options(num_replicas=options.vision).bind(options))
    scaled = VISION.options(
        num_replicas=None,
        autoscaling_config={
            "min_replicas": options.vision,
            "max_replicas": options.most_networks,
            "target_ongoing_requests": NETWORK_TARGET,
        },
    )
    return api.bind(options, scaled.bind(options))
