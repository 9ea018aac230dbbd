"""A live session in a real browser over real WebRTC, its camera played from a clip."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.support.browser import PHONE, chromium_path, launch, open_page, settled
from tests.support.fake_camera import clip_frames, panned, write_mjpeg
from tests.support.servers import running_app

#: The machine that runs the tests may be busy, and a connection in six is made anew.
PATIENCE_MS = 90_000


@pytest.fixture(scope="module")
def smile_clip(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face, calm and then smiling, again and again."""
    clip = shared_data / "clips" / "neutral_to_smile.mp4"
    return write_mjpeg(clip_frames(clip), tmp_path_factory.mktemp("clip") / "smile.mjpeg")


@pytest.fixture(scope="module")
def portrait_clip(astronaut: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smiling face, slowly panned."""
    return write_mjpeg(panned(astronaut), tmp_path_factory.mktemp("clip") / "portrait.mjpeg")


@pytest.fixture
def smiling_browser(playwright: Playwright, smile_clip: Path) -> Iterator[Browser]:
    browser = launch(playwright, camera_clip=smile_clip)
    yield browser
    browser.close()


@pytest.fixture
def portrait_browser(playwright: Playwright, portrait_clip: Path) -> Iterator[Browser]:
    browser = launch(playwright, camera_clip=portrait_clip)
    yield browser
    browser.close()


def agree(page: Page) -> None:
    page.get_by_text("I have read this").click(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Go on").click(timeout=PATIENCE_MS)
    expect(page.get_by_text("Does the camera work?")).to_be_visible(timeout=PATIENCE_MS)


def check_camera(page: Page) -> Locator:
    """Press the check and return the words that answer it."""
    page.get_by_role("button", name="Check the camera").click()
    answer = page.get_by_test_id("stAlert").first
    expect(answer).to_be_visible(timeout=PATIENCE_MS)
    return answer


def start(page: Page, title: str) -> None:
    """Agree, check, start, and wait until frames come."""
    agree(page)
    expect(check_camera(page)).to_contain_text("The camera works")
    page.get_by_label("What do you study?").fill(title)
    page.get_by_role("button", name="Start the session").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=PATIENCE_MS)
    wait_for_frames(page)


def press(page: Page, name: str, then: Locator) -> None:
    """Press a button until it has worked: a press while the video connects may be passed over."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(5):
        button.click(timeout=PATIENCE_MS)
        try:
            expect(then).to_be_visible(timeout=PATIENCE_MS / 6)
        except AssertionError:
            continue
        page.wait_for_timeout(1000)
        return
    raise AssertionError(f"{name} does nothing")


def camera_line(page: Page) -> Locator:
    return page.get_by_text(re.compile(r"analysed \d+ fps"))


def frame_count(page: Page) -> int:
    match = re.search(r"([\d,]+) frames", camera_line(page).inner_text(timeout=PATIENCE_MS))
    assert match is not None
    return int(match[1].replace(",", ""))


def wait_for_frames(page: Page, more_than: int = 0) -> int:
    expect(camera_line(page)).to_be_visible(timeout=PATIENCE_MS)
    wait_until(page, lambda: frame_count(page) > more_than)
    return frame_count(page)


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Ask twice a second until something holds."""
    for _ in range(PATIENCE_MS // 500):
        if holds():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it does not come about")


def area_of_chart(page: Page) -> int:
    """Return how much is drawn in the chart of expressions: the length of its areas' outlines."""
    paths = page.locator("[data-testid=stVegaLiteChart]").first.locator("g.mark-area path")
    return sum(len(path.get_attribute("d") or "") for path in paths.all())


def download(page: Page, name: str) -> str:
    with page.expect_download(timeout=PATIENCE_MS) as event:
        page.get_by_role("button", name=name).click()
    return Path(event.value.path()).read_text(encoding="utf-8")


def test_a_session_from_consent_to_download(app_address: str, smiling_browser: Browser) -> None:
    with open_page(smiling_browser, f"{app_address}/live", permissions=("camera",)) as page:
        start(page, "Linear algebra")

        seen = wait_for_frames(page)
        expect(page.locator(".st-key-expression h3")).to_contain_text(
            re.compile("Natural|Happy"), timeout=PATIENCE_MS
        )
        assert wait_for_frames(page, more_than=seen) > seen

        expect(page.locator("g.mark-area path").first).to_be_attached(timeout=PATIENCE_MS)
        small = area_of_chart(page)
        wait_until(page, lambda: area_of_chart(page) > small)

        press(page, "Pause", page.get_by_text("Paused: the camera is off"))
        press(page, "Resume", page.get_by_role("button", name="Pause", exact=True))
        assert wait_for_frames(page, more_than=seen) > seen

        press(page, "Finish", page.get_by_text("Done. Here's how it went."))
        settled(page)
        lines = list(csv.DictReader(io.StringIO(download(page, "Timeline (CSV)"))))
        document = json.loads(download(page, "Everything (JSON)"))

    assert document["session"]["title"] == "Linear algebra"
    began = datetime.fromisoformat(document["session"]["started_at"])
    assert [float(line["elapsed_s"]) for line in lines] == pytest.approx(
        [
            (datetime.fromisoformat(row["at"]) - began).total_seconds()
            for row in document["timeline"]
        ],
        abs=0.01,
    )
    assert sum(float(line["valid_s"]) for line in lines) == pytest.approx(
        document["report"]["totals"]["valid_s"], abs=0.01
    )
    kinds = [event["kind"] for event in document["events"]]
    assert [kind for kind in kinds if kind in ("started", "paused", "resumed", "finished")] == [
        "started",
        "paused",
        "resumed",
        "finished",
    ]


def test_a_reload_does_not_lose_the_session(app_address: str, portrait_browser: Browser) -> None:
    with open_page(portrait_browser, f"{app_address}/live", permissions=("camera",)) as page:
        start(page, "Reload me")
        before = wait_for_frames(page)
        page.reload()
        expect(page.get_by_role("heading", name="Reload me")).to_be_visible(timeout=PATIENCE_MS)
        camera = page.frame_locator('iframe[title*="webrtc"]')
        camera.get_by_role("button", name="Turn the camera on").click(timeout=PATIENCE_MS)
        assert wait_for_frames(page, more_than=before) > before
        expect(page.locator(".st-key-expression h3")).to_contain_text("Happy", timeout=PATIENCE_MS)


def test_the_next_step_begins_at_its_top_on_a_phone(app_address: str, chromium: Browser) -> None:
    with open_page(chromium, f"{app_address}/live", viewport=PHONE) as page:
        agree(page)
        expect(page.get_by_label("What do you study?")).to_be_in_viewport(timeout=PATIENCE_MS)
        page.get_by_role("button", name="Start the session").click()
        expect(page.get_by_role("button", name="Pause", exact=True)).to_be_in_viewport(
            timeout=PATIENCE_MS
        )


def test_a_camera_that_is_refused_is_explained(playwright: Playwright, app_address: str) -> None:
    browser = playwright.chromium.launch(
        executable_path=chromium_path(),
        # A camera, but nobody who allows it.
        args=["--no-sandbox", "--use-fake-device-for-media-stream"],
    )
    try:
        with open_page(browser, f"{app_address}/live") as page:
            agree(page)
            expect(check_camera(page)).to_contain_text("does not let this page use the camera")
    finally:
        browser.close()


def test_a_camera_that_is_absent_is_explained(chromium: Browser, app_address: str) -> None:
    with open_page(chromium, f"{app_address}/live", permissions=("camera",)) as page:
        agree(page)
        expect(check_camera(page)).to_contain_text("No camera was found")
        page.get_by_role("button", name="Start the session").click()
        expect(page.get_by_text("Next break in")).to_be_visible(timeout=PATIENCE_MS)


def test_snapshots_work_where_video_does_not(app_address: str, portrait_browser: Browser) -> None:
    with open_page(portrait_browser, f"{app_address}/live", permissions=("camera",)) as page:
        agree(page)
        page.get_by_role("button", name="Start the session").click()
        expect(page.get_by_text("The camera is off")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_text("What is shown and read").click(timeout=PATIENCE_MS)
        page.get_by_text("Send single snapshots instead of video").click()
        page.locator("video").wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(1000)  # the button is there before the first picture
        page.get_by_role("button", name="Take Photo").click(timeout=PATIENCE_MS)
        expect(page.get_by_text(re.compile(r"This snapshot: \w+ \d+"))).to_be_visible(
            timeout=PATIENCE_MS
        )


def test_an_error_in_a_frame_does_not_freeze_the_video(
    portrait_browser: Browser, tmp_path: Path
) -> None:
    script = "tests/e2e/broken_drawing.py"
    with (
        running_app(tmp_path, {"PYTHONPATH": "."}, script=script) as address,
        open_page(portrait_browser, f"{address}/live", permissions=("camera",)) as page,
    ):
        start(page, "Faulty")
        expect(page.get_by_text(re.compile(r"[1-9]\d* frames failed"))).to_be_visible(
            timeout=PATIENCE_MS
        )
        seen = frame_count(page)
        assert wait_for_frames(page, more_than=seen + 50) > seen + 50
        expect(page.locator(".st-key-expression h3")).to_contain_text("Happy")
