"""Nothing on any page stands in the way of a screen reader, the keyboard or a narrow screen.

axe-core (Deque, MPL-2.0) looks at the page in the browser; it comes with the node modules of the
TypeScript client, and without them there is nothing to look with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from app.parts.navigation import PAGES
from fer_core.config import PROJECT_ROOT
from tests.e2e.test_first_request import HEADINGS
from tests.e2e.test_history_browser import fill
from tests.support.browser import DESKTOP, PHONE, open_page, settled
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


@pytest.fixture(scope="module")
def visitor(address: str, chromium: Browser) -> Iterator[Page]:
    """A page that goes through the app by its menu, which takes a quarter of opening it anew."""
    with open_page(chromium, address) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        yield page


def go(page: Page, address: str, path: str) -> None:
    name = path or next(iter(PAGES))
    if name in PAGES:
        page.get_by_test_id("stTopNavLink").filter(has_text=PAGES[name][0]).click()
        expect(page.get_by_role("heading", name=HEADINGS[name], exact=True)).to_be_visible()
    else:
        page.goto(f"{address}/{path}")
        settled(page)
        page.evaluate(AXE.read_text(encoding="utf-8"))


def findings(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Return what axe calls serious or critical, by these rules or by all: rule, element, why."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False}
    if rules:
        options["runOnly"] = list(rules)
    result = page.evaluate(
        "(options) => axe.run(document, options).then(({ violations }) => violations)", options
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


#: By the menu first, then by an address, and what leaves a session running at the end.
VIEWS: dict[str, tuple[str, Callable[[Page], None]]] = {
    **{name: ("" if name == "welcome" else name, nothing) for name in PAGES},
    "result": ("history?session=s1", nothing),
    "reading-result": ("reading?reading=s0", nothing),
    "photo": ("photos", hand_in_photos),
    "sample": ("reading", read_sample),
}


#: `backgroundColor` of the two themes in .streamlit/config.toml.
BACKGROUNDS: dict[Literal["light", "dark"], str] = {
    "light": "rgb(255, 255, 255)",
    "dark": "rgb(17, 22, 29)",
}
#: What the chart of a session is lettered in: `_INK` in fer_core/charts/lanes.py.
LANE_NAMES: dict[Literal["light", "dark"], str] = {"light": "#4A5563", "dark": "#B4BFCC"}
#: Nothing else differs in the second theme.
OF_COLOURS = ("color-contrast", "link-in-text-block")
#: What fades in has its colours after that. What turns for ever is not waited for, nor what does
#: not end in five seconds: what is held has no end, and its colours are judged as they are.
COME_TO_REST = """
() => {
  const faded = Promise.allSettled(
    document.getAnimations()
      .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
      .map((one) => one.finished),
  ).then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  return Promise.race([faded, new Promise((done) => setTimeout(done, 5000))])
}
"""
#: A page that is wider can be moved sideways.
NO_WIDER = """
() => {
  const main = document.querySelector("[data-testid=stMain]")
  return main.scrollWidth <= main.clientWidth
}
"""


#: Where the tab key is, through components' roots of their own; null: nowhere, or in a table or on
#: the page as a whole, which show it otherwise.
FOCUS = """
() => {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  if (!at || ["BODY", "MAIN", "CANVAS", "IFRAME"].includes(at.tagName)) return null
  const style = getComputedStyle(at)
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1
  const hidden = at.getBoundingClientRect().width < 2  // a switch's field: its picture has the ring
  return { ring: ring || hidden || style.boxShadow !== "none", words: at.outerHTML.slice(0, 120) }
}
"""
#: Stops of the tab key that are looked at: past the menu, and the page's first parts.
STOPS = 24


def stops_unseen(page: Page) -> list[str]:
    """Return the elements that the tab key reaches and that do not show it."""
    unseen = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is not None and not stop["ring"]:
            unseen.append(stop["words"])
    return unseen


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_has_no_serious_finding_and_fits_a_phone(
    address: str, visitor: Page, name: str
) -> None:
    page = visitor
    path, prepare = VIEWS[name]
    page.set_viewport_size(DESKTOP)
    go(page, address, path)
    prepare(page)
    found = {}
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
        if serious := findings(page, OF_COLOURS if scheme == "dark" else ()):
            found[scheme] = serious
    assert stops_unseen(page) == []
    assert found == {}
    page.set_viewport_size(PHONE)
    page.wait_for_function(NO_WIDER)
