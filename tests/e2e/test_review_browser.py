"""The review page in a real browser: by keyboard alone, and on a phone."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from fer_core.recall.cards import CardKind
from fer_core.recall.making import own_card
from fer_core.storage.store import SessionStore
from tests.storage.decks import card
from tests.support.browser import PHONE, open_page, settled
from tests.support.servers import running_app


def press(page: Page, key: str) -> None:
    """Press a key once the page has run: before that its buttons are those of the last card."""
    settled(page)
    page.keyboard.press(key)


def test_cards_are_reviewed_by_keyboard_and_fit_on_a_phone(
    tmp_path: Path, chromium: Browser
) -> None:
    now = time.time()
    with SessionStore(f"sqlite:///{tmp_path / 'history.sqlite'}") as store:
        store.cards.add([card("Spain", CardKind.CLOZE, now - 60), own_card("Peru?", "Lima", now)])
    with running_app(tmp_path) as address:
        with open_page(chromium, f"{address}/review") as page:
            left = page.get_by_text("0 answered today, 2 left")
            expect(left).to_be_visible()
            expect(page.get_by_label("gap")).to_be_visible()
            press(page, "Space")
            expect(page.locator("strong").get_by_text("bees")).to_be_visible()
            press(page, "4")
            expect(page.get_by_text("1 answered today, 1 left")).to_be_visible()
            expect(page.get_by_text("Peru?", exact=True)).to_be_visible()
            press(page, "u")
            expect(left).to_be_visible()
            press(page, "4")
            expect(page.get_by_text("Peru?", exact=True)).to_be_visible()
            press(page, "Space")
            expect(page.get_by_text("Lima", exact=True)).to_be_visible()
            press(page, "4")
            expect(page.get_by_text("Done for today.")).to_be_visible()
        with open_page(chromium, f"{address}/review", viewport=PHONE) as page:
            page.get_by_text("All cards", exact=True).click()
            expect(page.get_by_text("2 cards, the latest first.")).to_be_visible()
            main = page.get_by_test_id("stMain")
            assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
