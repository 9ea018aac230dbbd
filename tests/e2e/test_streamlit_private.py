"""What `app/parts/streamlit_private.py` does to the page is seen on the page."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.support.browser import open_page


def test_primary_buttons_and_captions_can_be_read(chromium: Browser, app_address: str) -> None:
    with open_page(chromium, f"{app_address}/reading") as page:
        page.get_by_text("Sample", exact=True).click()
        start = page.get_by_role("button", name="Start reading")
        expect(start).to_be_enabled()
        expect(start).to_have_css("color", "rgb(255, 255, 255)")
        expect(page.get_by_test_id("stCaptionContainer").first).to_have_css("opacity", "0.7")
        page.emulate_media(color_scheme="dark")
        expect(start).to_have_css("color", "rgb(17, 22, 29)")
        expect(page.get_by_test_id("stCaptionContainer").first).to_have_css("opacity", "0.7")
