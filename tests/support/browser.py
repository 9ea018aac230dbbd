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

    The headless shell is the same browser without a window: it takes a quarter less time.
    """
    system = ("chromium-headless-shell", "chromium", "chromium-browser")
    candidates = (os.environ.get("FER_TEST_CHROMIUM"), *system)
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


def launch(
    playwright: Playwright, *, camera_clip: Path | None = None, refuses_camera: bool = False
) -> Browser:
    """Start Chromium.

    Args:
        playwright: What drives it.
        camera_clip: A film (.mjpeg or .y4m) for a fake camera. Without one, the machine's own
            devices are what the page sees.
        refuses_camera: There is a fake camera, and whoever is asked for it says no. The headless
            shell can ask nobody, so the answer is given here.
    """
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
    if camera_clip is not None:
        arguments += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera_clip}",
        ]
    elif refuses_camera:
        arguments += [
            "--use-fake-ui-for-media-stream=deny",
            "--use-fake-device-for-media-stream",
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
    with empty_page(
        browser, viewport=viewport, colour_scheme=colour_scheme, permissions=permissions
    ) as page:
        page.goto(address)
        settled(page)
        yield page


@contextmanager
def empty_page(
    browser: Browser,
    *,
    viewport: ViewportSize | None = None,
    colour_scheme: Literal["dark", "light"] = "light",
    permissions: tuple[str, ...] = (),
) -> Iterator[Page]:
    """Give a page in a fresh profile, for a test that prepares it before it opens an address."""
    context = browser.new_context(
        viewport=viewport or DESKTOP,
        color_scheme=colour_scheme,
        permissions=list(permissions),
        accept_downloads=True,
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def settled(page: Page, timeout_s: float = 60.0) -> None:
    """Wait until the script behind the page has finished running.

    A page that refreshes itself is at rest only for moments on a busy machine: waiting for a
    selector looks twice a second, and can miss them all.
    """
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'",
        polling=20,
        timeout=timeout_s * 1000,
    )
