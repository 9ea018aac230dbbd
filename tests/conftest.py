"""What all tests share: real photographs from packages, the shipped model, the data if present."""

from __future__ import annotations

import gc
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import pytest
from hypothesis import settings
from sqlalchemy import Engine, inspect
from werkzeug.routing import Rule

from fer_core.config import PROJECT_ROOT, Settings, get_settings
from fer_core.storage import database as databases
from fer_core.storage.schema import upgrade as migrate
from fer_core.vision.backends import onnx
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import sha256_of
from tests.support.networks import RememberingSession

if TYPE_CHECKING:
    from playwright.sync_api import Playwright
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

# Three test processes share two cores: torch's further threads would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No test asserts a time: how long an example takes is the machine's affair.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# What is imported and collected stays to the end. Looking for rubbish in it again and again took
# 2.9 of the 9.6 s of processor time that collecting took.
gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    # Looking after every 700 new objects took 6 % of the processor time of the tests of the API.
    gc.set_threshold(20_000)
    gc.enable()


#: Folders whose tests take long, longest first: begun early, no process ends long after the other.
_LONG_FIRST = ("e2e", "package", "training", "clients", "api", "storage")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent

    def turn(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0]
        return _LONG_FIRST.index(folder) if folder in _LONG_FIRST else len(_LONG_FIRST)

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Give each test process files of its kind; another `--dist` than ours is left alone."""
    if config.getoption("dist") != "loadfile":
        return None
    from tests.support.lanes import TwoLanes

    return TwoLanes(config, log)


@pytest.fixture(scope="session", autouse=True)
def _no_data_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test keeps without naming a folder does not go where the app keeps the history."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FER_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    """Each test reads the settings of its own environment, and leaves none behind."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Take away what a test's program set up to log with, as its stream ends with the test.

    Else each line that a later test logs is written to a closed file, with a traceback for it.
    """
    root = logging.getLogger()
    level, handlers = root.level, set(root.handlers)
    yield
    root.setLevel(level)
    for handler in set(root.handlers) - handlers:
        root.removeHandler(handler)
    logging.captureWarnings(False)


@pytest.fixture(scope="session", autouse=True)
def _new_histories_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give a new SQLite history the tables that the migrations made once: a third of the time.

    PostgreSQL, test_schema.py and the processes that tests start run the migrations themselves.
    """
    made = tmp_path_factory.mktemp("tables") / "history.sqlite"
    migrated = databases.Database(f"sqlite:///{made}")
    migrated.prepare()
    migrated.close()
    with closing(sqlite3.connect(made)) as connection:
        statements = list(connection.iterdump())[1:-1]  # without its BEGIN and COMMIT

    def upgrade(engine: Engine) -> None:
        if engine.dialect.name == "sqlite":
            with engine.begin() as connection:
                if not inspect(connection).get_table_names():
                    for statement in statements:
                        connection.exec_driver_sql(statement)
        migrate(engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "upgrade", upgrade)
        yield


@pytest.fixture(scope="session", autouse=True)
def _each_route_is_compiled_once() -> Iterator[None]:
    """Share the code that Werkzeug makes of a route: each test of the API makes all 59 anew."""
    made: dict[tuple[str, str, str, bool], Callable[..., tuple[str, str]]] = {}
    make = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = rule.rule, repr(rule.defaults), repr(rule._trace), append_unknown
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _shipped_networks_are_opened_once() -> Iterator[None]:
    """Share the sessions of the shipped networks, and what they have answered.

    Opening all of them takes .8 s of processor, and a hundred tests load the model. A copy is
    known by its content. Processes that tests start open their own.
    """
    shipped = {sha256_of(file) for file in Settings().weights.parent.glob("*.onnx")}
    opened: dict[tuple[str, int], RememberingSession] = {}
    open_anew = onnx._session

    def session(path: Path, threads: int) -> onnxruntime.InferenceSession | RememberingSession:
        content = sha256_of(path) if path.is_file() else ""
        if content not in shipped:
            return open_anew(path, threads)
        if (content, threads) not in opened:
            opened[content, threads] = RememberingSession(open_anew(path, threads))
        return opened[content, threads]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnx, "_session", session)
        yield


@pytest.fixture(scope="session")
def astronaut() -> RgbImage:
    """Return Eileen Collins, smiling (NASA, public domain): RGB, shape (512, 512, 3)."""
    import skimage.data

    return np.ascontiguousarray(skimage.data.astronaut())


@pytest.fixture(scope="session")
def detector() -> EmotionDetector:
    """Return the shipped model."""
    return EmotionDetector.load(Settings().weights, threads=1)


@pytest.fixture
def engine(detector: EmotionDetector) -> Iterator[InferenceEngine]:
    with InferenceEngine(detector) as engine:
        yield engine


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of training data and clips, which is not part of the project."""
    folder = PROJECT_ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the training data is not here (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return what drives browsers: one for all tests, as one process can hold one only."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import chromium_path

    if chromium_path() is None:
        pytest.skip("needs Chromium: install it, or set FER_TEST_CHROMIUM to its path")
    with sync_playwright() as running:
        yield running
