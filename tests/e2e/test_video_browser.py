"""A video in a real browser: handed in, analysed, and a moment chosen by a click in its chart."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import empty_page, open_page, settled
from tests.support.late import hold_charts, resting_tops_of
from tests.video.films_in_files import even_times, film, still

PATIENCE_MS = 60_000


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


def test_nothing_moves_under_a_finger_when_charts_come(
    chromium: Browser,
    app_address: str,
    tmp_path: Path,
    astronaut: np.ndarray,
) -> None:
    lecture = tmp_path / "lecture.mp4"
    lecture.write_bytes(film([still(astronaut)] * 20, even_times(2)))
    with empty_page(chromium) as page:
        let_go = hold_charts(page)
        page.goto(f"{app_address}/photos")
        page.get_by_role("tab", name="Video").click(timeout=PATIENCE_MS)
        tab = page.get_by_role("tabpanel", name="Video")
        tab.locator("input[type=file]").set_input_files(lecture)
        expect(page.get_by_text("lecture.mp4")).to_be_visible()
        page.get_by_text("One person: their timeline").click()
        page.get_by_role("button", name="Analyse").click()
        frame = page.get_by_role("img", name="the frame, its faces marked")
        expect(frame).to_be_visible(timeout=120_000)
        downloads = page.get_by_role("heading", name="Take it with you")
        expect(downloads).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        before = resting_tops_of(downloads)
        let_go()
        assert resting_tops_of(downloads) == pytest.approx(before, abs=8)


def test_a_lecture_is_played_beside_the_timer_and_a_lost_moment_is_gone_to(
    chromium: Browser, app_address: str, tmp_path: Path
) -> None:
    lecture = tmp_path / "lecture.webm"
    # Not every Chromium plays H.264.
    greys = (np.full((120, 160, 3), tone % 255, np.uint8) for tone in range(900))
    lecture.write_bytes(film(greys, even_times(90), form="webm", codec="libvpx"))
    sent: list[int] = []
    with open_page(chromium, f"{app_address}/live") as page:
        page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
        page.get_by_text("With the camera", exact=True).click()
        page.get_by_text("With a video or a recorded lecture").click()
        chapters = page.get_by_role("textbox", name="Its chapters")
        chapters.fill("0:00 Start\n0:20 Light reactions")
        page.locator(".player input[type=file]").set_input_files(lecture)
        start = page.get_by_role("button", name="Start studying")
        expect(start).to_be_enabled(timeout=PATIENCE_MS)
        start.click()
        lost = page.get_by_role("button", name="I'm lost")
        expect(lost).to_be_visible(timeout=PATIENCE_MS)
        video, place = page.locator(".player video"), page.locator(".player .place")
        expect(video).to_have_count(1, timeout=PATIENCE_MS)  # the one before the start is gone
        video.evaluate("async (video) => { video.currentTime = 40; await video.play() }")
        expect(place).to_have_text(re.compile("0:4[2-9] · Light reactions"), timeout=PATIENCE_MS)
        video.evaluate("(video) => { video.pause(); video.currentTime = 45 }")
        lost.click()
        expect(page.get_by_text("Noted: you were lost at 0:45.")).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_text("Done. Here's how it went.")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("you were lost at 0:45").first).to_be_visible(timeout=PATIENCE_MS)
        moment = page.get_by_role("button", name="0:45 · Light reactions")
        expect(moment).to_be_visible(timeout=PATIENCE_MS)
        expect(video).to_have_count(1, timeout=PATIENCE_MS)
        video.evaluate("(video) => { video.currentTime = 0 }")
        expect(place).to_contain_text("0:00")
        moment.click()
        expect(place).to_contain_text("0:45")
        assert max(sent, default=0) < lecture.stat().st_size, "the video was sent"
