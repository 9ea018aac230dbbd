"""A hostile title in a real browser: every page shows it letter by letter, and fetches nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.parts.consent import CONSENT_VERSION
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.photos.exports import encode_jpeg
from fer_core.reading.notes import PassageNote
from fer_core.recall.making import own_card
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Document, Passage
from fer_core.texts.question import Question
from fer_core.words import one_line
from tests.storage.sessions import play
from tests.support.browser import empty_page, settled
from tests.support.servers import running_app
from tests.support.words import HOSTILE, TURNING

#: Ten thousand letters.
TITLE = (HOSTILE * 40)[:9_900] + TURNING + " the end"
GOAL = HOSTILE + TURNING
TAGS = [":smile: **b** $x$ a@b.example", ":material/home: <i>i</i> -> x"]
TEXT = Document(
    title=HOSTILE,
    passages=tuple(
        Passage(f"p{n}", n - 1, f"{HOSTILE} passage {n} " + "word " * 40, section=HOSTILE)
        for n in range(1, 4)
    ),
    questions=(Question(HOSTILE, (HOSTILE, "no"), 0, "p1"),),
)


def fill(data_dir: Path) -> None:
    """Keep two sessions that were read and are finished, and one that was cut off."""
    with SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store:
        for name, ago_s in (("read", 9000), ("again", 5000), ("open", 3000)):
            at = time.time() - ago_s
            info = SessionInfo(name, at, TITLE, GOAL, consent_version=CONSENT_VERSION)
            session = StudySession(info, seed=1)
            play(session, 60)
            for place, passage in enumerate(TEXT.passages):
                start = at + 60 + 20 * place
                session.mark_passage(passage.passage_id, 1.0, start, start + 4)
            if name == "open":
                store.follow(session)
                assert store.save_now()
                continue
            session.finish(at + 140)
            label = TextLabel(TEXT.text_id, TEXT.title, TEXT.words)
            store.follow(session, text=label, document=TEXT)
            assert store.save_now()
            result = ReadingTracker(TEXT, session).result()
            store.save_reading(name, result.reading, result.estimates, result.highlights)
            store.set_note(name, HOSTILE)
            store.own_words.set_tags(name, TAGS)
            store.own_words.set_notes(name, [PassageNote("p1", note=HOSTILE)])
        store.cards.add([own_card(HOSTILE, HOSTILE, time.time() - 60)])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir = tmp_path_factory.mktemp("data")
    fill(data_dir)
    with running_app(data_dir) as address:
        yield address


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    """A page that may ask its own server and nobody else, and has asked nobody else at the end."""
    asked: list[str] = []
    with empty_page(chromium) as page:
        page.set_default_timeout(60_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
        yield page
        own = urlsplit(address).netloc
        elsewhere = [url for url in asked if urlsplit(url).netloc not in ("", own)]
        assert elsewhere == []


def shown(place: Locator, words: str) -> None:
    """Expect words in a place letter by letter, and nothing made of them."""
    expect(place).to_be_visible()
    expect(place).to_have_text(re.compile(r"\S"))  # what draws Markdown comes in pieces
    assert one_line(words) in (place.text_content() or "")
    made = "a[href^=http], a[href^=mailto], img[src*='/9'], code, strong strong, em, del, .katex"
    assert place.locator(made).count() == 0
    # The badge of a tag is ours.
    ours = ":not(.stMarkdownBadge)"
    assert place.locator(f"[role=img], [style*=color]{ours}").count() == 0


def test_a_session_of_the_history(page: Page, address: str) -> None:
    page.goto(f"{address}/history?session=read")
    settled(page)
    shown(page.locator("h1"), TITLE)
    shown(page.get_by_text("Your goal:", exact=False).locator("xpath=.."), GOAL)
    shown(page.get_by_test_id("stCaptionContainer").filter(has_text="text:"), HOSTILE)
    page.get_by_role("button", name="Delete this session").click()
    undo = page.locator(".st-key-undo")
    shown(undo, TITLE)
    page.get_by_role("button", name="Undo").click()
    expect(undo).to_be_hidden()


def test_the_list_and_the_comparisons(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    settled(page)
    shown(page.locator(".st-key-open-read"), TITLE)
    card = page.locator("[class*=st-key-card-]").filter(has=page.locator(".st-key-open-read"))
    said = card.text_content() or ""
    for words in (HOSTILE.strip()[:160], GOAL, *TAGS):
        assert one_line(words) in said
    shown(page.locator("[class*=st-key-open-]").filter(has_text="the end").first, TITLE)
    page.get_by_role("tab", name="Compare").click()
    texts = page.get_by_test_id("stSelectbox").filter(has_text="Text").locator("input")
    expect(texts).to_have_value(HOSTILE)


def test_a_text_that_was_read(page: Page, address: str) -> None:
    page.goto(f"{address}/reading?reading=read")
    settled(page)
    shown(page.locator("h1"), HOSTILE)
    shown(page.get_by_test_id("stHtml").filter(has_text="passage 2 word").first, HOSTILE)


def test_a_card_to_review(page: Page, address: str) -> None:
    page.goto(f"{address}/review")
    settled(page)
    shown(page.get_by_test_id("stHtml").filter(has_text="![p]").first, HOSTILE)
    page.get_by_role("button", name="Show the answer").click()
    expect(page.get_by_test_id("stHtml").filter(has_text="![p]")).to_have_count(2)
    shown(page.get_by_test_id("stHtml").filter(has_text="![p]").last, HOSTILE)


def test_a_session_that_goes_on(page: Page, address: str) -> None:
    page.goto(f"{address}/live?session=open")
    settled(page)
    shown(page.locator("h1"), TITLE)
    shown(page.get_by_test_id("stCaptionContainer").filter(has_text="Goal:"), GOAL)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Done. Here's how it went.")).to_be_visible()
    shown(page.locator("h1"), TITLE)


def test_a_file_of_a_hostile_name_with_a_hostile_title_and_question(
    page: Page, address: str, tmp_path: Path
) -> None:
    name = HOSTILE.replace("/", "∕")[:100].strip()
    asked = quoted(HOSTILE)
    question = f"- about: 1\n  ask: {asked}\n  choices: [{asked}, b]\n  answer: b\n"
    head = f"---\ntitle: {quoted(HOSTILE[:119])}\nquestions:\n{question}---\n"
    good, bad = tmp_path / f"{name}.md", tmp_path / "bad.md"
    good.write_text(f"{head}# {HOSTILE}\n\n{'word ' * 40}", encoding="utf-8")
    bad.write_text(head.replace("about: 1", f"about: {asked}") + "word " * 40, "utf-8")
    page.goto(f"{address}/reading")
    settled(page)
    page.set_input_files("input[type=file]", [bad])
    shown(page.get_by_test_id("stAlert").filter(has_text="nowhere in this text"), HOSTILE[:80])
    page.set_input_files("input[type=file]", [good])
    shown(page.locator("h2"), HOSTILE[:119].strip())


def quoted(words: str) -> str:
    """Return words as YAML in single quotes."""
    return "'" + words.replace("'", "''") + "'"


def test_photos_of_hostile_names(
    page: Page, address: str, astronaut: np.ndarray, tmp_path: Path
) -> None:
    name = HOSTILE.replace("/", "∕")[:100].strip()
    files = [tmp_path / f"{name}.jpg", tmp_path / f"2{name}.jpg", tmp_path / "._a.jpg"]
    files[0].write_bytes(encode_jpeg(astronaut))
    files[1].write_bytes(b"no picture")
    files[2].write_bytes(b"\x00\x05\x16\x07")
    page.goto(f"{address}/photos")
    settled(page)
    page.set_input_files("input[type=file]", files)
    expect(page.get_by_role("heading", name="Download 1 photo")).to_be_visible()
    settled(page)
    shown(page.get_by_test_id("stCaptionContainer").filter(has_text="Left out"), "._a.jpg")
    shown(page.get_by_test_id("stExpander").filter(has_text="could not be read"), files[1].name)
    button = page.get_by_test_id("stBaseButton-tertiary").filter(has_text=files[0].name).first
    shown(button, files[0].name)
    button.click()
    shown(page.get_by_role("dialog").get_by_test_id("stImageCaption"), files[0].name)
