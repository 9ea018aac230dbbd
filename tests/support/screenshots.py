"""Pictures of every page in light, dark and on a phone, for the documentation.

    python -m tests.support.screenshots docs/screenshots

They show a made-up history, a text and a lecture of the project's own, and the drawn face of the
demo on Home, in photos and before the camera: no picture of a person goes into the project.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from app.welcome.demo_photo import drawn_face
from fer_core.learner.preferences import PreferenceFile
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.photos.exports import encode_jpeg
from fer_core.recall.cards import CardKind
from fer_core.recall.making import own_card
from fer_core.sessions.goal import GoalOutcome
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from tests.storage.decks import card
from tests.storage.sessions import TEXT, full_session
from tests.support.browser import DESKTOP, PHONE, launch, open_page, settled
from tests.support.fake_camera import write_mjpeg
from tests.support.servers import running_app
from tests.video.films_in_files import even_times, film

DAY_S = 86_400.0
Scheme = Literal["dark", "light"]
#: Name of the kind, size of the window, colours.
KINDS: tuple[tuple[str, ViewportSize, Scheme], ...] = (
    ("light", DESKTOP, "light"),
    ("dark", DESKTOP, "dark"),
    ("phone", PHONE, "light"),
)
#: Of the files; text stays sharp, and a page takes about 30 kB.
QUALITY = 60


@dataclass(frozen=True, slots=True)
class Shot:
    """One page to show.

    Attributes:
        name: Of the file.
        path: Of the page.
        prepare: What is done on it before.
    """

    name: str
    path: str
    prepare: Callable[[Page], None] = lambda page: None


def hand_in_photos(page: Page) -> None:
    """Hand in the drawn face of Home's demo."""
    photo = encode_jpeg(drawn_face())
    page.locator("input[type=file]").first.set_input_files(
        {"name": "drawn-face.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.get_by_text("% sure").first.wait_for(timeout=60_000)


def open_sample(page: Page) -> None:
    """Begin to read the sample."""
    page.get_by_text("Sample", exact=True).click()
    page.get_by_role("button", name="Start reading").click()
    page.locator(".scroller section").first.wait_for(timeout=60_000)


def study(page: Page) -> None:
    """Study with the camera for some seconds."""
    page.get_by_label("What are you studying?").fill("Linear algebra")
    page.keyboard.press("Enter")
    settled(page)
    begin(page)
    page.locator(".st-key-expression h2", has_text="Happy").wait_for(timeout=PATIENCE_MS)
    page.wait_for_timeout(20_000)
    page.locator(".st-key-expression h2", has_text="Happy").wait_for(timeout=PATIENCE_MS)


def begin(page: Page) -> None:
    """Press the button, and agree to the camera if that is asked."""
    page.get_by_role("button", name="Start studying").click()
    agree = page.get_by_role("button", name=re.compile("^I agree"))
    agree.or_(page.get_by_role("timer", name="Study timer")).first.wait_for(timeout=PATIENCE_MS)
    if agree.is_visible():
        agree.click()


def watch_lecture(page: Page) -> None:
    """Watch a lecture beside the timer, and be lost in it."""
    page.get_by_text("With the camera", exact=True).click()
    page.get_by_text("With a video or a recorded lecture").click()
    chapters = "\n".join(f"0:{20 * number:02d} {name}" for number, name in enumerate(CHAPTERS))
    page.get_by_role("textbox", name="Its chapters").fill(chapters)
    page.locator(".player input[type=file]").set_input_files(
        {"name": "Photosynthesis.webm", "mimeType": "video/webm", "buffer": lecture()}
    )
    page.locator("[data-testid=stButton] button:enabled", has_text="Start studying").wait_for()
    begin(page)
    page.get_by_role("button", name="I'm lost").wait_for(timeout=PATIENCE_MS)
    expect(page.locator(".player video")).to_have_count(1, timeout=PATIENCE_MS)
    page.locator(".player video").evaluate(
        "async (video) => { video.muted = true; video.currentTime = 26; await video.play() }"
    )
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="I'm lost").click()
    page.get_by_text("Noted: you were lost at").wait_for(timeout=PATIENCE_MS)


#: Of the lecture, each of 20 seconds.
CHAPTERS = ("What a leaf does", "Light reactions", "The Calvin cycle")


def lecture() -> bytes:
    """Return a lecture of a minute: three slides. In WebM, as not every Chromium plays H.264."""
    slides = []
    for number, name in enumerate(CHAPTERS):
        slide = Image.new("RGB", (640, 360), "#F7F4EA")
        draw = ImageDraw.Draw(slide)
        draw.rectangle((0, 0, 640, 14), "#00795A")
        draw.text((48, 60), name, "#1C2530", ImageFont.load_default(40))
        draw.text((48, 130), "Photosynthesis", "#4A5563", ImageFont.load_default(22))
        draw.text((580, 320), str(number + 1), "#4A5563", ImageFont.load_default(18))
        slides += [np.asarray(slide)] * 40
    return film(slides, even_times(60, 2.0), form="webm", codec="libvpx")


def camera_clip(folder: Path) -> Path:
    """Write what the camera sees: the drawn face, which moves a little."""
    face = cv2.copyMakeBorder(drawn_face(), 0, 0, 80, 80, cv2.BORDER_REPLICATE)
    swing = [np.roll(face, round(5 * np.sin(step / 12 * np.pi)), axis=1) for step in range(24)]
    return write_mjpeg(swing, folder / "camera.mjpeg")


def show_moments(page: Page) -> None:
    """Show the timeline of a session and what was marked in it."""
    page.get_by_text("Markers and ranges that do not count").click()
    page.locator("[data-testid=stVegaLiteChart]").first.scroll_into_view_if_needed()
    page.get_by_role("heading", name="Timeline").evaluate("(it) => it.scrollIntoView()")


PATIENCE_MS = 60_000
SHOTS = (
    Shot("home", ""),
    Shot("review", "review"),
    Shot("photos", "photos", hand_in_photos),
    Shot("live", "live"),
    Shot("history", "history"),
    Shot("result", "history?session=s1"),
    Shot("reading-result", "reading?reading=s0"),
    Shot("settings", "settings"),
    Shot("about", "about"),
    Shot("moments", "history?session=s1", show_moments),
    # Last: other pages say that a session runs.
    Shot("running", "live", study),
    Shot("lecture", "live", watch_lecture),
    Shot("reading", "reading", open_sample),
)


def fill_history(folder: Path) -> None:
    """Make up a history: a session every other day, two with a text."""
    folder.mkdir(parents=True, exist_ok=True)
    titles = ("How bees find home", "Linear algebra, chapter 3", "Biology", "Spanish verbs")
    with SessionStore(f"sqlite:///{folder / 'history.sqlite'}") as store:
        for number in range(9):
            name = f"s{number}"
            session = full_session(name, time.time() - 2 * DAY_S * number - 5000)
            reads = number % 4 == 0
            label = TextLabel(TEXT.text_id, TEXT.title, TEXT.words) if reads else None
            store.follow(session, text=label, document=TEXT if reads else None)
            store.save_now()
            store.rename(name, titles[number % len(titles)])
            store.own_words.set_tags(name, [("Biology", "Maths", "Spanish")[number % 3]])
            store.own_words.set_goal_outcome(name, list(GoalOutcome)[number % 3])
            if reads:
                result = ReadingTracker(TEXT, session).result()
                store.save_reading(
                    name, result.reading, result.estimates, result.highlights, ["p5"]
                )
        now = time.time()
        cards = [card("the hive", CardKind.CLOZE, now - DAY_S, "s0")]
        store.cards.add([*cards, own_card("What is a basis?", "Independent, and it spans", now)])
    PreferenceFile(folder).change(daily_goal_min=50)


def take(
    browser: Browser, address: str, shot: Shot, kind: tuple[str, ViewportSize, Scheme]
) -> bytes:
    """Return one page as a small WebP."""
    _, viewport, scheme = kind
    with open_page(
        browser,
        f"{address}/{shot.path}",
        viewport=viewport,
        colour_scheme=scheme,
        permissions=("camera",),
    ) as page:
        shot.prepare(page)
        settled(page)
        page.wait_for_timeout(1500)  # charts and fonts are drawn after the page says it is done
        picture = Image.open(io.BytesIO(page.screenshot()))
    out = io.BytesIO()
    picture.convert("RGB").save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def main(folder: Path, names: set[str]) -> None:
    """Write every picture into a folder, or those with these names."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        data_dir = Path(temporary, "expressions")
        fill_history(data_dir)
        browser = launch(playwright, camera_clip=camera_clip(Path(temporary)))
        with running_app(data_dir) as address:
            for shot in SHOTS:
                if names and shot.name not in names:
                    continue
                for kind in KINDS:
                    picture = take(browser, address, shot, kind)
                    (folder / f"{shot.name}-{kind[0]}.webp").write_bytes(picture)
                    total += len(picture)
        browser.close()
    sys.stdout.write(f"{total / 1e3:.0f} kB in {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), set(sys.argv[2:]))
