"""Pictures of every page in light, dark and on a phone, for the documentation.

    python -m tests.support.screenshots docs/screenshots

They show a made-up history, a text of the project's own and the drawn face of the demo on Home: no
picture of a person goes into the project.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from app.welcome.demo_photo import drawn_face
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.photos.exports import encode_jpeg
from fer_core.sessions.goal import GoalOutcome
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from tests.storage.sessions import TEXT, full_session
from tests.support.browser import DESKTOP, PHONE, launch, open_page, settled
from tests.support.servers import running_app

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


SHOTS = (
    Shot("home", ""),
    Shot("review", "review"),
    Shot("photos", "photos", hand_in_photos),
    Shot("live", "live"),
    Shot("reading", "reading", open_sample),
    Shot("history", "history"),
    Shot("result", "history?session=s1"),
    Shot("reading-result", "reading?reading=s0"),
    Shot("settings", "settings"),
    Shot("about", "about"),
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


def take(
    browser: Browser, address: str, shot: Shot, kind: tuple[str, ViewportSize, Scheme]
) -> bytes:
    """Return one page as a small WebP."""
    _, viewport, scheme = kind
    with open_page(
        browser, f"{address}/{shot.path}", viewport=viewport, colour_scheme=scheme
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
    with tempfile.TemporaryDirectory() as data_dir, sync_playwright() as playwright:
        fill_history(Path(data_dir))
        browser = launch(playwright)
        with running_app(Path(data_dir)) as address:
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
