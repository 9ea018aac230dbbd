"""Charts, figures and tables that come late, as on a busy machine: nothing may move then."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import DESKTOP, PHONE, settled

_SCRIPTS = "**/{loadVega,ArrowVega,Metric,DataFrame}*.js"
_PATIENCE_MS = 60_000


def hold_charts(page: Page) -> Callable[[], None]:
    """Hold the scripts of charts, figures and tables back.

    Returns:
        Lets them go, and waits until they are drawn.
    """
    page.route(_SCRIPTS, lambda _route: None)

    def let_go() -> None:
        expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)
        page.unroute(_SCRIPTS)
        drawn = page.locator("[data-testid=stVegaLiteChart] svg.marks:visible")
        expect(drawn.first).to_be_visible(timeout=_PATIENCE_MS)
        expect(page.locator("[data-testid=stSkeleton]:visible")).to_have_count(0)
        settled(page)

    return let_go


def resting_top_of(element: Locator) -> float:
    """Return where an element begins, in pixels from the top of the window, once it stands still.

    Fields have scripts as well; those are not held, and come a moment after the page.
    """
    return float(
        element.evaluate(
            """async (element) => {
              let top, since = performance.now()
              while (performance.now() - since < 1000) {
                const now = element.getBoundingClientRect().top
                if (now !== top) [top, since] = [now, performance.now()]
                await new Promise((next) => setTimeout(next, 50))
              }
              return top
            }"""
        )
    )


def resting_tops_of(element: Locator) -> list[float]:
    """Return the same for a window as wide as a desk's, and for a phone's."""
    tops = []
    for viewport in (DESKTOP, PHONE):
        element.page.set_viewport_size(viewport)
        tops.append(resting_top_of(element))
    return tops
