"""A text being read: what was on the screen is counted to the end, and marks are kept at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.parts.reports import PassageView, ReaderAction
from app.reading.open_text import REPORTS_WITHIN_S, OpenText
from app.reading.text_view import PASSAGES_AT_ONCE
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.texts.document import Document
from fer_core.texts.opening import open_pasted
from tests.storage.sessions import PARAGRAPH, START, TEXT


@pytest.fixture
def registry() -> Iterator[SessionRegistry]:
    with SessionRegistry(None, lambda: START) as registry:
        yield registry


@pytest.fixture
def opened(registry: SessionRegistry) -> OpenText:
    return open_one(registry, TEXT)


def open_one(registry: SessionRegistry, document: Document) -> OpenText:
    return OpenText(registry.start(SessionInfo("s1", START), document), registry)


def seconds(opened: OpenText) -> float:
    return sum(passage.seconds for passage in opened.tracker.reading().passages)


def test_what_was_on_the_screen_by_the_last_report_counts_until_the_end(opened: OpenText) -> None:
    opened.take([PassageView(START, START + 10, {"p1": 1.0, "p2": 0.5})])
    opened.see_until(START + 11.5)
    assert seconds(opened) == pytest.approx(11.5)


def test_after_a_longer_silence_nothing_is_made_up(opened: OpenText) -> None:
    opened.take([PassageView(START, START + 10, {"p1": 1.0})])
    opened.see_until(START + 10 + 2 * REPORTS_WITHIN_S)
    assert seconds(opened) == pytest.approx(10)


def test_the_end_is_counted_once(opened: OpenText) -> None:
    opened.take([PassageView(START, START + 10, {"p1": 1.0})])
    opened.see_until(START + 11)
    opened.see_until(START + 12)
    assert seconds(opened) == pytest.approx(11)


def test_what_the_browser_reports_reaches_the_session_where_it_is_known(opened: OpenText) -> None:
    opened.take(
        [
            ReaderAction("mark", "p2"),
            ReaderAction("mark", "p99"),
            ReaderAction("lost", "p3"),
            ReaderAction("lost", "p99"),
            PassageView(START, START + 4, {"p1": 1.0, "p99": 1.0}),
        ]
    )
    assert opened.tracker.marked == ("p2",)
    (answer,) = opened.session.answers
    assert (answer.probe.passage_id, answer.value, answer.is_correction) == ("p3", 1, True)
    assert {view.passage_id for view in opened.session.views} == {"p1"}


def test_reports_that_come_after_the_end_are_passed_over(
    registry: SessionRegistry, opened: OpenText
) -> None:
    registry.finish(opened.running)
    opened.take([PassageView(START, START + 4, {"p1": 1.0})])
    assert not opened.session.views


def test_a_key_pressed_twice_before_the_page_turns_leads_nowhere_beyond_the_text(
    registry: SessionRegistry,
) -> None:
    opened = open_one(registry, open_pasted("\n\n".join([PARAGRAPH] * (2 * PASSAGES_AT_ONCE))))
    parts = []
    for by in (1, 1, -1, -1, -1):
        opened.take([ReaderAction("part", by=by)])
        parts.append(opened.position.part)
    assert parts == [1, 1, 0, 0, 0]


def test_a_heading_leads_to_its_passage_also_with_one_passage_at_a_time(opened: OpenText) -> None:
    opened.jump("p5")
    assert (opened.position.start, opened.step) == ("p5", 4)


def test_the_camera_is_beside_the_text_where_it_was_agreed_to(registry: SessionRegistry) -> None:
    agreed = registry.start(SessionInfo("s2", START, consent_version="2026-11"), TEXT)
    assert OpenText(agreed, registry).with_camera
    assert not open_one(registry, TEXT).with_camera


def test_a_session_without_an_open_text_has_none_on_the_page(registry: SessionRegistry) -> None:
    running = RunningSession(StudySession(SessionInfo("s3", START)), lambda: START)
    with pytest.raises(LookupError):
        _ = OpenText(running, registry).document
