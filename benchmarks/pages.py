"""What a learner waits for, in a real browser: start to picture, photo to label, finish to summary.

And what a session that just goes on asks of the processor, with the camera and without.

    python benchmarks/pages.py

The camera is a clip of the app's own drawn face. Prints a table, with the machine's load beside it,
and writes benchmarks/results/pages.json. Times hold for an idle machine only.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.welcome.demo_photo import drawn_face
from fer_core.photos.exports import encode_jpeg
from tests.support.browser import DESKTOP, launch, open_page, settled
from tests.support.fake_camera import write_mjpeg
from tests.support.servers import running_app

RESULTS = Path(__file__).parent / "results" / "pages.json"
PATIENCE_MS = 120_000
CLIP_FRAMES = 48
#: How long a session is watched, once it has come to rest. Seconds.
REST_S, WATCHED_S = 10.0, 30.0


def clip(folder: Path) -> Path:
    """Write a few seconds of the drawn face, 640x480."""
    face = cv2.resize(drawn_face(), (480, 480))
    frame = np.full((480, 640, 3), 190, np.uint8)
    frame[:, 80:560] = face
    return write_mjpeg([frame] * CLIP_FRAMES, folder / "drawn.mjpeg")


def time_session(page: Page) -> tuple[dict[str, float], dict[str, float]]:
    """Return the seconds to timer, first expression and summary; and the share of a core."""
    page.get_by_role("button", name="Start studying").click()
    page.get_by_role("button", name="I agree, and the face in view is mine").click()
    began = time.perf_counter()
    page.get_by_role("button", name="Finish").wait_for()
    timer = time.perf_counter() - began
    page.get_by_text("over the last two seconds").wait_for()
    picture = time.perf_counter() - began
    page.wait_for_timeout(REST_S * 1000)
    share = processor_share()
    page.get_by_role("button", name="Finish").click()
    began = time.perf_counter()
    page.get_by_text("Here's how it went").wait_for()
    summary = time.perf_counter() - began
    times = {
        "start to timer": timer,
        "start to first expression": picture,
        "finish to summary": summary,
    }
    return times, share


def processor_share() -> dict[str, float]:
    """Return what part of a core the app and the browser take, over `WATCHED_S`."""

    def spent() -> dict[str, float]:
        used: dict[str, float] = {}
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                command = " ".join(process.cmdline())
                part = "browser" if "chrom" in command or "playwright" in command else "app"
                times = process.cpu_times()
                used[part] = used.get(part, 0.0) + times.user + times.system
        return used

    before = spent()
    time.sleep(WATCHED_S)
    return {part: (used - before.get(part, 0.0)) / WATCHED_S for part, used in spent().items()}


def watch_the_timer(page: Page) -> dict[str, float]:
    """Study without the camera, and return what part of a core that takes."""
    page.get_by_text("With the camera", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Start studying").click()
    page.get_by_role("button", name="Finish").wait_for()
    page.wait_for_timeout(REST_S * 1000)
    share = processor_share()
    page.get_by_role("button", name="Finish").click()
    page.get_by_text("Here's how it went").wait_for()
    return share


def time_photo(page: Page) -> float:
    """Return the seconds from handing in a photo to its label."""
    photo = encode_jpeg(drawn_face())
    began = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "drawn.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.get_by_text("% sure").first.wait_for()
    return time.perf_counter() - began


def main() -> None:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = launch(playwright, camera_clip=clip(Path(folder)))
        with running_app(Path(folder) / "data") as address:
            with open_page(browser, f"{address}/photos", viewport=DESKTOP) as page:
                page.set_default_timeout(PATIENCE_MS)
                settled(page)
                times = {"photo to label": time_photo(page)}
            with open_page(browser, f"{address}/live", viewport=DESKTOP) as page:
                page.set_default_timeout(PATIENCE_MS)
                settled(page)
                session, with_camera = time_session(page)
            with open_page(browser, f"{address}/live", viewport=DESKTOP) as page:
                page.set_default_timeout(PATIENCE_MS)
                settled(page)
                without_camera = watch_the_timer(page)
        browser.close()
    sys.stdout.write(f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    times |= session
    for name, seconds in times.items():
        sys.stdout.write(f"{name:28} {seconds:6.1f} s\n")
    shares = {"with the camera": with_camera, "without the camera": without_camera}
    for name, share in shares.items():
        for part, used in share.items():
            sys.stdout.write(f"{name}, {part + ',':9} {100 * used:6.1f} % of a core\n")
    RESULTS.parent.mkdir(exist_ok=True)
    figures = {"load": load, "seconds": times, "of a core": shares}
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
