"""What browser tests share: the running app, a browser, and photographs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.support.browser import launch
from tests.support.servers import running_app

# A busy machine with two cores takes its time; a test that passes never waits for it.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def app_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running app that starts without a history."""
    with running_app(tmp_path_factory.mktemp("data")) as address:
        yield address


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser without a fake camera; for one with, call `launch` with a clip."""
    browser = launch(playwright)
    yield browser
    browser.close()
