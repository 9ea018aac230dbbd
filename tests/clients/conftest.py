"""What client tests share: the API behind its real server, and the Python client importable."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright

from fer_core.config import PROJECT_ROOT
from tests.api.conftest import (
    client,
    database,
    empty_photo,
    key_store,
    learner,
    make_app,
    models,
    photo,
)
from tests.support.browser import launch

sys.path.insert(0, str(PROJECT_ROOT / "clients" / "python"))

__all__ = [
    "client",
    "database",
    "empty_photo",
    "key_store",
    "learner",
    "make_app",
    "models",
    "photo",
]


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright, astronaut: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    frame = np.full((480, 640, 3), 110, np.uint8)
    frame[:, 80:560] = cv2.resize(astronaut, (480, 480))
    clip = tmp_path_factory.mktemp("clip") / "smile.mjpeg"
    clip.write_bytes(cv2.imencode(".jpg", frame[..., ::-1])[1].tobytes() * 30)
    browser = launch(playwright, camera_clip=clip)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(permissions=["camera"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
