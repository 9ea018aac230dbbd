"""The photos page in a real Chromium against a real server."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from fer_core.photos.exports import encode_jpeg
from tests.pictures import decoded
from tests.support.browser import empty_page, launch, open_page, settled

LABELLED_MS = 60_000


@pytest.fixture(scope="module")
def astronaut_file(astronaut: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "astronaut.jpg"
    path.write_bytes(encode_jpeg(astronaut))
    return path


@pytest.fixture
def page(chromium: Browser, app_address: str) -> Iterator[Page]:
    with open_page(chromium, f"{app_address}/photos") as page:
        yield page


def hand_in(page: Page, *files: Path) -> None:
    page.set_input_files("input[type=file]", list(files))
    # The page runs for each file that arrives; this heading counts those that are done.
    done = "Download 1 photo" if len(files) == 1 else f"Download {len(files)} photos"
    expect(page.get_by_role("heading", name=done)).to_be_visible(timeout=LABELLED_MS)
    settled(page)


def downloaded(page: Page, button: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_photo_is_labelled_and_its_results_taken_away_and_nobody_else_is_asked(
    chromium: Browser, app_address: str, astronaut_file: Path
) -> None:
    hosts: set[str | None] = set()
    with empty_page(chromium) as page:
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
        page.goto(f"{app_address}/photos")
        settled(page)
        hand_in(page, astronaut_file)
        expect(page.get_by_alt_text("astronaut.jpg: 😊 Happy")).to_be_visible()
        (row,) = csv.DictReader(io.StringIO(downloaded(page, "Table (CSV)").decode("utf-8-sig")))
        assert row["expression"] == "Happy"
        (result,) = json.loads(downloaded(page, "Results (JSON)"))["results"]
        assert result["faces"][0]["emotion"]["label"] == "Happy"
        assert decoded(downloaded(page, "Picture (PNG)")).shape == (512, 512, 3)
    assert hosts - {None} == {"127.0.0.1"}


def test_a_face_chosen_in_the_table_is_marked_in_the_picture(
    page: Page, astronaut_file: Path
) -> None:
    hand_in(page, astronaut_file)
    picture = page.get_by_alt_text("astronaut.jpg: 😊 Happy")
    before = picture.get_attribute("src")
    page.get_by_text("All numbers").click()
    for _ in range(3):  # the page may still move while it is built, and a click then misses
        table = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
        assert table is not None
        # The box at the start of the first row, below a header of 35 pixels.
        page.mouse.click(table["x"] + 16, table["y"] + 35 + 17)
        with suppress(AssertionError):
            expect(picture).not_to_have_attribute("src", before or "", timeout=15_000)
            break
    expect(picture).not_to_have_attribute("src", before or "")
    address = picture.evaluate("image => image.decode().then(() => image.src)")
    shown = decoded(page.request.get(address).body())
    # The wall behind the astronaut is light; only the marked face keeps its light.
    assert shown[20:60, 290:330].mean() < 120


def test_pictures_come_as_one_zip_and_one_is_opened_and_closed_by_keyboard(
    page: Page, astronaut_file: Path, tmp_path: Path
) -> None:
    twin = tmp_path / "astronaut.jpg"
    twin.write_bytes(astronaut_file.read_bytes())
    hand_in(page, astronaut_file, twin)
    archive = zipfile.ZipFile(io.BytesIO(downloaded(page, "Pictures (ZIP)")))
    assert sorted(archive.namelist()) == ["astronaut (2)-faces.jpg", "astronaut-faces.jpg"]
    settled(page)
    page.get_by_role("button", name="astronaut.jpg", exact=True).last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_alt_text("astronaut.jpg: 😊 Happy")).to_be_visible()
    settled(page)  # the picture is there before the run that shows it has ended
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def take_picture(page: Page, attempts: int = 3) -> None:
    """Press the camera's button; on a busy machine it may come before the camera's first frame."""
    cleared = page.get_by_role("button", name="Clear photo")
    for _ in range(attempts):
        page.wait_for_function("document.querySelector('video')?.readyState >= 2")
        page.get_by_role("button", name="Take Photo").click()
        with suppress(AssertionError):
            expect(cleared).to_be_visible(timeout=10_000)
            return
    pytest.fail("the camera gave no picture")


def test_a_snapshot_is_labelled_and_forgotten(
    playwright: Playwright, app_address: str, astronaut_file: Path, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mjpeg"
    clip.write_bytes(astronaut_file.read_bytes() * 30)
    browser = launch(playwright, camera_clip=clip)
    try:
        with open_page(browser, f"{app_address}/photos", permissions=("camera",)) as page:
            page.get_by_text("Take a picture with the camera").click()
            settled(page)
            take_picture(page)
            picture = page.get_by_alt_text("Snapshot 1.jpg: 😊 Happy")
            expect(picture).to_be_visible(timeout=LABELLED_MS)
            page.get_by_role("button", name="Forget the snapshot").click()
            expect(picture).to_have_count(0)
            expect(page.get_by_text("Drop one photo or two hundred")).to_be_visible()
    finally:
        browser.close()
