"""The page to print: whole by itself, and nobody's words in it are taken for markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from fer_core.charts.printable import PageWords, session_page
from fer_core.charts.printed_timeline import timeline_svg
from fer_core.live.history import SessionHistory
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.live.result import sum_up
from fer_core.live.running_session import RunningSession
from fer_core.reading.notes import PassageNote
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.session import StudySession
from tests.storage.sessions import START, TEXT, full_session, new_session

NASTY = '<img src="http://example.org/x.png"> & "quotes" </title>'
#: Elements that need something from elsewhere, or run.
FOREIGN = {"script", "img", "link", "iframe", "object", "embed", "video", "audio"}


class Words(HTMLParser):
    """Collects elements and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def page_of(session: StudySession, words: PageWords, notes: tuple[PassageNote, ...] = ()) -> str:
    running = RunningSession(session, lambda: START + 999)
    running.goal_outcome = GoalOutcome.PARTLY
    reading = ReadingTracker(TEXT, session, notes=notes) if session.views else None
    running.reading = reading
    result = sum_up(running, SessionHistory(None), START + 999)
    return session_page(session, result, words, reading)


def test_the_page_says_what_the_result_says() -> None:
    note = PassageNote("p4", ((0, 11),), "look this up")
    page = Words(
        page_of(full_session(), PageWords("Biology", "26 November 2026", "Went well"), (note,))
    )
    for words in (
        *("Biology", "26 November 2026", "You read 8 of 8 passages in 7 minutes", "chapter 3"),
        *("Partly", "Questions answered", "3 of 4", "Worth a second look", "Read again"),
        *("Your highlights and notes", "Plain words", "look this up", "Went well"),
        "Not medical, not a measure of ability.",
    ):
        assert words in page.words
    assert "svg" in page.elements


def test_it_needs_nothing_from_elsewhere() -> None:
    page = page_of(full_session(), PageWords("Biology", "today"))
    assert not FOREIGN & set(Words(page).elements)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_words_of_the_learner_are_words() -> None:
    session = new_session(title=NASTY)
    session = StudySession(replace(session.info, goal=NASTY), None, seed=1)
    session.finish(START + 60)
    page = Words(page_of(session, PageWords(NASTY, "today", NASTY, (NASTY,))))
    assert not FOREIGN & set(page.elements)
    assert page.words.count(NASTY) >= 4


def test_a_session_without_a_camera_has_no_timeline_and_says_so_by_leaving_it_out() -> None:
    session = new_session()
    session.finish(START + 60)
    page = Words(page_of(session, PageWords("Biology", "today")))
    assert "svg" not in page.elements
    assert "You studied for 1 minute." in page.words
    assert "Away" not in page.words  # nobody could see it


def test_the_drawing_stays_inside_its_frame_and_small() -> None:
    session = full_session()
    svg = timeline_svg(session.rows(), session.events(), START, START + 420)
    assert len(svg) < 120_000
    numbers = [float(part.split('"')[0]) for part in svg.split(' x="')[1:]]
    assert all(0 <= number <= 720 for number in numbers)
    assert 'role="img"' in svg
    assert "Natural" in svg
