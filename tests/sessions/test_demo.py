"""The demo session: of nobody, the same each time, and made by the real pipeline."""

from __future__ import annotations

from fer_core.sessions.demo import LENGTH_S, TITLE, demo_session
from fer_core.sessions.events import EventKind
from fer_core.sessions.report import make_report
from tests.synthetic.signals import START


def test_the_demo_shows_what_a_session_has_and_calls_itself_one() -> None:
    session = demo_session(START)
    assert TITLE.startswith("Demo")
    assert session.info.title == TITLE
    assert not session.info.keep
    totals = make_report(session, START + LENGTH_S).totals
    assert totals.breaks == 1
    assert 15 < totals.away_s < 30
    rows = session.rows()
    assert any(row.comprehension.value is not None for row in rows)
    furrowed = [row.at - START for row in rows if row.shares and row.shares[0] > 0.4]
    assert furrowed
    assert 350 < min(furrowed) < max(furrowed) < 520
    kinds = {event.kind for event in session.events()}
    assert {EventKind.BREAK_SUGGESTED, EventKind.PROBE_ANSWERED} <= kinds


def test_it_is_the_same_each_time() -> None:
    first, second = demo_session(START), demo_session(START)
    assert [row.to_dict() for row in first.rows()] == [row.to_dict() for row in second.rows()]
