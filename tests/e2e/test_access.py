"""Nothing on any page stands in the way of a screen reader or the keyboard, in light and in dark.

axe-core (Deque, MPL-2.0) looks at the page in the browser; it comes with the node modules of the
TypeScript client, and without them there is nothing to look with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from fer_core.config import PROJECT_ROOT
from tests.e2e.test_history_browser import fill
from tests.support.browser import open_page, settled
from tests.support.screenshots import hand_in_photos
from tests.support.servers import running_app

AXE = PROJECT_ROOT / "clients" / "typescript" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 60_000

pytestmark = pytest.mark.skipif(not AXE.is_file(), reason="no axe-core: npm ci")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir: Path = tmp_path_factory.mktemp("data")
    fill(data_dir)
    with running_app(data_dir) as address:
        yield address


def findings(page: Page) -> list[str]:
    """Return what axe calls serious or critical: rule, element, why."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "axe.run(document, { resultTypes: ['violations'], iframes: false })"
        ".then(({ violations }) => violations)"
    )
    return [
        f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
        for rule in result
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def read_sample(page: Page) -> None:
    page.get_by_text("Sample", exact=True).click()
    begin = page.get_by_role("button", name="Start reading")
    expect(begin).to_be_enabled()
    settled(page)
    begin.click()
    page.locator(".scroller section").first.wait_for(timeout=PATIENCE_MS)
    page.keyboard.press("h")
    page.locator(".panel").wait_for(timeout=PATIENCE_MS)


def nothing(page: Page) -> None:
    """Leave the page as it opens."""


VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "welcome": ("", nothing),
    "photos": ("photos", nothing),
    "photo": ("photos", hand_in_photos),
    "live": ("live", nothing),
    "reading": ("reading", read_sample),
    "reading-result": ("reading?reading=s0", nothing),
    "review": ("review", nothing),
    "history": ("history", nothing),
    "result": ("history?session=s1", nothing),
    "settings": ("settings", nothing),
    "about": ("about", nothing),
}


#: `backgroundColor` of the two themes in .streamlit/config.toml.
BACKGROUNDS: dict[Literal["light", "dark"], str] = {
    "light": "rgb(255, 255, 255)",
    "dark": "rgb(17, 22, 29)",
}
#: What the chart of a session is lettered in: `_INK` in fer_core/charts/lanes.py.
LANE_NAMES: dict[Literal["light", "dark"], str] = {"light": "#4A5563", "dark": "#B4BFCC"}
#: What fades in has its colours after that; what turns for ever is not waited for.
COME_TO_REST = """
() => Promise.allSettled(
  document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished),
).then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
"""


@pytest.mark.parametrize("name", VIEWS)
def test_no_page_has_a_serious_finding(address: str, chromium: Browser, name: str) -> None:
    path, prepare = VIEWS[name]
    found = {}
    with open_page(chromium, f"{address}/{path}") as page:
        page.set_default_timeout(PATIENCE_MS)
        prepare(page)
        for scheme, background in BACKGROUNDS.items():
            # The page follows the system. So do charts, but axe looks at no `fill`.
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
            settled(page)
            if name == "result":
                lane = page.locator("g.mark-text text", has_text="Understanding").first
                expect(lane).to_have_attribute("fill", LANE_NAMES[scheme])
            expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
            page.evaluate(COME_TO_REST)
            if serious := findings(page):
                found[scheme] = serious
    assert found == {}
