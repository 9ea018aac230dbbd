"""What API tests share: apps over the shipped model, and real photographs as bytes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from fer_core.api.app import create_app
from fer_core.api.keys import KeyRing, KeyStore
from fer_core.api.model_loader import ModelService
from fer_core.config import Settings
from fer_core.live.registry import SessionRegistry
from fer_core.storage.engines import database_url
from fer_core.storage.store import SessionStore
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from tests.api.learner import Clock, Learner
from tests.api.talking import Server
from tests.api.tenants import MakeTenants, Tenants
from tests.support.servers import running_api

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def models(detector: EmotionDetector) -> Iterator[ModelService]:
    """The shipped model, loaded and checked."""
    service = ModelService(lambda: InferenceEngine(detector))
    service.load()
    yield service
    service.close()


@pytest.fixture
def key_store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "api-keys.json")


@pytest.fixture
def database() -> str | None:
    """The history's database: a SQLite file in the test's own folder, unless a module overrides."""
    return None


@pytest.fixture
def make_app(models: ModelService, key_store: KeyStore, database: str | None) -> Iterator[MakeApp]:
    """Make an app with some settings of its own; all apps of a test share one history."""
    registries: list[SessionRegistry] = []

    def make(
        *,
        require_key: bool = False,
        served: ModelService = models,
        clock: Callable[[], float] = time.time,
        **settings: Any,
    ) -> Flask:
        chosen = Settings(data_dir=key_store.path.parent, **{"database_url": database, **settings})
        ring = KeyRing(key_store, chosen.api_key_hashes)
        registry = SessionRegistry(SessionStore(database_url(chosen), clock), clock)
        registries.append(registry)
        return create_app(chosen, served, ring, registry, require_key=require_key)

    yield make
    for registry in registries:
        registry.close()


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    return make_app().test_client()


def encoded(rgb: np.ndarray, form: str = "JPEG", **options: Any) -> bytes:
    """Return a picture as a file's bytes."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, form, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def photo(astronaut: np.ndarray) -> bytes:
    """A smiling astronaut, as JPEG."""
    return encoded(astronaut)


@pytest.fixture(scope="session")
def empty_photo() -> bytes:
    """A picture without a face, as JPEG."""
    return encoded(np.full((240, 320, 3), 127, np.uint8))


@pytest.fixture
def learner(make_app: MakeApp) -> Learner:
    """A learner of an API whose clock stands still."""
    clock = Clock()
    return Learner(make_app(clock=clock, api_rate_limit="100000/second").test_client(), clock)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    environment = {
        "FER_MAX_REQUEST_MB": "20",
        "FER_API_THREADS": "8",
        "TMPDIR": str(folder),
    }
    with running_api(folder, environment) as (address, process):
        yield Server(int(address.rpartition(":")[2]), process)


@pytest.fixture
def make_tenants(make_app: MakeApp, key_store: KeyStore) -> MakeTenants:
    def make(**settings: Any) -> Tenants:
        clock = Clock()
        limits = {"api_rate_limit": "100000/second", **settings}
        return Tenants(make_app(require_key=True, clock=clock, **limits), key_store, clock)

    return make


@pytest.fixture
def tenants(make_tenants: MakeTenants) -> Tenants:
    return make_tenants()
