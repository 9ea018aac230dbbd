"""The demo page in a real browser, served from another origin than the API, with a fake camera."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Request, expect

from fer_core.api.demo_page import FOLDER
from tests.clients.files import serving_files
from tests.clients.node import needs_node, npx
from tests.support.browser import PHONE
from tests.support.servers import running_api

pytestmark = [pytest.mark.browser, needs_node]


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    npx("rolldown", "--config", "rolldown.demo.config.ts")


@pytest.fixture(scope="module")
def app_origin() -> Iterator[str]:
    """Serve the page from a server that is not the API's."""
    with serving_files(FOLDER) as origin:
        yield origin


@pytest.fixture(scope="module")
def api_url(app_origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    origins = {"FER_CORS_ORIGINS": json.dumps([app_origin])}
    with running_api(tmp_path_factory.mktemp("api"), origins, options=["--demo"]) as (url, _):
        yield url


def start(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("I have read this and agree").check()
    page.get_by_role("button", name="Start").click()


def frames_answered(page: Page, least: int) -> None:
    for _ in range(600):  # the page's content policy forbids what wait_for_function does
        if int(page.locator("#frames").text_content() or 0) >= least:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"fewer than {least} frames were answered in a minute")


def test_a_session_runs_from_another_origin(page: Page, app_origin: str, api_url: str) -> None:
    in_flight: list[int] = [0]
    most: list[int] = [0]

    def count(change: int) -> Any:
        def note(request: Request) -> None:
            if request.method == "POST" and request.url.endswith("/frames"):
                in_flight[0] += change
                most[0] = max(most[0], in_flight[0])

        return note

    page.on("request", count(1))
    page.on("requestfinished", count(-1))
    page.on("requestfailed", count(-1))

    start(page, f"{app_origin}/index.html?api={api_url}")
    frames_answered(page, 8)
    expect(page.locator("#expression")).to_contain_text("Happy", timeout=30_000)
    expect(page.locator("#indicators")).to_contain_text("Getting to know your face")
    expect(page.locator("#log")).to_contain_text("session active")

    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#notice")).to_have_text("The session is paused.", timeout=15_000)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#log")).to_contain_text("session paused")
    frames_answered(page, 12)

    page.get_by_role("button", name="Finish").click()
    expect(page.locator("#totals")).to_contain_text("It is forgotten now.", timeout=15_000)
    assert most[0] == 1
    assert httpx.get(f"{api_url}/api/v1/sessions").json()["sessions"] == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Take the session with you").click()
    exported = json.loads(Path(download.value.path()).read_text())
    assert exported["timeline"]


def test_an_origin_that_is_not_allowed_is_explained(page: Page, api_url: str) -> None:
    with serving_files(FOLDER) as origin:
        start(page, f"{origin}/index.html?api={api_url}")
        expect(page.locator("#start-problem")).to_contain_text("FER_CORS_ORIGINS")


def test_another_origin_is_kept_out(page: Page, api_url: str) -> None:
    page.route("http://evil.test/**", lambda route: route.fulfill(body="<title>x</title>"))
    page.goto("http://evil.test/")
    refused = page.evaluate(
        """async (url) => {
            try { await fetch(url + "/api/v1/model"); return "read"; }
            catch (error) { return error.name; }
        }""",
        api_url,
    )
    assert refused == "TypeError"


def test_an_erased_session_is_gone(page: Page, app_origin: str, api_url: str) -> None:
    start(page, f"{app_origin}/index.html?api={api_url}")
    frames_answered(page, 2)
    page.get_by_role("button", name="Erase and stop").click()
    expect(page.get_by_role("heading", name="Before the camera starts")).to_be_visible()
    assert httpx.get(f"{api_url}/api/v1/sessions").json()["sessions"] == []


def test_the_page_of_the_api_itself_works_under_its_content_policy(
    page: Page, api_url: str
) -> None:
    page.set_viewport_size(PHONE)
    start(page, f"{api_url}/demo")
    frames_answered(page, 2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Erase and stop").click()


def test_without_consent_nothing_starts(page: Page, api_url: str) -> None:
    page.goto(f"{api_url}/demo/")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#live")).to_be_hidden()
    assert httpx.get(f"{api_url}/api/v1/sessions").json()["sessions"] == []
