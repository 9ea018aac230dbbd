"""The study timer in a real browser: a break is noticed by who looks elsewhere, once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fer_core.affect.breaks import BreakPlan
from fer_core.learner.preferences import PreferenceFile
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.storage.store import SessionStore
from tests.support.browser import empty_page, settled
from tests.support.servers import running_app

PATIENCE_MS = 60_000
#: Counts what a learner would hear and be told, and says that they look elsewhere.
LISTEN = """
window.heard = []
window.told = []
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) {
  window.heard.push(this.frequency.value)
  return start.apply(this, when)
}
window.Notification = class {
  static permission = "default"
  static async requestPermission() { return (Notification.permission = "granted") }
  constructor(words) { window.told.push(words) }
  close() {}
}
document.hasFocus = () => false
"""


def keep(store: SessionStore, name: str, *, studied_s: float, rested_s: float | None) -> None:
    """Keep a session of a 5/1 plan that is paused, or in its break since some seconds."""
    now = time.time()
    began = now - studied_s - (rested_s or 0.0)
    session = StudySession(SessionInfo(name, began, "Chapter 3", plan=BreakPlan(5, 1)))
    for second in range(60, int(studied_s), 60):
        session.sign(began + second)
    if rested_s is None:
        session.pause(began + studied_s)
    else:
        session.take_break(began + studied_s)
    store.follow(session)
    assert store.save_now()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    with running_app(data_dir) as address:
        yield address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with empty_page(chromium) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.context.add_init_script(LISTEN)
        yield page


def go_to(page: Page, address: str, data_dir: Path, name: str, **times: float | None) -> None:
    url = f"sqlite:///{data_dir / 'history.sqlite'}"
    # Saved a minute ago, so that nobody runs it any more.
    with SessionStore(url, clock=lambda: time.time() - 60) as store:
        keep(store, name, **times)  # type: ignore[arg-type]
    page.goto(f"{address}/live?session={name}")
    settled(page)


def wait_until_kept(page: Page, data_dir: Path) -> None:
    """Wait until both choices are kept: the buttons change at once, the app hears of it later."""
    for _ in range(PATIENCE_MS // 100):
        chosen = PreferenceFile(data_dir).read()
        if chosen.sound and chosen.notifications:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the choices were not kept: {chosen}")


def dial(page: Page) -> Locator:
    return page.get_by_role("timer", name="Study timer")


def pictures_drawn(page: Page, seconds: float) -> int:
    """Return how often the browser computes the page's looks meanwhile: once for each picture."""
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable")

    def computed() -> int:
        metrics = browser.send("Performance.getMetrics")["metrics"]
        return int(next(one["value"] for one in metrics if one["name"] == "RecalcStyleCount"))

    before = computed()
    page.wait_for_timeout(seconds * 1000)
    return computed() - before


def test_a_break_that_is_due_calls_once_and_has_a_screen_of_its_own(
    page: Page, address: str, data_dir: Path
) -> None:
    go_to(page, address, data_dir, "due", studied_s=297.0, rested_s=None)
    expect(page).to_have_title("⏸ 0:03 · Chapter 3")
    page.get_by_role("button", name="Sound: off").click()
    page.get_by_role("button", name="Notify me: off").click()
    expect(page.get_by_role("button", name="Notify me: on")).to_be_visible()
    page.evaluate("heard.length = 0")  # what was just tried out
    page.get_by_role("button", name="Resume").click()
    expect(page).to_have_title("☕ Break time · Chapter 3", timeout=PATIENCE_MS)
    # A question may have come before it.
    page.wait_for_function("heard.slice(-2).join() === '660,528'")
    page.wait_for_function("told.at(-1) === 'Time for a break.'")
    expect(dial(page)).to_contain_text("Time for a break")
    wait_until_kept(page, data_dir)

    # Neither a reload nor a second tab calls again.
    page.reload()
    settled(page)
    expect(page).to_have_title("☕ Break time · Chapter 3")
    with page.context.expect_page() as event:
        page.evaluate("window.open(location.href)")
    second = event.value
    second.set_default_timeout(PATIENCE_MS)
    expect(second).to_have_title("☕ Break time · Chapter 3", timeout=PATIENCE_MS)
    assert [page.evaluate("heard.length"), second.evaluate("heard.length")] == [0, 0]
    expect(page.get_by_text("This session has moved to another tab.")).to_be_visible()
    second.close()
    page.get_by_role("button", name="Bring it back here").click()

    page.get_by_role("button", name="Take a break").click()
    expect(page.get_by_role("heading", name="Time to rest")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^☕ (1:00|0:5\d) · Break$"))
    page.get_by_role("button", name="One more minute").click()
    expect(page).to_have_title(re.compile(r"^☕ 1:\d\d · Break$"))
    page.keyboard.press("b")
    expect(page.get_by_text("1 break taken")).to_be_visible()
    expect(dial(page)).to_contain_text("Round 2 of 4")


def test_the_end_of_a_break_calls_too_and_the_keys_work(
    page: Page, address: str, data_dir: Path
) -> None:
    PreferenceFile(data_dir).change(sound=True)
    go_to(page, address, data_dir, "over", studied_s=300.0, rested_s=45.0)
    expect(page.get_by_role("heading", name="Time to rest")).to_be_visible()
    page.mouse.click(5, 5)
    expect(page).to_have_title("⏰ Break is over · Chapter 3")
    assert page.evaluate("heard") == [528, 660]
    expect(page.get_by_role("heading", name="Your break is over")).to_be_visible()
    page.get_by_role("button", name="Back to work").click()
    expect(page).to_have_title(re.compile(r"^(💬 )?(5:00|4:\d\d) · "))
    settled(page)

    # A ring that glides from second to second was drawn 60 times in each: half of what a session
    # without the camera took.
    assert pictures_drawn(page, 3) < 60

    page.keyboard.press("+")
    expect(page).to_have_title(re.compile(r"^(💬 )?(10:00|9:\d\d) · "))
    page.keyboard.press("p")
    expect(page).to_have_title(re.compile(r"^⏸ 9:\d\d · Chapter 3$"))
    page.keyboard.press("p")
    expect(page).to_have_title(re.compile(r"^(💬 )?9:\d\d · "))
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Time to rest")).to_be_visible()
    # The page's own title is back where no session is shown.
    page.get_by_role("link", name="About").click()
    expect(page).to_have_title(re.compile("Expressions|About"))
