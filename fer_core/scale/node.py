"""One process of the API among several: the app, its sessions, and the way in for its peers.

A session runs in one process. What comes to another one is passed on to it, by HTTP; so each
process listens for its peers, at an address that stands in the history, see `api.passing_on`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from fer_core.allocator import give_memory_back
from fer_core.api.__main__ import require_key
from fer_core.api.app import create_app
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.api.model_loader import ModelService
from fer_core.api.server import ApiServer
from fer_core.config import Settings
from fer_core.errors import NotReady, SettingsError
from fer_core.live.registry import SessionRegistry
from fer_core.vision.engine import InferenceEngine

#: How long the listener for peers may take to end, in seconds.
_STOP_S = 15.0


class ApiNode:
    """The API without a door of its own for clients.

    Attributes:
        app: The WSGI app, which whoever has the door calls.
        address: Where its peers reach it.
    """

    def __init__(
        self, settings: Settings, load: Callable[[], InferenceEngine], *, listen: str, host: str
    ) -> None:
        """Open the history, make the app, and listen for peers; the model comes with `load`.

        Args:
            settings: Of the API.
            load: Makes the engine.
            listen: The address of the clients' door: off loopback they need a key.
            host: The address at which peers reach this process.

        Raises:
            SettingsError: A key is needed and there is none; SQLite has another API process; or
                the address cannot be had.
        """
        give_memory_back()
        keys = KeyRing(KeyStore(settings.data_dir / "api-keys.json"), settings.api_key_hashes)
        needs_key = require_key(settings, listen) or require_key(settings, host)
        if needs_key and not keys.keys():
            raise SettingsError(
                "Others can reach the API, so it needs a key. Make one with: fer api keys new "
                "LABEL, or set FER_API_KEY_HASHES."
            )
        self._models = ModelService(load)
        self._registry = SessionRegistry.open(settings, time.time)
        try:
            self.app = create_app(
                settings, self._models, keys, self._registry, require_key=needs_key
            )
            self._server = _listening(self.app, settings, host)
            shown = f"[{host}]" if ":" in host else host
            self.address = f"http://{shown}:{self._server.port}"
            self._registry.history.announce(self.address)
        except BaseException:
            self._registry.close()
            raise
        self._peers = threading.Thread(
            target=self._server.run_until_stopped, name="fer-peers", daemon=True
        )
        self._peers.start()

    def load(self) -> None:
        """Load the model and begin; it is ready then, or `check` says why not."""
        self._models.load()
        self._registry.watch()

    def check(self) -> None:
        """Return if this process can do its work.

        Raises:
            NotReady: The model is not right, or its peers cannot reach it.
            WeightsError: The model cannot be loaded.
        """
        report = self._models.check()
        if not report.passed:
            raise NotReady(f"The model is not right: {report.detail}")
        if not self._peers.is_alive():
            raise NotReady("The listener for other processes has ended.")

    def close(self) -> None:
        """Save, and let go of every session, so that another process takes over at once."""
        services = self.app.extensions["fer"]
        services.streams.end_all()
        services.videos.close()
        self._server.stop()
        self._peers.join(_STOP_S)
        self._registry.close()
        self._models.close()


def _listening(app: object, settings: Settings, host: str) -> ApiServer:
    try:
        return ApiServer(app, settings, host, 0)
    except (OSError, ValueError):
        raise SettingsError(f"Other processes cannot reach this one at {host}.") from None
