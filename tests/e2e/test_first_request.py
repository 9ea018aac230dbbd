"""A bookmark opened as the first request after a start shows its page in the app's own frame.

Streamlit decides at the first request of a process by which rules it runs the app, so each of these
pages needs a server of its own. It does not look at which page it is, so Home, where the address
has no name, and two others stand for all of them.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from app.parts.navigation import PAGES
from tests.support.browser import open_page
from tests.support.servers import running_app

HEADINGS = {
    "welcome": "Expressions",
    "photos": "Photos and video",
    "live": "Live",
    "reading": "Reading",
    "review": "Review",
    "history": "History",
    "settings": "Settings",
    "about": "About",
}
#: `backgroundColor` of [theme.dark] in .streamlit/config.toml.
BACKGROUND = "rgb(17, 22, 29)"


@pytest.mark.parametrize("name", ["welcome", "live", "history"])
def test_the_first_page_after_a_start_stands_in_our_frame(
    name: str, chromium: Browser, tmp_path: Path
) -> None:
    path = "" if name == next(iter(PAGES)) else name
    with (
        running_app(tmp_path) as address,
        open_page(chromium, f"{address}/{path}", colour_scheme="dark") as page,
    ):
        expect(page.get_by_role("heading", name=HEADINGS[name], exact=True)).to_be_visible()
        menu = page.get_by_test_id("stTopNavLink")
        expect(menu).to_have_count(len(PAGES))
        for title, _ in PAGES.values():
            expect(menu.filter(has_text=title)).to_have_count(1)
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        title = "Expressions" if not path else f"{PAGES[name][0]} · Expressions"
        expect(page).to_have_title(title)
        app = page.get_by_test_id("stApp")
        expect(app).to_have_css("background-color", BACKGROUND)
        # Ours as well: Streamlit's own captions are fainter.
        caption = page.get_by_test_id("stCaptionContainer")
        if caption.count():
            expect(caption.first).to_have_css("opacity", "0.7")


def test_a_foreign_name_for_this_machine_gets_no_app(app_address: str) -> None:
    foreign = httpx.get(app_address, headers={"Host": "evil.example"})
    assert foreign.status_code == 403
    own = httpx.get(app_address)
    assert (own.status_code, own.headers["X-Frame-Options"]) == (200, "SAMEORIGIN")
