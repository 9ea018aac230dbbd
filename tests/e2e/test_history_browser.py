"""The history page in a real browser: look, find, change, take along, erase, bring in again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fer_core.live.reading_tracker import ReadingTracker
from fer_core.storage.history import TextLabel
from fer_core.storage.store import SessionStore
from tests.storage.sessions import TEXT, count_rows, full_session
from tests.support.browser import empty_page, open_page, settled
from tests.support.late import hold_charts, resting_tops_of
from tests.support.servers import running_app

PATIENCE_MS = 60_000
DAY_S = 86_400.0
SESSIONS = 6


def fill(data_dir: Path) -> None:
    """Keep six sessions, one every third day; the even ones with a text, s0 with its words."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store:
        for number in range(SESSIONS):
            name = f"s{number}"
            session = full_session(name, time.time() - 3 * DAY_S * number - 5000)
            reads = number % 2 == 0
            label = TextLabel(TEXT.text_id, TEXT.title, TEXT.words) if reads else None
            store.follow(session, text=label, document=TEXT if number == 0 else None)
            assert store.save_now()
            store.rename(name, f"Session number {number}")
            if reads:
                result = ReadingTracker(TEXT, session).result()
                store.save_reading(
                    name, result.reading, result.estimates, result.highlights, ["p5"]
                )


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("data")
    fill(data_dir)
    return data_dir


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    with running_app(data_dir) as address:
        yield address


@pytest.fixture
def history(address: str, chromium: Browser) -> Iterator[Page]:
    with open_page(chromium, f"{address}/history") as page:
        page.set_default_timeout(PATIENCE_MS)
        yield page


def expect_sessions(page: Page, count: int) -> None:
    # Counted, not asked for its text: while the page is drawn anew, the old one stands there too.
    what = "1 session" if count == 1 else f"{count} sessions"
    shown = page.get_by_role("heading", name=re.compile(rf"^{what}, .+ studied"))
    expect(shown).to_have_count(1, timeout=PATIENCE_MS)


def open_session(page: Page, position: int) -> None:
    """Click into a card beside its words: all of it opens the session."""
    card = page.locator(f".st-key-card-{position}")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    # At its upper edge: where the lower one is may change while its words come.
    box = card.bounding_box()
    assert box is not None
    card.click(position={"x": box["width"] / 2, "y": 6})
    expect(page.get_by_role("button", name="← All sessions")).to_be_visible(timeout=PATIENCE_MS)


def test_sessions_are_compared_and_one_is_opened_named_and_noted(history: Page) -> None:
    history.get_by_role("tab", name="Compare").click()
    for part in (
        "Two sessions side by side",
        "Over time",
        "By hour of the day",
        "The same text again",
    ):
        expect(history.get_by_role("heading", name=part)).to_be_visible()
    expect(history.get_by_text("no clear trend").first).to_be_visible()
    expect(history.locator("[data-testid=stVegaLiteChart] svg.marks:visible")).to_have_count(4)

    history.get_by_role("tab").first.click()
    open_session(history, 1)
    expect(history.get_by_role("heading", name="Session number 1")).to_be_visible()
    for part in ("Timeline", "Your answers"):
        expect(history.get_by_role("heading", name=part)).to_be_visible()
    expect(history.locator("[data-testid=stVegaLiteChart] svg.marks").first).to_be_visible()
    history.get_by_role("textbox", name="Your note").fill("Went well")
    history.get_by_role("textbox", name="Your note").press("Control+Enter")
    expect(history.get_by_text("Note saved.")).to_be_visible()
    history.get_by_role("button", name="Edit").click()
    history.get_by_role("textbox", name="Title").fill("Bees again")
    history.get_by_role("textbox", name="Title").press("Enter")
    expect(history.get_by_role("heading", name="Bees again")).to_be_visible()
    history.get_by_role("button", name="← All sessions").click()
    history.get_by_role("textbox", name="Search").fill("went well")
    history.get_by_role("textbox", name="Search").press("Enter")
    expect_sessions(history, 1)


@pytest.mark.parametrize(
    ("place", "tab", "below"),
    [
        ("history", "Sessions", ".st-key-card-0"),
        ("history", "Compare", "h2:has-text('The same text again')"),
        ("history?session=s1", "", "h2:has-text('Your answers')"),
        ("about", "Model", "summary:has-text('Model card')"),
    ],
)
def test_nothing_moves_under_a_finger_when_charts_come(
    address: str, chromium: Browser, place: str, tab: str, below: str
) -> None:
    with empty_page(chromium) as page:
        let_go = hold_charts(page)
        page.goto(f"{address}/{place}")
        if tab:
            page.get_by_role("tab", name=tab).click(timeout=PATIENCE_MS)
        target = page.locator(below).first
        expect(target).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        before = resting_tops_of(target)
        let_go()
        assert resting_tops_of(target) == pytest.approx(before, abs=8)


def test_a_kept_text_shows_its_marks_again(address: str, chromium: Browser) -> None:
    with open_page(chromium, f"{address}/history?session=s0") as page:
        page.get_by_role("button", name="See the text with its marks").click(timeout=PATIENCE_MS)
        expect(page.get_by_text("Done. Here's how you read it.")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("⛰️ Hard for you", exact=True).first).to_be_visible()


def test_a_text_that_was_not_kept_is_asked_for(address: str, chromium: Browser) -> None:
    with open_page(chromium, f"{address}/history?session=s2") as page:
        page.get_by_role("button", name="Open the text again").click(timeout=PATIENCE_MS)
        page.get_by_text("Paste", exact=True).click(timeout=PATIENCE_MS)
        words = "\n\n".join(passage.text for passage in TEXT.passages)
        page.get_by_label("Your text").fill(words)
        page.get_by_label("Your text").press("Control+Enter")
        page.get_by_role("button", name="Continue").click(timeout=PATIENCE_MS)
        expect(page.get_by_text("⛰️ Hard for you", exact=True).first).to_be_visible(
            timeout=PATIENCE_MS
        )


def test_a_history_is_taken_along_erased_and_brought_in_again(
    history: Page, data_dir: Path, tmp_path: Path
) -> None:
    history.get_by_role("tab", name="Your data").click()
    history.get_by_role("button", name="Export ZIP").click()
    with history.expect_download() as event:
        history.get_by_role("button", name="Download").click()
    exported = tmp_path / "history.zip"
    event.value.save_as(exported)

    erase = history.get_by_role("button", name="Erase everything")
    expect(erase).to_be_disabled()
    history.get_by_label("Type ERASE to confirm").fill("ERASE")
    history.get_by_label("Type ERASE to confirm").press("Enter")
    expect(erase).to_be_enabled()
    erase.click()
    expect(history.get_by_text("All your data is deleted.")).to_be_visible()
    with SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store:
        assert count_rows(store) == 0

    history.locator("input[type=file]").set_input_files(exported)
    history.get_by_role("button", name="Import", exact=True).click()
    expect(history.get_by_text(f"{SESSIONS} sessions imported")).to_be_visible()
    history.reload()
    settled(history)
    expect_sessions(history, SESSIONS)
