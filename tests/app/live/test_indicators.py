"""What stands in place of an estimate that is not there yet."""

from __future__ import annotations

import pytest

from app.live.indicators import lanes_wait_for
from fer_core.affect.indicators import Reason
from tests.sessions.playing import CALM, new_session, show
from tests.synthetic.signals import START


@pytest.mark.parametrize(
    ("pictures_from", "says"),
    [(6, "Waiting for pictures of your face"), (80, Reason.COVERAGE.text)],
)
def test_a_session_that_has_just_begun_has_no_last_minute(pictures_from: float, says: str) -> None:
    session = new_session()
    end = show(session, CALM, pictures_from, 3)
    snapshot = session.snapshot(START + end)
    assert snapshot.attention.estimate.reason is Reason.COVERAGE
    assert lanes_wait_for(snapshot)["In front of the screen"] == says
