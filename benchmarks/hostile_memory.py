"""What photos leave behind: the memory of the API and of the app, before, during and after many.

Idle is after the first photo and before the rest. What is held is read again when the workers that
decode have gone, a minute after their last task.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import httpx

from benchmarks.hostile_inputs.drawing import encoded, face
from benchmarks.hostile_server import Api, Watch, frame, tree_mb
from tests.support.servers import free_port, running_server

#: Workers end themselves after a minute without work.
WORKERS_GONE_S = 65
#: What the app keeps of a photo is a JPEG of 1600 pixels.
APP_TIMEOUT_MS = 590_000


def measure(photos: int) -> None:
    """Print a line for each series of photos, so many of 12 megapixels first."""
    print(f"{'':<44}{'idle MB':>8}{'most':>7}{'after':>7}{'later':>7}")
    with Api.running() as api:
        _api(api, photos)
    _app(photos)


def _api(api: Api, photos: int) -> None:
    photo = encoded(face(4000, 3000), "JPEG")
    large = encoded(face(7740, 5160), "JPEG")

    def send(data: bytes) -> None:
        status = 503
        while status == 503:  # too much at once; the client comes again
            status = httpx.post(
                f"{api.url}/api/v1/analyses",
                content=data,
                headers={"Content-Type": "image/*"},
                timeout=300,
            ).status_code
        assert status == 200, status

    def one_after_the_other(data: bytes, count: int) -> None:
        for _ in range(count):
            send(data)

    def four_at_once(data: bytes, count: int) -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, [data] * count))

    send(frame())
    send(photo)
    sleep(WORKERS_GONE_S)
    idle = tree_mb(api.pid)
    with _line(f"API, {photos} of 12 megapixels", api.pid, idle):
        one_after_the_other(photo, photos)
    with _line(f"API, {photos} more, four at once", api.pid, idle):
        four_at_once(photo, photos)
    with _line(f"API, {photos // 4} of 40 megapixels", api.pid, idle):
        one_after_the_other(large, photos // 4)
    for form in ("PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP"):
        with _line(f"API, four of {form}", api.pid, idle, wait_s=2):
            one_after_the_other(encoded(face(1800, 1800), form), 4)


def _app(photos: int) -> None:
    from playwright.sync_api import expect, sync_playwright

    from tests.support.browser import launch, open_page, settled

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        photo = encoded(face(4000, 3000), "JPEG")
        files = [folder / f"{number}.jpg" for number in range(photos)]
        for number, file in enumerate(files):
            # Each its own bytes: the page analyses a file once, however often it comes.
            file.write_bytes(photo + bytes(number))
        with _streamlit(folder / "data") as (address, pid):
            browser = launch(playwright)
            with open_page(browser, f"{address}/photos") as page:

                def hand_in(some: list[Path]) -> None:
                    page.set_input_files("input[type=file]", list(some))
                    what = "1 photo" if len(some) == 1 else f"{len(some)} photos"
                    done = page.get_by_role("heading", name=f"Download {what}", exact=True)
                    expect(done).to_be_visible(timeout=APP_TIMEOUT_MS)
                    settled(page)

                hand_in(files[:1])
                page.reload()
                settled(page)
                sleep(WORKERS_GONE_S)
                idle = tree_mb(pid)
                with _line(f"App, {photos} of 12 megapixels, page open", pid, idle):
                    hand_in(files)
            with _line("App, page closed", pid, idle):
                browser.close()


@contextmanager
def _streamlit(data_dir: Path) -> Iterator[tuple[str, int]]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "Home.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.fileWatcherType", "none"]
    environment = {"FER_DATA_DIR": str(data_dir)}
    with running_server(command, f"{address}/_stcore/health", environment) as process:
        yield address, process.pid


@contextmanager
def _line(name: str, pid: int, idle: float, wait_s: float = WORKERS_GONE_S) -> Iterator[None]:
    watch = Watch(pid)
    yield
    watch.end()
    after = tree_mb(pid)
    sleep(wait_s)
    print(
        f"{name:<44}{idle:>8.0f}{watch.peak_mb - idle:>+7.0f}{after - idle:>+7.0f}"
        f"{tree_mb(pid) - idle:>+7.0f}",
        flush=True,
    )
