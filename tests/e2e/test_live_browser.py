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

from benchmarks.landmarks import marked_rows
from fer_core.learner.preferences import PreferenceFile
from tests.support.browser import PHONE, empty_page, launch, open_page, settled
from tests.support.fake_camera import FRAMES_PER_SECOND, SIZE, panned, write_mjpeg
from tests.support.servers import running_app
from tests.synthetic.turned_faces import Act, acted

#: The machine that runs the tests may be busy, and a connection in six is made anew.
PATIENCE_MS = 90_000
#: Tells whether the page's video shows anything but black.
SHOWS_A_PICTURE = """() => {
  const video = document.querySelector("video")
  if (!video?.videoWidth) return false
  const canvas = new OffscreenCanvas(8, 8).getContext("2d")
  canvas.drawImage(video, 0, 0, 8, 8)
  return canvas.getImageData(0, 0, 8, 8).data.some((value, i) => i % 4 < 3 && value > 40)
}"""
#: Of val: it looks into the camera, and the model is sure of its expression.
FACE = "afw_afw_24795717_2."
#: The usual is learnt in the first 10 s, however late the video comes; then it goes round.
ACTS = (Act(22), Act(7, yaw=35), Act(4, roll=20), Act(7, pitch=30), Act(7, closed=True))


@pytest.fixture(scope="module")
def acting_clip(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real face that looks ahead, aside, tilts, bends down to the desk and closes its eyes."""
    ((_, rgb, points),) = marked_rows(shared_data, 1, (FACE,))
    frames = acted(rgb, points, ACTS, FRAMES_PER_SECOND, SIZE)
    return write_mjpeg(frames, tmp_path_factory.mktemp("clip") / "acting.mjpeg")


@pytest.fixture(scope="module")
def portrait_clip(astronaut: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A smiling face, slowly panned."""
    return write_mjpeg(panned(astronaut), tmp_path_factory.mktemp("clip") / "portrait.mjpeg")


@pytest.fixture(scope="module")
def app_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running app that shows how its video runs."""
    data_dir = tmp_path_factory.mktemp("data")
    PreferenceFile(data_dir).change(show_figures=True)
    with running_app(data_dir) as address:
        yield address


@pytest.fixture(scope="module")
def acting_browser(playwright: Playwright, acting_clip: Path) -> Iterator[Browser]:
    browser = launch(playwright, camera_clip=acting_clip)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def portrait_browser(playwright: Playwright, portrait_clip: Path) -> Iterator[Browser]:
    browser = launch(playwright, camera_clip=portrait_clip)
    yield browser
    browser.close()


def set_up(page: Page, title: str, *, camera: bool = True) -> None:
    """Fill in what is studied, and start; agree to the camera if that is asked."""
    subject = page.get_by_label("What are you studying?")
    subject.fill(title, timeout=PATIENCE_MS)
    subject.press("Enter")
    settled(page)
    if not camera:
        page.get_by_text("With the camera", exact=True).click()
        settled(page)
    page.get_by_role("button", name="Start studying").click()
    heading = page.get_by_role("heading", name=title)
    agreed = page.get_by_role("button", name="I agree")
    expect(heading.or_(agreed)).to_be_visible(timeout=PATIENCE_MS)
    if agreed.is_visible():
        agreed.click()
    expect(heading).to_be_visible(timeout=PATIENCE_MS)


def start(page: Page, title: str) -> None:
    """Start with the camera, and wait until frames come."""
    set_up(page, title)
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
    """Return how much is drawn in the chart: the length of its areas' outlines."""
    paths = page.locator("[data-testid=stVegaLiteChart]").first.locator("g.mark-area path")
    return sum(len(path.get_attribute("d") or "") for path in paths.all())


def download(page: Page, name: str) -> str:
    with page.expect_download(timeout=PATIENCE_MS) as event:
        page.get_by_role("button", name=name).click()
    return Path(event.value.path()).read_text(encoding="utf-8")


#: What stands on the page while a session starts and runs, by the keys of its parts.
PLACES = ("timer", "video", "reading", "indicators")


def places(page: Page) -> dict[str, tuple[float, float]]:
    """Return where the parts of the page stand, and how wide and high the video is."""
    found = {}
    for name in PLACES:
        box = page.locator(f".st-key-{name}").bounding_box(timeout=PATIENCE_MS)
        assert box is not None
        found[name] = (box["x"], box["y"])
        if name == "video":
            found["video's size"] = (box["width"], box["height"])
    return found


def test_a_session_from_home_to_download(app_address: str, acting_browser: Browser) -> None:
    with open_page(acting_browser, app_address, permissions=("camera",)) as page:
        set_up(page, "Linear algebra")
        expect(page.locator(".st-key-indicators")).to_be_visible(timeout=PATIENCE_MS)
        at_first = places(page)

        seen = wait_for_frames(page)
        expect(page.locator(".st-key-expression h2")).to_contain_text(
            re.compile("Natural|Happy"), timeout=PATIENCE_MS
        )
        assert wait_for_frames(page, more_than=seen) > seen
        for name, place in places(page).items():
            assert place == pytest.approx(at_first[name], abs=8), name
        cards = page.locator(".st-key-indicators")  # the chart's lanes say it as well
        expect(
            cards.get_by_text(re.compile(r"Ready in \d:\d\d with your face in view"))
        ).to_have_count(2)

        expect(page.locator("g.mark-area path").first).to_be_attached(timeout=PATIENCE_MS)
        small = area_of_chart(page)
        wait_until(page, lambda: area_of_chart(page) > small)
        expect_hover_to_read_all_lanes(page)
        for words in ("turned aside", "reading on the desk"):
            expect(cards.get_by_text(f"now: {words}")).to_be_visible(timeout=PATIENCE_MS)
        wait_until(page, lambda: eyes_now(page) < 40)

        press(page, "Pause", page.get_by_text("The camera is off meanwhile."))
        expect(page).to_have_title(re.compile(r"^⏸ 2\d:\d\d · Linear algebra$"))
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
    heads = [line["head_direction"] for line in lines]
    assert {"screen", "aside", "desk"} <= set(heads)
    kinds = [event["kind"] for event in document["events"]]
    assert [kind for kind in kinds if kind in ("started", "paused", "resumed", "finished")] == [
        "started",
        "paused",
        "resumed",
        "finished",
    ]


def expect_hover_to_read_all_lanes(page: Page) -> None:
    chart = page.locator("[data-testid=stVegaLiteChart]").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    for part in (0.08, 0.04, 0.12):  # where the pictures have come since
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2, steps=4)
        tip = page.locator("#vg-tooltip-element.visible")
        if tip.count():
            break
    for lane in ("Expression", "Understanding", "Stress", "In front of the screen"):
        expect(tip).to_contain_text(lane)


def eyes_now(page: Page) -> float:
    """Return what the chart's hover says of the eyes at the latest moment, percent; 100 without."""
    box = page.locator("[data-testid=stVegaLiteChart]").first.bounding_box()
    assert box is not None
    for part in (0.9, 0.95):  # the nearest moment is told, which is the latest
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2, steps=3)
    tip = page.locator("#vg-tooltip-element.visible")
    told = re.search(r"Eyes open:?\s*(\d+)%", tip.inner_text()) if tip.count() else None
    return 100.0 if told is None else float(told[1])


#: Keeps the camera's streams, in the frame that asks for them, so that a test can pull the plug.
KEEP_STREAMS = """
const ask = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices)
if (ask) navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted)
  ;(window.top.cameras ??= []).push(stream)
  return stream
}
"""


def test_a_camera_that_is_lost_and_one_whose_page_is_reloaded_come_back_by_themselves(
    app_address: str, portrait_browser: Browser
) -> None:
    with empty_page(portrait_browser, permissions=("camera",)) as page:
        page.add_init_script(KEEP_STREAMS)
        page.goto(f"{app_address}/live")
        settled(page)
        start(page, "Unplugged")
        page.evaluate("cameras.at(-1).getTracks().forEach((track) => track.stop())")
        expect(page.get_by_text("Camera lost. Reconnecting")).to_be_visible(timeout=PATIENCE_MS)
        lost_at = frame_count(page)
        before = wait_for_frames(page, more_than=lost_at + 20)
        page.reload()
        expect(page.get_by_role("heading", name="Unplugged")).to_be_visible(timeout=PATIENCE_MS)
        assert wait_for_frames(page, more_than=before) > before
        expect(page.locator(".st-key-expression h2")).to_contain_text("Happy", timeout=PATIENCE_MS)


def test_on_a_phone_the_timer_is_the_first_thing(app_address: str, chromium: Browser) -> None:
    with open_page(chromium, f"{app_address}/live", viewport=PHONE) as page:
        expect(page.get_by_role("button", name="Start studying")).to_be_in_viewport()
        set_up(page, "On the phone", camera=False)
        expect(page.get_by_role("timer", name="Study timer")).to_be_in_viewport(timeout=PATIENCE_MS)
        expect(page.get_by_role("button", name="Pause", exact=True)).to_be_in_viewport()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"]


def test_a_camera_that_is_refused_is_explained(playwright: Playwright, app_address: str) -> None:
    browser = launch(playwright, refuses_camera=True)
    try:
        with open_page(browser, f"{app_address}/live") as page:
            set_up(page, "Refused")
            expect(page.get_by_text("Your browser blocks the camera")).to_be_visible(
                timeout=PATIENCE_MS
            )
            expect(page.get_by_text("turn it off and on again")).to_be_visible()
            frame = page.frame_locator('iframe[title*="webrtc"]')
            expect(frame.get_by_text("NotAllowedError")).to_be_hidden()
    finally:
        browser.close()


#: A camera that is blocked until the test says otherwise, as a learner does in the address bar.
BLOCKED = """
const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = (wish) => window.top.camera.state === "granted"
  ? asked(wish) : Promise.reject(new DOMException("Permission denied", "NotAllowedError"))
window.top.camera ??= { state: "denied" }
navigator.permissions.query = async () => window.top.camera
"""


def test_a_camera_that_was_blocked_comes_on_once_it_is_allowed(
    app_address: str, portrait_browser: Browser
) -> None:
    with empty_page(portrait_browser, permissions=("camera",)) as page:
        page.add_init_script(BLOCKED)
        page.goto(f"{app_address}/live")
        set_up(page, "Blocked")
        expect(page.get_by_text("Your browser blocks the camera")).to_be_visible(
            timeout=PATIENCE_MS
        )
        page.evaluate("camera.state = 'granted'; camera.onchange()")
        expect(page.locator(".st-key-expression h2")).to_contain_text("Happy", timeout=PATIENCE_MS)


def test_a_camera_that_is_absent_is_explained(chromium: Browser, app_address: str) -> None:
    with open_page(chromium, f"{app_address}/live", permissions=("camera",)) as page:
        set_up(page, "Absent")
        expect(page.get_by_text("No camera found")).to_be_visible(timeout=PATIENCE_MS)
        expect(page).to_have_title(re.compile(r"^2\d:\d\d · Absent$"))


def test_snapshots_work_where_video_does_not(app_address: str, portrait_browser: Browser) -> None:
    with open_page(portrait_browser, f"{app_address}/live", permissions=("camera",)) as page:
        set_up(page, "Snapshots", camera=False)
        expect(page.get_by_role("heading", name="Camera is off")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="Options").click(timeout=PATIENCE_MS)
        page.get_by_text("Single snapshots instead of video").click()
        page.keyboard.press("Escape")
        # The button is there before the first picture, and a camera's first ones may be black.
        page.wait_for_function(SHOWS_A_PICTURE, timeout=PATIENCE_MS)
        page.get_by_role("button", name="Take Photo").click(timeout=PATIENCE_MS)
        expect(page.get_by_text(re.compile(r"This snapshot: \w+ \d+"))).to_be_visible(
            timeout=PATIENCE_MS
        )
