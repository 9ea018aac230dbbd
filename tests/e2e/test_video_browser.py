"""A video in a real browser: handed in, analysed, and a moment chosen by a click in its chart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, expect

from tests.support.browser import open_page
from tests.video.films_in_files import even_times, film, still


def test_a_click_in_the_chart_shows_that_moment(
    chromium: Browser, app_address: str, tmp_path: Path, astronaut: np.ndarray
) -> None:
    lecture = tmp_path / "lecture.mp4"
    lecture.write_bytes(film([still(astronaut)] * 60, even_times(6)))
    with open_page(chromium, f"{app_address}/photos") as page:
        page.get_by_role("tab", name="Video").click()
        page.locator("input[type=file]").last.set_input_files(lecture)
        expect(page.get_by_text("lecture.mp4")).to_be_visible()
        page.get_by_role("button", name="Analyse").click()
        slider = page.get_by_role("slider", name="Moment (seconds)")
        expect(slider).to_have_value("0", timeout=120_000)
        chart = page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first
        box = chart.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"])
        expect(slider).not_to_have_value("0", timeout=60_000)
        expect(page.get_by_text("At 0:0").last).to_be_visible()
