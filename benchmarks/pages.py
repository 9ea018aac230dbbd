"""What a learner waits for, in a real browser: start to picture, photo to label, finish to summary.

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
from pathlib import Path

import cv2
import numpy as np
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


def clip(folder: Path) -> Path:
    """Write a few seconds of the drawn face, 640x480."""
    face = cv2.resize(drawn_face(), (480, 480))
    frame = np.full((480, 640, 3), 190, np.uint8)
    frame[:, 80:560] = face
    return write_mjpeg([frame] * CLIP_FRAMES, folder / "drawn.mjpeg")


def time_session(page: Page) -> dict[str, float]:
    """Return the seconds to the timer and the first expression, and to the summary at the end."""
    page.get_by_role("button", name="Start studying").click()
    page.get_by_role("button", name="I agree, and the face in view is mine").click()
    began = time.perf_counter()
    page.get_by_role("button", name="Finish").wait_for()
    timer = time.perf_counter() - began
    page.get_by_text("over the last two seconds").wait_for()
    picture = time.perf_counter() - began
    page.get_by_role("button", name="Finish").click()
    began = time.perf_counter()
    page.get_by_text("Here's how it went").wait_for()
    summary = time.perf_counter() - began
    return {
        "start to timer": timer,
        "start to first expression": picture,
        "finish to summary": summary,
    }


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
                times |= time_session(page)
        browser.close()
    sys.stdout.write(f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after\n")
    for name, seconds in times.items():
        sys.stdout.write(f"{name:28} {seconds:6.1f} s\n")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"load": load, "seconds": times}, indent=1) + "\n")


if __name__ == "__main__":
    main()
