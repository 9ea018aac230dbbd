"""A scripted reader in a real browser: scrolls, dwells, skips; what is kept is what was done."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from fer_core.reading.attribution import attribute
from fer_core.reading.visibility import View
from fer_core.storage.history import StoredSession
from fer_core.storage.store import SessionStore
from fer_core.texts.document import Passage
from tests.support.browser import open_page, settled
from tests.support.servers import running_app
from tests.synthetic.reading import NO_CAMERA

PATIENCE_MS = 60_000
PASSAGES = 16
WORDS = 30
#: The part of the view that is timed, as the page's dimming shows it.
BAND_TOP, BAND_HEIGHT = 0.2, 0.42
DWELL_MS = 6000
SKIPPED = range(5, 11)
#: Who leaps may read what is above the passage that was leapt to: it gets twice the time.
LANDED = 11

TEXT = "# A text to scroll\n\n" + "\n\n".join(
    f"Passage {number} " + " ".join(["has"] * (WORDS - 3)) + " end."
    for number in range(1, PASSAGES + 1)
)

#: Keeps a second account of what is visible, every 20 ms, by looking at the page itself.
WATCH = """
(view, [bandTop, bandHeight]) => {
  window.watched = {}
  let last = performance.now(), shares = {}
  setInterval(() => {
    const now = performance.now()
    const total = Object.values(shares).reduce((sum, share) => sum + share, 0)
    for (const [id, share] of Object.entries(shares))
      window.watched[id] = (window.watched[id] ?? 0) + share / total * (now - last) / 1000
    last = now
    shares = {}
    const outer = view.getBoundingClientRect()
    const top = outer.top + bandTop * outer.height, height = bandHeight * outer.height
    for (const section of view.querySelectorAll("section")) {
      const box = section.getBoundingClientRect()
      const seen = Math.min(box.bottom, top + height) - Math.max(box.top, top)
      if (seen > 0) shares[section.id] = Math.min(1, seen / Math.min(box.height, height))
    }
  }, 20)
}
"""
SCROLL_TO = """
(view, [id, bandTop, bandHeight]) => {
  const outer = view.getBoundingClientRect()
  const box = view.querySelector("#" + id).getBoundingClientRect()
  const middle = outer.top + (bandTop + bandHeight / 2) * outer.height
  view.scrollTop += box.top + box.height / 2 - middle
}
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    """The address of an app that the tests share; each looks at its own session only."""
    with running_app(data_dir) as address:
        yield address


def start_reading(page: Page, text: str = TEXT) -> None:
    page.get_by_text("Paste", exact=True).click(timeout=PATIENCE_MS)
    page.get_by_label("Your text").fill(text)
    page.get_by_label("Your text").press("Control+Enter")
    begin = page.get_by_role("button", name="Start reading")
    expect(begin).to_be_enabled(timeout=PATIENCE_MS)
    settled(page)
    begin.click()
    expect(page.locator(".scroller section").first).to_be_visible(timeout=PATIENCE_MS)


def finish(page: Page) -> None:
    page.wait_for_timeout(1000)  # what was done just now has set the page running
    settled(page)
    press_finish(page)


def press_finish(page: Page) -> None:
    page.get_by_role("button", name="Finish", exact=True).click()
    expect(page.get_by_text("Done. Here's how you read it.")).to_be_visible(timeout=PATIENCE_MS)


def scroll_to(page: Page, number: int) -> None:
    page.locator(".scroller").evaluate(SCROLL_TO, [f"p{number}", BAND_TOP, BAND_HEIGHT])


def session_of(page: Page) -> str:
    """Return the session that the page's address names."""
    (session_id,) = parse_qs(urlsplit(page.url).query)["reading"]
    return session_id


def stored(data_dir: Path, session_id: str) -> StoredSession:
    with SessionStore(f"sqlite:///{data_dir / 'history.sqlite'}") as store:
        return store.load(session_id)


def times(views: Sequence[View], start: float, end: float) -> dict[str, float]:
    """Attribute what was reported between two moments, by the band alone, as the page watched it.

    The app goes by what is on the screen as well, and supposes a path through it.
    """
    cut = [
        replace(view, start=max(view.start, start), end=min(view.end, end), on_screen=None)
        for view in views
        if view.start < end and view.end > start
    ]
    passages = [Passage(f"p{number + 1}", number, "words") for number in range(PASSAGES)]
    return {one.passage_id: one.seconds for one in attribute(passages, cut, NO_CAMERA)}


def test_each_passage_gets_its_time_and_the_skipped_ones_are_marked_skimmed(
    tmp_path: Path, chromium: Browser
) -> None:
    # An app of its own: what is skimmed depends on the pace of all readings before.
    with running_app(tmp_path) as address, open_page(chromium, f"{address}/reading") as page:
        start_reading(page)
        session_id = session_of(page)
        page.locator(".scroller").evaluate(WATCH, [BAND_TOP, BAND_HEIGHT])
        started = time.time()
        for number in range(1, PASSAGES - 2):
            scroll_to(page, number)
            dwell_ms = 2 * DWELL_MS if number == LANDED else DWELL_MS
            page.wait_for_timeout(300 if number in SKIPPED else dwell_ms)
        watched = page.evaluate("window.watched")
        ended = time.time()
        finish(page)
        expect(page.get_by_text("⏩ Skimmed").first).to_be_visible()
        with page.expect_download() as event:
            page.get_by_role("button", name="JSON", exact=True).click()
        reread = json.loads(Path(event.value.path()).read_text(encoding="utf-8"))

    session = stored(tmp_path, session_id)
    timed = times(session.views, started, ended)
    long_enough = [name for name, seconds in watched.items() if seconds >= 4]
    assert len(long_enough) >= 4
    for name in long_enough:
        assert timed[name] == pytest.approx(watched[name], rel=0.05)
    kept = {passage.reading.passage_id: passage for passage in session.passages}
    skimmed = {name for name, passage in kept.items() if passage.mark == "skimmed"}
    skipped = {f"p{number}" for number in SKIPPED}
    # What is next to a passage that was dwelt on may have been read from there.
    assert len(skimmed & skipped) >= 3
    # The first had its screen with most of the second; the last two only came into view.
    assert skimmed <= skipped | {"p1", "p15", "p16"}
    assert {one["passage_id"] for one in reread["passages"]} == skimmed


def test_keys_move_mark_and_say_lost(address: str, data_dir: Path, chromium: Browser) -> None:
    with open_page(chromium, f"{address}/reading") as page:
        start_reading(page)
        session_id = session_of(page)
        current = page.locator("section:not(.outside)")
        expect(current.get_by_text("Passage 1 ")).to_be_visible()
        for key in ("j", "j", "k"):
            page.keyboard.press(key)
            page.wait_for_timeout(700)  # it glides there
        page.keyboard.press("m")
        expect(page.locator("section.marked")).to_have_count(1)
        page.keyboard.press("l")
        finish(page)
        expect(page.get_by_text("You pressed “I'm lost” at").first).to_be_attached()
    session = stored(data_dir, session_id)
    (marked,) = session.marked
    ((answer, features),) = session.answers
    assert answer.is_correction
    assert answer.value == 1
    assert answer.probe.passage_id == marked
    assert features is not None


def test_looks_are_the_readers_choice_and_without_the_scrolling_text_buttons_do_the_same(
    address: str, data_dir: Path, chromium: Browser
) -> None:
    with open_page(chromium, f"{address}/reading") as page:
        began = time.time()
        start_reading(page)
        session_id = session_of(page)
        page.get_by_role("button", name="Text", exact=True).click()
        reader = page.locator(".reader")
        for name, theme in (("Sepia", "sepia"), ("Dark", "dark"), ("Light", "light")):
            page.get_by_text(name, exact=True).click()
            expect(reader).to_have_attribute("data-theme", theme)
        page.get_by_text("Larger", exact=True).click()
        expect(page.locator("article")).to_have_css("font-size", "28px")
        page.get_by_text("Narrow", exact=True).click()
        expect(page.locator("article")).to_have_css("max-width", f"{28 * 28}px")
        settled(page)
        page.get_by_text("One passage at a time").click()
        page.keyboard.press("Escape")
        expect(page.get_by_text(f"Passage 1 of {PASSAGES}")).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Next →").click()
        expect(page.get_by_text(f"Passage 2 of {PASSAGES}")).to_be_visible()
        seen = time.time()
        page.wait_for_timeout(4000)
        least_s = time.time() - seen
        page.get_by_role("button", name="Next →").click()
        expect(page.get_by_text(f"Passage 3 of {PASSAGES}")).to_be_visible()
        most_s = time.time() - began
        page.get_by_role("button", name="Finish", exact=True).click()
        expect(page.get_by_text("Done. Here's how you read it.")).to_be_visible()
    kept = {
        passage.reading.passage_id: passage.reading
        for passage in stored(data_dir, session_id).passages
    }
    # Until the way of reading was changed, the second passage stood on the screen too.
    assert least_s - 0.1 <= kept["p2"].seconds <= most_s
    assert kept["p2"].visits == 1


def test_a_reading_goes_on_after_a_reload_counts_to_its_end_and_a_mark_is_put_right(
    address: str, data_dir: Path, chromium: Browser
) -> None:
    with open_page(chromium, f"{address}/reading") as page:
        start_reading(page)
        session_id = session_of(page)
        page.wait_for_timeout(3000)
        page.reload()
        settled(page)
        expect(page.locator(".scroller section").first).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_timeout(1500)
        page.keyboard.press("l")
        page.wait_for_timeout(2300)
        press_finish(page)
        session = stored(data_dir, session_id)
        expect(page.get_by_text("Hard for you").first).to_be_visible()
        page.get_by_text("Why?").first.click()
        page.get_by_role("radio", name="5", exact=True).first.click()
        expect(page.get_by_text(re.compile("You pressed “I'm lost”"))).to_have_count(0)
        settled(page)
    # Two seconds may be lost to the reload on a busy machine; without the part before it 3 are
    # missing, without the end 2.3.
    assert sum(passage.reading.seconds for passage in session.passages) > 3 + 3.8 - 2
    finished_at = session.summary.info.started_at + session.summary.elapsed_s
    assert finished_at - max(view.end for view in session.views) < 0.5
    answers = [answer for answer, _ in stored(data_dir, session_id).answers]
    assert [answer.value for answer in answers] == [1, 5]


def test_scripts_from_right_to_left_and_without_spaces_are_set_as_they_are_read(
    address: str, data_dir: Path, chromium: Browser
) -> None:
    arabic = "يقرأ القارئ النص ببطء في المساء ثم يعود إلى الفقرة الصعبة مرة أخرى. " * 3
    japanese = "読者は本を開き、ゆっくり読む。それから難しい段落に戻る。" * 4
    with open_page(chromium, f"{address}/reading") as page:
        start_reading(page, f"# القراءة\n\n{arabic}\n\n# 読書\n\n{japanese}")
        session_id = session_of(page)
        for passage, direction in (("p1", "rtl"), ("p2", "ltr")):
            for part in (f"#{passage}", f"#{passage} p"):
                expect(page.locator(part).first).to_have_css("direction", direction)
        page.wait_for_timeout(1000)
        page.keyboard.press("l")
        finish(page)
        marked = page.locator("div[dir=rtl]").filter(has_text="Hard for you")
        expect(marked).to_have_css("border-right-style", "solid")
    text = stored(data_dir, session_id).summary.text
    assert text is not None
    assert 60 < text.words < 160


def test_nothing_moves_under_a_finger_when_charts_and_figures_come(
    address: str, chromium: Browser
) -> None:
    """Their scripts come late on a busy machine: here they come when all else is there."""
    with open_page(chromium, f"{address}/reading") as page:
        start_reading(page)
        page.wait_for_timeout(1500)
        page.keyboard.press("l")
        late = "**/{loadVega,ArrowVega,Metric,NumberInput}*.js"
        page.route(late, lambda _route: None)
        finish(page)
        settled(page)
        marks = page.get_by_role("heading", name="The text with its marks")
        place = "(heading) => heading.getBoundingClientRect().top"
        before = marks.evaluate(place)
        expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)
        page.unroute(late)  # lets them go
        expect(page.locator("[data-testid=stVegaLiteChart] svg")).to_have_count(2)
        expect(page.get_by_label("Go to passage")).to_be_visible()
        expect(page.locator(".st-key-totals").get_by_test_id("stMetric")).to_have_count(3)
        assert marks.evaluate(place) == pytest.approx(before, abs=8)
