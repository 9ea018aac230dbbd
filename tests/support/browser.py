"""A real headless Chromium, with or without a fake camera."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Playwright, ViewportSize

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


def chromium_path() -> str | None:
    """Return the browser to drive: FER_TEST_CHROMIUM, or the system's, or None.

    The headless shell takes a quarter less time, but refuses no camera that nobody allows.
    """
    candidates = (os.environ.get("FER_TEST_CHROMIUM"), "chromium", "chromium-browser")
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


def launch(playwright: Playwright, *, camera_clip: Path | None = None) -> Browser:
    """Start Chromium; a camera clip (.mjpeg or .y4m) makes it offer a fake camera.

    Without a clip, no camera is faked: the machine's own devices are what the page sees.
    """
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
    if camera_clip is not None:
        arguments += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera_clip}",
        ]
    return playwright.chromium.launch(executable_path=chromium_path(), args=arguments)


@contextmanager
def open_page(
    browser: Browser,
    address: str,
    *,
    viewport: ViewportSize | None = None,
    colour_scheme: Literal["dark", "light"] = "light",
    permissions: tuple[str, ...] = (),
) -> Iterator[Page]:
    """Open an address of the app in a fresh profile and wait until Streamlit has run it."""
    context = browser.new_context(
        viewport=viewport or DESKTOP,
        color_scheme=colour_scheme,
        permissions=list(permissions),
        accept_downloads=True,
    )
    try:
        page = context.new_page()
        page.goto(address)
        settled(page)
        yield page
    finally:
        context.close()


def settled(page: Page, timeout_s: float = 60.0) -> None:
    """Wait until the script behind the page has finished running."""
    page.wait_for_selector(
        "[data-testid=stApp][data-test-script-state=notRunning]", timeout=timeout_s * 1000
    )
