"""A whole reading session with the camera: the expression finds its passage, and nothing leaks.

The session runs under strace where that is, so that every connection and every file opened for
writing is on record, by whichever library. Other calls of the system are not stopped, so it costs
the video little.
"""

from __future__ import annotations

import base64
import csv
import io
import ipaddress
import json
import re
import shutil
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, expect

from fer_core.affect.baseline import CHANNELS, Baseline, Channel
from fer_core.emotions import Emotion
from fer_core.storage.history import StoredSession
from fer_core.storage.queries import set_learner
from fer_core.storage.store import SessionStore
from fer_core.vision.detector import EmotionDetector
from tests.e2e.test_reading_browser import finish, scroll_to, start_reading
from tests.pictures import decoded
from tests.support.browser import empty_page, launch, settled
from tests.support.servers import running_app

PATIENCE_MS = 90_000
#: The reader stays with a passage until the face was told for so long, however long that takes.
SEEN_S = 10.0
#: A camera's connection does not always hold on a busy machine: then once more.
ATTEMPTS = 2
LEAST_ROWS = 16
#: A passage that came by for less, as the page moved, saw the face by chance. Seconds.
READ_AT_LEAST_S = 1.0
#: While another face is told, or none, the reader waits in between: so far from both that nothing
#: of them is on the screen then.
CALM_PASSAGE, WAITING_PASSAGE, FURROWED_PASSAGE = 3, 8, 13
#: In spreads of the usual.
CLEARLY_HIGHER = 0.3
#: Gives the page a camera that sees the picture which `window.shownFace` of the whole page names.
CAMERA = """
const pictures = FACES
for (const [name, source] of Object.entries(pictures)) {
  pictures[name] = new Image()
  pictures[name].src = source
}
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 })
  const pen = canvas.getContext("2d")
  setInterval(() => pen.drawImage(pictures[window.top.shownFace ?? "calm"], 0, 0), 80)
  return canvas.captureStream(12)
}
"""
#: First bytes of JPEG, PNG, GIF, WebP/AVI, BMP, TIFF, and of video in Matroska and MP4.
IMAGE_SIGNATURES = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*", b"\x1aE\xdf\xa3",
)  # fmt: skip


@dataclass(frozen=True)
class Played:
    """What one session left behind."""

    session: StoredSession
    folder: Path
    trace: str
    requests: tuple[str, ...]


def seed_baseline(data_dir: Path) -> None:
    """Let the learner's usual be known: a calm face."""
    usual = {str(channel): {"median": 0.5, "spread": 0.3} for channel in CHANNELS}
    usual[str(Channel.NEGATIVE)] = {"median": 0.1, "spread": 0.2}
    with (
        SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store,
        store.database.writing() as connection,
    ):
        baseline = Baseline.from_dict(usual).to_dict()
        set_learner(connection, "", baseline=baseline, baseline_at=time.time())


def pick_face(archive: Path, emotions: set[Emotion], detector: EmotionDetector) -> np.ndarray:
    """Return a picture in which the model surely sees one of these expressions."""
    with archive.open("rb") as file, zipfile.ZipFile(file) as pictures:
        labels = [emotion.label for emotion in emotions]
        with (archive.parent / "labels.csv").open(newline="") as table:
            names = [
                line["name"]
                for line in csv.DictReader(table)
                if line["archive"] == archive.name
                and line["split"] == "val"
                and line["emotion"] in labels
            ]
        for name in names:
            rgb = decoded(pictures.read(name))
            scene = np.full((480, 640, 3), 110, np.uint8)
            scene[40:440, 120:520] = cv2.resize(rgb, (400, 400))
            if all(surely_shows(seen, emotions, detector) for seen in (scene, as_sent(scene))):
                return scene
    pytest.skip("the model is sure of no such face in the data")


def as_sent(rgb: np.ndarray) -> np.ndarray:
    """Return a picture about as a video connection that is just starting sends it."""
    small = cv2.cvtColor(cv2.resize(rgb, (320, 240)), cv2.COLOR_RGB2BGR)
    return decoded(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 35])[1].tobytes())


def surely_shows(rgb: np.ndarray, emotions: set[Emotion], detector: EmotionDetector) -> bool:
    faces = detector.detect(rgb, mode="frame").faces
    return len(faces) == 1 and faces[0].emotion in emotions and faces[0].probability > 0.8


@pytest.fixture(scope="module")
def camera(shared_data: Path, detector: EmotionDetector) -> str:
    """A script for the page: a camera that sees a calm face, or a furrowed or sad one."""
    heads = shared_data / "news_heads.zip"
    wanted = {"calm": {Emotion.NATURAL, Emotion.HAPPY}, "low": {Emotion.ANGRY, Emotion.SAD}}
    faces = {}
    for name, emotions in wanted.items():
        bgr = cv2.cvtColor(pick_face(heads, emotions, detector), cv2.COLOR_RGB2BGR)
        jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        faces[name] = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    return CAMERA.replace("FACES", json.dumps(faces))


def read_with_the_face(page: Page) -> None:
    """Read one passage while the face is calm and another one while it is not.

    "Brow lowered" and "Smile" stand in place of "Furrowed", where the points show that.
    """
    label = page.locator(".st-key-expression").get_by_role("heading")
    for face, passage, words in (
        ("calm", CALM_PASSAGE, re.compile("Natural|Happy")),
        ("low", FURROWED_PASSAGE, re.compile("Sad|Furrowed|Brow lowered|Smile")),
    ):
        scroll_to(page, WAITING_PASSAGE)
        page.evaluate("face => { window.shownFace = face }", face)
        expect(label).to_contain_text(words, timeout=PATIENCE_MS)
        seen_s, before = 0.0, time.monotonic()
        end = before + PATIENCE_MS / 1000
        while seen_s < SEEN_S and before < end:
            is_told = words.search(label.inner_text()) is not None
            scroll_to(page, passage if is_told else WAITING_PASSAGE)
            page.wait_for_timeout(300)
            now = time.monotonic()
            seen_s += (now - before) * is_told
            before = now


@pytest.fixture(scope="module")
def played(playwright: Playwright, camera: str, tmp_path_factory: pytest.TempPathFactory) -> Played:
    strace = shutil.which("strace")
    for _ in range(ATTEMPTS):
        log = tmp_path_factory.mktemp("trace") / "trace.txt"
        watch = [strace, "-f", "--seccomp-bpf", "-qq", "-o", str(log)] if strace else []
        if strace:
            watch += ["-e", "trace=connect,sendto,sendmsg,sendmmsg,openat,creat"]
        session = play(playwright, camera, tmp_path_factory.mktemp("home"), watch)
        if len(session.session.rows) >= LEAST_ROWS:
            break
    return replace(session, trace=log.read_text(errors="replace") if strace else "")


@pytest.fixture
def traced(played: Played) -> Played:
    if not played.trace:
        pytest.skip("strace is not here to watch the app")
    return played


def play(playwright: Playwright, camera: str, folder: Path, watch: Sequence[str]) -> Played:
    """Play a session from consent to export, everything it touches within one folder."""
    data_dir = folder / "data"
    seed_baseline(data_dir)
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    requests: list[str] = []
    browser = launch(playwright)
    try:
        with (
            running_app(data_dir, environment, under=watch) as address,
            empty_page(browser, permissions=("camera",)) as page,
        ):
            page.add_init_script(camera)
            page.goto(f"{address}/reading")
            settled(page)
            page.on("request", lambda request: requests.append(request.url))
            page.get_by_text("Paste", exact=True).click(timeout=PATIENCE_MS)
            page.get_by_label("Your text").fill("Words to open the page with. " * 10)
            page.get_by_label("Your text").press("Control+Enter")
            page.get_by_text("Camera beside the text").click(timeout=PATIENCE_MS)
            page.get_by_role("button", name="I agree").click(timeout=PATIENCE_MS)
            expect(page.get_by_role("button", name="Start reading")).to_be_visible()
            start_reading(page)
            read_with_the_face(page)
            finish(page)
            page.get_by_role("link", name="History").click()
            page.get_by_role("tab", name="Your data").click(timeout=PATIENCE_MS)
            page.get_by_role("button", name="Export ZIP").click(timeout=PATIENCE_MS)
            with page.expect_download(timeout=PATIENCE_MS) as event:
                page.get_by_role("button", name="Download").click(timeout=PATIENCE_MS)
            exported = Path(event.value.path()).read_bytes()
    finally:
        browser.close()
    with SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store:
        (summary,) = store.sessions()
        session = store.load(summary.session_id)
    assert zipfile.is_zipfile(io.BytesIO(exported))
    return Played(session, folder, "", tuple(requests))


def test_a_change_of_expression_is_attributed_to_the_passage_read_then(played: Played) -> None:
    read = {
        one.reading.passage_id: one.reading.negative_z
        for one in played.session.passages
        if one.reading.negative_z is not None and one.reading.seconds >= READ_AT_LEAST_S
    }
    # Where on the screen one reads is estimated: two passages from its middle were on it too.
    calm, low = (
        [z for passage_id, z in read.items() if abs(int(passage_id[1:]) - number) <= 2]
        for number in (CALM_PASSAGE, FURROWED_PASSAGE)
    )
    assert calm
    assert low
    assert max(low) > max(calm) + CLEARLY_HIGHER
    assert max(low) == max(read.values())


def test_the_timeline_has_a_row_a_second_while_the_camera_is_on(played: Played) -> None:
    rows = played.session.rows
    assert len(rows) >= LEAST_ROWS
    assert all(row.width_s >= 1 for row in rows)


def test_no_image_reaches_the_disk(traced: Played) -> None:
    written = [
        match[1]
        for match in re.finditer(
            # A call that another thread's interrupts is written in two lines: the first counts.
            r'openat\([^"]*"([^"]+)", [^)\n]*O_(?:WRONLY|RDWR)[^)\n]*(?:\) = \d| <unfinished)',
            traced.trace,
        )
    ]
    assert any(path.endswith("history.sqlite-wal") for path in written)
    elsewhere = {
        path for path in written if not path.startswith((str(traced.folder), "/dev/", "/proc/"))
    }
    assert elsewhere == set()
    for file in traced.folder.rglob("*"):
        if file.is_file():
            assert not file.read_bytes().startswith(IMAGE_SIGNATURES), file
    # A minute of numbers; one frame of the camera alone would be 900 kB.
    assert sum(file.stat().st_size for file in (traced.folder / "data").iterdir()) < 900_000


def own_addresses() -> set[str]:
    """Return the addresses of this machine, as the kernel lists them."""
    trie = Path("/proc/net/fib_trie").read_text()
    found = set(re.findall(r"\|-- ([\d.]+)\n\s+/32 host LOCAL", trie))
    for line in Path("/proc/net/if_inet6").read_text().splitlines():
        found.add(str(ipaddress.IPv6Address(int(line.split()[0], 16))))
    return found


def test_no_connection_leaves_the_machine(traced: Played) -> None:
    addressed = set(re.findall(r'inet_addr\("([^"]+)"\)', traced.trace))
    addressed |= set(re.findall(r'inet_pton\(AF_INET6, "([^"]+)"', traced.trace))
    assert addressed
    here = own_addresses()
    leaving = {
        address
        for address in addressed
        if not address.startswith("127.") and address not in here | {"::1", "0.0.0.0", "::"}
    }
    assert leaving == set()


def test_the_browser_asks_nobody_but_the_app(played: Played) -> None:
    hosts = {urlsplit(url).hostname for url in played.requests if not url.startswith("data:")}
    assert hosts <= {"127.0.0.1", "localhost", None}
